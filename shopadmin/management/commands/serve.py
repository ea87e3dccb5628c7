"""Serve the site with its worker and scheduler on this machine."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from shopadmin.processes import ProcessDied, Stopped, Supervisor, address_of, plain_environment


class Command(BaseCommand):
    help = "Serve the site with its worker and scheduler on this machine, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            address = address_of(options["host"], options["port"])
            with Supervisor(plain_environment(address)) as supervisor:
                supervisor.start_workers()
                supervisor.start_web(options["host"], options["port"])
                self.stdout.write(f"Serving on {address}/ – Ctrl-C stops everything.")
                supervisor.wait()
        except Stopped:
            self.stdout.write("Stopped.")
        except ProcessDied as error:
            raise CommandError(str(error)) from error
