"""From a fused score to the probability that a product is right, and the thresholds for showing it.

Two numbers describe a candidate: its score, and its gap, which is how far the score lies above those of other
candidates. A weighted sum of both gives one number, the *merit*; a rising table turns merit into probability. The
weights come from a logistic regression on samples whose answer is known (Platt scaling): degraded catalogue photos, or
reviewers' verdicts.

There are two calibrations, since a link says one of two things. For *the very product* the gap is measured to the mean
of the next candidates (`gap_of`), for *the same kind of product* to the best candidate of another kind (`kind_gap_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from .archive import content_hash
from .types import InvalidModel, ScoredProduct, Thresholds

RUNNERS_UP = 10
"""The gap is measured to the mean of this many other candidates: steadier than the single next one."""
SHOW_PRECISION = 0.90
EXACT_PRECISION = 0.95
MOST_ROWS = 200
"""The table has at most so many rows."""
NEVER = 1.0
"""A threshold that no probability below certainty reaches: nothing is shown."""

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A best candidate with what is known of it: its score, its gap, and whether it was right."""

    score: float
    gap: float
    is_match: bool


@dataclass(frozen=True)
class Calibration:
    """Turns score and gap into a probability: `merits` and `probabilities` are the rising table's columns.

    `source` says what it was fitted on, `samples` on how many.
    """

    score_weight: float
    gap_weight: float
    merits: tuple[float, ...]
    probabilities: tuple[float, ...]
    thresholds: Thresholds
    source: str
    samples: int

    def __post_init__(self) -> None:
        rising = list(self.merits) == sorted(self.merits) and list(self.probabilities) == sorted(self.probabilities)
        if not self.merits or len(self.merits) != len(self.probabilities) or not rising:
            raise ValueError("A calibration needs a table of equally many rising merits and probabilities.")
        if min(self.score_weight, self.gap_weight) < 0 or not 0 <= self.probabilities[0] <= self.probabilities[-1] <= 1:
            raise ValueError("Weights of a calibration may not be negative; probabilities lie within 0..1.")

    @cached_property
    def version(self) -> str:
        """The hash of the contents."""
        return content_hash({}, self.to_dict())

    def probability(self, score: float, gap: float) -> float:
        """Return the probability (0..1) that the candidate is right; it never falls when score or gap rise."""
        return float(np.interp(self.score_weight * score + self.gap_weight * gap, self.merits, self.probabilities))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "merits": list(self.merits), "probabilities": list(self.probabilities)}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Calibration:
        """Read what `to_dict` gave; raise `InvalidModel` when something is missing or wrong."""
        try:
            return cls(
                **{
                    **plain,
                    "merits": tuple(plain["merits"]),
                    "probabilities": tuple(plain["probabilities"]),
                    "thresholds": Thresholds(**plain["thresholds"]),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidModel(f"The stored calibration is not valid: {error} Fit and store it again.") from error


def gap_of(scored: Sequence[ScoredProduct], number: int) -> float:
    """Return how far a candidate's score lies above the mean of the best others; 0 when there are no others."""
    others = [product.score for place, product in enumerate(scored[: RUNNERS_UP + 1]) if place != number][:RUNNERS_UP]
    return scored[number].score - float(np.mean(others)) if others else 0.0


def kind_gap_of(scored: Sequence[ScoredProduct], number: int) -> float:
    """Return how far a candidate's score lies above the best candidate of another kind.

    When all are of one kind, those of others, which the search did not find, score no more than the last one. A product
    of unknown kind is a kind of its own.
    """
    own = scored[number]
    others = (product.score for product in scored if product is not own and not (own.kind and product.kind == own.kind))
    return own.score - next(others, scored[-1].score)


def cautious_calibration() -> Calibration:
    """Return the calibration for when there is nothing to learn from: it never shows anything."""
    return Calibration(0.0, 0.0, (0.0,), (0.0,), Thresholds(NEVER, NEVER), "nothing to learn from", 0)


def fit_calibration(samples: Sequence[Sample], source: str, tolerance: float = 0.0) -> Calibration:
    """Fit on labelled samples by logistic regression; the cautious one when all have the same label.

    A single candidate may be less likely than the precision asked for by the `tolerance`, as long as those above a
    threshold are as precise as asked on the whole.
    """
    labels = np.array([sample.is_match for sample in samples], dtype=np.float64)
    if not len(labels) or labels.min() == labels.max():
        return cautious_calibration()
    features = np.array([(sample.score, sample.gap) for sample in samples])
    weights, intercept = _logistic(features, labels)
    merits = np.sort(features @ weights)
    probabilities = 1.0 / (1.0 + np.exp(-(merits + intercept)))
    places = np.unique(np.linspace(0, len(merits) - 1, min(len(merits), MOST_ROWS)).round().astype(np.intp))
    show = _threshold(probabilities, SHOW_PRECISION, tolerance)
    return Calibration(
        float(weights[0]),
        float(weights[1]),
        tuple(merits[places].tolist()),
        tuple(probabilities[places].tolist()),
        Thresholds(show, max(show, _threshold(probabilities, EXACT_PRECISION, tolerance))),
        source,
        len(samples),
    )


def raised(calibration: Calibration, step: float) -> Calibration:
    """Return the calibration for pictures whose scores all lie `step` higher than those it was fitted on."""
    return replace(calibration, merits=tuple(merit + calibration.score_weight * step for merit in calibration.merits))


def _threshold(probabilities: Floats, precision: float, tolerance: float) -> float:
    """Return the lowest of the rising probabilities from which on the precision asked for is expected."""
    expected = np.cumsum(probabilities[::-1])[::-1] / np.arange(len(probabilities), 0, -1)
    enough = np.flatnonzero((expected >= precision) & (probabilities >= precision - tolerance))
    return float(probabilities[enough[0]]) if len(enough) else NEVER


def _logistic(features: Floats, labels: Floats) -> tuple[Floats, float]:
    """Return non-negative weights and the intercept of a logistic regression with a light ridge."""
    middle, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    standard = np.c_[(features - middle) / scale, np.ones(len(features))]
    signs = 2.0 * labels - 1.0

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (standard @ weights)
        slopes = -signs / (1.0 + np.exp(np.clip(margins, -500, 500)))
        ridge = np.append(weights[:-1], 0.0)
        return float(np.logaddexp(0.0, -margins).sum() + ridge @ ridge), standard.T @ slopes + 2.0 * ridge

    bounds = [*[(0.0, None)] * features.shape[1], (None, None)]
    fitted: Floats = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = fitted[:-1] / scale
    return weights, float(fitted[-1] - middle @ weights)
