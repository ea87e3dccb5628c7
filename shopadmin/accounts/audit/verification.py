"""Proving the stored audit log: the chain entry by entry, the triggers that guard it, and an anchor outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from .chain import FIELDS, Canonical, FaultKind, Report, Verifier
from .models import AuditEntry

ROWS_A_FETCH = 1000
TRIGGERS = frozenset(
    {"accounts_audit_guard", "accounts_audit_guard_truncate", "accounts_audit_touch", "accounts_audit_seal"}
)
_AT, _BEFORE, _AFTER = (FIELDS.index(name) for name in ("at", "before", "after"))


class AnchorUnreadable(Exception):
    """The anchor file cannot be used; the message says where and what to do."""


def verify(anchors: Mapping[int, str] | None = None) -> Report:
    """Recompute the chain of all sealed entries, and return what is wrong; in constant memory."""
    verifier = Verifier(anchors or {})
    verifier.feed(sealed_rows(AuditEntry.objects.filter(position__isnull=False).order_by("position")))
    unsealed = AuditEntry.objects.filter(position__isnull=True).order_by("pk")
    for entry in unsealed[:100].iterator():
        verifier.note(FaultKind.UNSEALED, None, f"Entry with key {entry.pk} ({entry}) was never sealed.")
    for text in missing_guards():
        verifier.note(FaultKind.UNGUARDED, None, text)
    return verifier.finish()


def sealed_rows(entries: QuerySet[AuditEntry]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Return each entry's stored hash and the values of its payload, as `chain.Verifier` takes them.

    The objects come as the text that they are hashed as: reading and writing them anew took two thirds of the time.
    """
    said = {"before": Cast("before", TextField()), "after": Cast("after", TextField())}
    columns = (f"said_{name}" if name in said else name for name in FIELDS)
    rows = entries.annotate(**{f"said_{name}": text for name, text in said.items()}).values_list("hash", *columns)
    for stored, *values in rows.iterator(chunk_size=ROWS_A_FETCH):
        values[_AT] = moment(values[_AT])
        values[_BEFORE], values[_AFTER] = Canonical(values[_BEFORE]), Canonical(values[_AFTER])
        yield stored, values


def moment(at: datetime) -> str:
    """Return a time as payloads say it: in UTC, with all six digits of its microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def missing_guards() -> list[str]:
    """Say which of the triggers that keep the log append-only are gone or off, and whether it may be emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled::text FROM pg_trigger WHERE tgrelid = %s::regclass", [AuditEntry._meta.db_table]
        )
        modes = dict(cursor.fetchall())
    off = [name for name in sorted(TRIGGERS) if modes.get(name) not in {"O", "A"}]
    faults = [f"The trigger {name} is missing or off." for name in off]
    if may_be_emptied():
        faults.append("The database lets the audit log be emptied; reset shopadmin.audit_may_be_emptied.")
    return faults


def may_be_emptied() -> bool:
    """Tell whether the database would let somebody empty the log, as only a test's may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('shopadmin.audit_may_be_emptied', true)")
        return bool(cursor.fetchone() == ("on",))


def read_anchor(path: Path) -> dict[int, str]:
    """Return the hashes by position that were written down in lines of `position hash`; none where there is no file.

    Raises `AnchorUnreadable` for any other content.
    """
    if not path.exists():
        return {}
    anchors: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        position, _space, stored = line.strip().partition(" ")
        if not position.isdecimal() or len(stored) != 64:
            raise AnchorUnreadable(f"{path}, line {number}: expected a position and a hash, found {line[:80]!r}.")
        if anchors.setdefault(int(position), stored) != stored:
            raise AnchorUnreadable(f"{path}, line {number}: position {position} has two different hashes.")
    return anchors


def write_anchor(path: Path, report: Report) -> None:
    """Add the end of a sound chain to the anchor file, unless it is there already."""
    if report.position and report.position not in read_anchor(path):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{report.position} {report.hash}\n")
