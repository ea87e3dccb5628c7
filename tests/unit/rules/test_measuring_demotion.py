"""A rule that falls under its floor is demoted soon, and one that keeps it almost never, however often one looks."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.measuring.demotion import ALPHA, Watch, start, watched
from catalog.rules.measuring.intervals import wilson

streams = st.lists(st.booleans(), max_size=60)
floors = st.floats(0.05, 0.99)


def stream(precision: float, number: int, seed: int) -> list[bool]:
    verdicts: list[bool] = (np.random.default_rng(seed).random(number) < precision).tolist()
    return verdicts


def verdicts_until_demoted(precision: float, floor: float, seed: int, *, before: tuple[bool, ...] = ()) -> int:
    watch = watched(before, floor)
    assert not watch.has_fallen
    for number, verdict in enumerate(stream(precision, 5_000, seed), start=1):
        watch = watch.after(verdict)
        if watch.has_fallen:
            return number
    raise AssertionError("The rule was never demoted.")


@given(streams, floors, st.floats(0, 1))
def test_no_verdict_of_a_rule_at_or_above_its_floor_is_expected_to_speak_against_it(
    verdicts: list[bool], floor: float, above: float
) -> None:
    """The law from which Ville's inequality gives the bound: the evidence is a supermartingale."""
    watch, precision = watched(verdicts, floor), floor + above * (1 - floor)
    expected = precision * watch.after(True).evidence + (1 - precision) * watch.after(False).evidence
    assert expected <= watch.evidence * (1 + 1e-9)


@given(streams, floors)
def test_a_wrong_verdict_speaks_against_a_rule_and_a_right_one_for_it(verdicts: list[bool], floor: float) -> None:
    watch = watched(verdicts, floor)
    assert watch.after(False).evidence > watch.after(True).evidence > 0


@given(streams, streams, floors)
def test_the_state_is_the_same_whether_kept_or_computed_anew(early: list[bool], late: list[bool], floor: float) -> None:
    kept = watched(early, floor)
    for verdict in late:
        kept = kept.after(verdict)
    assert kept == watched(early + late, floor)
    assert (kept.verdicts, kept.right) == (len(early + late), sum(early + late))


def test_before_the_first_verdict_there_is_no_evidence() -> None:
    assert start(0.9) == Watch(0.9, ALPHA)
    assert start(0.9).evidence == 1.0
    assert not start(0.9).has_fallen


def test_a_rule_at_its_floor_is_demoted_less_often_than_promised_although_one_looks_after_each_verdict() -> None:
    demoted = [watched(stream(0.9, 800, seed), 0.9).has_fallen for seed in range(1_000)]
    assert 0 < np.mean(demoted) <= ALPHA


def test_looking_at_an_ordinary_interval_after_each_verdict_would_demote_good_rules() -> None:
    """The control: why the ordinary test is not used."""
    demoted = [
        any(
            wilson(right, number, 0.98).high < 0.9
            for number, right in enumerate(accumulate(stream(0.9, 800, seed)), start=1)
        )
        for seed in range(100)
    ]
    assert np.mean(demoted) > 4 * ALPHA


def test_a_rule_that_is_right_six_times_in_ten_loses_a_floor_of_nine_after_some_twenty_verdicts() -> None:
    needed = [verdicts_until_demoted(0.6, 0.9, seed) for seed in range(300)]
    assert np.mean(needed) == pytest.approx(20, abs=2)
    assert np.quantile(needed, 0.9) <= 40


def test_a_good_past_does_not_shield_a_rule_for_long() -> None:
    past = tuple(stream(0.97, 1_000, seed=7))
    needed = [verdicts_until_demoted(0.6, 0.9, seed, before=past) for seed in range(100)]
    assert np.mean(needed) == pytest.approx(46, abs=4)


def test_a_rule_slightly_under_its_floor_is_found_in_the_end() -> None:
    needed = [verdicts_until_demoted(0.85, 0.9, seed) for seed in range(20)]
    assert 200 < np.median(needed) < 900


def test_what_was_demoted_stays_so_until_somebody_starts_anew() -> None:
    fallen = watched([False] * 10, 0.9)
    assert fallen.has_fallen
    assert watched([False] * 10 + [True] * 2_000, 0.9).has_fallen
    assert watched([False] * 10 + [True] * 2_000, 0.9).evidence < 1 / ALPHA


def test_thousands_of_wrong_verdicts_are_still_a_number() -> None:
    watch = watched([False] * 5_000 + [True], 0.99)
    assert 1 / ALPHA < watch.evidence < float("inf")


@pytest.mark.parametrize(("floor", "alpha"), [(0.0, 0.01), (1.0, 0.01), (0.9, 0.0), (0.9, 1.0)])
def test_a_floor_that_cannot_be_kept_or_missed_is_refused(floor: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        start(floor, alpha)
