"""Reads that answer soon or not at all, and reads that all see the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TookTooLong(Exception):
    """A statement was stopped at its time limit; nothing is wrong with the database."""


@contextmanager
def quick_reads(*, limit_ms: int, only_by_index: bool = False) -> Iterator[None]:
    """Stop each statement in the block after `limit_ms`; plan for rows that are in memory and for few of them.

    With `only_by_index` no table is read from end to end, however promising that looks to the planner. Raises
    `TookTooLong`.
    """
    settings = {
        "statement_timeout": str(limit_ms),
        "jit": "off",
        "random_page_cost": "1.1",
        "work_mem": "32MB",
        "enable_seqscan": "off" if only_by_index else "on",
    }
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all statements in the block see the database as the first of them does, in one transaction.

    Within a transaction that has begun already, its isolation stays.
    """
    is_first = not connection.in_atomic_block
    with transaction.atomic():
        if is_first:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
