"""How sure a proportion is, and how much a rule catches of what it should."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.measuring.intervals import (
    Interval,
    Number,
    Recall,
    Sampled,
    clopper_pearson,
    recall,
    scaled_up,
    wilson,
    wilson_lower,
)

counts = st.integers(0, 500).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
samples = st.tuples(counts, st.integers(0, 1000)).map(lambda drawn: Sampled(*drawn[0], drawn[0][1] + drawn[1]))


def test_after_no_trial_everything_is_possible() -> None:
    for interval in (wilson, clopper_pearson):
        assert interval(0, 0) == Interval(0.0, 1.0)
    assert wilson_lower(0, 0) == 0.0


def test_wilson_gives_the_figures_of_the_textbook() -> None:
    """81 of 263: R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I."""
    interval = wilson(81, 263)
    assert (interval.low, interval.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))


def test_the_exact_interval_gives_the_figures_of_the_textbook() -> None:
    """15 of 148, from the same table."""
    interval = clopper_pearson(15, 148)
    assert (interval.low, interval.high) == (pytest.approx(0.0578, abs=5e-5), pytest.approx(0.1617, abs=5e-5))


@given(counts)
def test_the_share_that_was_seen_lies_within_its_intervals(seen: tuple[int, int]) -> None:
    successes, trials = seen
    for interval in (wilson(successes, trials), clopper_pearson(successes, trials)):
        assert 0.0 <= interval.low <= interval.high <= 1.0
        if trials:
            assert interval.low <= successes / trials <= interval.high


@given(counts)
def test_one_bound_alone_is_nearer_than_the_same_bound_of_two(seen: tuple[int, int]) -> None:
    assert wilson(*seen).low <= wilson_lower(*seen) == pytest.approx(wilson(*seen, confidence=0.90).low)


@given(counts)
def test_more_confidence_never_narrows_an_interval(seen: tuple[int, int]) -> None:
    for interval in (wilson, clopper_pearson):
        wide, narrow = interval(*seen, confidence=0.99), interval(*seen, confidence=0.8)
        assert wide.low <= narrow.low <= narrow.high <= wide.high


@pytest.mark.parametrize(("successes", "trials", "confidence"), [(-1, 3, 0.95), (4, 3, 0.95), (1, 3, 0.0), (1, 3, 1.0)])
def test_what_is_no_proportion_is_refused(successes: int, trials: int, confidence: float) -> None:
    for interval in (wilson, wilson_lower, clopper_pearson):
        with pytest.raises(ValueError, match=r"proportion|confidence"):
            interval(successes, trials, confidence)


@pytest.mark.parametrize("numbers", [(-1, 2, 3), (3, 2, 3), (1, 4, 3)])
def test_a_sample_cannot_be_larger_than_what_it_is_drawn_from(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be judged"):
        Sampled(*numbers)


def test_recall_weighs_each_sample_by_what_it_stands_for() -> None:
    """90 of 100 judged of 1,000 flagged: 900 caught. 2 of 500 judged of 25,000 unflagged: 100 missed."""
    estimate = recall(Sampled(90, 100, 1_000), Sampled(2, 500, 25_000))
    assert estimate.point == pytest.approx(0.9)
    assert 0.5 < estimate.interval.low < 0.9 < estimate.interval.high < 0.995


def test_both_shares_hold_together_with_the_confidence_asked_for() -> None:
    caught, missed = clopper_pearson(90, 100, sqrt(0.95)), clopper_pearson(2, 500, sqrt(0.95))
    interval = recall(Sampled(90, 100, 1_000), Sampled(2, 500, 25_000)).interval
    assert interval.low == pytest.approx(1_000 * caught.low / (1_000 * caught.low + 25_000 * missed.high))
    assert interval.high == pytest.approx(1_000 * caught.high / (1_000 * caught.high + 25_000 * missed.low))


def test_what_was_judged_completely_is_known() -> None:
    assert recall(Sampled(8, 10, 10), Sampled(2, 90, 90)) == Recall(0.8, Interval(0.8, 0.8))


def test_recall_is_unknown_and_not_perfect_as_long_as_no_unflagged_listing_was_judged() -> None:
    estimate = recall(Sampled(10, 10, 10), Sampled(0, 0, 5_000))
    assert estimate.point is None
    assert estimate.interval == Interval(pytest.approx(10 / 5_010), 1.0)


def test_recall_of_nothing_is_unknown() -> None:
    assert recall(Sampled(0, 0, 0), Sampled(0, 0, 0)) == Recall(None, Interval(0.0, 1.0))
    assert recall(Sampled(0, 5, 9), Sampled(0, 50, 900)).point is None


def test_what_others_flagged_is_a_part_of_its_own() -> None:
    """40 caught; 90 of 100 judged of 200: 180 by others; 5 known; 2 of 500 judged of 25,000: 100 missed."""
    estimate = recall(Sampled(40, 40, 40), Sampled(90, 100, 200), Sampled(5, 5, 5), Sampled(2, 500, 25_000))
    by_others, missed = clopper_pearson(90, 100, sqrt(0.95)), clopper_pearson(2, 500, sqrt(0.95))
    assert estimate.point == pytest.approx(40 / (40 + 180 + 5 + 100))
    assert estimate.interval.low == pytest.approx(40 / (45 + min(190, 200 * by_others.high) + 25_000 * missed.high))


@given(samples, samples, samples)
def test_the_point_lies_within_the_interval_of_several_parts_too(
    flagged: Sampled, one: Sampled, other: Sampled
) -> None:
    estimate = recall(flagged, one, other)
    assert 0.0 <= estimate.interval.low <= estimate.interval.high <= 1.0
    if estimate.point is not None:
        assert estimate.interval.low - 1e-12 <= estimate.point <= estimate.interval.high + 1e-12


@pytest.mark.parametrize("confidence", [-0.5, 0.0, 1.0, 1.5])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        recall(Sampled(1, 1, 2), Sampled(0, 1, 2), confidence=confidence)


def test_a_rule_that_flags_everything_catches_everything() -> None:
    assert recall(Sampled(3, 10, 100), Sampled(0, 0, 0)) == Recall(1.0, Interval(1.0, 1.0))


@given(samples, samples)
def test_the_point_lies_within_the_interval(flagged: Sampled, unflagged: Sampled) -> None:
    estimate = recall(flagged, unflagged)
    assert 0.0 <= estimate.interval.low <= estimate.interval.high <= 1.0
    if estimate.point is not None:
        assert estimate.interval.low - 1e-12 <= estimate.point <= estimate.interval.high + 1e-12


@given(samples, samples)
def test_one_more_counterfeit_among_the_unflagged_never_raises_recall(flagged: Sampled, unflagged: Sampled) -> None:
    worse = Sampled(unflagged.positives + 1, unflagged.judged + 1, unflagged.total + 1)
    assert recall(flagged, worse).interval.low <= recall(flagged, unflagged).interval.low + 1e-12


@pytest.mark.parametrize(
    ("flagged", "unflagged", "judged", "width"),
    [
        ((300, 400), (40, 20_000), (50, 500), 0.55),
        ((20, 25), (5, 3_000), (25, 300), 0.75),
        ((900, 1_000), (1_500, 9_000), (80, 80), 0.4),
    ],
)
def test_the_interval_of_recall_covers_the_truth_as_often_as_it_says(
    flagged: tuple[int, int], unflagged: tuple[int, int], judged: tuple[int, int], width: float
) -> None:
    """Samples are drawn without replacement from (counterfeits, listings) whose recall is known."""
    random = np.random.default_rng(20_261_128)
    truth = flagged[0] / (flagged[0] + unflagged[0])
    rounds = 1_500
    drawn = [
        random.hypergeometric(side[0], side[1] - side[0], number, rounds)
        for side, number in zip((flagged, unflagged), judged, strict=True)
    ]
    intervals = [
        recall(Sampled(int(caught), judged[0], flagged[1]), Sampled(int(missed), judged[1], unflagged[1])).interval
        for caught, missed in zip(*drawn, strict=True)
    ]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert covered >= 0.95 - 2 * sqrt(0.95 * 0.05 / rounds)
    assert np.mean([interval.high - interval.low for interval in intervals]) < width


@given(st.integers(0, 10_000))
def test_a_sample_of_all_needs_no_estimate(count: int) -> None:
    assert scaled_up(count, 1.0) == Number(count, count, count)


@given(st.integers(0, 10_000), st.floats(0.001, 1.0))
def test_there_are_at_least_as_many_as_were_counted(count: int, share: float) -> None:
    number = scaled_up(count, share)
    assert count <= number.low <= number.about * (1 + 1e-9)
    assert number.about <= number.high * (1 + 1e-9)


@given(st.integers(0, 1000), st.floats(0.01, 0.99))
def test_more_counted_or_a_smaller_sample_means_more_in_all(count: int, share: float) -> None:
    number, more, smaller = scaled_up(count, share), scaled_up(count + 1, share), scaled_up(count, share * 0.9)
    assert number.low <= more.low
    assert number.high < more.high
    assert number.high < smaller.high


def test_none_in_a_small_sample_does_not_mean_none_in_all() -> None:
    """The exact bound is where (1 - share)ⁿ is 0.025: 72 at 5 percent."""
    number = scaled_up(0, 0.05)
    assert (number.about, number.low, round(number.high)) == (0.0, 0.0, 73)


@pytest.mark.parametrize("in_all", [30, 200, 2000])
def test_the_interval_covers_as_often_as_it_says(in_all: int) -> None:
    drawn = np.random.default_rng(3).binomial(in_all, 0.05, 20_000)
    covered = {count: scaled_up(count, 0.05) for count in map(int, np.unique(drawn))}
    hits = sum(covered[int(count)].low <= in_all <= covered[int(count)].high for count in drawn)
    assert 0.93 <= hits / len(drawn) <= 0.99


@pytest.mark.parametrize(
    ("count", "share", "confidence"), [(-1, 0.5, 0.95), (1, 0.0, 0.95), (1, 1.1, 0.95), (1, 0.5, 1)]
)
def test_what_is_no_sample_is_refused(count: int, share: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="say nothing"):
        scaled_up(count, share, confidence)
