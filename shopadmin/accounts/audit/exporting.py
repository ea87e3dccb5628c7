"""The audit log as files: JSON Lines with all that is needed to verify it elsewhere, and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from .chain import FIELDS, FIRST_HASH, Fault, FaultKind, chained, payload
from .models import AuditEntry, AuditQuerySet
from .presenting import is_unknown, known_people, who_it_was
from .verification import ROWS_A_FETCH, moment

if TYPE_CHECKING:
    from ..models import User

COLUMNS = (
    "position", "at", "actor_kind", "actor_name", "token_name", "action", "target_label", "target_key", "target_name",
    "before", "after", "reason", "request_id",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


def export_faults(lines: Iterable[str]) -> Iterator[Fault]:
    """Check a file of `json_lines`, whatever was filtered: each entry by its own hash, neighbours by their chain.

    Raises `NotAnExport` for a line of another form.
    """
    last: Mapping[str, Any] = {}
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            position, previous = int(entry["position"]), entry["previous_hash"]
            fits = chained(previous, payload([entry[name] for name in FIELDS])) == entry["hash"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotAnExport(f"Line {number} is not an exported entry: {error}.") from error
        if not fits or (position == 1 and previous != FIRST_HASH):
            yield Fault(FaultKind.CHANGED, position, f"Line {number}: entry {position} is not as it was sealed.")
        if last and position <= last["position"]:
            yield Fault(FaultKind.MOVED, position, f"Line {number}: entry {position} stands behind a later one.")
        elif last and position == last["position"] + 1 and previous != last["hash"]:
            yield Fault(FaultKind.CHANGED, position, f"Line {number}: entry {position} does not follow the one before.")
        last = entry


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    text = value if isinstance(value, str) else moment(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
