"""When a seller is a high-volume seller, and what is due then."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.trader_clocks import (
    DISCLOSURE_CENTS,
    HIGH_VOLUME_CENTS,
    HIGH_VOLUME_SALES,
    Answers,
    Clock,
    Duty,
    Month,
    by_month,
    crossing,
    end_of_month,
    last_months,
    one_year_after,
    rolling,
    standing,
)

TODAY = date(2026, 3, 15)
DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2100, 12, 31))


def sales(*months: tuple[date, int, int]) -> list[Month]:
    return [Month(first, count, cents) for first, count, cents in months]


@st.composite
def histories(draw: st.DrawFn) -> tuple[date, list[Month]]:
    """A day, and what was sold in some of the 30 months before it."""
    today = draw(DAYS)
    number = today.year * 12 + today.month - 1
    ago = draw(st.lists(st.integers(0, 29), unique=True))
    firsts = [date((number - months) // 12, (number - months) % 12 + 1, 1) for months in ago]
    return today, [Month(first, draw(st.integers(0, 300)), draw(st.integers(0, 800_000))) for first in firsts]


def test_the_last_months_cross_the_turn_of_years() -> None:
    months = last_months(TODAY)

    assert len(months) == 24
    assert months[0] == date(2024, 4, 1)
    assert months[-1] == date(2026, 3, 1)


@given(DAYS)
def test_the_last_months_are_24_neighbours_that_end_with_today(today: date) -> None:
    months = last_months(today)

    assert months[-1] == today.replace(day=1)
    assert all(end_of_month(before) + timedelta(days=1) == after for before, after in itertools.pairwise(months))


def test_both_thresholds_have_to_be_reached() -> None:
    count_only = sales((date(2026, 1, 1), 5000, HIGH_VOLUME_CENTS - 1))
    value_only = sales((date(2026, 1, 1), HIGH_VOLUME_SALES - 1, 10**9))
    both = sales((date(2026, 1, 1), HIGH_VOLUME_SALES, HIGH_VOLUME_CENTS))

    assert crossing(rolling(count_only, TODAY)) is None
    assert crossing(rolling(value_only, TODAY)) is None
    assert crossing(rolling(both, TODAY)) is not None


def test_a_window_crosses_the_turn_of_a_year() -> None:
    months = sales((date(2025, 7, 1), 100, 250_000), (date(2026, 2, 1), 100, 250_000))

    crossed = crossing(rolling(months, TODAY))

    assert crossed is not None
    assert (crossed.last, crossed.sales, crossed.cents) == (date(2026, 2, 1), 200, 500_000)


def test_twelve_months_count_together_and_thirteen_do_not() -> None:
    twelve = sales((date(2025, 1, 1), 100, 250_000), (date(2025, 12, 1), 100, 250_000))
    thirteen = sales((date(2025, 1, 1), 100, 250_000), (date(2026, 1, 1), 100, 250_000))

    assert crossing(rolling(twelve, TODAY)) is not None
    assert crossing(rolling(thirteen, TODAY)) is None


def test_what_was_sold_more_than_24_months_ago_counts_no_more() -> None:
    old = sales((date(2024, 3, 1), 1000, 10**7))

    assert crossing(rolling(old, TODAY)) is None
    assert crossing(rolling(old, date(2026, 2, 28))) is not None


def test_who_was_of_high_volume_within_24_months_still_is() -> None:
    assert standing(sales((date(2024, 6, 1), 500, 10**6)), Answers(), TODAY).since == date(2024, 6, 30)


def test_the_rows_of_a_month_are_added_up() -> None:
    twice = sales((date(2026, 1, 1), 100, 250_000), (date(2026, 1, 1), 100, 250_000))

    assert by_month(twice, TODAY)[-3] == Month(date(2026, 1, 1), 200, 500_000)


@given(histories(), st.data())
def test_more_sales_never_unmake_a_high_volume_seller(history: tuple[date, list[Month]], data: st.DataObject) -> None:
    today, months = history
    more = [
        Month(month.first, month.sales + data.draw(st.integers(0, 50)), month.cents + data.draw(st.integers(0, 10**5)))
        for month in months
    ]

    before, after = crossing(rolling(months, today)), crossing(rolling(more, today))

    assert before is None or (after is not None and after.last <= before.last)


@given(histories())
def test_a_window_never_holds_more_than_12_months_nor_less_than_is_there(history: tuple[date, list[Month]]) -> None:
    today, months = history
    known = {month.first: month for month in by_month(months, today)}

    for window in rolling(months, today):
        inside = [month for first, month in known.items() if window.first <= first <= window.last]
        assert len(inside) <= 12
        assert window.sales == sum(month.sales for month in inside)
        assert window.cents == sum(month.cents for month in inside)


@given(histories(), st.integers(0, 400))
def test_the_order_in_which_months_come_does_not_matter(history: tuple[date, list[Month]], days: int) -> None:
    today, months = history

    assert rolling(months, today) == rolling(list(reversed(months)), today)


HIGH = sales((date(2026, 1, 1), 400, 10**6))
NOTICED = date(2026, 3, 1)


def duties(answers: Answers, today: date = TODAY) -> dict[Duty, Clock]:
    return {clock.duty: clock for clock in standing(HIGH, answers, today).clocks}


def test_nothing_is_due_of_a_small_seller() -> None:
    small = standing(sales((date(2026, 1, 1), 3, 100)), Answers(), TODAY)

    assert (small.since, small.clocks, small.needs_disclosure) == (None, (), False)


def test_the_file_is_due_ten_days_after_the_line_was_passed() -> None:
    clock = duties(Answers(noticed_on=NOTICED))[Duty.COLLECT]

    assert clock.due == date(2026, 3, 11)
    assert clock.is_overdue(TODAY)
    assert not clock.is_overdue(date(2026, 3, 11))
    assert clock.days_left(date(2026, 3, 11)) == 0


def test_what_was_received_is_verified_within_ten_days() -> None:
    answers = Answers(is_complete=True, received_on=date(2026, 3, 9), noticed_on=NOTICED)

    assert duties(answers)[Duty.COLLECT].is_done
    assert duties(answers)[Duty.VERIFY].due == date(2026, 3, 19)


def test_what_was_there_long_before_is_verified_within_ten_days_of_the_line() -> None:
    answers = Answers(is_complete=True, received_on=date(2024, 1, 1), noticed_on=NOTICED)

    assert duties(answers)[Duty.VERIFY].due == date(2026, 3, 11)


def test_a_file_is_certified_once_a_year() -> None:
    answers = Answers(is_complete=True, certified_on=date(2025, 9, 1), noticed_on=NOTICED)

    assert duties(answers)[Duty.CERTIFY].due == date(2026, 9, 1)
    assert Duty.SUSPEND not in duties(answers)


@pytest.mark.parametrize(
    ("day", "next_year"), [(date(2024, 2, 29), date(2025, 2, 28)), (date(2023, 2, 28), date(2024, 2, 28))]
)
def test_a_year_after_a_leap_day_is_never_longer_than_a_year(day: date, next_year: date) -> None:
    assert one_year_after(day) == next_year


@given(DAYS)
def test_a_year_is_365_or_366_days(day: date) -> None:
    assert (one_year_after(day) - day).days in {365, 366}


def test_ten_days_of_silence_after_the_deadline_end_in_a_suspension() -> None:
    silent = Answers(noticed_on=NOTICED)
    last_day = date(2026, 3, 21)

    assert duties(silent)[Duty.SUSPEND].due == last_day
    assert not standing(HIGH, silent, last_day).must_be_suspended(last_day)
    assert standing(HIGH, silent, last_day + timedelta(days=1)).must_be_suspended(last_day + timedelta(days=1))


def test_who_answered_is_not_suspended() -> None:
    answered = Answers(is_complete=True, received_on=NOTICED, certified_on=NOTICED, noticed_on=NOTICED)

    assert not standing(HIGH, answered, date(2026, 12, 1)).must_be_suspended(date(2026, 12, 1))


def test_a_certification_that_ran_out_ends_in_a_suspension_too() -> None:
    answers = Answers(is_complete=True, certified_on=date(2025, 3, 1), noticed_on=date(2025, 1, 1))

    assert duties(answers)[Duty.SUSPEND].due == date(2026, 3, 11)
    assert standing(HIGH, answers, TODAY).must_be_suspended(TODAY)


@pytest.mark.parametrize(("count", "cents", "needed"), [
    (200, DISCLOSURE_CENTS, True), (200, DISCLOSURE_CENTS - 1, False), (199, DISCLOSURE_CENTS, False),
])  # fmt: skip
def test_consumers_are_told_who_sells_from_20000_dollars_on(count: int, cents: int, needed: bool) -> None:
    assert standing(sales((date(2026, 1, 1), count, cents)), Answers(), TODAY).needs_disclosure is needed


def test_without_a_note_the_line_was_passed_at_the_end_of_the_month_or_today() -> None:
    this_month = sales((date(2026, 3, 1), 400, 10**6))

    assert standing(HIGH, Answers(), TODAY).since == date(2026, 1, 31)
    assert standing(this_month, Answers(), TODAY).since == TODAY
