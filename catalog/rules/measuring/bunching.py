"""PURE. Do sellers set a value just on the innocent side of a rule's threshold?

Bunching: E. Saez, "Do Taxpayers Bunch at Kink Points?", AEJ: Economic Policy 2 (2010); R. Chetty et al., "Adjustment
Costs, Firm Responses, and Micro vs. Macro Labor Supply Elasticities", QJE 126 (2011). A smooth curve through the
neighbouring bins, fitted without the bins around the threshold, says how many listings belong into the window just
beyond it; what is more is excess.

Prices bunch by themselves: at .99, at .00, and more so at rounder prices. So the bins compared are windows of the same
shape at the same distance from other round numbers (50.00 to 50.99 with 40.00 to 40.99): each of the ten windows within
ten units has a factor of its own, and so have windows at rounder numbers, as in H. Kleven and M. Waseem, "Using Notches
to Uncover Optimization Frictions", QJE 128 (2013). Factors are held near 1 as far as nothing is known of them, so a
threshold without its like (10,000) is judged with great doubt. The curve is a cubic on the log scale, fitted by
quasi-Poisson regression; the spread of the other windows around it widens the test (P. McCullagh and J. Nelder,
"Generalized Linear Models", 1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

DEGREE = 3
CYCLE = 10
"""The last digit, in units, of a window's place matters: so many kinds of windows there are."""
ROUNDNESS = (50, 100, 500, 1_000, 5_000, 10_000)
"""Multiples of so many units may draw values more strongly than other multiples of ten."""
DOUBT = 1.0
"""The standard deviation of the logarithm of a factor of which nothing is known: it may well be 0.4 or 2.7."""
LEAST_PEERS = 2
"""So many other windows with the same last digit must be compared."""
LEAST_WINDOWS = 4
"""So many other windows must hold any value: as many as the curve has weights."""
CHANCE = 0.001
LEAST_SHARE = 0.2
"""The excess must be this share of what was expected."""
LEAST_EXCESS = 5.0
"""The excess must be so many values: where none are expected, one proves nothing."""
MOST = np.iinfo(np.int64).max
STEPS = 100
ENOUGH = 1e-9
LEAST_RIDGE = 1e-6
"""Keeps the curve finite where windows at one end hold no value."""

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]


class Innocent(IntEnum):
    """On which side of the threshold a rule does not fire."""

    ABOVE = 1
    BELOW = -1


class NotComparable(ValueError):
    """There is nothing like the threshold's window to compare it with, so bunching is neither shown nor ruled out."""


@dataclass(frozen=True, slots=True)
class Design:
    """Which windows are compared, in the smallest unit of the fact (cents, hundredths, days).

    `unit` is the distance from one window to the next and `width` how wide each is (1..unit). Compared is what lies
    between the threshold divided and multiplied by `reach`. `vacated` windows on the guilty side are left out, since
    evaders come from there.
    """

    unit: int
    width: int
    reach: float = 3.2
    vacated: int = 5

    def __post_init__(self) -> None:
        if not (1 <= self.width <= self.unit and self.reach > 1.0 and self.vacated >= 0):
            raise ValueError("Windows are 1 to `unit` wide, none or more are left out, and `reach` is larger than 1.")

    def steps(self, edge: int, innocent: Innocent) -> Integers:
        """Return the numbers of the windows: 0 for the threshold's, negative on the guilty side."""
        down = int((edge - edge / self.reach) // self.unit)
        up = int((edge * self.reach - edge) // self.unit)
        return np.arange(-down, up + 1) if innocent == Innocent.ABOVE else np.arange(-up, down + 1)


@dataclass(frozen=True, slots=True)
class Bunching:
    """In the window `count` values lie where `expected` belong; `z` is the excess in standard errors.

    `chance` is how likely so many or more are where nobody bunches; `windows` is how many others were compared.
    """

    count: int
    expected: float
    z: float
    chance: float
    windows: int

    @property
    def excess(self) -> float:
        """How many values are too many; negative where some are missing."""
        return self.count - self.expected

    @property
    def is_shown(self) -> bool:
        """Whether the excess is large and hardly chance: somebody should look."""
        return self.chance < CHANCE and self.excess >= max(LEAST_EXCESS, LEAST_SHARE * self.expected)


def bunching(values: Integers, edge: int, innocent: Innocent, design: Design) -> Bunching:
    """Return how many values lie in the window that begins with `edge` and goes on to the innocent side.

    `edge` is the innocent value next to the rule: 5000, above, for `price < 5000`; 4999, below, for `price >= 5000`.
    Raises `NotComparable` where too few other windows are as round or hold any value, `ValueError` for an edge under 1.
    """
    if edge < 1:
        raise ValueError(f"Bunching is measured at thresholds above 0, not at {edge}.")
    values = np.asarray(values, dtype=np.int64)
    steps = design.steps(edge, innocent)
    counts = _counts(values, edge, innocent, design, steps)
    compared = _compared(values, edge, innocent, design, steps)
    if np.count_nonzero(counts[compared]) < LEAST_WINDOWS:
        raise NotComparable("Hardly any other window holds a value: compare more, or wider ones.")
    if np.count_nonzero(steps[compared] % CYCLE == 0) < LEAST_PEERS:
        raise NotComparable(f"Fewer than {LEAST_PEERS} other windows end on the same digit: compare more.")
    table = _table(steps, edge, innocent, design)
    weights, covariance, dispersion = _fitted(table[compared], counts[compared])
    row = table[np.searchsorted(steps, 0)]
    count, expected = int(counts[np.searchsorted(steps, 0)]), float(np.exp(row @ weights))
    variance = dispersion * expected + expected**2 * float(row @ covariance @ row)
    return Bunching(
        count, expected, (count - expected) / sqrt(variance), _tail(count, expected, variance), int(compared.sum())
    )


def _counts(values: Integers, edge: int, innocent: Innocent, design: Design, steps: Integers) -> Integers:
    """Return how many values lie in each window."""
    window, within = np.divmod((values - edge) * int(innocent), design.unit)
    hit = (within < design.width) & (window >= steps[0]) & (window <= steps[-1])
    return np.bincount(window[hit] - steps[0], minlength=len(steps))


def _compared(values: Integers, edge: int, innocent: Innocent, design: Design, steps: Integers) -> NDArray[np.bool_]:
    """Tell of each window whether it is compared: not near the threshold, and not where there are no values at all."""
    first = edge + int(innocent) * design.unit * steps
    inhabited = (first >= values.min(initial=MOST)) & (first <= values.max(initial=0))
    return inhabited & ((steps < -design.vacated) | (steps > 0))


def _table(steps: Integers, edge: int, innocent: Innocent, design: Design) -> Floats:
    """Return the terms of each window: powers of the logarithm of its place, its last digit, and its roundness.

    A window is at a round number when it holds it or lies next to it, as 49.99 lies next to 50.00. Those that lie to it
    as the threshold's window does are told from others.
    """
    first = edge + int(innocent) * design.unit * steps
    last = first + int(innocent) * (design.width - 1)
    lowest, highest = np.minimum(first, last), np.maximum(first, last)
    place = np.log(first / edge) / np.log(design.reach)
    columns = list(np.vander(place, DEGREE + 1, increasing=True).T)
    columns += [steps % CYCLE == digit for digit in range(CYCLE)]
    for size in (design.unit * times for times in ROUNDNESS):
        is_round = (highest + 1) // size > (lowest - 2) // size
        is_alike = (first - edge) % size == 0
        columns += [is_round & is_alike, is_round & ~is_alike]
    return np.array(columns, dtype=np.float64).T


def _fitted(table: Floats, counts: Integers) -> tuple[Floats, Floats, float]:
    """Return the weights of a Poisson regression, their covariance, and the dispersion (at least 1).

    Fitted by iteratively reweighted least squares, with a ridge on all factors but the curve.
    """
    ridge = np.diag([LEAST_RIDGE] * (DEGREE + 1) + [DOUBT**-2] * (table.shape[1] - DEGREE - 1))
    expected, weights = counts + 0.5, np.zeros(table.shape[1])
    for _ in range(STEPS):
        before = weights
        working = np.log(expected) + (counts - expected) / expected
        weighted = table * expected[:, None]
        weights = np.linalg.solve(weighted.T @ table + ridge, weighted.T @ working)
        expected = np.exp(np.clip(table @ weights, -20.0, 40.0))
        if np.abs(weights - before).max() <= ENOUGH:
            break
    else:
        raise NotComparable("No curve fits the other windows: compare fewer, or wider ones.")
    information = (table * expected[:, None]).T @ table
    free = len(counts) - float(np.trace(np.linalg.solve(information + ridge, information)))
    dispersion = max(1.0, float(((counts - expected) ** 2 / expected).sum()) / max(1.0, free))
    return weights, np.linalg.inv(information / dispersion + ridge), dispersion


def _tail(count: int, expected: float, variance: float) -> float:
    """Return how likely `count` or more are under the negative binomial distribution of this mean and variance."""
    if count == 0:
        return 1.0
    size = expected**2 / (variance - expected)
    return float(betainc(count, size, expected / (expected + size)))
