"""PURE. The tables of facts that `sql` asks: their columns, and a listing's row.

Scanning a million rows takes as long as reading their bytes does. So one table has what most rules ask and is short,
and a second one what is long: lists, long texts, and the forms of searched texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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

_LISTS = (FactType.TEXTS, FactType.INTS)
SHORT_TEXTS = ("condition", "seller_country", "currency", "brand", "seller", "category")
"""Texts that are short and often compared, the shortest first."""
_LONG = ("description", "photo_text")
"""Texts that are longer than most other facts together."""


def columns_of_fact(fact: Fact) -> dict[str, str]:
    """Return a fact's columns with PostgreSQL's types: the value, whether it is known, and the searched forms."""
    known = {fact.has_name: "boolean"} if fact.can_lack else {}
    return {fact.name: SQL_TYPES[fact.type]} | known | dict.fromkeys(forms(fact), "text")


def is_apart(fact: Fact, column: str) -> bool:
    """Return whether a column of a fact stands in the second table."""
    if column == fact.name:
        return fact.type in _LISTS or (fact.type == FactType.TEXT and column not in SHORT_TEXTS)
    return column != fact.has_name


def fact_columns(facts: Collection[Fact], *, apart: bool) -> dict[str, str]:
    """Return the columns of some facts in one of the tables, in the order in which PostgreSQL reads them quickest.

    A row is read from its left, and columns of fixed width without NULLs before them are found without looking at
    others. So numbers come first, those that cannot lack before all, and long texts last.
    """
    columns = {
        column: (type, _rank(fact, column))
        for fact in facts
        for column, type in columns_of_fact(fact).items()
        if is_apart(fact, column) == apart
    }
    return {column: type for column, (type, _) in sorted(columns.items(), key=lambda each: each[1][1])}


def _rank(fact: Fact, column: str) -> tuple[int, ...]:
    if column == fact.has_name or fact.type == FactType.BOOL:
        return (0,)
    if column in SHORT_TEXTS:
        return (3, SHORT_TEXTS.index(column))
    if fact.type == FactType.TEXT or fact.type in _LISTS:
        return (4, fact.name in _LONG)
    return (2,) if fact.can_lack else (1,)


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
