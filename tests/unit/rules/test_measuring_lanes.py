"""Many rules, one verdict: the strictest counts, an allow rule ends the asking, an error never lets anything pass."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.measuring.lanes import (
    STRICTNESS,
    Answer,
    Effect,
    Lane,
    Outcome,
    Resolution,
    Verdict,
    dispatch,
    resolve,
)


def answer(key: int, lane: str, outcome: str = "fires", *, order: int | None = None, severity: int = 1) -> Answer:
    return Answer(key, Lane(lane), key if order is None else order, severity, Outcome(outcome))


one_answer = st.builds(
    Answer,
    key=st.integers(0, 99),
    lane=st.sampled_from(Lane),
    order=st.integers(0, 4),
    severity=st.integers(0, 2),
    outcome=st.sampled_from(Outcome),
    is_acting=st.booleans(),
)
many_answers = st.lists(one_answer, max_size=8, unique_by=lambda one: one.key)


def is_cut_off(one: Answer, others: list[Answer]) -> bool:
    """Whether an allow rule of an earlier order ended the asking before this rule."""
    return any(
        other.is_acting and other.lane == Lane.ALLOW and other.outcome == Outcome.FIRES and other.order < one.order
        for other in others
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Resolution(Verdict.CLEAN)),
        ([answer(1, "block", "passes"), answer(2, "allow", "passes")], Resolution(Verdict.CLEAN)),
        ([answer(1, "review"), answer(2, "hold"), answer(3, "block")], Resolution(Verdict.BLOCK, 3, (1, 2))),
        ([answer(1, "review"), answer(2, "hold")], Resolution(Verdict.HOLD, 2, (1,))),
        ([answer(1, "allow"), answer(2, "block"), answer(3, "review")], Resolution(Verdict.ALLOWED, 1)),
        ([answer(1, "review"), answer(2, "allow"), answer(3, "hold")], Resolution(Verdict.REVIEW, 1, (2,))),
        ([answer(1, "block"), answer(2, "allow")], Resolution(Verdict.BLOCK, 1, (2,))),
        ([answer(1, "block", "error")], Resolution(Verdict.ERROR_HELD, 1, (), (1,))),
        ([answer(1, "allow", "error")], Resolution(Verdict.ERROR_HELD, 1, (), (1,))),
        ([answer(1, "review", "error"), answer(2, "allow")], Resolution(Verdict.ERROR_HELD, 1, (2,), (1,))),
        ([answer(1, "allow"), answer(2, "block", "error")], Resolution(Verdict.ALLOWED, 1)),
        ([answer(1, "review"), answer(2, "block", "error")], Resolution(Verdict.ERROR_HELD, 2, (1,), (2,))),
        ([answer(1, "review", "error"), answer(2, "hold")], Resolution(Verdict.HOLD, 2, (), (1,))),
        ([answer(1, "review", "error"), answer(2, "block")], Resolution(Verdict.BLOCK, 2, (), (1,))),
    ],
)
def test_the_strictest_of_what_counts_decides(answers: list[Answer], expected: Resolution) -> None:
    assert resolve(answers) == expected


def test_rules_of_the_same_order_as_an_allow_rule_still_count() -> None:
    for outcome, verdict in (("fires", Verdict.BLOCK), ("error", Verdict.ERROR_HELD)):
        assert resolve([answer(1, "allow", order=5), answer(2, "block", outcome, order=5)]).verdict == verdict


def test_the_reason_is_the_first_by_order_and_then_the_gravest() -> None:
    rules = [
        answer(1, "hold", order=2, severity=9),
        answer(2, "hold", order=1, severity=1),
        answer(3, "hold", order=1, severity=5),
        answer(4, "hold", order=1, severity=5),
    ]
    assert resolve(rules) == Resolution(Verdict.HOLD, 3, (4, 2, 1))


def test_each_verdict_has_its_effect() -> None:
    assert {verdict: dispatch(verdict) for verdict in Verdict} == {
        Verdict.CLEAN: Effect.ACTIVE,
        Verdict.ALLOWED: Effect.ACTIVE,
        Verdict.REVIEW: Effect.ACTIVE,
        Verdict.ERROR_HELD: Effect.HELD_FOR_REVIEW,
        Verdict.HOLD: Effect.HELD,
        Verdict.BLOCK: Effect.HELD,
    }


@given(many_answers)
def test_no_path_leads_from_an_error_to_an_active_listing(answers: list[Answer]) -> None:
    resolution = resolve(answers)
    errors = {
        one.key for one in answers if one.is_acting and one.outcome == Outcome.ERROR and not is_cut_off(one, answers)
    }
    assert set(resolution.errors) == errors
    if errors:
        assert dispatch(resolution.verdict) != Effect.ACTIVE


def test_no_path_leads_from_an_error_to_an_active_listing_in_any_combination_of_three_rules() -> None:
    """All of them: three orders, four lanes, three outcomes, with one rule in error at each place."""
    kinds = list(product(Lane, Outcome, (1, 2, 3)))
    for lane, order in product(Lane, (1, 2, 3)):
        failing = Answer(1, lane, order, 1, Outcome.ERROR)
        for one, other in product(kinds, repeat=2):
            rules = [failing, Answer(2, one[0], one[2], 1, one[1]), Answer(3, other[0], other[2], 1, other[1])]
            if not is_cut_off(failing, rules):
                assert dispatch(resolve(rules).verdict) != Effect.ACTIVE


@given(many_answers.flatmap(lambda answers: st.tuples(st.just(answers), st.permutations(answers))))
def test_the_sequence_of_the_answers_does_not_matter(answers: tuple[list[Answer], list[Answer]]) -> None:
    assert resolve(answers[0]) == resolve(answers[1])


@given(many_answers, one_answer)
def test_a_rule_that_does_not_act_changes_nothing(answers: list[Answer], quiet: Answer) -> None:
    assert resolve([*answers, replace(quiet, key=100, is_acting=False)]) == resolve(answers)


@given(many_answers, st.sampled_from([Lane.BLOCK, Lane.HOLD, Lane.REVIEW]), st.integers(0, 4), st.sampled_from(Outcome))
def test_one_more_rule_that_does_not_allow_never_makes_the_verdict_milder(
    answers: list[Answer], lane: Lane, order: int, outcome: Outcome
) -> None:
    before = resolve(answers).verdict
    after = resolve([*answers, Answer(100, lane, order, 1, outcome)]).verdict
    assert STRICTNESS.index(after) <= STRICTNESS.index(before)


@given(many_answers, st.integers(0, 4))
def test_a_block_that_nothing_cuts_off_blocks(answers: list[Answer], order: int) -> None:
    block = Answer(100, Lane.BLOCK, order, 1, Outcome.FIRES)
    if not is_cut_off(block, answers):
        assert resolve([*answers, block]).verdict == Verdict.BLOCK


@given(many_answers)
def test_the_reason_and_what_contributes_are_rules_that_act(answers: list[Answer]) -> None:
    resolution = resolve(answers)
    acting = {one.key for one in answers if one.is_acting and one.outcome != Outcome.PASSES}
    named = {*resolution.contributing, *resolution.errors, *({resolution.reason} - {None})}
    assert named <= acting
    assert (resolution.reason is None) == (resolution.verdict == Verdict.CLEAN)
    assert resolution.reason not in resolution.contributing
