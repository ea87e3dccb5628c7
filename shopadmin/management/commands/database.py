"""Start or stop the embedded PostgreSQL server."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shopadmin.embedded_postgres import server


class Command(BaseCommand):
    help = "Start or stop the embedded PostgreSQL server, or print its address for other programs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["stop", "address"])

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_URL:
            raise CommandError("DATABASE_URL selects a server of yours; the embedded one is not used.")
        if options["action"] == "stop":
            server.stop(settings.EMBEDDED_DATA_DIR)
        else:
            self.stdout.write(server.connection_string(settings.EMBEDDED_DATA_DIR, "shopadmin"))
