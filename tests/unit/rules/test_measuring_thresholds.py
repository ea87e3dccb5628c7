"""A rule's thresholds are found with their innocent side, and can be moved behind those who stop just beyond them."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.facts import FACTS
from catalog.rules.language import compile_rule
from catalog.rules.measuring.bunching import Design, Innocent
from catalog.rules.measuring.thresholds import (
    BINS_BESIDE,
    Threshold,
    bins_beside,
    design_at,
    thresholds_of,
    with_number,
)
from catalog.rules.tree import Comparison

ABOVE, BELOW = Innocent.ABOVE, Innocent.BELOW
ASK = {
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}


def found(text: str, **asked: bool) -> list[tuple[str, float, Innocent]]:
    """The facts, numbers and innocent sides of a text's thresholds."""
    thresholds = thresholds_of(compile_rule(text, {}).tree, **asked)
    return [(each.fact.name, each.number, each.innocent) for each in thresholds]


@pytest.mark.parametrize(
    ("text", "innocent"),
    [
        ("photo_count < 3", [ABOVE]),
        ("photo_count <= 3", [ABOVE]),
        ("photo_count > 3", [BELOW]),
        ("photo_count >= 3", [BELOW]),
        ("3 > photo_count", [ABOVE]),
        ("!(photo_count >= 3)", [ABOVE]),
        ("!(!(photo_count >= 3))", [BELOW]),
        ("brand_is_protected && (is_authorized || !(photo_count > 3))", [ABOVE]),
        ("brand_is_protected ? photo_count < 3 : is_authorized", [ABOVE]),
        ("photo_count < 3 ? brand_is_protected : is_authorized", [BELOW, ABOVE]),
        ("(photo_count < 3) == brand_is_protected", [BELOW, ABOVE]),
        ("photo_count == 3", []),
        ("photo_count != 3", []),
        ("photo_count + 1 < 3", []),
        ("seller_orders < photo_count", []),
        ('title < "a"', []),
    ],
)
def test_the_innocent_side_is_the_one_on_which_the_rule_does_not_fire(text: str, innocent: list[Innocent]) -> None:
    assert found(text) == [("photo_count", 3, side) for side in innocent]


def test_sellers_want_a_rule_to_fire_that_lets_them_through() -> None:
    assert found("seller_orders >= 500") == [("seller_orders", 500, BELOW)]
    assert found("seller_orders >= 500", fires_for_seller=True) == [("seller_orders", 500, ABOVE)]


def test_several_thresholds_come_in_the_order_of_the_text() -> None:
    text = "has_price && price < 50.5 && (listing_age_days <= 0x10 || seller_orders > 3)"
    assert found(text) == [("price", 50.5, ABOVE), ("listing_age_days", 16, ABOVE), ("seller_orders", 3, BELOW)]


@given(
    how=st.sampled_from(sorted(ASK)),
    innocent=st.sampled_from(Innocent),
    cents=st.integers(100, 1_000_000),
    width=st.integers(1, 100),
    is_whole=st.booleans(),
)
def test_the_edge_is_innocent_and_a_moved_threshold_fires_on_the_window_and_no_further(
    how: Comparison, innocent: Innocent, cents: int, width: int, is_whole: bool
) -> None:
    scale = 1 if is_whole else 100
    number = cents if is_whole else cents / scale
    threshold = Threshold(FACTS["price"], how, number, 0, innocent)
    fires_below = innocent == ABOVE

    def guilty(value: int, border: float) -> bool:
        below = ASK[how](value / scale, border) == (how in {Comparison.LESS, Comparison.AT_MOST})
        return bool(below == fires_below)

    edge, moved = threshold.edge(scale), float(threshold.moved(width, scale))
    assert (guilty(edge, number), guilty(edge - innocent, number)) == (False, True)
    assert guilty(edge + innocent * (width - 1), moved)
    assert not guilty(edge + innocent * width, moved)


@given(st.integers(-5, 10**9))
def test_around_each_threshold_lie_neither_too_few_windows_nor_too_many(edge: int) -> None:
    design = design_at(edge)
    assert design.width == design.unit >= 1
    assert edge / design.unit <= 3_000
    assert design.unit == 1 or edge / design.unit >= 10


def test_prices_are_compared_by_whole_units_of_money() -> None:
    assert [design_at(edge).unit for edge in (9, 500, 4_700, 100_000)] == [1, 10, 100, 100]


def test_bins_rise_with_the_threshold_in_the_middle() -> None:
    values = np.array([4_600, 4_699, 4_700, 4_799, 4_799, 4_800, 9_000])
    design = Design(unit=100, width=100)
    above = bins_beside(values, 4_700, ABOVE, design)
    below = bins_beside(values, 4_799, BELOW, design)
    assert above == below
    assert above[BINS_BESIDE - 1 : BINS_BESIDE + 2] == [2, 3, 1]
    assert (len(above), sum(above)) == (2 * BINS_BESIDE + 1, 6)


def test_only_the_number_of_the_threshold_is_replaced() -> None:
    text = "photo_count < 3 // 3\n || seller_orders < 0x3"
    first, second = thresholds_of(compile_rule(text, {}).tree)
    assert with_number(text, first, "4") == "photo_count < 4 // 3\n || seller_orders < 0x3"
    assert with_number(text, second, "4") == "photo_count < 3 // 3\n || seller_orders < 4"
