"""A rule that suddenly fires more, or stops firing, raises an alarm; chance and the time of day do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from catalog.rules.measuring import alarms
from catalog.rules.measuring.alarms import Direction, Period, rate_alarm

periods = st.integers(0, 300).flatmap(lambda number: st.integers(0, number).map(lambda hits: Period(number, hits)))


def hours(number: int, rate: float, seed: int, *, swing: float = 0.0, evaluated: int = 400) -> list[Period]:
    """Hours of about `evaluated` listings; the rate swings over the day by this share of itself."""
    random = np.random.default_rng(seed)
    found = []
    for hour in range(number):
        asked = int(random.poisson(evaluated))
        at = rate * (1 + swing * np.sin(hour * 2 * np.pi / 24))
        found.append(Period(asked, int(random.binomial(asked, at))))
    return found


def test_a_rule_that_stops_firing_raises_an_alarm() -> None:
    alarm = rate_alarm(hours(72, 0.05, seed=1), Period(400, 0))
    assert alarm is not None
    assert (alarm.direction, alarm.fired, alarm.evaluated, alarm.rate) == (Direction.FEWER, 0, 400, 0.0)
    assert alarm.expected_rate == pytest.approx(0.05, abs=0.005)
    assert 0 < alarm.low < 20 < alarm.high < 400
    assert alarm.chance < 0.0025


def test_a_rule_that_fires_three_times_as_often_raises_an_alarm() -> None:
    alarm = rate_alarm(hours(72, 0.05, seed=1), Period(400, 60))
    assert alarm is not None
    assert (alarm.direction, alarm.rate) == (Direction.MORE, 0.15)
    assert alarm.high < 60


def test_a_rule_that_has_never_fired_raises_an_alarm_when_it_does() -> None:
    alarm = rate_alarm([Period(400, 0)] * 72, Period(400, 30))
    assert alarm is not None
    assert alarm.direction == Direction.MORE
    assert alarm.low == 0
    assert alarm.expected_rate > 0
    assert alarm.chance < 0.0025


def test_twice_as_many_listings_are_no_alarm_when_the_rate_stays() -> None:
    assert rate_alarm(hours(72, 0.05, seed=1), Period(4_000, 200)) is None


def test_few_hits_more_or_fewer_are_no_alarm() -> None:
    assert rate_alarm([Period(400, 0)] * 200, Period(400, 4)) is None
    assert rate_alarm([Period(400, 0)] * 200, Period(400, 6)) is not None
    assert rate_alarm([Period(40, 1)] * 200, Period(40, 0)) is None


def test_a_change_that_is_certain_but_small_is_no_alarm() -> None:
    past = hours(300, 0.20, seed=2, evaluated=20_000)
    assert rate_alarm(past, Period(20_000, 4_600)) is None
    assert rate_alarm(past, Period(20_000, 9_000)) is not None


@pytest.mark.parametrize("past", [[], [Period(400, 20)] * 7, [Period(0, 0)] * 500])
def test_without_enough_of_a_past_there_is_nothing_to_say(past: list[Period]) -> None:
    assert rate_alarm(past, Period(400, 400)) is None


def test_an_hour_in_which_nothing_was_evaluated_says_nothing() -> None:
    assert rate_alarm(hours(72, 0.5, seed=1), Period(0, 0)) is None


def test_what_lies_long_ago_counts_less() -> None:
    grown = hours(300, 0.02, seed=3) + hours(300, 0.10, seed=4)
    assert rate_alarm(grown, Period(400, 40)) is None
    assert rate_alarm(grown, Period(400, 40), half_life=100_000) is None
    assert rate_alarm(grown, Period(400, 8)) is not None
    assert rate_alarm(grown, Period(400, 8), half_life=100_000) is None


def test_a_rule_that_always_varied_is_allowed_to_vary() -> None:
    steady = [Period(400, 20)] * 100
    wild = [Period(400, hits) for hits in (2, 38, 5, 35, 20)] * 20
    assert rate_alarm(steady, Period(400, 45)) is not None
    assert rate_alarm(wild, Period(400, 45)) is None


@given(st.lists(periods, max_size=30), periods)
def test_an_alarm_is_always_outside_the_range_it_gives(past: list[Period], now: Period) -> None:
    alarm = rate_alarm(past, now)
    if alarm is not None:
        assert 0 <= alarm.low <= alarm.high <= now.evaluated
        assert now.fired < alarm.low or now.fired > alarm.high
        assert 0 <= alarm.chance <= 0.0025


def test_the_chances_are_those_of_the_beta_binomial_distribution() -> None:
    chances = alarms._beta_binomial(50, 0.2, 0.1)
    assert chances == pytest.approx(betabinom(50, 0.2 * 9, 0.8 * 9).pmf(np.arange(51)))


def test_a_rule_cannot_fire_more_often_than_it_is_asked() -> None:
    with pytest.raises(ValueError, match="cannot fire 3 times on 2 listings"):
        Period(2, 3)


@pytest.mark.parametrize("swing", [0.0, 0.4])
@pytest.mark.parametrize("rate", [0.003, 0.03, 0.3])
def test_in_thirty_days_of_hours_there_is_hardly_a_false_alarm(rate: float, swing: float) -> None:
    """Six rules each: 24 × 30 hours after a week of past. The level alone would allow 3.6 for each rule."""
    raised = 0
    for seed in range(6):
        seen = hours(24 * 37, rate, seed, swing=swing)
        raised += sum(
            rate_alarm(seen[max(0, hour - 168) : hour], seen[hour]) is not None for hour in range(168, len(seen))
        )
    assert raised <= 6
