"""How often a seller may appeal: against each decision once, and once more with documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.appeal_chances import APPEAL_FOR, Chance, Made, appeal_chance

DECIDED = datetime(2026, 5, 1, tzinfo=UTC)
HOURS = st.integers(-5000, 5000).map(lambda hours: timedelta(hours=hours))
MADE = st.lists(st.builds(Made, HOURS.map(lambda by: DECIDED + by), st.booleans()), max_size=5)


def answered(*days: int) -> list[Made]:
    return [Made(DECIDED + timedelta(days=number), is_waiting=False) for number in days]


def chance(made: list[Made], *, after: timedelta = timedelta(days=30)) -> Chance:
    return appeal_chance(decided_at=DECIDED, made=made, now=DECIDED + after)


def test_the_first_appeal_is_taken_as_long_as_the_decision_stands() -> None:
    assert chance([]) == chance([], after=timedelta(days=4000)) == Chance.FIRST


def test_a_second_one_is_taken_with_documents_for_six_months() -> None:
    assert chance(answered(1)) == chance(answered(1), after=APPEAL_FOR) == Chance.WITH_DOCUMENTS
    assert chance(answered(1), after=APPEAL_FOR + timedelta(seconds=1)) == Chance.NONE


def test_a_third_one_is_not_taken() -> None:
    assert chance(answered(1, 2)) == Chance.NONE


def test_appeals_against_what_was_replaced_use_up_nothing() -> None:
    assert chance(answered(-9, -3)) == Chance.FIRST
    assert chance(answered(-9, 3)) == Chance.WITH_DOCUMENTS


@given(MADE, HOURS)
def test_while_one_waits_no_other_is_taken_and_otherwise_none_waits(made: list[Made], after: timedelta) -> None:
    is_waiting = any(each.is_waiting for each in made)
    assert (chance(made, after=after) == Chance.WAITING) == is_waiting


@given(MADE, HOURS)
def test_one_appeal_more_never_leaves_more_chances(made: list[Made], after: timedelta) -> None:
    done = [Made(each.at, is_waiting=False) for each in made]
    order = [Chance.NONE, Chance.WITH_DOCUMENTS, Chance.FIRST]
    more = [*done, Made(DECIDED, is_waiting=False)]
    assert order.index(chance(more, after=after)) <= order.index(chance(done, after=after))
