"""PURE. The pieces of a text that can be part of a name, with their places, and the forms in which they compare."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .skeleton import SIGNS, shape_of

_STANDS_FOR = str.maketrans("i013456789|!$@€£¥¢§+(<2", "loleasgtbgllsaelycstccz")
"""What digits and signs are written for ("leet"); i and l become one, since capital I cannot be told from l."""

_REPEATS = re.compile(r"(.)\1+")
_SPACERS = ".-_*·/,"
_CLOSING_SIGNS = "!+(<|"
_BRACKETS = "(<"


@dataclass(frozen=True, slots=True)
class Piece:
    """An unbroken run of letters, digits and signs: `text[start:end]` of the original, and what it looks like.

    `look` is as in `skeleton.look`. `is_plain` says that no letter of it is hidden or bears a mark of its own, so that
    what is written is what is read.
    """

    start: int
    end: int
    raw: str
    look: str

    @property
    def is_plain(self) -> bool:
        """Say whether all that is written is plainly visible letters and digits."""
        return self.raw.isascii() or all(map(str.isalnum, unicodedata.normalize("NFC", self.raw)))


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces of a text in order. The time taken grows with the text's length and with nothing else."""
    found: list[Piece] = []
    start = end = -1
    shapes: list[str] = []
    for place, letter in enumerate(text):
        shape = shape_of(letter)
        if shape == " ":
            _close(text, start, end, shapes, found)
            start, shapes = -1, []
        elif shape or start >= 0:
            if start < 0:
                start = place
            end = place + 1
            shapes.append(shape)
    _close(text, start, end, shapes, found)
    return found


def _close(text: str, start: int, end: int, shapes: Sequence[str], found: list[Piece]) -> None:
    """Add the run of letters, without the signs around it that are punctuation or money."""
    first, last = 0, len(shapes)
    while first < last and shapes[first] in SIGNS and not _opens(shapes[first : first + 2]):
        first += 1
    while last > first + 1 and shapes[last - 1] in SIGNS and shapes[last - 2] in SIGNS:
        last -= 1
    if any(shape.isalnum() for shape in shapes[first:last]):
        begin, stop = start + first, end - (len(shapes) - last)
        found.append(Piece(begin, stop, text[begin:stop], "".join(shapes[first:last])))


def _opens(shapes: Sequence[str]) -> bool:
    """Say whether a sign may be the first letter of a name: not a bracket, and not before a number as in "$50"."""
    return len(shapes) > 1 and shapes[0] not in _BRACKETS and (shapes[1].isalpha() or shapes[1] in SIGNS)


def closed(piece: Piece) -> Piece | None:
    """Return the piece without one closing sign that may be punctuation ("Nike!"), or None if it has none."""
    if len(piece.look) < 2 or piece.look[-1] not in _CLOSING_SIGNS or piece.raw[-1] not in SIGNS:
        return None
    return Piece(piece.start, piece.end - 1, piece.raw[:-1], piece.look[:-1])


def flat(look: str) -> str:
    """Return a look with what is written for a letter undone: N1K3 and nike become "nlke", rn becomes m, vv w."""
    return look.replace("rn", "m").replace("vv", "w").translate(_STANDS_FOR)


def like(look: str) -> str:
    """Return a look with what cannot be told apart by eye made one: i, l and capital I; rn and m; vv and w."""
    return look.replace("rn", "m").replace("vv", "w").replace("i", "l")


def key(look: str) -> str:
    """Return a look as `flat`, with repeated letters as one. Equal for a name and its obfuscated spellings."""
    return once(flat(look))


def once(look: str) -> str:
    """Return a look with repeated letters as one."""
    return _REPEATS.sub(r"\1", look)


def plainly(pieces: Sequence[Piece]) -> str:
    """Return what is written in small letters without spaces and punctuation; accents stay."""
    joined = "".join(piece.raw for piece in pieces)
    if joined.isascii():
        return "".join(filter(str.isalnum, joined.lower()))
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", joined).casefold()))


def joints(text: str, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the signs that stand between the pieces: ("&",) in "H & M"."""
    return tuple(_signs(text[one.end : other.start]) for one, other in pairwise(pieces))


def _signs(between: str) -> str:
    shown = unicodedata.normalize("NFKC", between)
    return "".join(sign for sign in shown if unicodedata.category(sign)[0] in "PS" and sign not in _SPACERS)


def as_word(piece: Piece) -> str:
    """Return a piece as word lists have it, in small letters with its accents; empty if it is not plainly written."""
    if piece.raw.isascii():
        return piece.raw.lower()
    return unicodedata.normalize("NFC", piece.raw).casefold() if piece.is_plain else ""


def share_of_letters(run: Sequence[Piece], *, signs: bool = False) -> float:
    """Return which share of all that is seen in a run is letters, or else `signs`, 0..1; 0 without any letter."""
    seen = [letter for piece in run for letter in piece.raw if shape_of(letter)]
    letters = sum(letter.isalpha() or not letter.isascii() for letter in seen)
    counted = letters + (sum(letter in SIGNS and letter.isascii() for letter in seen) if signs else 0)
    return counted / len(seen) if letters else 0.0
