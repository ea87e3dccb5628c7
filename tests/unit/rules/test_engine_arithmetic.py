"""How rules calculate, and what the engines know of a result beforehand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.rules import array_values
from catalog.rules.arithmetic import (
    LEAST,
    MOST,
    Bounds,
    bounds,
    calculate,
    exact_bounds,
    folded,
    may_be_nan,
    moment_asked,
)
from catalog.rules.facts import FACTS
from catalog.rules.tree import Calculate, Compare, Comparison, FactValue, Literal, Negative, Sign, Size, ValueType

INT, DOUBLE = ValueType.INT, ValueType.DOUBLE
whole = st.one_of(st.sampled_from([0, 1, -1, LEAST, MOST, 2**32, -(2**32), 3037000500]), st.integers(LEAST, MOST))


@pytest.mark.parametrize(
    ("how", "left", "right", "result"),
    [
        (Sign.OVER, -7, 2, -3),
        (Sign.OVER, 7, -2, -3),
        (Sign.MODULO, -7, 2, -1),
        (Sign.MODULO, 7, -2, 1),
        (Sign.OVER, 1, 0, None),
        (Sign.MODULO, 1, 0, None),
        (Sign.OVER, LEAST, -1, None),
        (Sign.MODULO, LEAST, -1, None),
        (Sign.PLUS, MOST, 1, None),
        (Sign.TIMES, 2**32, 2**31, None),
        (Sign.OVER, 1.0, -0.0, -math.inf),
        (Sign.TIMES, 1e308, 10.0, math.inf),
    ],
)
def test_what_does_not_fit_is_an_error_and_doubles_go_to_infinity(
    how: Sign, left: float, right: float, result: float | None
) -> None:
    assert calculate(how, left, right) == result


@given(st.sampled_from(list(Sign)), st.lists(st.tuples(whole, whole), min_size=1, max_size=20))
def test_arrays_calculate_whole_numbers_alike(how: Sign, pairs: list[tuple[int, int]]) -> None:
    left, right = (np.array(each, np.int64) for each in zip(*pairs, strict=True))
    results, errors = array_values.calculated(how, left, right)
    errors = np.zeros(len(pairs), np.bool_) if errors is None else errors
    found = [None if error else int(result) for result, error in zip(results, errors, strict=True)]
    assert found == [calculate(how, *pair) for pair in pairs]


@given(st.sampled_from(list(Sign)), whole, whole, whole, whole)
def test_a_result_lies_within_its_bounds(how: Sign, a: int, b: int, c: int, d: int) -> None:
    left, right = Bounds(min(a, b), max(a, b)), Bounds(min(c, d), max(c, d))
    result = calculate(how, a, c)
    assume(result is not None)
    assert result in exact_bounds(how, left, right)


def test_days_and_sizes_are_known_to_fit() -> None:
    days = FactValue(0, INT, FACTS["seller_age_days"])
    size = Size(0, INT, FactValue(0, ValueType.TEXT, FACTS["title"]))
    both = exact_bounds(Sign.TIMES, bounds(days), bounds(size))
    assert both.fit
    assert not exact_bounds(Sign.PLUS, bounds(FactValue(0, INT, FACTS["seller_orders"])), Bounds(1, 1)).fit


def test_literals_are_calculated_before_the_rule_runs() -> None:
    seven = Calculate(0, INT, Sign.PLUS, Literal(0, INT, 3), Negative(0, INT, Literal(0, INT, -4)))
    assert folded(seven) == Literal(0, INT, 7)
    assert folded(Calculate(0, INT, Sign.OVER, seven, Literal(0, INT, 0))) is None


def test_only_what_is_calculated_may_be_nan() -> None:
    price = FactValue(0, DOUBLE, FACTS["price"])
    assert not may_be_nan(price)
    assert may_be_nan(Negative(0, DOUBLE, Calculate(0, DOUBLE, Sign.OVER, price, price)))


@given(st.sampled_from(list(Comparison)), st.integers(-5, 5), st.integers(-6 * 86_400, 6 * 86_400), st.integers(-1, 1))
def test_days_compared_with_a_number_are_moments_compared(how: Comparison, days: int, seconds: int, nudge: int) -> None:
    as_of = datetime(2026, 3, 1, tzinfo=UTC)
    moment = as_of - timedelta(seconds=seconds, microseconds=nudge)
    since = moment_asked(
        Compare(0, ValueType.BOOL, how, FactValue(0, INT, FACTS["seller_age_days"]), Literal(0, INT, days)), as_of
    )
    assert since is not None
    within = (since.after is None or moment > since.after) and (since.until is None or moment <= since.until)
    passed = (as_of - moment) // timedelta(days=1)
    assert (within != since.is_not) == array_values.OPERATORS[how](passed, days)
