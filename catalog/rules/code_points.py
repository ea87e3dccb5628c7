"""PURE. Sets of characters as ranges of code points, and how PostgreSQL's regular expressions write them."""

from __future__ import annotations

type Ranges = list[tuple[int, int]]
"""First and last code point of each range."""

LAST = 0x10FFFF


def has_case(character: str) -> bool:
    """Return whether a character is a letter, or has another case."""
    return character.isalpha() or character.lower() != character or character.upper() != character


def merged(ranges: Ranges) -> Ranges:
    """Return ranges in order, those that touch as one."""
    apart: Ranges = []
    for low, high in sorted(ranges):
        if apart and low <= apart[-1][1] + 1:
            apart[-1] = (apart[-1][0], max(high, apart[-1][1]))
        else:
            apart.append((low, high))
    return apart


def complement(ranges: Ranges) -> Ranges:
    """Return all other characters but NUL, which never stands in a text."""
    gaps, after = [], 1
    for low, high in merged(ranges):
        gaps.append((after, low - 1))
        after = high + 1
    return [(low, high) for low, high in [*gaps, (after, LAST)] if low <= high]


def written(ranges: Ranges, *, negated: bool = False) -> str:
    """Return a class, or a single character, in PostgreSQL's syntax."""
    apart = merged(ranges)
    if not negated and len(apart) == 1 and apart[0][0] == apart[0][1]:
        return _escaped(apart[0][0])
    parts = [_escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}" for low, high in apart]
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _escaped(code: int) -> str:
    character = chr(code)
    if character == " " or (character.isascii() and character.isalnum()):
        return character
    return f"\\U{code:08x}"
