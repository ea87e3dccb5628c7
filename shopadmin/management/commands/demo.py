"""The main job from end to end on this machine: shop, creators, videos, worker, links, and the site to look at them."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from shopadmin.demo.clips import DemoVideo
from shopadmin.demo.story import PEOPLE, report_lines, seed_shop, upload_videos, videos_to_show
from shopadmin.processes import ProcessDied, Stopped, Supervisor, address_of, plain_environment
from tagging.models import IndexVersion, TagJob

LONGEST_WAIT_S = 1800


class Command(BaseCommand):
    help = "Seed a demo shop, upload real videos, tag them through a real worker, print a report and serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the report")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            environment = plain_environment(address_of(options["host"], options["port"])) | {"SHOPADMIN_DEMO": "1"}
            with Supervisor(environment, settings.VAR_DIR / "log") as supervisor:
                call_command("migrate", verbosity=0)
                call_command("collectstatic", interactive=False, verbosity=0)
                self._prepare(supervisor, serve=not options["no_serve"])
                for line in report_lines(time.monotonic() - started):
                    self.stdout.write(line)
                if not options["no_serve"]:
                    self._serve(supervisor, options["host"], options["port"])
        except Stopped:
            self.stdout.write("Stopped.")
        except ProcessDied as error:
            raise CommandError(str(error)) from error

    def _prepare(self, supervisor: Supervisor, *, serve: bool) -> None:
        self.stdout.write("Shop: listings and people …")
        videos = videos_to_show()
        added = seed_shop()
        if added or not IndexVersion.objects.filter(state=IndexVersion.State.LIVE).exists():
            self.stdout.write(f"Shop: {added} listings added; looking at the photos …")
            call_command("build_index")
        self.stdout.write(f"Videos: {len(videos)} to upload …")
        upload_videos(videos, say=self._say)
        waiting = TagJob.objects.unfinished().exists()
        if waiting or serve:
            supervisor.start_workers()
        if waiting:
            self._wait_for_jobs(supervisor)

    def _say(self, video: DemoVideo) -> None:
        self.stdout.write(f"  {video.title}")

    def _wait_for_jobs(self, supervisor: Supervisor) -> None:
        deadline = time.monotonic() + LONGEST_WAIT_S
        shown = -1
        while (left := TagJob.objects.unfinished().count()) and time.monotonic() < deadline:
            supervisor.check()
            if left != shown:
                self.stdout.write(f"Tagging: {left} videos to go …")
                shown = left
            time.sleep(0.5)
        if left:
            raise CommandError(
                f"{left} videos were not tagged within {LONGEST_WAIT_S // 60} minutes; see the jobs page."
            )

    def _serve(self, supervisor: Supervisor, host: str, port: int) -> None:
        supervisor.start_web(host, port)
        self.stdout.write(f"\nServing on {address_of(host, port)}/ – Ctrl-C stops everything. Log in as:")
        for person in PEOPLE:
            self.stdout.write(f"  {person.email:<24} {person.role.value:<15} password: {settings.DEMO_PASSWORD}")
        supervisor.wait()
