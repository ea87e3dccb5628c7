"""Rules as tests write them, and listings with the facts that tests say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from catalog import models, rule_approval, rule_writing
from catalog.fact_finding import Asked, FoundFacts
from catalog.fact_finding.rows import write_facts
from catalog.models import LaneChoices, Product, RuleVersion
from catalog.rule_writing import Wording
from catalog.rules.facts import FACTS
from catalog.rules.listing_facts import ListingFacts
from shopadmin.accounts.models import User
from tests import factories

CHEAP = "has_price && price < 10.0"
FEW_PHOTOS = "photo_count < 2"


def drafted(by: User, text: str = FEW_PHOTOS, *, slug: str = "few-photos", **fields: Any) -> RuleVersion:
    """The first version of a rule, a draft."""
    return rule_writing.draft_rule(slug=slug, title=slug.title(), wording=Wording(text=text, **fields), by=by)


def proposed(by: User, text: str = FEW_PHOTOS, **fields: Any) -> RuleVersion:
    """A version that waits for somebody else's approval."""
    return rule_writing.propose(version=drafted(by, text, **fields), by=by)


def live(by: User, approver: User, text: str = FEW_PHOTOS, **fields: Any) -> RuleVersion:
    """A version that acts."""
    return rule_approval.approve(version=proposed(by, text, **fields), reason="Looked at it.", by=approver)


def next_live(of: RuleVersion, by: User, approver: User, **fields: Any) -> RuleVersion:
    """Another version of that rule, live in its place."""
    wording = Wording(**{"text": of.text, "lane": LaneChoices(of.lane), **fields})
    draft = rule_writing.write_version(version=of, wording=wording, note="better", by=by)
    waiting = rule_writing.propose(version=draft, by=by)
    return rule_approval.approve(version=waiting, reason="Looked at it.", by=approver)


def facts(now: datetime | None = None, failed: Sequence[str] = (), **values: Any) -> ListingFacts:
    """Facts of a listing: what is not given is as in the examples, or lacks where it can."""
    now = now or timezone.now()
    known: dict[str, Any] = {}
    for name, fact in FACTS.items():
        if not fact.can_lack:
            known[name] = now if fact.type == "days" else fact.example
    known |= values
    for name in failed:
        known.pop(name, None)
    return ListingFacts(known, now, dict.fromkeys(failed, "The source was away."))


def screened(
    known: ListingFacts,
    *,
    verdict: str = "clean",
    fired: Sequence[RuleVersion] = (),
    errors: Sequence[RuleVersion] = (),
    product: Product | None = None,
) -> Product:
    """A listing with these facts, as screening leaves it."""
    row = product or factories.product(photos=0)
    asked = Asked(
        verdict=models.VerdictChoices(verdict),
        fired=[version.pk for version in fired],
        errors=[version.pk for version in errors],
    )
    write_facts({row.pk: FoundFacts(known, {}, row.version)}, {row.pk: asked})
    return row
