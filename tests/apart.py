"""Gives each process that runs tests side by side with others a folder of its own, with a database server in it.

Loaded with `-p` so early that Django has not read its settings yet.
"""

from __future__ import annotations

import os
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER")

if WORKER:
    shared = Path(os.environ.get("SHOPADMIN_VAR", Path(__file__).resolve().parent.parent / "var"))
    os.environ["SHOPADMIN_VAR"] = str(shared / "tests" / WORKER)
