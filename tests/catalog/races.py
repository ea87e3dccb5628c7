"""Runs something in many threads at once, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from django.db import connection


def at_once[T](works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run all of `works` at the same moment, and return what each returned or raised."""
    start = threading.Barrier(len(works))
    results: list[T | Exception | None] = [None] * len(works)

    def run(number: int, work: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            results[number] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert all(result is not None for result in results)
    return [result for result in results if result is not None]
