"""PURE. A brand's name written in one with ordinary words: "officialrolexstore"."""

from __future__ import annotations

from collections.abc import Iterator

from .naming import Kind, Naming
from .pieces import Piece, flat, key
from .reading import Reading
from .skeleton import look

NAME_LEAST, WORD_LEAST = 4, 3
"""Letters of a name, and of a word, that are told apart in one; shorter ones are in too many words by chance."""

LONGEST = 60
"""Letters of a piece in which a name is looked for; longer ones are no name with a word or two."""


def joined(reading: Reading, piece: Piece) -> Iterator[Naming]:
    """Yield the names between words in a piece that is no word itself."""
    length = len(piece.raw)
    if not NAME_LEAST + WORD_LEAST <= length <= LONGEST or not piece.raw.isalnum():
        return
    for start in (0, *_word_ends(reading, piece)):
        for end in (*_word_starts(reading, piece), length):
            if NAME_LEAST <= end - start < length:
                yield from _between(reading, piece, start, end)


def _word_ends(reading: Reading, piece: Piece) -> list[int]:
    """Return after how many letters a word that the piece begins with ends."""
    small = piece.raw.lower()
    cuts = range(WORD_LEAST, len(small) - NAME_LEAST + 1)
    return [cut for cut in cuts if _may_adjoin(reading, small[:cut])]


def _word_starts(reading: Reading, piece: Piece) -> list[int]:
    """Return after how many letters a word that the piece ends with starts."""
    small = piece.raw.lower()
    cuts = range(NAME_LEAST, len(small) - WORD_LEAST + 1)
    return [cut for cut in cuts if _may_adjoin(reading, small[cut:])]


def _may_adjoin(reading: Reading, part: str) -> bool:
    return part.isdecimal() or reading.index.is_word(part)


def _between(reading: Reading, piece: Piece, start: int, end: int) -> Iterator[Naming]:
    seen = look(piece.raw[start:end])
    for spelling in reading.index.by_key.get(key(seen), ()):
        is_told = spelling.letters >= NAME_LEAST and not spelling.is_ordinary and flat(seen) in spelling.flats
        if is_told and reading.is_sold(spelling):
            yield reading.naming(spelling, Kind.OBFUSCATED, piece.start + start, piece.start + end)
