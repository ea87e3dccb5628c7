"""PURE. The table of facts that `sql` asks: its columns, and a listing's row in it."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from typing import Any

from .fact_types import Fact, FactType, forms
from .fact_values import fact_values
from .forms import folded_words, skeleton_words
from .listing_facts import ListingFacts

SQL_TYPES = {
    FactType.BOOL: "boolean",
    FactType.INT: "bigint",
    FactType.DOUBLE: "double precision",
    FactType.TEXT: "text",
    FactType.TEXTS: "text[]",
    FactType.INTS: "bigint[]",
    FactType.DAYS: "timestamptz",
}


_LONG = ("description",)
"""Texts that are longer than most other facts together."""


def fact_columns(facts: Collection[Fact]) -> dict[str, str]:
    """Return the columns of some facts with PostgreSQL's types, in the order in which it reads them quickest.

    A row is read from its left, and columns of fixed width without NULLs before them are found without looking at
    others. So numbers come first, those that cannot lack before all, and long texts last.
    """
    columns: dict[str, str] = {}
    for fact in facts:
        columns[fact.name] = SQL_TYPES[fact.type]
        if fact.can_lack:
            columns[fact.has_name] = "boolean"
        columns |= dict.fromkeys(forms(fact), "text")
    lacking = {fact.name for fact in facts if fact.can_lack}
    return dict(sorted(columns.items(), key=lambda column: _rank(column[0], column[1], lacking)))


def _rank(name: str, type: str, lacking: Container[str]) -> tuple[bool, bool, bool]:
    return name.startswith(_LONG), type in _VARYING, name in lacking


_VARYING = ("text", "text[]", "bigint[]")


def fact_row(listing: ListingFacts, facts: Iterable[Fact]) -> dict[str, Any]:
    """Return a listing's row by column: NULL for what is lacking, failed, or not of its fact's type."""
    return dict(_cells(listing, facts))


def _cells(listing: ListingFacts, facts: Iterable[Fact]) -> Iterator[tuple[str, Any]]:
    asked = fact_values(listing).asked
    for fact in facts:
        value = listing.values[fact.name] if fact.name in asked else None
        yield fact.name, list(value) if isinstance(value, tuple) else value
        if fact.can_lack:
            yield fact.has_name, asked.get(fact.has_name)
        if fact.is_searched:
            folded, skeleton = forms(fact)
            yield folded, None if value is None else folded_words(value)
            yield skeleton, None if value is None else skeleton_words(value)
