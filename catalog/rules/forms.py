"""PURE. The forms in which searched texts are kept, so that all engines search them alike.

A form is the text's words, joined by one space and with a space at both ends (" air max 90 "), so that words stand in a
text exactly if their form is part of the text's form. A text without words has the empty form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .lookalikes.skeleton import shape_of

KEPT = 256
"""How many texts' forms are remembered: those of a listing's searched facts, and the words of some hundred rules."""

_WORD = re.compile(r"[^\W_]+")
_DROPPED = {"Mn", "Mc", "Me", "Cf"}

# Digits and signs written for letters; i, l and 1 become one. Signs count only before a letter: "Sale!" ends in none.
_LEET = str.maketrans("01345789i@$!|€+", "oleastbglasllet")
_SIGN = re.compile(r"[@$!|€+](?!\w)")


@lru_cache(maxsize=KEPT)
def folded_words(text: str) -> str:
    """Return the words of a text whatever their case, accents and signs between them: " air max 90 ".

    Compatible letters become one (NFKD), case is folded as Unicode says, marks and invisible signs are dropped.
    """
    return _joined(_plain(text))


@lru_cache(maxsize=KEPT)
def skeleton_words(text: str) -> str:
    """Return the words of a text by what they look like: " alr max go " for "Air Max 90" and for "4ir M@x 9o".

    Letters of other alphabets become the Latin ones that they look like (`lookalikes.skeleton`), digits and signs the
    letters for which they are written. Capitals and small letters may look like others ("Þ", "þ" and "p"), so both are
    looked at.
    """
    return _joined(_SIGN.sub(" ", _seen(_seen(text))).translate(_LEET))


def _seen(text: str) -> str:
    return _plain("".join(map(shape_of, text)))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if unicodedata.category(letter) not in _DROPPED)


def _joined(text: str) -> str:
    words = _WORD.findall(text)
    return f" {' '.join(words)} " if words else ""
