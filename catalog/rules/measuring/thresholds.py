"""PURE. The thresholds of a rule: where it stops to fire, and in which windows values are counted there.

What sellers are told never names a threshold, so those who evade one look for it by trying, and stop just beyond.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import ceil, floor, log10

import numpy as np

from ..fact_types import Fact
from ..scanning import scan
from ..tree import AllOf, AnyOf, Choice, Compare, Comparison, FactValue, Literal, Node, Not, ValueType, children
from .bunching import Design, Innocent, Integers

SHARES = 1000
"""Numbers with decimals that are no amounts of money are counted in thousandths."""
WIDEST = 100
"""Windows are at most so wide, in cents, thousandths or days, as long as there are not too many of them."""
LEAST_UNITS, MOST_UNITS = 10, 3000
"""So many windows lie between 0 and a threshold: with fewer hardly any is alike, with more each is nearly empty."""
BINS_BESIDE = 8
"""So many windows are drawn on each side of the threshold's."""

_MIRRORED = {
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}


class Firing(Enum):
    """Whether a part helps a rule to fire when it is true, when it is false, or now so and now so."""

    WHEN_TRUE = 1
    WHEN_FALSE = -1
    EITHER = 0

    @property
    def turned(self) -> Firing:
        """The same of a part that stands behind a "not"."""
        return Firing(-self.value)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fact is compared with a number: `how` as if the fact stood on the left.

    `at` is where the number stands in the rule's text. `innocent` is the side on which the rule does not fire.
    """

    fact: Fact
    how: Comparison
    number: float
    at: int
    innocent: Innocent

    @property
    def is_whole(self) -> bool:
        """Whether the fact is a whole number."""
        return isinstance(self.number, int)

    def edge(self, scale: int) -> int:
        """Return the innocent value next to the rule, in parts of which `scale` are one."""
        return self._border(scale) if self.innocent == Innocent.ABOVE else self._border(scale) - 1

    def moved(self, width: int, scale: int) -> str:
        """Return the number as a rule writes it that lets the rule fire on `width` values more, from the edge on."""
        border = self._border(scale) + int(self.innocent) * width
        number = border if self.how in {Comparison.LESS, Comparison.AT_LEAST} else border - 1
        return str(number) if self.is_whole else str(number / scale)

    def _border(self, scale: int) -> int:
        """Return the least value on the upper side."""
        exact = round(self.number * scale, 6)
        return ceil(exact) if self.how in {Comparison.LESS, Comparison.AT_LEAST} else floor(exact) + 1


def thresholds_of(tree: Node, *, fires_for_seller: bool = False) -> list[Threshold]:
    """Return the thresholds of a rule in the order of its text; equal and unequal are none.

    `fires_for_seller` says that sellers want the rule to fire, as one that allows: then the other side is innocent.
    """
    begin = Firing.WHEN_FALSE if fires_for_seller else Firing.WHEN_TRUE
    return sorted(_found(tree, begin), key=lambda found: (found.at, found.innocent))


def design_at(edge: int) -> Design:
    """Return which windows are compared around a threshold; the edge is in cents, thousandths, days or pieces."""
    widest = 10 ** max(0, floor(log10(max(edge, 1) / LEAST_UNITS)))
    unit = max(min(WIDEST, widest), 10 ** max(0, ceil(log10(max(edge, 1) / MOST_UNITS))))
    return Design(unit=unit, width=unit)


def bins_beside(values: Integers, edge: int, innocent: Innocent, design: Design) -> list[int]:
    """Return how many values lie in each window near the threshold, by rising value.

    The threshold's own window is in the middle, with `BINS_BESIDE` on each side.
    """
    steps = (np.asarray(values, dtype=np.int64) - edge) * int(innocent) // design.unit
    near = steps[np.abs(steps) <= BINS_BESIDE] + BINS_BESIDE
    counts: list[int] = np.bincount(near, minlength=2 * BINS_BESIDE + 1).tolist()
    return counts if innocent == Innocent.ABOVE else counts[::-1]


def with_number(text: str, threshold: Threshold, number: str) -> str:
    """Return a rule's text with another number in place of the threshold's."""
    end = next(piece.end for piece in scan(text) if piece.start == threshold.at)
    return text[: threshold.at] + number + text[end:]


def _found(node: Node, firing: Firing) -> Iterator[Threshold]:
    match node:
        case Not():
            yield from _found(node.operand, firing.turned)
        case AllOf() | AnyOf():
            for operand in node.operands:
                yield from _found(operand, firing)
        case Choice():
            yield from _found(node.condition, Firing.EITHER)
            yield from _found(node.then, firing)
            yield from _found(node.otherwise, firing)
        case Compare() if (compared := _compared(node)) is not None:
            fact, how, literal = compared
            fires_below = how in {Comparison.LESS, Comparison.AT_MOST}
            for side in _innocent(firing, fires_below):
                yield Threshold(fact.fact, how, literal.value, literal.at, side)  # type: ignore[arg-type]
        case _:
            for child in children(node):
                yield from _found(child, Firing.EITHER)


def _compared(node: Compare) -> tuple[FactValue, Comparison, Literal] | None:
    """Return fact, sign and number of a comparison that orders a fact and a number."""
    if node.how not in _MIRRORED or node.left.type not in {ValueType.INT, ValueType.DOUBLE}:
        return None
    match node.left, node.right:
        case FactValue() as fact, Literal() as number:
            return fact, node.how, number
        case Literal() as number, FactValue() as fact:
            return fact, _MIRRORED[node.how], number
        case _:
            return None


def _innocent(firing: Firing, fires_below: bool) -> list[Innocent]:
    """Return the sides on which the rule does not fire: both, where it may be either."""
    if firing == Firing.EITHER:
        return [Innocent.BELOW, Innocent.ABOVE]
    above = fires_below == (firing == Firing.WHEN_TRUE)
    return [Innocent.ABOVE if above else Innocent.BELOW]
