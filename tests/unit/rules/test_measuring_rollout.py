"""A roll-out grows without dropping anybody, takes the share it says, and rules choose independently."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from catalog.rules.measuring.rollout import bucket, buckets_of, is_in

keys = st.integers(-(2**63), 2**63 - 1)
percents = st.decimals(0, 100, places=2)
salts = st.text(max_size=20).filter(lambda text: text.isprintable())


@given(salts, keys, percents, percents)
def test_growing_only_adds_listings(salt: str, key: int, one: Decimal, other: Decimal) -> None:
    smaller, larger = sorted((one, other))
    assert is_in(salt, key, smaller) <= is_in(salt, key, larger)


@given(salts, keys)
def test_at_nought_no_listing_is_in_and_at_a_hundred_each(salt: str, key: int) -> None:
    assert not is_in(salt, key, Decimal(0))
    assert is_in(salt, key, Decimal(100))


def test_the_bucket_of_a_listing_never_changes() -> None:
    """From `printf 'rule-14:123' | md5sum`: the first eight digits, modulo 10,000."""
    assert bucket("rule-14", 123) == int("c5f827d9", 16) % 10_000


def test_a_listing_is_in_from_the_hundredth_above_its_bucket_on() -> None:
    assert bucket("rule-14", 1) == 57
    assert not is_in("rule-14", 1, Decimal("0.57"))
    assert is_in("rule-14", 1, Decimal("0.58"))


def test_buckets_are_uniform() -> None:
    found = np.bincount([bucket("rule-3", key) // 100 for key in range(200_000)], minlength=100)
    assert chisquare(found).pvalue > 0.001


@pytest.mark.parametrize("percent", ["0.50", "12.5", "50"])
def test_a_roll_out_takes_the_share_it_says(percent: str) -> None:
    taken = np.mean([is_in("rule-3", key, Decimal(percent)) for key in range(100_000)])
    assert taken * 100 == pytest.approx(float(percent), abs=0.5)


def test_rules_choose_independently_of_each_other() -> None:
    half = Decimal(50)
    both = [(is_in("rule-3", key, half), is_in("rule-4", key, half)) for key in range(40_000)]
    assert np.mean([one and other for one, other in both]) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("percent", ["-0.01", "100.01", "12.345", "NaN", "Infinity"])
def test_a_percentage_that_cannot_be_kept_is_refused(percent: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        buckets_of(Decimal(percent))
