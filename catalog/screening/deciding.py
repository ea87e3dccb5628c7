"""From what all rules say of a listing to what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..models import Product, VerdictChoices
from ..rules.listing_facts import ListingFacts
from ..rules.measuring.lanes import Answer, Effect, Lane, Outcome, Resolution, Verdict, dispatch, resolve
from .fingerprints import fingerprint, what_it_saw
from .muting import Muted
from .running_rules import Asked

VERDICTS = {
    Verdict.BLOCK: VerdictChoices.BLOCK,
    Verdict.HOLD: VerdictChoices.HOLD,
    Verdict.ERROR_HELD: VerdictChoices.ERROR,
    Verdict.REVIEW: VerdictChoices.REVIEW,
    Verdict.ALLOWED: VerdictChoices.ALLOWED,
    Verdict.CLEAN: VerdictChoices.CLEAN,
}

HOLDING = frozenset(VERDICTS[verdict] for verdict in Verdict if dispatch(verdict) != Effect.ACTIVE)
"""After these a listing is held back. An error holds as a block does: what was not checked is not sold."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a listing: `reason` and `others` are the rules that fired and count, `erring` those that failed.

    `watched` fired without acting: in shadow, outside their share or time, muted, or cleared before. `failures` has the
    reasons of all that could not be asked, acting or not.
    """

    verdict: VerdictChoices
    reason: Asked | None
    others: tuple[Asked, ...]
    erring: tuple[Asked, ...]
    watched: tuple[Asked, ...]
    failures: tuple[Asked, ...]

    @property
    def fired(self) -> tuple[Asked, ...]:
        """The rules that fired and count, the reason first."""
        is_fired = self.reason is not None and self.reason.outcome == Outcome.FIRES
        return ((self.reason,) if self.reason and is_fired else ()) + self.others

    @property
    def is_held(self) -> bool:
        """Whether the listing is held back."""
        return self.verdict in HOLDING


def decide(asked: Sequence[Asked], product: Product, facts: ListingFacts, muted: Muted) -> Decided:
    """Return what becomes of a listing of which all rules were asked."""
    spoke = [one for one in asked if one.outcome != Outcome.PASSES]
    acting = {one.version.pk for one in spoke if _acts(one, product, facts, muted)}
    by_key = {one.version.pk: one for one in spoke}
    found = resolve(_answer(one) for one in spoke if one.version.pk in acting)
    watched = (one for one in spoke if one.outcome == Outcome.FIRES and one.version.pk not in acting)
    return Decided(
        verdict=VERDICTS[found.verdict],
        reason=by_key[found.reason] if found.reason is not None else None,
        others=tuple(by_key[key] for key in found.contributing),
        erring=_erring(found, by_key),
        watched=tuple(watched),
        failures=tuple(one for one in spoke if one.outcome == Outcome.ERROR),
    )


def saw(asked: Asked, facts: ListingFacts) -> str:
    """Return the fingerprint of what a rule saw of a listing; of one that cannot be asked, that of its text."""
    return fingerprint(asked.version.text) if asked.rule is None else what_it_saw(asked.rule.facts, facts)


def _acts(asked: Asked, product: Product, facts: ListingFacts, muted: Muted) -> bool:
    version = asked.version
    return muted.acts(version, product) and not muted.is_cleared(product, version.rule_id, lambda: saw(asked, facts))


def _answer(asked: Asked) -> Answer:
    version = asked.version
    return Answer(version.pk, Lane(version.acting_lane), version.order, version.severity, asked.outcome)


def _erring(found: Resolution, by_key: dict[int, Asked]) -> tuple[Asked, ...]:
    return tuple(by_key[key] for key in found.errors)
