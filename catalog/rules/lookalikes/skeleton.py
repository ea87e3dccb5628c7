"""PURE. What text looks like: the skeleton of Unicode's security mechanisms, and a coarser form for comparing names.

Two texts are *confusable* when their skeletons are equal (UTS #39, section 4). A skeleton is for comparing with other
skeletons only: it turns "modern" into "rnodern", and is never shown or kept as a name. It is made before case is
folded: the Greek "ΝΙΚΕ" looks like "NIKE", but in small letters like nothing that is called Nike.
The table is that of Unicode 18, from the package `glyphguard`; `SUPPLEMENT` has what it leaves out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from glyphguard import confusables, ucd

SUPPLEMENT = {
    # The table ends at these signs of their own, where buyers see a letter in another hand.
    "ĸ": "k", "ʍ": "m", "ᴎ": "n", "ᴙ": "r", "ꞓ": "e", "Ꞓ": "e", "ɜ": "3", "ƅ": "b", "ß": "b", "Ʌ": "a", "Ʃ": "e",
    # Greek and Cyrillic letters that are drawn for a Latin one in headlines ("ДDIDДS", "SДMSЦПG").
    "И": "n", "и": "n", "Я": "r", "я": "r", "Д": "a", "д": "a", "Ц": "u", "ц": "u", "п": "n", "π": "n", "Π": "n",
    "П": "n", "б": "b", "Б": "b", "Г": "r", "Γ": "r", "Ш": "w", "щ": "w", "Щ": "w", "ω": "w", "χ": "x",
    "λ": "a", "μ": "u", "ẟ": "d", "δ": "d", "Σ": "e", "ξ": "e", "Ξ": "e", "Δ": "a", "э": "e", "з": "3", "ς": "s",
    # Turned and open letters, and the small ring.
    "Ǝ": "e", "ǝ": "e", "ə": "e", "ɘ": "e", "ɐ": "a", "ɔ": "c", "Ɔ": "c", "ɹ": "r", "ɥ": "h", "ʇ": "t", "ʌ": "v",
    "°": "o", "ʞ": "k", "ɿ": "r", "ɛ": "e", "Ɛ": "e", "ℇ": "e", "ʃ": "s",
}  # fmt: skip
"""Letters that buyers take for Latin ones and the table does not, found with names of brands written in them."""

SIGNS = frozenset("@$€£¥¢§!|+(<")
"""Signs that may stand for a letter; elsewhere they are punctuation."""

_UNSEEN_SYMBOLS = frozenset("™®©℠℗")
"""Marks beside a name. They have letters in their decomposition, which do not belong to the name."""

_LATIN_NAME = re.compile(
    r"(?:LATIN (?:SMALL|CAPITAL) LETTER|(?:LATIN|MODIFIER) LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER|LATIN CAPITAL LETTER SMALL CAPITAL) ([A-Z])(?: WITH .*)?"
)
"""Names of letters that are a Latin letter in another shape: small capitals, hooks and strokes, boxes, flags."""


def skeleton(text: str) -> str:
    """Return the skeleton of UTS #39: NFD, without default-ignorable letters, mapped by the table, NFD.

    Case and accents stay. Equal for texts that look the same; the skeleton of a skeleton is itself.
    """
    return confusables.skeleton(text)


def look(text: str) -> str:
    """Return what is read at a glance: skeletons without accents, case and separators.

    Small Latin letters, digits from 2 on, `SIGNS`, and letters that look like none of these. 0 becomes o, 1 and capital
    I become l; the small i stays, so that `i` and `l` are not mixed where they can be told apart.
    """
    return "".join(shape for shape in map(shape_of, text) if shape != " ")


@lru_cache(maxsize=16_384)
def shape_of(letter: str) -> str:
    """Return what one character looks like: letters, digits or a sign as in `look`; " " if it separates words.

    Empty if it is not seen by itself: zero-width letters, marks above and below others, direction controls.
    """
    if letter in SIGNS:
        return letter
    if letter in _UNSEEN_SYMBOLS:
        return " "
    if ucd.is_default_ignorable(ord(letter)):
        return ""
    parts = unicodedata.normalize("NFD", letter)
    shapes = "".join(map(_part, parts)).replace("rn", "m")
    if shapes:
        return shapes
    return "" if all(unicodedata.category(part)[0] == "M" for part in parts) else " "


def _part(letter: str) -> str:
    """Return the letters and digits that one part of a decomposed character looks like: by the table, and by NFKD."""
    if letter in SUPPLEMENT:
        return SUPPLEMENT[letter]
    read = _mapped(letter)
    for _time in range(2):  # A prototype can be a compatibility letter, and that has a prototype again.
        read = "".join(map(_mapped, unicodedata.normalize("NFKD", read)))
    return "".join(map(_plain, read))


def _mapped(letter: str) -> str:
    """Return the table's prototype of a letter, a digit, or a symbol that is drawn like one ("∪", "℮").

    A small m stays, which the table takes for "rn"; so does punctuation, which people set between names.
    """
    if letter == "m" or unicodedata.category(letter)[0] in "PZ":
        return letter
    prototype = confusables.prototype(letter)
    return prototype if letter.isalnum() or prototype.isalnum() else letter


def _plain(letter: str) -> str:
    """Return a prototype as a small Latin letter where it is drawn like one; empty if it is no letter or digit."""
    if letter.isascii():
        return letter.lower() if letter.isalnum() else ""
    if letter in SUPPLEMENT:
        return SUPPLEMENT[letter]
    named = _LATIN_NAME.fullmatch(unicodedata.name(letter, ""))
    if named:
        return named[1].lower()
    return letter if letter.isalnum() else ""
