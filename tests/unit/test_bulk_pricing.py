"""Prices that change by a share or an amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.bulk.pricing import PERCENT, How, changed_price, price_change

prices = st.integers(1, 10**15)
percents = st.decimals("0.01", "99.99", places=2)
amounts = st.integers(1, 10**12).map(Decimal)


@pytest.mark.parametrize(
    ("how", "value", "before", "after"),
    [
        (How.RAISE_PERCENT, "10", 499, 549),
        (How.RAISE_PERCENT, "10", 5, 6),  # 5.5
        (How.LOWER_PERCENT, "50", 5, 3),  # 2.5
        (How.LOWER_PERCENT, "99.99", 1, 1),
        (How.RAISE_PERCENT, "0.01", 1, 1),
        (How.LOWER_AMOUNT, "499", 499, 1),
        (How.RAISE_AMOUNT, "1", 499, 500),
        (How.SET, "300", 499, 300),
        (How.LOWER_AMOUNT, "1", 0, 0),
        (How.RAISE_PERCENT, "10", 0, 0),
        (How.RAISE_AMOUNT, "5", 0, 5),
    ],
)
def test_half_a_minor_unit_goes_up_and_nothing_falls_below_one(how: How, value: str, before: int, after: int) -> None:
    assert changed_price(before, price_change(how, Decimal(value))) == after


@given(prices, percents, st.sampled_from(sorted(PERCENT)))
def test_a_share_is_exact_to_half_a_minor_unit(price: int, percent: Decimal, how: How) -> None:
    sign = 1 if how == How.RAISE_PERCENT else -1
    exact = price * (1 + sign * Fraction(percent) / 100)
    new = changed_price(price, price_change(how, percent))

    assert new >= 1
    if new > 1:
        assert Fraction(-1, 2) < new - exact <= Fraction(1, 2)


@given(prices, amounts)
def test_an_amount_that_is_added_is_taken_away_again(price: int, amount: Decimal) -> None:
    raised = changed_price(price, price_change(How.RAISE_AMOUNT, amount))
    assert raised == price + amount
    assert changed_price(raised, price_change(How.LOWER_AMOUNT, amount)) == price


@given(st.lists(prices, min_size=2), percents, st.sampled_from(sorted(PERCENT)))
def test_the_order_of_prices_stays(several: list[int], percent: Decimal, how: How) -> None:
    change = price_change(how, percent)
    assert [changed_price(price, change) for price in sorted(several)] == sorted(
        changed_price(price, change) for price in several
    )


@pytest.mark.parametrize(("how", "value"), [(How.SET, "0"), (How.RAISE_PERCENT, "-1"), (How.LOWER_PERCENT, "100")])
def test_no_change_that_is_none_or_takes_everything(how: How, value: str) -> None:
    with pytest.raises(ValueError, match=r"more than nothing|Less than"):
        price_change(how, Decimal(value))
