"""PURE. Which brands a text names, and how: plainly, in letters that look alike, in disguise, or misspelt.

What is written is compared as a whole: pieces of the text in a row must be the name, and not only contain it, so that
"boots" is not Boss. Ordinary words are no attempts at a name, and what a misspelling means depends on what is sold:
`README.md` has each gate and what it costs.
"""

from __future__ import annotations

from .brand_index import BrandIndex
from .disguises import disguised
from .joined import joined
from .misspellings import misspelt
from .naming import Naming, plainest
from .reading import Reading


def names_in(text: str, index: BrandIndex, category: str = "") -> list[Naming]:
    """Return which brands the text names, in order of place; `category` is the path of its listing, empty if none.

    Where two readings overlap, the plainer one counts, then the longer one. The time taken grows with the text's
    length. Any text is taken: empty, with lone surrogates, or of nothing but marks.
    """
    reading = Reading(text, index, category)
    found = list(disguised(reading))
    taken = {place for naming in found for place in range(naming.start, naming.end)}
    rest = [None if piece.start in taken else piece for piece in reading.pieces]
    unknown = [piece is not None and not reading.is_word(piece) for piece in rest]
    found += misspelt(reading, rest, unknown)
    for piece, is_unknown in zip(reading.pieces, unknown, strict=True):
        if is_unknown:
            found += joined(reading, piece)
    return plainest(found)
