"""A real Celery worker for tests. `HOLD_AT` names a stage at which it waits for ever, to be killed there."""

import os
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tagging.worker_settings"
django.setup()

from shopadmin.celery import app  # noqa: E402 - Django must be set up first
from shopadmin.jobs.heartbeat import Heartbeat  # noqa: E402
from tagging.services import publishing  # noqa: E402
from tests.tagging import scenes  # noqa: E402, F401 - registers its text reader


def hold_at(stage: str) -> None:
    """Wait for ever at the start of a stage, or (`commit`) in the middle of the transaction that writes the links."""
    enter, forget = Heartbeat.enter, publishing.forget_earlier_run

    def enter_and_hold(self: Heartbeat, name: str) -> None:
        enter(self, name)
        if name == stage:
            time.sleep(600)

    def forget_and_hold(video):
        forget(video)
        time.sleep(600)

    Heartbeat.enter = enter_and_hold
    if stage == "commit":
        publishing.forget_earlier_run = forget_and_hold


if __name__ == "__main__":
    if os.environ.get("HOLD_AT"):
        hold_at(os.environ["HOLD_AT"])
    app.worker_main(["worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip", "--without-mingle"])
