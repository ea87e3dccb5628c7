"""Calling the workers to listings that are to be screened.

A bell is rung at the end of each transaction that changed a listing, but by one process at most once in `APART_S`:
whoever answers goes on looking for a little longer than that (see `services.screen_until_done`), so what is committed
in between is found as well. Should a bell be lost, the scheduler rings every second.
"""

from __future__ import annotations

import time
from threading import Lock

from django.db import transaction

from shopadmin.jobs.doorbell import call_worker

SCREEN_DUE = "catalog.screen_due"
APART_S = 0.2

_lock = Lock()
_rung_at = -APART_S


def ring_after_commit() -> None:
    """Ring when this transaction has committed."""
    transaction.on_commit(_ring)


def _ring() -> None:
    global _rung_at
    with _lock:
        now = time.monotonic()
        if now - _rung_at < APART_S:
            return
        _rung_at = now
    call_worker(SCREEN_DUE)
