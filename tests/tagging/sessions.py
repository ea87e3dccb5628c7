"""Other database sessions in tests: another process's lock, another process's eyes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from shopadmin.locks import advisory_lock


@contextmanager
def in_thread(act: Callable[[threading.Event, threading.Event], None]) -> Iterator[None]:
    """Run `act(started, stop)` in a thread, which has a database session of its own, while the block runs."""
    started, stop = threading.Event(), threading.Event()
    problems: list[Exception] = []

    def run() -> None:
        try:
            act(started, stop)
        except Exception as problem:  # noqa: BLE001 - raised again where the test is
            problems.append(problem)
        finally:
            started.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(30)
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    if problems:
        raise problems[0]


@contextmanager
def held_elsewhere(name: str) -> Iterator[None]:
    """Have another session hold a lock during the block."""

    def hold(started: threading.Event, stop: threading.Event) -> None:
        with advisory_lock(name) as acquired:
            assert acquired
            started.set()
            stop.wait(30)

    with in_thread(hold):
        yield
