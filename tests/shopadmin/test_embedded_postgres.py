"""A real server of its own, started, shared, killed and stopped."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from shopadmin.embedded_postgres import server


@pytest.fixture
def data_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        path = Path(folder) / "data"
        yield path
        server.stop(path)


def postmaster(data_folder: Path) -> int:
    return int((data_folder / "postmaster.pid").read_text().split()[0])


def test_it_starts_when_needed_and_creates_the_database_once(data_folder: Path) -> None:
    server.ensure_running(data_folder, "shop")
    server.ensure_running(data_folder, "shop")

    with psycopg.connect(server.connection_string(data_folder, "shop")) as connection:
        connection.execute("CREATE EXTENSION vector")
        assert connection.execute("SELECT '[1,2]'::vector <-> '[1,3]'").fetchone() == (1.0,)


def test_it_starts_again_after_the_server_was_killed(data_folder: Path) -> None:
    server.ensure_running(data_folder, "shop")
    with psycopg.connect(server.connection_string(data_folder, "shop"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    killed = psutil.Process(postmaster(data_folder))
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(10)

    server.ensure_running(data_folder, "shop")

    with psycopg.connect(server.connection_string(data_folder, "shop")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_it_is_not_fooled_by_a_pid_file_whose_number_belongs_to_another_program(data_folder: Path) -> None:
    server.ensure_running(data_folder, "shop")
    lines = (data_folder / "postmaster.pid").read_text().splitlines()
    server.stop(data_folder)
    (data_folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    server.ensure_running(data_folder, "shop")

    assert server.is_running(data_folder)


def test_the_process_that_started_it_stops_it_at_its_end(data_folder: Path) -> None:
    script = (
        "import sys, pathlib; from shopadmin.embedded_postgres import server;"
        "server.ensure_running(pathlib.Path(sys.argv[1]), 'shop')"
    )
    subprocess.run([sys.executable, "-c", script, str(data_folder)], check=True, cwd=Path(__file__).parents[2])

    assert not server.is_running(data_folder)


def test_of_many_that_end_at_once_one_stops_it_and_none_fails(data_folder: Path) -> None:
    script = (
        "import sys, pathlib; from shopadmin.embedded_postgres import server;"
        "sys.exit(not server.stop_if_unused(pathlib.Path(sys.argv[1]), patience_s=10))"
    )
    server.ensure_running(data_folder, "shop")
    command = [sys.executable, "-c", script, str(data_folder)]
    ending = [subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) for _ in range(4)]

    assert [process.communicate(timeout=60)[1] for process in ending] == [b""] * 4
    assert [process.returncode for process in ending] == [0] * 4
    assert not server.is_running(data_folder)


def test_one_that_is_stopped_by_somebody_between_two_looks_counts_as_stopped(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ensure_running(data_folder, "shop")
    server.stop(data_folder)
    looks = iter([True])
    monkeypatch.setattr(server, "is_running", lambda folder: next(looks, False))

    assert server.stop_if_unused(data_folder, patience_s=5)


def test_it_goes_on_while_somebody_else_is_connected(data_folder: Path) -> None:
    server.ensure_running(data_folder, "shop")
    with psycopg.connect(server.connection_string(data_folder, "shop"), application_name="somebody else"):
        assert not server.stop_if_unused(data_folder)

        assert server.is_running(data_folder)

    assert server.stop_if_unused(data_folder, patience_s=5)
    assert not server.is_running(data_folder)
