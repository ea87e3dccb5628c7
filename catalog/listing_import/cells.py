"""PURE. The cells of one column of many rows at once, as bytes: tests that decide most of them without a look at each.

A pattern that is tried on one cell after the other would cost more than all else in the check of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Letters = NDArray[np.uint8]
type Places = NDArray[np.int64]
type Mask = NDArray[np.bool_]

NEWLINE, SPACE = b"\n "
_BETWEEN = "\x1f"
_NO_ASCII = 0x80
# White space as `str.strip` has it, beyond ASCII: the bytes of each, as one number.
_SPACES = np.array([
    int.from_bytes(letter.encode()) for letter in map(chr, range(_NO_ASCII, 0x10000)) if letter.isspace()
])  # fmt: skip


def letters_of(text: str) -> Mask:
    """Return of all 256 bytes which are among these ASCII letters."""
    found: Mask = np.zeros(256, np.bool_)
    found[list(text.encode("ascii"))] = True
    return found


INSIDE_LETTERS: Mask = np.arange(256) >> 6 == 0b10
"""Of all 256 bytes those that only continue a letter of several bytes."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells in UTF-8: the one at place `i` is `letters[starts[i]:ends[i]]`; `letters` is never empty.

    `controls` are the places of the control characters in cells, rising. Masks have a truth for each cell.
    """

    letters: Letters
    starts: Places
    ends: Places
    controls: Places

    @classmethod
    def of(cls, texts: Sequence[str]) -> Cells:
        """Return the cells with these texts."""
        joined = _BETWEEN.join(texts)
        if joined.count(_BETWEEN) != len(texts) - 1:  # one control character is as good as another
            joined = _BETWEEN.join(text.replace(_BETWEEN, "\0") for text in texts)
        letters = np.frombuffer(f"{joined}{_BETWEEN}".encode("utf-8", "surrogatepass"), np.uint8)
        ends = np.flatnonzero(letters == ord(_BETWEEN))
        controls = np.flatnonzero((letters < SPACE) & (letters != ord(_BETWEEN)))
        return cls(letters, np.append(0, ends[:-1] + 1), ends, controls)

    @property
    def lengths(self) -> Places:
        """How many bytes each cell has."""
        lengths: Places = self.ends - self.starts
        return lengths

    def chosen(self, mask: Mask) -> Cells:
        """Return those cells of which the mask is true."""
        return Cells(self.letters, self.starts[mask], self.ends[mask], self.controls)

    def from_start(self, place: int) -> Letters:
        """Return the byte so far behind the first of each cell, 0 where the cell is shorter."""
        return self._at(self.starts + place)

    def from_end(self, place: int) -> Letters:
        """Return the byte so far before the last of each cell, 0 where the cell is shorter."""
        return self._at(self.ends - 1 - place)

    def beginnings(self, length: int) -> Letters:
        """Return the first bytes of each cell as a row of a table; every cell must have so many."""
        table: Letters = self.letters.take(self.starts[:, np.newaxis] + np.arange(length))
        return table

    def outside(self, letters: Mask) -> Places:
        """Return how many bytes of each cell are none of these letters."""
        lengths = self.lengths
        stops = np.cumsum(lengths)
        places = np.arange(stops[-1] if len(stops) else 0) + np.repeat(self.ends - stops, lengths)
        others = np.flatnonzero(~letters.take(self.letters.take(places)))
        return np.bincount(np.searchsorted(stops, others, side="right"), minlength=len(stops))

    def consist_of(self, letters: Mask) -> Mask:
        """Tell which cells have these letters only."""
        only: Mask = self.outside(letters) == 0
        return only

    def have_controls(self, *, but_newlines: bool = False) -> Mask:
        """Tell which cells have control characters."""
        controls = self.controls
        if not len(controls):
            return np.zeros(len(self.starts), np.bool_)
        if but_newlines:
            controls = controls[self.letters[controls] != NEWLINE]
        found: Mask = np.searchsorted(controls, self.starts) < np.searchsorted(controls, self.ends)
        return found

    def begin_with_space(self) -> Mask:
        """Tell which cells begin with white space or a control character; blank ones count."""
        return self._have_space_at(Cells.from_start, ((0, 1), (0, 1, 2)))

    def end_with_space(self) -> Mask:
        """Tell which cells end with white space or a control character; blank ones count."""
        return self._have_space_at(Cells.from_end, ((1, 0), (2, 1, 0)))

    def _have_space_at(self, edge: Callable[[Cells, int], Letters], sequences: Sequence[Sequence[int]]) -> Mask:
        """Tell which cells have white space at that edge; `sequences` are the places of the bytes of longer letters."""
        outermost = edge(self, 0)
        found: Mask = outermost <= SPACE
        if (several := outermost >= _NO_ASCII).any():
            some = self.chosen(several)
            for places in sequences:
                number = np.zeros(len(some.starts), np.int64)
                for place in places:
                    number = number << 8 | edge(some, place)
                found[several] |= np.isin(number, _SPACES)
        return found

    def _at(self, places: Places) -> Letters:
        is_inside = (places >= self.starts) & (places < self.ends)
        return np.where(is_inside, self.letters.take(np.where(is_inside, places, 0)), np.uint8(0))
