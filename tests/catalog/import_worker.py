"""Does one import job in a process of its own, and stops at the place that it is told, to be killed there."""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tagging.worker_settings"
django.setup()

from catalog.listing_import import applying, checking, jobs, undoing  # noqa: E402 - Django must be set up first

PLACES = {
    "staged": (checking, "Words"),
    "compared": (checking, "publish"),
    "checked": (jobs, "check"),
    "locked": (applying, "Words"),
    "applied": (jobs, "note"),
    "restored": (undoing, "_take_away"),
}


def hold_before(module, name: str) -> None:
    """Say so and wait for ever where the function would be called."""

    def hold(*args, **kwargs):
        print("there", flush=True)  # noqa: T201
        time.sleep(600)

    setattr(module, name, hold)


if __name__ == "__main__":
    hold_before(*PLACES[sys.argv[2]])
    jobs.run_job(int(sys.argv[1]))
