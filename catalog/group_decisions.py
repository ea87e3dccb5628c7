"""Deciding on many listings at once, and taking that back: each for itself, so that one that fails stops none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils import timezone

from shopadmin.accounts.models import User

from .decisions import clear, take_down, undo
from .listings import Refusal
from .models import Decision, Finding, Hold
from .models.decisions import UNDO_FOR


class Verdict(StrEnum):
    """What is decided about a listing."""

    TAKE_DOWN = "take-down"
    CLEAR = "clear"


@dataclass(slots=True)
class Done:
    """What was decided or taken back, and why others were not, each reason once."""

    decisions: list[Decision] = field(default_factory=list)
    refused: int = 0
    reasons: list[str] = field(default_factory=list)

    def refuse(self, error: Refusal) -> None:
        """Note that a listing was left alone."""
        self.refused += 1
        if str(error) not in self.reasons:
            self.reasons.append(str(error))


def take_down_all(
    findings: Iterable[Finding], *, ground: Hold.Ground, explanation: str, severity: int | None, by: User
) -> Done:
    """Take down the listings of these findings, each with its own; `severity` None takes that of what was found."""
    done = Done()
    for some in _by_listing(findings):
        try:
            decision = take_down(
                product=some[0].product,
                ground=ground,
                explanation=explanation,
                severity=severity,
                findings=some,
                by=by,
            )
            done.decisions.append(decision)
        except Refusal as error:
            done.refuse(error)
    return done


def clear_all(findings: Iterable[Finding], *, reason: str, by: User) -> Done:
    """Say that the listings of these findings are in order, each with its own."""
    done = Done()
    for some in _by_listing(findings):
        try:
            done.decisions.append(clear(findings=some, reason=reason, by=by))
        except Refusal as error:
            done.refuse(error)
    return done


def undo_all(decisions: Iterable[Decision], *, by: User) -> Done:
    """Take decisions back, the last first."""
    done = Done()
    for decision in sorted(decisions, key=lambda each: (each.decided_at, each.pk), reverse=True):
        try:
            undo(decision=decision, by=by)
            done.decisions.append(decision)
        except Refusal as error:
            done.refuse(error)
    return done


def can_be_undone(keys: Iterable[str], by: User) -> list[Decision]:
    """Return those of the decisions with these keys that the user can still take back."""
    since = timezone.now() - UNDO_FOR
    own = Decision.objects.standing().filter(key__in=list(keys), decided_by=by, decided_at__gt=since)
    return list(own.select_related("product__seller").order_by("decided_at", "pk"))


def _by_listing(findings: Iterable[Finding]) -> list[Sequence[Finding]]:
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.product_id, []).append(finding)
    return list(found.values())
