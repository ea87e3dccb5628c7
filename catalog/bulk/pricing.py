"""PURE. How a price changes by an amount or a share, in whole minor units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

LOWEST = 1
"""No change of prices makes anything free."""


class How(StrEnum):
    """In what way a price changes; the value is stored."""

    RAISE_PERCENT = "raise-percent"
    LOWER_PERCENT = "lower-percent"
    RAISE_AMOUNT = "raise-amount"
    LOWER_AMOUNT = "lower-amount"
    SET = "set"


PERCENT = frozenset({How.RAISE_PERCENT, How.LOWER_PERCENT})


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A change of prices as `price × factor + plus`; `factor` has at most four decimals, `plus` is in minor units."""

    factor: Decimal
    plus: int


def price_change(how: How, value: Decimal) -> PriceChange:
    """Return the change; `value` is in percent with at most two decimals, or a whole number of minor units.

    Raises ValueError for a value that is not above zero, or takes away a hundred percent or more.
    """
    if value <= 0:
        raise ValueError("A change of prices is by more than nothing.")
    if how in PERCENT:
        share = value.scaleb(-2)
        if how is How.LOWER_PERCENT and share >= 1:
            raise ValueError("Less than a hundred percent can be taken away.")
        return PriceChange(1 + share if how is How.RAISE_PERCENT else 1 - share, 0)
    minor = int(value)
    if how is How.SET:
        return PriceChange(Decimal(0), minor)
    return PriceChange(Decimal(1), minor if how is How.RAISE_AMOUNT else -minor)


def changed_price(minor: int, change: PriceChange) -> int:
    """Return the new price: half a minor unit goes up, and nothing falls below one minor unit.

    What was free stays free, unless an amount is added or set.
    """
    if minor == 0 and change.plus <= 0:
        return 0
    exact = Decimal(minor) * change.factor + change.plus
    return max(LOWEST, int(exact.to_integral_value(ROUND_HALF_UP)))
