"""Sellers who price just beyond a threshold are seen; prices that end in .99 by themselves are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from catalog.rules.measuring.bunching import Bunching, Design, Innocent, NotComparable, bunching

WHOLE = Design(unit=100, width=100)

type Prices = NDArray[np.int64]


def natural_prices(number: int, seed: int) -> Prices:
    """Prices in cents around $45: half end in .99, others in .00, and many lie at or just under fives and tens."""
    random = np.random.default_rng(seed)
    prices = np.exp(random.normal(np.log(4_500), 0.5, number)).astype(np.int64)
    kind = random.random(number)
    rounded = [
        prices // 100 * 100 + 99,
        (prices + 50) // 100 * 100,
        (prices + 250) // 500 * 500 - 1,
        (prices + 500) // 1_000 * 1_000,
        (prices + 500) // 1_000 * 1_000 - 1,
    ]
    return np.select([kind < share for share in (0.5, 0.65, 0.8, 0.9, 0.95)], rounded, prices)


def evaded(prices: Prices, edge: int, innocent: Innocent, share: float, seed: int) -> tuple[Prices, int]:
    """This share of what lies within $5 on the guilty side is priced at the edge; also says how many these are."""
    distance = (edge - prices) * int(innocent)
    random = np.random.default_rng(seed)
    moved = (distance > 0) & (distance <= 500) & (random.random(len(prices)) < share)
    return np.where(moved, edge, prices), int(moved.sum())


THRESHOLDS = pytest.mark.parametrize(
    ("edge", "innocent", "design"),
    [
        (4_700, Innocent.ABOVE, WHOLE),
        (4_699, Innocent.BELOW, WHOLE),
        (4_120, Innocent.ABOVE, Design(unit=100, width=20)),
        (5_000, Innocent.ABOVE, WHOLE),
        (4_999, Innocent.BELOW, Design(unit=100, width=1)),
    ],
)


@THRESHOLDS
def test_prices_that_bunch_by_themselves_raise_nothing(edge: int, innocent: Innocent, design: Design) -> None:
    found = [bunching(natural_prices(5_000, seed), edge, innocent, design) for seed in range(100)]
    assert not any(one.is_shown for one in found)
    assert np.mean([one.chance < 0.05 for one in found]) <= 0.12
    assert abs(np.mean([one.z for one in found])) < 0.5


def test_the_neighbouring_bins_alone_would_take_natural_prices_for_evasion() -> None:
    """The control: $49.99 against the other cents of $49."""
    prices = natural_prices(5_000, seed=0)
    count, others = (prices == 4_999).sum(), ((prices >= 4_900) & (prices < 4_999)).sum() / 99
    assert (count - others) / np.sqrt(others) > 10
    assert not bunching(prices, 4_999, Innocent.BELOW, Design(100, 1)).is_shown


@pytest.mark.parametrize(
    ("edge", "innocent", "design"),
    [
        (4_700, Innocent.ABOVE, WHOLE),
        (4_699, Innocent.BELOW, WHOLE),
        (4_120, Innocent.ABOVE, Design(unit=100, width=20)),
    ],
)
def test_evaders_are_seen_and_counted(edge: int, innocent: Innocent, design: Design) -> None:
    for seed in range(30):
        prices, moved = evaded(natural_prices(5_000, seed), edge, innocent, 0.4, seed)
        found = bunching(prices, edge, innocent, design)
        assert found.is_shown
        assert found.excess == pytest.approx(moved, rel=0.35)


def test_at_a_number_that_few_are_as_round_as_evaders_must_be_many() -> None:
    natural = natural_prices(20_000, seed=1)
    shown = [
        bunching(evaded(natural, 5_000, Innocent.ABOVE, share, 1)[0], 5_000, Innocent.ABOVE, WHOLE).is_shown
        for share in (0.1, 0.9)
    ]
    assert shown == [False, True]


def test_the_innocent_side_is_looked_at_and_not_the_guilty_one() -> None:
    prices = np.append(natural_prices(5_000, seed=2), np.full(400, 4_650))
    assert not bunching(prices, 4_700, Innocent.ABOVE, WHOLE).is_shown
    assert bunching(prices, 4_600, Innocent.ABOVE, WHOLE).is_shown


def test_other_facts_than_prices_are_watched_too() -> None:
    """Likeness in hundredths; a rule fires from 85 on, and a third of those slightly above is altered down to 84."""
    random = np.random.default_rng(3)
    likeness = np.clip(random.normal(75, 15, 20_000), 0, 100).astype(np.int64)
    slightly_above = (likeness >= 85) & (likeness < 90) & (random.random(20_000) < 0.33)
    design = Design(unit=1, width=1)
    assert not bunching(likeness, 84, Innocent.BELOW, design).is_shown
    assert bunching(np.where(slightly_above, 84, likeness), 84, Innocent.BELOW, design).is_shown


def test_only_an_excess_that_is_both_certain_and_large_is_shown() -> None:
    assert Bunching(130, 100.0, 4.0, 0.0001, 40).is_shown
    assert not Bunching(130, 100.0, 2.0, 0.02, 40).is_shown
    assert not Bunching(1_100, 1_000.0, 4.0, 0.0001, 40).is_shown
    assert not Bunching(4, 0.001, 99.0, 0.0, 40).is_shown
    assert Bunching(6, 0.001, 99.0, 0.0, 40).is_shown
    assert Bunching(60, 100.0, -4.0, 1.0, 40).excess == -40.0


@pytest.mark.parametrize("values", [[], [4_700] * 500, [4_100, 4_300, 4_700, 4_800]])
def test_without_anything_to_compare_with_it_says_so_and_not_that_all_is_well(values: list[int]) -> None:
    with pytest.raises(NotComparable, match="compare more"):
        bunching(np.array(values, dtype=np.int64), 4_700, Innocent.ABOVE, WHOLE)


def test_where_no_curve_fits_it_says_so() -> None:
    values = np.repeat([3_000, 9_000, 9_100, 9_200], [9_000, 9_000, 1, 1])
    with pytest.raises(NotComparable, match="No curve fits"):
        bunching(values, 4_700, Innocent.ABOVE, WHOLE)


def test_a_reach_that_holds_no_window_of_the_same_digit_is_refused() -> None:
    with pytest.raises(NotComparable, match="same digit"):
        bunching(natural_prices(5_000, seed=4), 4_700, Innocent.ABOVE, Design(100, 100, reach=1.2))


@pytest.mark.parametrize(
    "design", [(0, 1, 3.0, 5), (100, 0, 3.0, 5), (100, 101, 3.0, 5), (1, 1, 1.0, 5), (1, 1, 3.0, -1)]
)
def test_windows_that_make_no_sense_are_refused(design: tuple[int, int, float, int]) -> None:
    with pytest.raises(ValueError, match="Windows are"):
        Design(*design)


def test_a_threshold_that_is_not_above_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        bunching(natural_prices(100, seed=5), 0, Innocent.ABOVE, WHOLE)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 300))
def test_more_values_in_the_window_never_make_it_less_suspicious(seed: int, more: int) -> None:
    prices = natural_prices(1_000, seed)
    before = bunching(prices, 4_700, Innocent.ABOVE, WHOLE)
    after = bunching(np.append(prices, np.full(more, 4_700)), 4_700, Innocent.ABOVE, WHOLE)
    assert (after.count, after.expected) == (before.count + more, pytest.approx(before.expected))
    assert after.chance <= before.chance
    assert 0.0 <= after.chance <= 1.0
