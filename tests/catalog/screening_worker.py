"""Screens what is due in a process of its own, and stops at the place that it is told, to be killed there."""

import os
import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.tagging.worker_settings"
django.setup()

from django.db import transaction  # noqa: E402 - Django must be set up first

from catalog.screening import claiming, services, writing  # noqa: E402

PLACES = {
    "claimed": (services, "find_facts"),
    "asked": (services, "write"),
    "held": (writing, "write_findings"),
    "written": (services, "settle"),
}


def hold_before(module, name: str) -> None:
    """Say so and wait for ever where the function would be called."""

    def hold(*args, **kwargs):
        print("there", flush=True)  # noqa: T201
        time.sleep(600)

    setattr(module, name, hold)


def write_at_once() -> None:
    """Let each statement commit by itself, as a control: what holds the screening together is its transaction."""
    services.transaction = SimpleNamespace(atomic=nullcontext)

    def claim(limit: int):
        with transaction.atomic():
            return claiming.claim(limit)

    services.claim = claim


if __name__ == "__main__":
    hold_before(*PLACES[sys.argv[1]])
    if sys.argv[2:] == ["unguarded"]:
        write_at_once()
    services.screen_due()
