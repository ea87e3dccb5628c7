"""PURE. Does a rule fire unusually often or seldom today? A broken fact shows as a rule that suddenly stops firing.

The past is weighted exponentially: what lies one half-life back counts half. From it comes the usual rate, and how much
the rate of a period varies beyond chance (by time of day, by seller): the intra-class correlation, by the method of
moments (J. L. Fleiss et al., "Statistical Methods for Rates and Proportions", 3rd ed. 2003, ch. 15). With it, the
number of hits in the present period follows a beta-binomial distribution (J. G. Skellam, JRSS B 10, 1948), whose
spread also covers that the usual rate is only estimated. An alarm needs a number outside the middle 99.5 % (the
level of the pass-rate alarm of ROOST Coop), a rate that has at least doubled or halved, and enough hits to say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

CONFIDENCE = 0.995
HALF_LIFE = 72
"""In periods: three days of hours."""
LEAST_PERIODS = 8
LEAST_RATIO = 2.0
"""The rate must have grown or shrunk by this factor."""
LEAST_DIFFERENCE = 5.0
"""So many hits must there be more or fewer than expected."""

type Floats = NDArray[np.float64]


class Direction(StrEnum):
    """Which way a rate went."""

    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True)
class Period:
    """In one hour (or day) a rule was asked about `evaluated` listings and fired on `fired` of them.

    Evaluations that ended in an error are neither. Raises `ValueError` unless 0 <= fired <= evaluated.
    """

    evaluated: int
    fired: int

    def __post_init__(self) -> None:
        if not 0 <= self.fired <= self.evaluated:
            raise ValueError(f"A rule cannot fire {self.fired} times on {self.evaluated} listings.")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule fired `fired` times on `evaluated` listings, where `low` to `high` times were expected.

    `expected_rate` is the usual share (0..1); `chance` is how likely so many (or so few) hits were as usual.
    """

    direction: Direction
    fired: int
    evaluated: int
    expected_rate: float
    low: int
    high: int
    chance: float

    @property
    def rate(self) -> float:
        """The share that was seen, 0..1."""
        return self.fired / self.evaluated


def rate_alarm(
    past: Sequence[Period], now: Period, *, confidence: float = CONFIDENCE, half_life: float = HALF_LIFE
) -> Alarm | None:
    """Return the alarm that `now` raises after `past` (oldest first), or None.

    None also stands for what cannot be judged: nothing evaluated now, fewer than eight periods with evaluations, or a
    rule so rare that fewer than six hits are expected: whether it stopped shows in longer periods only.
    """
    known = [period for period in past if period.evaluated]
    if not now.evaluated or len(known) < LEAST_PERIODS:
        return None
    usual, correlation = _usual(past, half_life)
    expected = usual * now.evaluated
    direction = Direction.MORE if now.fired > expected else Direction.FEWER
    if not _is_large(now.fired, expected):
        return None
    chances = _beta_binomial(now.evaluated, usual, correlation)
    rising = np.cumsum(chances)
    tail = chances[now.fired :].sum() if direction == Direction.MORE else rising[now.fired]
    if tail > (1.0 - confidence) / 2:
        return None
    low, high = np.searchsorted(rising, [(1.0 - confidence) / 2, (1.0 + confidence) / 2])
    return Alarm(direction, now.fired, now.evaluated, usual, int(low), min(int(high), now.evaluated), float(tail))


def _is_large(fired: int, expected: float) -> bool:
    """Tell whether the difference is worth anybody's time."""
    less, more = sorted((float(fired), expected))
    return more - less >= LEAST_DIFFERENCE and more >= LEAST_RATIO * less


def _usual(past: Sequence[Period], half_life: float) -> tuple[float, float]:
    """Return the usual rate and the correlation of hits within the present period, both within (0, 1).

    The correlation sums how much periods differ and how uncertain the rate is. Half a hit and half a miss are added,
    so that a rule that has never fired has a small rate and not none (H. Jeffreys' prior).
    """
    evaluated = np.array([period.evaluated for period in past], dtype=np.float64)
    fired = np.array([period.fired for period in past], dtype=np.float64)
    weights = 0.5 ** (np.arange(len(past), 0, -1) / half_life)
    total = float(weights @ evaluated)
    rate = (float(weights @ fired) + 0.5) / (total + 1.0)
    between = _correlation(weights, evaluated, fired, rate)
    of_rate = float((weights**2 * evaluated) @ (1.0 + (evaluated - 1.0) * between)) / total**2
    return rate, min(0.999, between + of_rate)


def _correlation(weights: Floats, evaluated: Floats, fired: Floats, rate: float) -> float:
    """Return how much hits of one period belong together, 0..0.999; 0 where periods differ only by chance."""
    asked = evaluated > 0
    weights, evaluated, fired = weights[asked], evaluated[asked], fired[asked]
    squares = float(weights @ ((fired - evaluated * rate) ** 2 / (evaluated * rate * (1.0 - rate))))
    more = float(weights @ (evaluated - 1.0))
    return min(0.999, max(0.0, (squares - float(weights.sum())) / more)) if more else 0.0


def _beta_binomial(number: int, rate: float, correlation: float) -> Floats:
    """Return the chances of 0, 1, … `number` hits; they sum to 1."""
    size = 1.0 / correlation - 1.0
    hits, misses = rate * size, (1.0 - rate) * size
    at = np.arange(number + 1, dtype=np.float64)
    logs = gammaln(at + hits) - gammaln(at + 1.0) + gammaln(number - at + misses) - gammaln(number - at + 1.0)
    chances: Floats = np.exp(logs - logs.max())
    return chances / chances.sum()
