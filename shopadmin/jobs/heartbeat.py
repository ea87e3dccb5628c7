"""Holds a job's lease while a worker works, and tells the worker when the job is no longer its own."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

import psycopg
from django.db import OperationalError, connection

from .leased_job import JobFenced, LeasedJob
from .patience import patiently

logger = logging.getLogger(__name__)

BEAT_S = 1.0
STOP_AGAIN_AFTER_S = 0.2


class Heartbeat:
    """Renews the lease and reports progress every second, in a thread, so that one long step does not lose the job.

    The worker calls `enter` at the start of a stage and `report` between steps; both raise `JobFenced` as soon as a
    beat has found that the job was cancelled or belongs to another worker. What runs in one statement for longer than
    people wait for a cancel stands in `ending_statements`.
    """

    def __init__(self, job: LeasedJob, every_s: float = BEAT_S) -> None:
        self._job = copy.copy(job)
        self._every_s = every_s
        self._at: tuple[str, int] = (job.stage, job.progress)
        self._is_fenced = threading.Event()
        self._is_stopped = threading.Event()
        self._ends: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {job.job_name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_stopped.set()
        self._thread.join()

    def enter(self, stage: str) -> None:
        """Begin a stage; this is written at once. Raises `JobFenced`."""
        self._at = (stage, 0)
        self.check()
        patiently(lambda: copy.copy(self._job).renew(stage, 0))

    def report(self, share: float, stage: str = "") -> None:
        """Say how much of the stage is done, 0..1; with `stage`, that this one has begun. Raises `JobFenced`.

        The next beat writes it, over a connection of its own: unlike `enter`, it may be called inside a transaction.
        """
        self._at = (stage or self._at[0], round(100 * min(1.0, max(0.0, share))))
        self.check()

    def check(self) -> None:
        """Raise `JobFenced` when a beat has found that the job is no longer this worker's."""
        if self._is_fenced.is_set():
            raise JobFenced(f"{self._job.job_name} is no longer this worker's, or it was cancelled.")

    @contextmanager
    def ending_statements(self) -> Iterator[None]:
        """Let a beat that finds the job fenced end the statement that this thread runs, too; it raises `JobFenced`."""
        connection.ensure_connection()
        self._ends = connection.connection
        try:
            yield
        except OperationalError:
            self.check()
            raise
        finally:
            self._ends = None

    def _beat(self) -> None:
        try:
            while not self._is_stopped.wait(self._every_s):
                try:
                    self._job.renew(*self._at)
                except JobFenced:
                    self._is_fenced.set()
                    self._end_statements()
                    return
                except Exception as error:  # noqa: BLE001 - a beat that fails is one beat less; the lease spans many
                    logger.warning("%s misses a heartbeat: %s", self._job.job_name, error)
                    connection.close()
        finally:
            connection.close()

    def _end_statements(self) -> None:
        """End what the worker's connection does until the worker has noticed; between two statements nothing ends."""
        while True:
            if (running := self._ends) is not None:
                with suppress(psycopg.Error):  # a database that is away ends the statement as well
                    running.cancel_safe()
            if self._is_stopped.wait(STOP_AGAIN_AFTER_S):
                return
