"""A site of its own for benches that run jobs: an embedded database, queue and media in a temporary folder.

`measured_apart("kills")` runs `tests.bench.bench_kills.measure()` in a process of its own on such a site, so that
no bench touches the data of this machine's site, and returns its rows.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("SHOPADMIN_SHARED_DATA", ROOT.parent / "shared" / "data"))

type Rows = list[dict[str, Any]]


def measured_apart(area: str) -> Rows:
    """Run an area's `measure` in a new process on an empty site; return its rows."""
    with tempfile.TemporaryDirectory(prefix="shopadmin-bench-") as folder:
        environment = {
            **os.environ,
            "SHOPADMIN_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "shopadmin.settings",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "tests.bench.tagging_site", area]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
        rows: Rows = json.loads(done.stdout.splitlines()[-1])
        return rows


def row(name: str, value: float, unit: str, target: str, met: bool, **peer: Any) -> dict[str, Any]:
    """Return one line of the bench table."""
    return {"name": name, "value": value, "unit": unit, "target": target, "met": met, **peer}


def _run(area: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from shopadmin.embedded_postgres import server

    try:
        call_command("migrate", verbosity=0)
        rows = importlib.import_module(f"tests.bench.bench_{area}").measure()
        print(json.dumps(rows))
    finally:
        connection.close()
        server.stop(settings.EMBEDDED_DATA_DIR)


if __name__ == "__main__":
    _run(sys.argv[1])
