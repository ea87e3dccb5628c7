"""What strikes weigh, and what they come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.strikes import LIMITS, MOST, REPEATED_WITHIN, EarlierStrike, Standing, standing, weight

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_a_more_severe_rule_costs_more():
    costs = [weight(severity=severity, brand_id=1, earlier=[], now=NOW) for severity in range(1, 6)]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_the_same_brand_again_within_three_months_costs_double():
    once = weight(severity=3, brand_id=7, earlier=[], now=NOW)
    lately = EarlierStrike(7, NOW - REPEATED_WITHIN)
    long_ago = EarlierStrike(7, NOW - REPEATED_WITHIN - timedelta(seconds=1))
    assert weight(severity=3, brand_id=7, earlier=[lately], now=NOW) == 2 * once
    assert weight(severity=3, brand_id=7, earlier=[long_ago], now=NOW) == once
    assert weight(severity=3, brand_id=8, earlier=[lately], now=NOW) == once


def test_listings_without_a_brand_are_no_repetition_of_each_other():
    assert weight(severity=3, brand_id=None, earlier=[EarlierStrike(None, NOW)], now=NOW) == weight(
        severity=3, brand_id=None, earlier=[], now=NOW
    )


@given(st.integers(1, 5), st.lists(st.builds(EarlierStrike, st.integers(1, 3), st.just(NOW)), max_size=50))
def test_no_listing_costs_nothing_or_more_than_the_most(severity: int, earlier: list[EarlierStrike]):
    assert 1 <= weight(severity=severity, brand_id=1, earlier=earlier, now=NOW) <= MOST


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (0, Standing.GOOD),
        (LIMITS[Standing.WARNED] - 1, Standing.GOOD),
        (LIMITS[Standing.WARNED], Standing.WARNED),
        (LIMITS[Standing.RESTRICTED], Standing.RESTRICTED),
        (LIMITS[Standing.SUSPENDED], Standing.SUSPENDED),
        (1000, Standing.SUSPENDED),
    ],
)
def test_points_add_up_to_a_standing(points: int, expected: Standing):
    assert standing(points) == expected
