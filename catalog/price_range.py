"""PURE. Where a price stands among others, and which price stands at a place: two functions inverse to each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

POINTS = 101
"""One price for each whole percent from 0 to 100."""


@dataclass(frozen=True, slots=True)
class PriceRange:
    """A distribution of prices by its quantiles: `quantiles[i]` is the price below which i % lie, in minor units.

    Between two of them it is taken to be even, as PostgreSQL's `percentile_cont` does.
    """

    quantiles: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.quantiles) != POINTS:
            raise ValueError(f"A range of prices has {POINTS} quantiles, not {len(self.quantiles)}.")

    @property
    def median(self) -> float:
        """The price in the middle, in minor units."""
        return self.quantiles[POINTS // 2]

    def quantile_of(self, price: float) -> float:
        """Return which share of the prices is lower, 0 to 1; `price` is in minor units.

        Of many equal prices none is lower than they are themselves.
        """
        above = bisect_left(self.quantiles, price)
        if above == 0:
            return 0.0
        if above == POINTS:
            return 1.0
        low, high = self.quantiles[above - 1], self.quantiles[above]
        return (above - 1 + (price - low) / (high - low)) / (POINTS - 1)

    def price_at(self, quantile: float) -> float:
        """Return the price in minor units below which that share of the prices lies.

        Raises `ValueError` for a share outside 0 to 1.
        """
        if not 0 <= quantile <= 1:
            raise ValueError(f"A share is from 0 to 1, not {quantile}.")
        place = quantile * (POINTS - 1)
        below = min(int(place), POINTS - 2)
        low, high = self.quantiles[below], self.quantiles[below + 1]
        return low + (place - below) * (high - low)
