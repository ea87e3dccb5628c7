"""PURE. What becomes of a listing on which several rules have something to say.

Rules are asked in their `order`. The first acting allow rule that fires ends the asking: rules ordered after it do not
count, whatever they say, since they would not have been asked. Rules of the same order still count, and so do those
before it: it cannot take back a block, a hold, a review or an error that came first. Of what counts the strictest
decides: a block, else a hold, else an error, else a review. Only without any of these is the listing clean, or allowed
where an allow rule fired. So an error never passes as clean: it holds the listing for review, unless a rule that works
holds it anyway. Rules that do not act (shadow, outside their roll-out, snoozed, outside their schedule) never count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class Lane(StrEnum):
    """What a rule does where it fires."""

    ALLOW = "allow"
    BLOCK = "block"
    HOLD = "hold"
    REVIEW = "review"


class Outcome(StrEnum):
    """What became of asking a rule about a listing."""

    FIRES = "fires"
    PASSES = "passes"
    ERROR = "error"


class Verdict(StrEnum):
    """What all rules together say."""

    BLOCK = "block"
    HOLD = "hold"
    ERROR_HELD = "error held"
    REVIEW = "review"
    ALLOWED = "allowed"
    CLEAN = "clean"


STRICTNESS = tuple(Verdict)
"""Strictest first."""
_LANE_VERDICTS = {
    Lane.BLOCK: Verdict.BLOCK,
    Lane.HOLD: Verdict.HOLD,
    Lane.REVIEW: Verdict.REVIEW,
    Lane.ALLOW: Verdict.ALLOWED,
}


class Effect(StrEnum):
    """What happens to the listing."""

    ACTIVE = "active"
    HELD = "held"
    HELD_FOR_REVIEW = "held for review"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rule `key` says of a listing. Keys are unique; a larger `severity` is graver.

    `is_acting` is False in shadow, outside the roll-out, while snoozed and outside the schedule.
    """

    key: int
    lane: Lane
    order: int
    severity: int
    outcome: Outcome
    is_acting: bool = True


@dataclass(frozen=True, slots=True)
class Resolution:
    """The verdict with the rule that is *the* reason (None where clean) and what else counted, by key.

    `contributing` are the other rules that fired, in their order, whatever their lane; `errors` those that failed.
    """

    verdict: Verdict
    reason: int | None = None
    contributing: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()


def resolve(answers: Iterable[Answer]) -> Resolution:
    """Return what becomes of the listing; the sequence of the answers does not matter.

    The reason is, of the rules that give the verdict, the first by order, then the gravest, then the lowest key.
    """
    counted = _counted(answers)
    given = [(_verdict(answer), answer) for answer in counted]
    verdict = min((one for one, _ in given), key=STRICTNESS.index, default=Verdict.CLEAN)
    reason = next((answer.key for one, answer in given if one == verdict and verdict != Verdict.CLEAN), None)
    fired = (answer.key for answer in counted if answer.outcome == Outcome.FIRES)
    return Resolution(
        verdict,
        reason,
        tuple(key for key in fired if key != reason),
        tuple(answer.key for answer in counted if answer.outcome == Outcome.ERROR),
    )


def dispatch(verdict: Verdict) -> Effect:
    """Return what happens to a listing of this verdict; one that is to be reviewed stays where it is meanwhile."""
    match verdict:
        case Verdict.CLEAN | Verdict.ALLOWED | Verdict.REVIEW:
            return Effect.ACTIVE
        case Verdict.ERROR_HELD:
            return Effect.HELD_FOR_REVIEW
        case Verdict.HOLD | Verdict.BLOCK:
            return Effect.HELD
    assert_never(verdict)


def _counted(answers: Iterable[Answer]) -> list[Answer]:
    """Return the acting answers up to the order of the first allow rule that fires, each order's gravest first."""
    acting = sorted(
        (answer for answer in answers if answer.is_acting),
        key=lambda answer: (answer.order, -answer.severity, answer.key),
    )
    allowing = (answer.order for answer in acting if _verdict(answer) == Verdict.ALLOWED)
    last = min(allowing, default=None)
    return acting if last is None else [answer for answer in acting if answer.order <= last]


def _verdict(answer: Answer) -> Verdict:
    """Return what an acting rule alone would make of the listing."""
    match answer.outcome:
        case Outcome.PASSES:
            return Verdict.CLEAN
        case Outcome.ERROR:
            return Verdict.ERROR_HELD
        case Outcome.FIRES:
            return _LANE_VERDICTS[answer.lane]
    assert_never(answer.outcome)
