"""Does one backtest in a process of its own, and stops at the place that it is told, to be killed there."""

import os
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tagging.worker_settings"
django.setup()

from catalog.backtests import asking, services  # noqa: E402 - Django must be set up first

PLACES = {"asking": "_in_time", "asked": "resolve_rows", "resolved": "count", "counted": "forget"}


def hold(*args, **kwargs):
    """Say so and wait for ever."""
    print("there", flush=True)  # noqa: T201
    time.sleep(600)


if __name__ == "__main__":
    asking.PAGES_AT_ONCE = 1
    place = PLACES[sys.argv[2]]
    setattr(services, place, (lambda heartbeat: hold) if place == "_in_time" else hold)
    services.run_backtest(int(sys.argv[1]))
