"""What the pages of a bulk action show of its listings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.utils.functional import Promise

from shopadmin.accounts.models import User

from ..models import BulkAction, BulkChange, Product
from .kinds import Kind
from .wording import NOT_PUT_BACK, WHY_NOT, Line, lines, reasons

SHOWN = 20
SHOWN_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A listing with what changes, or what it lacks."""

    product: Product
    lines: list[Line]
    lacks: str
    version: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many listings share an outcome, why, and the first of them."""

    code: str
    why: str | Promise
    count: int
    rows: Sequence[Row] = ()

    @property
    def more(self) -> int:
        """How many of them are not shown."""
        return self.count - len(self.rows)


def rows_of(action: BulkAction, changes: Iterable[BulkChange]) -> list[Row]:
    """Return the rows for changes that were fetched `with_card`."""
    kind = Kind(action.kind)
    return [Row(change.product, lines(change, kind), reasons(change), change.version) for change in changes]


def first_rows(action: BulkAction, reader: User) -> list[Row]:
    """Return the first listings that change; the reader sees only those of sellers that they see today."""
    return rows_of(action, action.changes.done().for_user(reader).with_card()[:SHOWN])


def left_alone(action: BulkAction, reader: User) -> list[Group]:
    """Return the listings that are left alone by the reason, with the first of each."""
    changes = action.changes.left_alone().for_user(reader).first_of_each("outcome", SHOWN_OF_EACH).with_card()
    found = {code: rows_of(action, some) for code, some in groupby(changes, attrgetter("outcome"))}
    return [Group(code, WHY_NOT[code], count, found.get(code, ())) for code, count in _sorted(action.counts, WHY_NOT)]


def undone(action: BulkAction) -> list[Group]:
    """Return how many listings the undo put back, and how many it left for which reason."""
    return [Group(code, NOT_PUT_BACK[code], count) for code, count in _sorted(action.undo_counts, NOT_PUT_BACK)]


def _sorted(counts: Mapping[str, int], names: Mapping[str, str | Promise]) -> list[tuple[str, int]]:
    return [(code, counts[code]) for code in names if counts.get(code)]
