"""The site's processes on one machine: started together, ended together, nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from shopadmin.embedded_postgres import server

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ours(var: Path) -> list[psutil.Process]:
    """Every process that was started with this data folder, the database server included."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("SHOPADMIN_VAR") == str(var) or str(var) in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def answers(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
        return str(response.read().decode())


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a site; whatever is left of its processes is ended."""
    yield tmp_path / "var"
    for left in ours(tmp_path / "var"):
        left.kill()


def started(var: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the site, and return its process and port as soon as it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SHOPADMIN_VAR": str(var), "DATABASE_URL": "", "CELERY_BROKER_URL": ""},
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the site did not start"
        try:
            answers(port, "/health/ready")
            break
        except OSError:
            time.sleep(0.2)
    return process, port


def workers(var: Path) -> list[psutil.Process]:
    return [process for process in ours(var) if "worker" in process.cmdline()]


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def test_processes_end_together_when_one_dies_and_with_ctrl_c_and_the_database_once_nobody_else_uses_it(
    var: Path,
) -> None:
    """One test of three starts: the first one makes the database, which takes longer than everything else."""
    process, _port = started(var)
    wait_until(lambda: bool(workers(var)), "the worker did not start")
    workers(var)[0].kill()
    assert process.wait(PATIENCE_S) == 1
    wait_until(lambda: not ours(var), "something is still running")

    process, _port = started(var)
    with psycopg.connect(server.connection_string(var / "postgres", "shopadmin")) as connection:
        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE_S) == 0
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server.stop_if_unused(var / "postgres", patience_s=5)

    process, port = started(var)
    wait_until(lambda: len(ours(var)) >= 5, "web, worker, scheduler and database did not all start")
    assert answers(port, "/health/live") == "ok"
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 0
    wait_until(lambda: not ours(var), "something is still running")
    assert not (var / "postgres" / "postmaster.pid").exists()
