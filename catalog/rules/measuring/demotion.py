"""PURE. Has a rule's precision fallen under its floor? A test that may be looked at after every verdict.

Verdicts come one by one, and whoever looks after each at an ordinary confidence interval will see it cross by chance
sooner or later. So a bet is kept instead: against the claim *the rule is right at least as often as its floor*. A bet
that the precision is q < floor multiplies its stake by q / floor at a right verdict, and by (1 - q) / (1 - floor) at a
wrong one. As long as the claim holds, no such bet is expected to win, so by Ville's inequality the chance that the
money ever grows to 1 / alpha is at most alpha, however long one watches.

Sources: J. Ville, "Étude critique de la notion de collectif" (1939); I. Waudby-Smith and A. Ramdas, "Estimating means
of bounded random variables by betting", JRSS B 86 (2024).

A rule that was right for years may turn bad at any verdict, so the money is spread over all verdicts from which that
could be so (the mixture over change points of G. Lorden, "Procedures for Reacting to a Change in Distribution", 1971,
here with weights that add up to 1): after t verdicts 1 / (1 + ln(1 + t)) of it is still unspent, which makes late
changes cheap. At each verdict equal parts are bet on six precisions under the floor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log1p

ALPHA = 0.01
ODDS_RATIOS = (1.2, 1.5, 2.0, 3.0, 5.0, 9.0)
"""The precisions bet on: those whose odds are the floor's divided by these. For a floor of 0.9 from 0.88 to 0.5."""
LARGEST_STAKE = 1e300
"""Stakes grow no further, so that they stay finite; less than one is owed never harms the claim."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known after some verdicts on a rule whose precision must not fall under `floor`.

    `stakes` are what the bets on each precision are worth by now, `most_evidence` is the most that all were ever worth.
    Start one with `start` or `watched`; the same verdicts in the same order give the same value.
    """

    floor: float
    alpha: float
    stakes: tuple[float, ...] = (0.0,) * len(ODDS_RATIOS)
    verdicts: int = 0
    right: int = 0
    most_evidence: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 < self.floor < 1.0 and 0.0 < self.alpha < 1.0):
            raise ValueError(f"Floor and alpha lie between 0 and 1, not at {self.floor} and {self.alpha}.")

    @property
    def evidence(self) -> float:
        """What 1 unit of money is worth by now (an e-value): 20 is strong evidence against the rule, 1 is none."""
        return sum(self.stakes) + _unspent(self.verdicts)

    @property
    def has_fallen(self) -> bool:
        """Whether the rule is to be demoted; once so, later verdicts do not change it."""
        return self.most_evidence >= 1.0 / self.alpha

    def after(self, is_right: bool) -> Watch:
        """Return what is known after one more verdict."""
        spent = (_unspent(self.verdicts) - _unspent(self.verdicts + 1)) / len(ODDS_RATIOS)
        stakes = tuple(
            min(LARGEST_STAKE, (stake + spent) * _growth(self.floor, ratio, is_right))
            for stake, ratio in zip(self.stakes, ODDS_RATIOS, strict=True)
        )
        evidence = sum(stakes) + _unspent(self.verdicts + 1)
        return replace(
            self,
            stakes=stakes,
            verdicts=self.verdicts + 1,
            right=self.right + is_right,
            most_evidence=max(self.most_evidence, evidence),
        )


def start(floor: float, alpha: float = ALPHA) -> Watch:
    """Return what is known before the first verdict; raise `ValueError` unless floor and alpha lie within (0, 1).

    `alpha` is the chance that a rule at its floor is ever demoted.
    """
    return Watch(floor, alpha)


def watched(verdicts: Iterable[bool], floor: float, alpha: float = ALPHA) -> Watch:
    """Return what is known after these verdicts, oldest first, True where the rule was right; raise as `start` does.

    They must be all verdicts, or drawn at random: appeals alone would show the rule worse than it is.
    """
    watch = start(floor, alpha)
    for is_right in verdicts:
        watch = watch.after(is_right)
    return watch


def _unspent(verdicts: int) -> float:
    """Return the part of the money that is not bet after so many verdicts; it falls from 1 towards 0."""
    return 1.0 / (1.0 + log1p(verdicts))


def _growth(floor: float, ratio: float, is_right: bool) -> float:
    """Return what a stake on the precision whose odds are `ratio` times worse than the floor's is multiplied by."""
    scale = 1.0 / (floor + ratio * (1.0 - floor))
    return scale if is_right else ratio * scale
