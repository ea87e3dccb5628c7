"""Facts as rows of `ListingFacts`: what rules are asked over in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .. import models
from ..models import VerdictChoices
from ..rules.fact_types import FOLDED, SKELETON, Fact
from ..rules.facts import FACTS
from ..rules.forms import folded_words, skeleton_words
from ..rules.listing_facts import ListingFacts
from .finding import FoundFacts

ROWS_A_STATEMENT = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking all rules came to, for one listing; versions by their keys."""

    verdict: VerdictChoices = VerdictChoices.CLEAN
    fired: Collection[int] = ()
    watched: Collection[int] = ()
    errors: Collection[int] = ()


def write_facts(found: Mapping[int, FoundFacts], asked: Mapping[int, Asked]) -> None:
    """Write the facts of each product, by its key, with what asking the rules came to, in place of earlier ones.

    Raises `KeyError` for a product without `asked`.
    """
    rows = [row_of(key, facts, asked[key]) for key, facts in found.items()]
    names = [field.attname for field in models.ListingFacts._meta.concrete_fields if not field.primary_key]
    models.ListingFacts.objects.bulk_create(
        rows, ROWS_A_STATEMENT, update_conflicts=True, unique_fields=["product"], update_fields=names
    )


def row_of(product_id: int, found: FoundFacts, asked: Asked) -> models.ListingFacts:
    """Return the unsaved row of a product's facts."""
    columns: dict[str, Any] = {}
    for fact in FACTS.values():
        columns |= _columns(fact, found.facts)
    return models.ListingFacts(
        product_id=product_id,
        product_version=found.product_version,
        as_of=found.facts.as_of,
        failed=dict(found.facts.failed),
        made_by=dict(found.made_by),
        verdict=asked.verdict,
        fired=sorted(asked.fired),
        watched=sorted(asked.watched),
        errors=sorted(asked.errors),
        **columns,
    )


def facts_from_row(row: models.ListingFacts) -> ListingFacts:
    """Return the facts that a row was written from."""
    values = {name: value for name in FACTS if (value := getattr(row, name)) is not None}
    return ListingFacts(values, row.as_of, dict(row.failed))


def _columns(fact: Fact, facts: ListingFacts) -> dict[str, Any]:
    value = facts.values.get(fact.name)
    columns: dict[str, Any] = {fact.name: value}
    if fact.can_lack:
        columns[fact.has_name] = None if fact.name in facts.failed else value is not None
    if fact.is_searched:
        columns[f"{fact.name}{FOLDED}"] = None if value is None else folded_words(value)
        columns[f"{fact.name}{SKELETON}"] = None if value is None else skeleton_words(value)
    return columns
