"""PURE. How sure a proportion is, and how much of what should be caught a rule catches.

Wilson's interval: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
The exact interval: C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits", Biometrika 26 (1934).

A number of which a sample was counted that each had the same chance to be in: those numbers are possible from which the
count lies at most so many standard errors away, as in Wilson's interval, with the number of trials as what is unknown.

Recall is a ratio of estimated numbers of counterfeits: the flagged ones, and those in each part of what was not
flagged. It rises with the first and falls with the others, so exact intervals that hold together with the confidence
asked for bound it: with k independent samples each has its k-th root, and what was judged completely needs none. This
is wider than the delta method, and holds for small samples and shares of 0 and 1 too.

The samples are drawn without replacement from finite populations, which spreads less than the binomial distribution on
which the exact interval rests (W. Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables", JASA 58,
1963, section 6), so that the interval is safe; and it never says more than what is known of the judged listings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from scipy.special import betaincinv

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`, both within 0..1 and both included."""

    low: float
    high: float


NOTHING_KNOWN = Interval(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Verdicts on a random sample: of `total` listings `judged` were looked at and `positives` found counterfeit.

    Verdicts that were not drawn at random (appeals, complaints) do not belong here. Raises `ValueError` unless
    0 <= positives <= judged <= total.
    """

    positives: int
    judged: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.positives <= self.judged <= self.total:
            raise ValueError(f"Of {self.total} listings {self.judged} cannot be judged and {self.positives} positive.")

    @property
    def share(self) -> float | None:
        """The share of the judged that is positive (0..1); None where nothing was judged."""
        return self.positives / self.judged if self.judged else None

    def between(self, confidence: float) -> tuple[float, float]:
        """Return between which numbers of listings the positives of all `total` lie.

        What was judged is known: all judged, and both numbers are the same.
        """
        exact = clopper_pearson(self.positives, self.judged, confidence)
        return (
            max(self.positives, self.total * exact.low),
            min(self.total - (self.judged - self.positives), self.total * exact.high),
        )


@dataclass(frozen=True, slots=True)
class Number:
    """How many there are in all, as far as a sample tells: about so many, `low` and `high` included."""

    about: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recall:
    """The share of all counterfeits that was flagged, 0..1.

    `point` is None where the samples hold no counterfeit at all, or one of them is still empty.
    """

    point: float | None
    interval: Interval


def wilson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's interval of a proportion; everything (0..1) is possible after 0 trials.

    Raises `ValueError` unless 0 <= successes <= trials and 0 < confidence < 1.
    """
    _check(successes, trials, confidence)
    return _score_interval(successes, trials, NormalDist().inv_cdf(0.5 + confidence / 2))


def wilson_lower(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return what the proportion exceeds with this one-sided confidence (0.5 or more), by Wilson; 0 after 0 trials.

    Raises `ValueError` as `wilson` does.
    """
    _check(successes, trials, confidence)
    return _score_interval(successes, trials, NormalDist().inv_cdf(confidence)).low


def clopper_pearson(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact interval, which never covers less often than its confidence; raises as `wilson` does."""
    _check(successes, trials, confidence)
    tail, failures = (1.0 - confidence) / 2, trials - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1.0 - tail)) if failures else 1.0
    return Interval(low, high)


def scaled_up(count: int, share: float, confidence: float = CONFIDENCE) -> Number:
    """Return how many there are, of which `count` are in a sample that each is in with the chance `share`.

    Raises `ValueError` unless count >= 0, 0 < share <= 1 and 0 < confidence < 1.
    """
    if count < 0 or not 0.0 < share <= 1.0 or not 0.0 < confidence < 1.0:
        raise ValueError(f"{count} counted in a sample of {share} say nothing at a confidence of {confidence}.")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    left_out = 1.0 - share
    middle, reach = 2 * count + z * z * left_out, z * sqrt(left_out * (4 * count + z * z * left_out))
    low = max(float(count), (middle - reach) / (2 * share)) if count else 0.0
    return Number(count / share, low, (middle + reach) / (2 * share))


def recall(flagged: Sampled, *unflagged: Sampled, confidence: float = CONFIDENCE) -> Recall:
    """Return how much of all that is counterfeit was flagged, from a random sample of each part of all listings.

    The parts do not overlap; one of `unflagged` comes from the standing blind sample. Raises `ValueError` unless
    0 < confidence < 1.
    """
    _check(0, 0, confidence)
    uncertain = sum(part.judged < part.total for part in (flagged, *unflagged))
    each = confidence ** (1 / max(1, uncertain))
    caught_low, caught_high = flagged.between(each)
    missed = [part.between(each) for part in unflagged]
    missed_low, missed_high = sum(low for low, _high in missed), sum(high for _low, high in missed)
    return Recall(
        _point(flagged, unflagged),
        Interval(_share(caught_low, missed_high, 0.0), _share(caught_high, missed_low, 1.0)),
    )


def _point(flagged: Sampled, unflagged: Sequence[Sampled]) -> float | None:
    """Return the plain ratio of the estimates; a part without listings has none and needs no sample."""
    shares = [0.0 if part.total == 0 else part.share for part in (flagged, *unflagged)]
    numbers = [
        share * part.total for share, part in zip(shares, (flagged, *unflagged), strict=True) if share is not None
    ]
    if len(numbers) < len(shares) or not sum(numbers):
        return None
    return numbers[0] / sum(numbers)


def _share(part: float, rest: float, otherwise: float) -> float:
    """Return the part of the whole, or `otherwise` where there is no whole."""
    return part / (part + rest) if part + rest > 0 else otherwise


def _score_interval(successes: int, trials: int, z: float) -> Interval:
    """Return the proportions from which what was seen lies at most `z` standard errors away."""
    if trials == 0:
        return NOTHING_KNOWN
    share, spread = successes / trials, z * z / trials
    middle = share + spread / 2
    reach = z * sqrt(share * (1.0 - share) / trials + spread / (4 * trials))
    low = (middle - reach) / (1.0 + spread) if successes else 0.0
    high = (middle + reach) / (1.0 + spread) if successes < trials else 1.0
    return Interval(max(0.0, low), min(1.0, high))


def _check(successes: int, trials: int, confidence: float) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a proportion.")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"A confidence lies between 0 and 1, not at {confidence}.")
