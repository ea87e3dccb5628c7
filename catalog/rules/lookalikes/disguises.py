"""PURE. Pieces in a row that are a brand's name, plainly or once disguises are undone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate

from rapidfuzz.distance import OSA

from .brand_index import Spelling
from .edits import allowed
from .naming import Kind, Naming
from .pieces import Piece, closed, flat, joints, key, like, once, plainly, share_of_letters
from .reading import Reading

GAP = 8
"""Parts of one name are at most this many other characters apart."""

LETTERS_LEAST = 1 / 3
"""Share of a disguised name that must be letters or signs; below it the text is a number or an article code."""

SHORT = 3
"""Names up to this length are too near to codes and sizes to be told in disguise by themselves."""


def disguised(reading: Reading) -> Iterator[Naming]:
    """Yield where pieces in a row are a name, exactly or once disguises are undone."""
    for first in range(len(reading.pieces)):
        for run in _runs(reading, first):
            seen = "".join(piece.look for piece in run)
            for form in _forms(seen):
                for spelling in reading.index.by_key.get(key(form), ()):
                    yield from _named(reading, run, form, spelling)


def _runs(reading: Reading, first: int) -> Iterator[Sequence[Piece]]:
    """Yield the pieces from a place on, one by one more, for as long as they begin like a name."""
    index, pieces = reading.index, reading.pieces
    seen, end = "", pieces[first].start
    for last in range(first, len(pieces)):
        current = pieces[last]
        if current.start - end > GAP:
            return
        run = pieces[first : last + 1]
        yield run
        without_sign = closed(current)
        if without_sign is not None:
            yield [*run[:-1], without_sign]
        seen, end = seen + current.look, current.end
        if len(seen) > index.longest or key(seen) not in index.beginnings:
            return


def _forms(seen: str) -> set[str]:
    """Return what a look may have been before print: "cl" may be a "d", and "vvv" a repeated v instead of a w."""
    forms = {seen}
    if "cl" in seen:
        forms.add(seen.replace("cl", "d"))
    if "vv" in seen:
        forms.add(once(seen))
    return forms


def _named(reading: Reading, run: Sequence[Piece], seen: str, spelling: Spelling) -> Iterator[Naming]:
    """Yield the naming of a brand by a run of pieces with the same key, if it counts."""
    kind, distance = _kind(reading, run, seen, spelling)
    if kind and _counts(reading, run, kind, spelling):
        yield reading.naming(spelling, kind, run[0].start, run[-1].end, distance)


def _kind(reading: Reading, run: Sequence[Piece], seen: str, spelling: Spelling) -> tuple[Kind | None, int]:
    """Return how a run that comes down to the same key names the brand, or None, and how many slips it has."""
    if spelling.letters < SHORT and joints(reading.text, run) != spelling.joints:
        return None, 0
    is_whole = set(accumulate(len(plainly([piece])) for piece in run)) <= spelling.breaks
    is_plain = all(piece.is_plain for piece in run)
    if is_whole and is_plain and plainly(run) in spelling.plain:
        return Kind.EXACT, 0
    if len(run) == 1 and reading.is_word(run[0]):
        return None, 0
    if is_whole and is_plain and not _has_marks(run) and like(seen) in map(like, spelling.looks):
        return Kind.CONFUSABLE, 0
    distance = min(OSA.distance(flat(seen), form) for form in spelling.flats)
    if distance and len(flat(seen)) < min(map(len, spelling.flats)):
        return (Kind.EDITED, distance) if distance <= allowed(spelling.letters) else (None, 0)
    return Kind.OBFUSCATED, 0


def _has_marks(run: Sequence[Piece]) -> bool:
    return any(unicodedata.combining(part) for piece in run for part in unicodedata.normalize("NFD", piece.raw))


def _counts(reading: Reading, run: Sequence[Piece], kind: Kind, spelling: Spelling) -> bool:
    """Say whether naming a brand so is worth telling for a listing in that category."""
    if kind is Kind.EXACT:
        return not spelling.is_ordinary or (reading.is_sold(spelling) and _is_meant(reading, run, spelling))
    if share_of_letters(run, signs=True) < LETTERS_LEAST:
        return False
    is_sure = kind is Kind.CONFUSABLE or (kind is Kind.OBFUSCATED and _is_deliberate(run))
    return (is_sure and spelling.letters > SHORT) or reading.is_sold(spelling)


def _is_meant(reading: Reading, run: Sequence[Piece], spelling: Spelling) -> bool:
    """Say whether an ordinary word is written as a name: with a capital.

    Where all words have capitals that says nothing, so a word for products must stand at the beginning there.
    """
    if all(piece.raw.islower() for piece in run):
        return False
    is_first = run[0].start == reading.pieces[0].start
    return is_first or reading.capitals_tell or not spelling.entry.is_product_word


def _is_deliberate(run: Sequence[Piece]) -> bool:
    """Say whether nobody writes so by chance: foreign letters, digits or signs among letters, l e t t e r s apart."""
    if any(not piece.raw.isascii() or not piece.raw.isalpha() for piece in run):
        return True
    return len(run) >= SHORT and all(len(piece.raw) == 1 for piece in run)
