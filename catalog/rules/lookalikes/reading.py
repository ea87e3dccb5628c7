"""PURE. A text of a listing as it is read for names: in pieces, beside an index, in a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .brand_index import BrandIndex, Spelling
from .naming import Kind, Naming
from .pieces import Piece, as_word, pieces_of

SMALL_WORD = 5
"""A word of this many small letters says that capitals mean something; shorter ones are small in any headline."""


@dataclass(frozen=True)
class Reading:
    """A text, the brands to look for, and the path of the listing's category, empty if none."""

    text: str
    index: BrandIndex
    category: str

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        """The pieces of the text in order."""
        return pieces_of(self.text)

    @cached_property
    def capitals_tell(self) -> bool:
        """Whether a capital letter says that a word is a name: not where all words have one, or none."""
        return any(len(piece.raw) >= SMALL_WORD and piece.raw.islower() for piece in self.pieces)

    def is_word(self, piece: Piece) -> bool:
        """Say whether a piece is an ordinary word, plainly written."""
        return self.index.is_word(as_word(piece))

    def is_sold(self, spelling: Spelling) -> bool:
        """Say whether the brand is sold in the listing's category."""
        return spelling.entry.is_sold_in(self.category)

    def naming(self, spelling: Spelling, kind: Kind, start: int, end: int, distance: int = 0) -> Naming:
        """Return that `text[start:end]` names the brand."""
        return Naming(spelling.entry.name, kind, start, end, self.text[start:end], distance)
