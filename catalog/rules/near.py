"""PURE. Which name was meant by one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

NEAR = 70.0
"""Below this similarity (RapidFuzz's ratio, 0 to 100) a name is none that was misspelt: two letters of seven differ."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another, whatever its case; empty if none is like it."""
    found = process.extractOne(name.lower(), list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=NEAR)
    return str(found[0]) if found else ""
