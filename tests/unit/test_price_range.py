"""Where a price stands among others, and which price stands at a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.price_range import POINTS, PriceRange

prices = st.integers(1, 10**12).map(float)
ranges = st.lists(prices, min_size=POINTS, max_size=POINTS).map(lambda found: PriceRange(sorted(found)))
rising = st.lists(prices, min_size=POINTS, max_size=POINTS, unique=True).map(lambda found: PriceRange(sorted(found)))
EVEN = PriceRange([1000.0 + number for number in range(POINTS)])


def test_a_price_between_two_percents_lies_between_them() -> None:
    assert EVEN.quantile_of(1003.5) == pytest.approx(0.035)
    assert EVEN.price_at(0.035) == pytest.approx(1003.5)
    assert EVEN.median == 1050.0


def test_prices_outside_the_range_are_at_its_ends() -> None:
    assert (EVEN.quantile_of(1.0), EVEN.quantile_of(1000.0)) == (0.0, 0.0)
    assert (EVEN.quantile_of(1100.0), EVEN.quantile_of(9999.0)) == (1.0, 1.0)


def test_of_equal_prices_none_is_lower_than_they_are() -> None:
    same = PriceRange([500.0] * POINTS)
    assert (same.quantile_of(499), same.quantile_of(500), same.quantile_of(501)) == (0.0, 0.0, 1.0)


def test_a_range_has_101_quantiles() -> None:
    with pytest.raises(ValueError, match="101"):
        PriceRange([1.0, 2.0])


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_there_is_no_price_at_a_share_outside_0_to_1(share: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        EVEN.price_at(share)


@given(ranges, prices, prices)
def test_a_higher_price_never_lies_lower(others: PriceRange, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= others.quantile_of(low) <= others.quantile_of(high) <= 1.0


@given(rising, st.floats(0, 1))
def test_the_price_at_a_share_lies_at_that_share(others: PriceRange, share: float) -> None:
    assert others.quantile_of(others.price_at(share)) == pytest.approx(share, abs=1e-6)


@given(ranges, st.floats(0, 1))
def test_the_price_of_a_share_is_in_the_range(others: PriceRange, share: float) -> None:
    assert others.quantiles[0] <= others.price_at(share) <= others.quantiles[-1]
