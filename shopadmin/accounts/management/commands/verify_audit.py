"""Prove that nobody has changed, removed or moved an entry of the audit log."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shopadmin.accounts.audit.chain import Report
from shopadmin.accounts.audit.exporting import NotAnExport, verify_export
from shopadmin.accounts.audit.verification import AnchorUnreadable, read_anchor, verify, write_anchor


class Command(BaseCommand):
    help = (
        "Recompute the audit log's chain and name every entry that was changed, removed or moved. Exits with 1 when "
        "something is wrong, and with 2 when the log could not be verified. With --anchor, also compare with the ends "
        "of the chain that earlier runs wrote down, which finds a cut tail and a log that was written anew; keep that "
        "file where whoever administers the database cannot write."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="compare with this file, and add to it")
        parser.add_argument(
            "--file", type=Path, metavar="FILE", help="verify an export (JSON Lines) instead of the log"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        anchor: Path | None = options["anchor"]
        started = time.monotonic()
        try:
            report = self._report(read_anchor(anchor) if anchor else {}, options["file"])
            if anchor and not options["file"] and not report.faults_count:
                write_anchor(anchor, report)
        except (AnchorUnreadable, NotAnExport, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Not verified: {error}", returncode=2) from error
        seconds = time.monotonic() - started
        self.stdout.write(_as_json(report, seconds) if options["json"] else _as_text(report, seconds))
        if report.faults_count:
            raise CommandError(f"The audit log is not sound: {report.faults_count} fault(s).")

    def _report(self, anchors: dict[int, str], export: Path | None) -> Report:
        if export is None:
            return verify(anchors)
        with export.open(encoding="utf-8") as lines:
            return verify_export(lines, anchors)


def _as_json(report: Report, seconds: float) -> str:
    return json.dumps(
        {
            "is_sound": not report.faults_count,
            "entries": report.entries,
            "position": report.position,
            "hash": report.hash,
            "seconds": round(seconds, 3),
            "faults_count": report.faults_count,
            "faults": [fault._asdict() for fault in report.faults],
        },
        indent=2,
    )


def _as_text(report: Report, seconds: float) -> str:
    lines = [f"{fault.kind}: {fault.text}" for fault in report.faults]
    if report.faults_count > len(report.faults):
        lines.append(f"… and {report.faults_count - len(report.faults)} more.")
    rate = f"{report.entries / seconds:,.0f} a second" if seconds else "at once"
    lines.append(f"{report.entries:,} entries in {seconds:.1f} s ({rate}), up to {report.position} {report.hash}")
    return "\n".join(lines)
