"""PURE. What is said of a brand's name in a text: which brand, where, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a text names a brand; from the plainest on."""

    EXACT = "exact"
    """The name itself, whatever its case, with or without its accents, in one word or its own words."""
    CONFUSABLE = "confusable"
    """Other letters that look the same."""
    OBFUSCATED = "obfuscated"
    """The name, once digits, signs, spaces, dots, repeats, hidden letters, marks and joined words are undone."""
    EDITED = "edited"
    """The name but for a slip or two."""


_PLAINNESS = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Naming:
    """`text[start:end]`, which is `written`, names `brand`; `distance` is how many slips an edited name has."""

    brand: str
    kind: Kind
    start: int
    end: int
    written: str
    distance: int = 0


def plainest(found: Iterable[Naming]) -> list[Naming]:
    """Return the readings that do not overlap a plainer or longer one, in order of place.

    Readings of the same letters that are equally plain all stay: Dove the soap, DOVE the chocolate.
    """
    kept: list[Naming] = []
    claimed: dict[int, tuple[int, int, int, int]] = {}
    for naming in sorted(set(found), key=lambda naming: (_rank(naming), naming.brand)):
        rank = _rank(naming)
        if all(claimed.get(place, rank) == rank for place in range(naming.start, naming.end)):
            claimed |= dict.fromkeys(range(naming.start, naming.end), rank)
            kept.append(naming)
    return sorted(kept, key=lambda naming: (naming.start, naming.brand))


def _rank(naming: Naming) -> tuple[int, int, int, int]:
    """Return what orders readings; equal only for readings of the same letters."""
    return _PLAINNESS[naming.kind], naming.distance, naming.start - naming.end, naming.start
