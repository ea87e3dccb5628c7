"""PURE. Which rows of a file must be judged cell by cell, because a quick look does not accept all of their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .cells import NEWLINE, SPACE, Cells, Letters, Mask, Places
from .columns import BY_NAME, PRICE, WORDS
from .direct import Irregular
from .headers import PRICE_IN

_QUOTE, _RETURN = b'"\r'
# A record that goes on for longer is no table's; looking for its end again and again would take ever longer.
_LONGEST_RECORD = 1 << 26


def are_accepted(columns: Iterable[tuple[str, Cells]]) -> Mask:
    """Tell of which rows every cell is blank or accepted by its column; `columns` has the cells of each field."""
    found: Mask | None = None
    for name, cells in columns:
        column = PRICE if name.startswith(PRICE_IN) else BY_NAME[name]
        is_there = cells.lengths > 0
        if is_there.all():
            accepted = column.accepts(cells)
        else:
            accepted = ~is_there
            accepted[is_there] = column.accepts(cells.chosen(is_there))
        found = accepted if found is None else found & accepted
    assert found is not None
    return found


class Screen:
    """Looks at the pieces of a delimited file that the database reads itself, and notes the places of odd rows.

    `rows` counts those that were looked at.
    """

    def __init__(self, fields: Sequence[str], delimiter: str) -> None:
        self._fields = fields
        self._delimiter = ord(delimiter)
        self._rest = b""
        self.rows = 0
        self._odd: list[Places] = []

    def odd(self) -> Places:
        """The places of the rows that must be judged cell by cell, rising from 0."""
        return np.concatenate([np.empty(0, np.int64), *self._odd])

    def look(self, piece: bytes) -> None:
        """Look at whole lines. A record that does not end with them is looked at with the next ones.

        Raises `Irregular` where rows are of another width than the header.
        """
        data = self._rest + piece if self._rest else piece
        letters = np.frombuffer(data if data.endswith(b"\n") else data + b"\n", np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        self._rest = data if len(quotes) % 2 else b""
        if self._rest:
            if len(data) > _LONGEST_RECORD:
                raise Irregular
            return
        columns = zip(self._fields, cut(letters, quotes, len(self._fields), self._delimiter), strict=True)
        accepted = are_accepted((name, cells) for name, cells in columns if name and name not in WORDS)
        self._odd.append(self.rows + np.flatnonzero(~accepted))
        self.rows += len(accepted)

    def end(self) -> None:
        """Tell that there are no more lines. Raises `Irregular` when a record has not ended."""
        if self._rest:
            raise Irregular


def cut(letters: Letters, quotes: Places, width: int, delimiter: int) -> list[Cells]:
    """Cut whole records, each with `width` cells, into columns.

    `quotes` are the places of quotes; these and carriage returns must be as `direct.direct_pieces` wants them. Raises
    `Irregular` for records of another width.
    """
    controls = np.flatnonzero((letters < SPACE) & (letters != _RETURN))
    lines = _outside(quotes, controls[letters[controls] == NEWLINE])
    ends = _outside(quotes, np.flatnonzero((letters == delimiter) | (letters == NEWLINE)))
    if not np.array_equal(ends[width - 1 :: width], lines):
        raise Irregular
    inside = np.setdiff1d(controls, ends, assume_unique=True) if len(controls) > len(lines) else controls[:0]
    starts = np.append(0, ends[:-1] + 1)
    opening = quotes[::2]
    quoted = np.searchsorted(starts, opening)
    quoted = quoted[starts.take(quoted, mode="clip") == opening]
    ends[width - 1 :: width] -= letters[lines - 1] == _RETURN
    starts[quoted] += 1
    ends[quoted] -= 1
    return [Cells(letters, starts[at::width], ends[at::width], inside) for at in range(width)]


def _outside(quotes: Places, places: Places) -> Places:
    """Return those of the places that do not lie between a quote and the next."""
    first, behind = np.searchsorted(places, quotes[::2]), np.searchsorted(places, quotes[1::2])
    counts = behind - first
    inside = np.repeat(behind - np.cumsum(counts), counts) + np.arange(counts.sum())
    return np.delete(places, inside)
