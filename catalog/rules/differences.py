"""PURE. What differs between two texts, word by word, for reading side by side or in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\s+|\d+(?:\.\d+)?|\w+|\W")


class Kind(StrEnum):
    """In which of two texts a part stands."""

    SAME = "same"
    GONE = "gone"
    """Only in the earlier one."""
    NEW = "new"
    """Only in the later one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text, and in which of the two it stands."""

    kind: Kind
    text: str


def differences(earlier: str, later: str) -> list[Part]:
    """Return the parts of both texts in reading order: those that are not new make up the earlier text, those that are
    not gone the later one. Words and signs stay whole; neighbours of one kind are one part.
    """
    before, after = _WORD.findall(earlier), _WORD.findall(later)
    parts: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Part(Kind.SAME, "".join(before[a:b])))
            continue
        parts += _changed("".join(before[a:b]), "".join(after[c:d]))
    return parts


def _changed(gone: str, new: str) -> Iterator[Part]:
    if gone:
        yield Part(Kind.GONE, gone)
    if new:
        yield Part(Kind.NEW, new)
