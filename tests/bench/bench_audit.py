"""Verification of an audit log of 300,000 entries, beside a bare COPY of the same rows, and what memory it takes.

The log is written and sealed as the site does it, on a site of its own; each verification is a fresh process of
`manage.py verify_audit`, as a nightly job runs it. Rounds alternate, medians count.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ENTRIES, FEW = 300_000, 30_000
A_TRANSACTION = 5000
ROUNDS = 5
MOST_MB = 20

type Rows = list[dict[str, Any]]


def rows() -> Rows:
    """Return the entries verified a second beside a bare COPY, and how memory grows with the log."""
    from tests.bench.tagging_site import measured_apart

    return measured_apart("audit")


def measure() -> Rows:
    """Write a log, and verify it when it is short and when it is ten times as long."""
    from tests.bench.tagging_site import row

    write(FEW)
    short = _verified()
    write(ENTRIES - FEW)
    rounds = [(_verified(), _copied()) for _round in range(ROUNDS)]
    assert all(report["entries"] == ENTRIES and report["is_sound"] for report, _bare in rounds)
    speed = statistics.median(ENTRIES / report["seconds"] for report, _bare in rounds)
    bare = statistics.median(ENTRIES / seconds for _report, seconds in rounds)
    grown = statistics.median(report["peak_mb"] for report, _bare in rounds) - short["peak_mb"]
    return [
        row(
            "audit entries verified a second", speed, "1/s", "≥ 50,000", speed >= 50_000,
            peer="bare COPY", peer_value=bare, ratio=speed / bare,
        ),
        row("memory of ten times as many entries", grown, "MB more", f"≤ {MOST_MB}", grown <= MOST_MB),
    ]  # fmt: skip


def write(count: int) -> None:
    """Write so many sealed entries about listings, each with two objects of three values."""
    from django.db import transaction

    from shopadmin.accounts.audit.recording import Happening, Target, record_many

    def happenings() -> Iterator[Happening]:
        for number in range(A_TRANSACTION):
            yield Happening(
                target=Target("catalog.product", str(number), f"Soap {number} grün"),
                before={"title": f"Old title of listing {number}", "stock": number, "price": "12.50 EUR"},
                after={"title": f"New title “{number}”", "stock": None, "price": "13.00 EUR"},
                tenant_key=7,
            )

    for _begin in range(0, count, A_TRANSACTION):
        with transaction.atomic():
            record_many("import", "listing.edited", happenings(), reason="spring cleaning")


def _verified() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.bench_audit"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _copied() -> float:
    from django.db import connection

    started = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT * FROM accounts_auditentry ORDER BY position) TO STDOUT") as copy,
    ):
        for _block in copy:
            pass
    return time.perf_counter() - started


def _verify_here() -> None:
    """Run the command, and add the most memory that this process took."""
    import io

    import django

    django.setup()
    from django.core.management import call_command

    out = io.StringIO()
    call_command("verify_audit", "--json", stdout=out)
    # Not `ru_maxrss`, which also counts what the parent had before this process began.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak_mb = int(status["VmHWM"].split()[0]) / 1024
    print(json.dumps({**json.loads(out.getvalue()), "peak_mb": peak_mb}))


if __name__ == "__main__":
    _verify_here()
