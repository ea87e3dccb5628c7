"""Rows of rules for tests: versions in every state, what is known of listings, and what rules found on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from catalog.models import (
    Finding,
    LaneChoices,
    ListingFacts,
    ListingTexts,
    Product,
    Rule,
    RuleVersion,
    Screening,
    VerdictChoices,
)
from catalog.rules.fact_json import to_json
from catalog.rules.fact_table import columns_of_fact, is_apart
from catalog.rules.fact_types import FactType
from catalog.rules.facts import FACTS
from catalog.rules.listing_facts import ListingFacts as Known
from shopadmin.accounts.models import User

CHEAP = "brand_is_protected && !is_authorized && has_price_quantile && price_quantile < 0.05"


def rule(title: str, by: User, **fields: Any) -> Rule:
    """A rule without a version."""
    slug = title.lower().replace(" ", "-")
    return Rule.objects.create(slug=fields.pop("slug", slug), title=title, owner=by, **fields)


def version(of: Rule, by: User, state: str = "draft", *, decided_by: User | None = None, **fields: Any) -> RuleVersion:
    """The next version of a rule, in a state into which its dates fit."""
    now = timezone.now()
    fields = {"text": CHEAP, "number": of.versions.count() + 1, "written_by": by, **fields}
    if state in {"refused", "approved", "live", "retired"}:
        fields |= {"decided_by": decided_by, "decided_at": now}
    if state != "draft":
        fields.setdefault("proposed_at", now - timedelta(hours=2))
    if state in {"live", "retired"}:
        fields.setdefault("live_since", now - timedelta(days=3))
    if state == "retired":
        fields.setdefault("retired_at", now)
    return RuleVersion.objects.create(rule=of, state=state, **fields)


def live(title: str, by: User, decided_by: User, **fields: Any) -> RuleVersion:
    """A rule that acts."""
    return version(rule(title, by), by, "live", decided_by=decided_by, **fields)


def known(product: Product, **facts: Any) -> ListingFacts:
    """What is known of a listing: an unauthorised one of a protected brand, cheaper than almost all, unless said."""
    plain: dict[FactType, Any] = {FactType.BOOL: False, FactType.INT: 0, FactType.TEXT: "", FactType.TEXTS: [],
                                  FactType.INTS: [], FactType.DAYS: timezone.now()}  # fmt: skip
    values: dict[str, Any] = {
        fact.name: plain[fact.type] for fact in FACTS.values() if not fact.can_lack and fact.type in plain
    }
    values |= {"title": product.title, "seller": product.seller.slug, "brand_is_protected": True,
               "price_quantile": 0.03, "price": 41.2, "currency": "EUR", **facts}  # fmt: skip
    known_ones = {fact.has_name: values.get(fact.name) is not None for fact in FACTS.values() if fact.can_lack}
    apart = [name for fact in FACTS.values() for name in columns_of_fact(fact) if is_apart(fact, name)]
    texts = {name: values.pop(name) for name in (*apart, "failed") if name in values}
    row = ListingFacts.objects.create(
        product=product, product_version=product.version, as_of=timezone.now(), **known_ones, **values
    )
    ListingTexts.objects.create(facts=row, **texts)
    return row


def found(of: RuleVersion, product: Product, state: str = "open", *, days_ago: int = 0, **fields: Any) -> Finding:
    """What a version found on a listing; decided on where the state says so."""
    at = timezone.now() - timedelta(days=days_ago)
    screening = Screening.objects.create(
        product=product, product_version=1, verdict=VerdictChoices.HOLD, facts=to_json(Known({}, at))
    )
    decided = {"decided_at": at} if state in {"confirmed", "cleared"} else {}
    return Finding.objects.create(
        product=product,
        seller=product.seller,
        rule=of.rule,
        version=of,
        screening=screening,
        lane=of.lane if of.lane in LaneChoices.values else LaneChoices.REVIEW,
        severity=of.severity,
        saw="",
        state=state,
        found_at=at,
        **decided,
        **fields,
    )
