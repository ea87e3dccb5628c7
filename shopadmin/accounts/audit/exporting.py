"""The audit log as files: JSON Lines with all that is needed to verify it elsewhere, and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from shopadmin.csv_cells import safe_text

from .chain import FIELDS, FIRST_HASH, MOST_FAULTS, Fault, FaultKind, Report, chained, payload
from .models import AuditEntry, AuditQuerySet
from .presenting import is_unknown, known_people, who_it_was
from .verification import ROWS_A_FETCH, moment

if TYPE_CHECKING:
    from ..models import User

COLUMNS = (
    "position", "at", "actor_kind", "actor_name", "token_name", "action", "target_label", "target_key", "target_name",
    "before", "after", "reason", "request_id",
)  # fmt: skip


class NotAnExport(Exception):
    """A line is not one that `json_lines` wrote; the message says which."""


def json_lines(entries: AuditQuerySet) -> Iterator[str]:
    """Return one JSON object per sealed entry, in the order of the chain: its values, its hash and the one before.

    It names everybody, since names are part of what is sealed. Whoever has the file recomputes each hash as `chain`
    defines it, and compares the last one with an anchor.
    """
    before = AuditEntry.objects.filter(position=OuterRef("position") - 1).values("hash")
    rows = entries.filter(position__isnull=False).order_by("position")
    rows = rows.annotate(previous_hash=Coalesce(Subquery(before), Value(FIRST_HASH)))
    for values in rows.values(*FIELDS, "hash", "previous_hash").iterator(chunk_size=ROWS_A_FETCH):
        yield json.dumps({**values, "at": moment(values["at"])}, ensure_ascii=False) + "\n"


def csv_lines(entries: AuditQuerySet, reader: User) -> Iterator[str]:
    """Return the rows of a CSV file, newest first, as `reader` may read them; no cell is a formula to a spreadsheet.

    It begins with a byte order mark, without which Excel misreads every letter beyond ASCII.
    """
    yield "\ufeff" + _csv_row(COLUMNS)
    known = known_people(reader)
    for entry in entries.newest_first().iterator(chunk_size=ROWS_A_FETCH):
        if is_unknown(entry, known):
            entry.actor_name, entry.token_name = who_it_was(entry, known), ""
        yield _csv_row(_cell(getattr(entry, column)) for column in COLUMNS)


def verify_export(lines: Iterable[str], anchors: Mapping[int, str]) -> Report:
    """Check a file of `json_lines`, whatever was filtered: each entry by its own hash, neighbours by their chain, and
    those that an anchor names by that.

    Raises `NotAnExport` for a line of another form.
    """
    faults: list[Fault] = []
    faults_count, number, last = 0, 0, _Exported(0, FIRST_HASH, "", True)
    for number, line in enumerate(lines, start=1):
        entry = _exported(number, line)
        for kind, text in _export_faults(entry, last, anchors):
            faults_count += 1
            if len(faults) < MOST_FAULTS:
                faults.append(Fault(kind, entry.position, f"Line {number}: entry {entry.position} {text}."))
        last = entry
    return Report(number, last.position, last.hash, tuple(faults), faults_count)


class _Exported(NamedTuple):
    position: int
    hash: str
    previous_hash: str
    fits: bool


def _exported(number: int, line: str) -> _Exported:
    try:
        entry = json.loads(line)
        position, stored, previous = int(entry["position"]), str(entry["hash"]), str(entry["previous_hash"])
        text = payload([entry[name] for name in FIELDS])
        return _Exported(position, stored, previous, chained(previous, text) == stored)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotAnExport(f"Line {number} is not an exported entry: {error!r}.") from error


def _export_faults(entry: _Exported, last: _Exported, anchors: Mapping[int, str]) -> Iterator[tuple[FaultKind, str]]:
    if not entry.fits:
        yield FaultKind.CHANGED, "is not as it was sealed"
    if anchors.get(entry.position, entry.hash) != entry.hash:
        yield FaultKind.REWRITTEN, "is not the one that the anchor names"
    if entry.position <= last.position:
        yield FaultKind.MOVED, "stands behind a later one"
    elif entry.position == last.position + 1 and entry.previous_hash != last.hash:
        yield FaultKind.CHANGED, "does not follow the one before"


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    return safe_text(value if isinstance(value, str) else moment(value))


def _csv_row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
