"""Starts and kills real worker processes, and lets a test ring the bell of their queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from shopadmin.celery import app
from shopadmin.embedded_postgres import server
from shopadmin.embedded_postgres.server import connection_string

from .scenes import NOT_READING

ROOT = Path(__file__).parents[2]


class Worker:
    """A Celery worker with one child, in a process group of its own."""

    def __init__(
        self, media: Path, *, hold_at: str = "", lease_s: int = 5, attempts: int = 5, reader: str = NOT_READING
    ) -> None:
        self.log = media.parent / f"worker-{time.monotonic_ns()}.log"
        environment = {
            **os.environ,
            "TEST_DATABASE": str(connection.settings_dict["NAME"]),
            "TEST_MEDIA": str(media),
            "TEST_READER": reader,
            "JOB_LEASE_S": str(lease_s),
            "JOB_MAX_ATTEMPTS": str(attempts),
            "HOLD_AT": hold_at,
            "SHOPADMIN_VAR": str(settings.VAR_DIR),
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.tagging.worker_main"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill -9 the whole group: parent, child and the decoder's process."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_child(self) -> None:
        """Kill -9 the child that works, and the decoder's process with it; the parent starts another child."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def resident_bytes(self) -> int:
        """How much memory the working child holds, without the decoder's process."""
        children = psutil.Process(self.process.pid).children()
        return sum(child.memory_info().rss for child in children)

    def stop(self) -> int:
        """Ask for a warm shutdown and wait for it; return the exit code."""
        self.process.terminate()
        return self.process.wait(30)


def resident_bytes_below(pid: int) -> int:
    """How much memory the working child of `pid` and the decoder's process hold together.

    A process that is just being started shares all of its parent's memory until it runs its own program: it has its
    parent's command line then, and is not counted.
    """
    total = 0
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            total += child.memory_info().rss
            for decoder in child.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if decoder.cmdline() != child.cmdline():
                        total += decoder.memory_info().rss
    return total


@contextmanager
def worker(media: Path, **options) -> Iterator[Worker]:
    """A worker that is killed at the end of the block, if it has not ended before."""
    running = Worker(media, **options)
    try:
        yield running
    finally:
        running.kill()


@contextmanager
def queue() -> Iterator[None]:
    """Point this process's bell at the queue in the test's database, and empty that queue first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.purge_queue(queue_name) FROM pgmq.list_queues()")
    name = str(connection.settings_dict["NAME"])
    with _bell_at(connection_string(settings.EMBEDDED_DATA_DIR, name), timeout_s=3):
        yield


@contextmanager
def queue_away() -> Iterator[None]:
    """Point this process's bell at a server that is not there."""
    with _bell_at("host=/nowhere dbname=queue user=nobody", timeout_s=0.2):
        yield


@contextmanager
def _bell_at(address: str, timeout_s: float) -> Iterator[None]:
    kept = app.conf.broker_transport_options
    app.conf.broker_transport_options = {**kept, "conn_string": address, "pool_timeout": timeout_s}
    try:
        yield
    finally:
        app.conf.broker_transport_options = kept


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask every few milliseconds until the condition holds; fail with `what` was awaited."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(0.01)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Run `work` beside the test, as another process would, with a database connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def keep_database_away(seconds: float) -> None:
    """Crash the embedded server and hold the lock without which nobody starts it again, for so long."""
    folder = settings.EMBEDDED_DATA_DIR
    with server._lock(folder):
        server._control(folder, "-m", "immediate", "stop")
        time.sleep(seconds)
    server.ensure_running(folder, "postgres")
