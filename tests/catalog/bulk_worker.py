"""Does one bulk job in a process of its own, and stops in the middle of its transaction, to be killed there."""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tagging.worker_settings"
django.setup()

from catalog.bulk import services  # noqa: E402 - Django must be set up first

if __name__ == "__main__":
    note = services.note

    def note_and_hold(*args, **kwargs):
        note(*args, **kwargs)
        print("written", flush=True)  # noqa: T201
        time.sleep(600)

    services.note = note_and_hold
    services.run_job(int(sys.argv[1]))
