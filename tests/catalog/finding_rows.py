"""Rows of findings for tests: what a rule said of a listing, as a screening keeps it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from catalog.rules.explaining import explain
from catalog.rules.language import compile_rule
from catalog.rules.listing_facts import ListingFacts
from catalog.screening.explanations import explanation_as_json

from .rule_rows import CHEAP


def explained(text: str = CHEAP, **values: Any) -> dict[str, Any]:
    """What a rule says of a cheap listing of a protected brand whose seller has no authorisation."""
    known = {"brand_is_protected": True, "is_authorized": False, "price_quantile": 0.03, "price": 41.2, **values}
    return explanation_as_json(explain(compile_rule(text, {}), ListingFacts(known, timezone.now()), {}))
