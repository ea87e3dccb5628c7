"""PURE. Pieces that are a brand's name but for a slip or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from .brand_index import Spelling
from .edits import allowed
from .naming import Kind, Naming
from .pieces import Piece, flat, share_of_letters
from .reading import Reading

LETTERS_LEAST = 2 / 3
"""Share of a misspelt name that must be letters, so that article codes are none."""

WORDS_MOST = 4
"""A misspelt name is looked for in at most this many pieces in a row."""


def misspelt(reading: Reading, pieces: Sequence[Piece | None], unknown: Sequence[bool]) -> Iterator[Naming]:
    """Yield where pieces are nearly a name. None stands where a name was found already; unknown ones are no words.

    A name of several words is also found by one word of it that is written rightly, whatever the others are.
    """
    index = reading.index
    for first, piece in enumerate(pieces):
        if piece is None:
            continue
        run: list[Piece] = []
        for last in range(first, min(len(pieces), first + WORDS_MOST, first + index.most_words)):
            more = pieces[last]
            if more is None:
                break
            run.append(more)
            if any(unknown[first : last + 1]) and share_of_letters(run) >= LETTERS_LEAST:
                yield from _near(reading, run)
        for spelling, place in index.by_word.get(flat(piece.look), ()):
            yield from _around(reading, pieces, first - place, spelling)


def _near(reading: Reading, run: Sequence[Piece]) -> Iterator[Naming]:
    near = reading.index.near if len(run) == 1 else reading.index.near_long
    for spelling, distance in near.near(flat("".join(piece.look for piece in run))):
        if reading.is_sold(spelling):
            yield reading.naming(spelling, Kind.EDITED, run[0].start, run[-1].end, distance)


def _around(reading: Reading, pieces: Sequence[Piece | None], first: int, spelling: Spelling) -> Iterator[Naming]:
    """Yield a name of several words that begins at a place, if the pieces there are nearly it."""
    words = len(spelling.word_looks)
    run = [piece for piece in pieces[max(first, 0) : first + words] if piece is not None]
    if first < 0 or len(run) < words or not reading.is_sold(spelling):
        return
    seen = flat("".join(piece.look for piece in run))
    slips = allowed(spelling.letters)
    distance = min(OSA.distance(seen, form, score_cutoff=slips) for form in spelling.flats)
    if 0 < distance <= slips:
        yield reading.naming(spelling, Kind.EDITED, run[0].start, run[-1].end, distance)
