"""Writing down what became of listings: facts, screenings, findings and holds, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..fact_finding import Asked as Answers
from ..fact_finding import FoundFacts, to_json, write_facts
from ..models import Product, Screening, VerdictChoices
from ..rules.listing_facts import RuleList
from .deciding import Decided
from .drawing import drawn_percent, is_drawn
from .findings import Wanted, Written, write_findings
from .holding_back import hold_back


@dataclass(frozen=True, slots=True)
class Screened:
    """A listing, what was found out about it, what becomes of it, and what people are to decide on."""

    product: Product
    found: FoundFacts
    decided: Decided
    wanted: tuple[Wanted, ...]

    @property
    def spoke(self) -> bool:
        """Whether a rule said something."""
        decided = self.decided
        return decided.verdict != VerdictChoices.CLEAN or bool(decided.watched or decided.failures)

    def is_kept(self, percent: int) -> bool:
        """Whether the screening is kept, with a sample of so many percent of those in which no rule said anything."""
        return self.spoke or is_drawn(self.product.pk, percent)


def write(screened: Sequence[Screened], lists: Mapping[str, RuleList], now: datetime) -> None:
    """Write what became of some listings that this transaction has claimed; holds are placed one by one."""
    write_facts({one.product.pk: one.found for one in screened}, {one.product.pk: _answers(one) for one in screened})
    percent = drawn_percent()
    screenings = {one.product.pk: _screening(one, percent, now) for one in screened}
    Screening.objects.bulk_create(screenings[one.product.pk] for one in screened if one.is_kept(percent))
    write_findings(
        [
            Written(
                one.product,
                screenings[one.product.pk],
                hold_back(one.product, one.decided, one.found.facts, lists) if one.decided.is_held else None,
                one.wanted,
            )
            for one in screened
        ]
    )


def _answers(one: Screened) -> Answers:
    decided = one.decided
    return Answers(
        verdict=decided.verdict,
        fired=[each.version.pk for each in decided.fired],
        watched=[each.version.pk for each in decided.watched],
        errors=[each.version.pk for each in decided.failures],
    )


def _screening(one: Screened, percent: int, now: datetime) -> Screening:
    decided = one.decided
    return Screening(
        product=one.product,
        product_version=one.product.version,
        at=now,
        verdict=decided.verdict,
        facts=to_json(one.found.facts),
        failed=dict(one.found.facts.failed),
        made_by=dict(one.found.made_by),
        fired=[each.version.pk for each in decided.fired],
        watched=[each.version.pk for each in decided.watched],
        errors={str(each.version.pk): each.reason for each in decided.failures},
        drawn_percent=None if one.spoke else percent,
    )
