"""Findings for tests, as screening writes them, and decisions on them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from catalog.decisions import take_down
from catalog.holding import place_hold
from catalog.models import Decision, Finding, Hold, LaneChoices, Product, RuleVersion, Screening, VerdictChoices
from catalog.rules.fact_json import to_json
from catalog.rules.listing_facts import ListingFacts
from shopadmin.accounts.models import User

from .running_rules import live_rule

TRUE_CLAUSE = 'mentions(title, "replica")'


def rule(text: str = TRUE_CLAUSE, **fields: Any) -> RuleVersion:
    """A live rule that holds what calls itself a replica."""
    return live_rule(text, **fields)


def found(
    product: Product, version: RuleVersion, *, lane: str = LaneChoices.REVIEW, clauses: tuple[str, ...] = (TRUE_CLAUSE,)
) -> Finding:
    """A finding on which nobody has decided, with the clauses that were true; in the holding lane also a hold."""
    is_held = lane in {LaneChoices.HOLD, LaneChoices.BLOCK}
    facts = ListingFacts({"title": product.title, "photo_count": 1}, timezone.now())
    screening = Screening.objects.create(
        product=product,
        product_version=product.version,
        verdict=VerdictChoices.HOLD if is_held else VerdictChoices.REVIEW,
        facts=to_json(facts),
        fired=[version.pk],
    )
    parts = [{"text": text, "join": "", "truth": True, "parts": [], "values": {}, "reason": None} for text in clauses]
    false = {"text": "price < 3.0", "join": "", "truth": False, "parts": [], "values": {"price": 5.0}, "reason": None}
    clause = {"text": "", "join": "any", "truth": True, "parts": [*parts, false], "values": {}, "reason": None}
    return Finding.objects.create(
        product=product,
        seller_id=product.seller_id,
        brand_id=product.brand_id,
        rule=version.rule,
        version=version,
        screening=screening,
        lane=lane,
        severity=version.severity,
        explanation={"clause": clause, "sentences": [], "told": ["title"]},
        saw="0" * 64,
        hold=(open_hold(product) or automatic_hold(product)) if is_held else None,
    )


def held(product: Product, version: RuleVersion, clauses: tuple[str, ...] = (TRUE_CLAUSE,)) -> Finding:
    """A finding that holds the listing."""
    return found(product, version, lane=LaneChoices.HOLD, clauses=clauses)


def automatic_hold(product: Product) -> Hold:
    """A hold that nobody placed."""
    return place_hold(
        product=product,
        ground=Hold.Ground.COUNTERFEIT,
        explanation="The title says that it is a replica.",
        remedy="Change the title.",
        actor=None,
    )


def open_hold(product: Product) -> Hold | None:
    """The hold that stands."""
    return Hold.objects.filter(product=product).open().first()


def taken_down(product: Product, by: User, *findings: Finding, **fields: Any) -> Decision:
    """Take a listing down as counterfeit."""
    told = {"ground": Hold.Ground.COUNTERFEIT, "explanation": "The logo is mirrored.", **fields}
    return take_down(product=product, by=by, findings=findings, **told)


def status(product: Product) -> str:
    """The status that a listing has by now."""
    return Product.objects.values_list("status", flat=True).get(pk=product.pk)
