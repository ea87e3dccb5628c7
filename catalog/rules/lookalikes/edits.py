"""PURE. Names within a few slips of the hand: letters left out, added, changed, or two neighbours swapped.

The distance is that of optimal string alignment (OSA). So as not to compare with each of 5,000 names, both sides are
looked up by what is left when up to that many letters are deleted from their beginnings: two strings within k slips
share one of these. Source: Wolf Garbe's symmetric delete method ("SymSpell", 2012), with a prefix of seven letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from rapidfuzz.distance import OSA

PREFIX = 7
"""Letters of the beginning that are looked up; what follows is left to the comparison itself."""

MOST = 2


def allowed(letters: int) -> int:
    """Return how many slips a name of so many letters forgives: none up to 3, one up to 8, two above.

    Measured on the tuning half of `bench_spoofs`: forgiving two from 8 letters on catches 0.06 % more of the spoofs,
    and takes a fifth more of the nearest innocent words for the brand.
    """
    if letters <= 3:
        return 0
    return 1 if letters <= 8 else MOST


class NearNames[T]:
    """Names by what they are within a few slips of."""

    def __init__(self, names: Iterable[tuple[str, int, T]]) -> None:
        """Take names as written, with the slips that each forgives and what it stands for."""
        self._names = [named for named in names if named[1]]
        self._left: dict[str, list[int]] = {}
        self._longest = max((len(name) + slips for name, slips, _meaning in self._names), default=0)
        for number, (name, slips, _meaning) in enumerate(self._names):
            for rest in set(_deletions(name[:PREFIX], slips)):
                self._left.setdefault(rest, []).append(number)

    def near(self, text: str) -> Iterator[tuple[T, int]]:
        """Yield what names at least one slip away, and no more than they forgive, stand for, with the slips.

        Of two slips, none may be in the first letter: spoofers keep it, foreign words do not.
        """
        if len(text) > self._longest:
            return
        left = self._left
        for number in {number for rest in _deletions(text[:PREFIX], MOST) for number in left.get(rest, ())}:
            name, slips, meaning = self._names[number]
            distance = OSA.distance(name, text, score_cutoff=slips)
            if 0 < distance <= slips and (distance < MOST or name[0] == text[0]):
                yield meaning, distance


def _deletions(text: str, most: int) -> Iterator[str]:
    """Yield the text with 0 to `most` letters left out."""
    length = len(text)
    for count in range(min(most, length) + 1):
        for kept in combinations(text, length - count):
            yield "".join(kept)
