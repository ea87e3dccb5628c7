"""Runs the site's processes on one machine: web server, worker, scheduler, and the embedded database under them.

Each child leads a session of its own, so that Ctrl-C reaches only this process, which then ends the children in order:
first those that take work in, then those that do it, the database last, unless somebody else uses it. Should this
process be killed, Linux ends the children.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from django.conf import settings
from django.db import connections

from shopadmin.embedded_postgres import server

PR_SET_PDEATHSIG = 1  # linux/prctl.h
GRACE_S = 30.0
DATABASE_PATIENCE_S = 5.0
THREADS = {"quick": 4, "photos": 4, "screening": 2, "long": 2}
"""How many tasks of a queue are done at once. They mostly wait for the database or for other servers."""


class ProcessDied(Exception):
    """A process of the site ended by itself; the message names it."""


class Stopped(Exception):
    """Somebody asked the site to stop."""


def address_of(host: str, port: int) -> str:
    """Return the address to open; this machine goes by its name, since browsers take passkeys from no bare number."""
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"


def plain_environment(address: str) -> dict[str, str]:
    """Return the environment of a site that is reached at `address` without HTTPS; links in mails lead there."""
    return {"HTTPS": "0", "SITE_URL": os.environ.get("SITE_URL") or address}


@dataclass
class Supervisor:
    """Starts processes and ends them all when it is left, in the reverse order of their start.

    What they print goes where ours goes, or, with a `log_folder`, into a file for each.
    """

    environment: dict[str, str]
    log_folder: Path | None = None
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(self.children.values()):
            end(child)
        if not settings.DATABASE_URL:
            connections.close_all()  # so that of two that end at once neither waits for the other
            server.stop_if_unused(settings.EMBEDDED_DATA_DIR, DATABASE_PATIENCE_S)

    def start(self, name: str, *arguments: str) -> None:
        """Start a Python module with arguments."""
        with ExitStack() as stack:
            log = stack.enter_context(self._log(name).open("wb")) if self.log_folder is not None else None
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *arguments],
                env={**os.environ, **self.environment},
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def start_workers(self) -> None:
        """Start a worker for each queue (see the settings), and after them the scheduler."""
        worker = ("celery", "-A", "shopadmin", "-q", "worker", "--loglevel", "WARNING", "--without-mingle",
                  "--without-gossip", "--queues")  # fmt: skip
        self.start("worker", *worker, "tagging")
        for queue, threads in THREADS.items():
            self.start(f"{queue}-worker", *worker, queue, "--pool", "threads", "--concurrency", str(threads),
                       "--hostname", f"{queue}@%h")  # fmt: skip
        self.start("scheduler", "celery", "-A", "shopadmin", "-q", "beat", "--loglevel", "WARNING", "--pidfile", "")

    def start_web(self, host: str, port: int) -> None:
        """Start the web server."""
        self.start("web", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1",
                   "--blocking-threads", "4", "--no-log", "shopadmin.wsgi:application")  # fmt: skip

    def check(self) -> None:
        """Raise `ProcessDied` when a child has ended."""
        for name, child in self.children.items():
            code = child.poll()
            if code is not None:
                where = "above" if self.log_folder is None else f"in {self._log(name)}"
                raise ProcessDied(f"The {name} process ended with code {code}; its messages are {where}.")

    def _log(self, name: str) -> Path:
        folder = self.log_folder or Path()
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def wait(self) -> None:
        """Watch over the children until somebody asks to stop."""
        while True:
            self.check()
            time.sleep(0.5)


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and kill its whole session when it does not within half a minute."""
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
