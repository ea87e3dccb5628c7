"""Facts as rows of `ListingFacts` and `ListingTexts`: what rules are asked over in SQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from .. import models
from ..models import VerdictChoices
from ..rules.fact_table import is_apart
from ..rules.fact_types import FOLDED, SKELETON, Fact
from ..rules.facts import FACTS
from ..rules.forms import folded_words, skeleton_words
from ..rules.listing_facts import ListingFacts
from ..rules.sql import SqlRule
from .finding import FoundFacts

_WRITE = """
    INSERT INTO {table} AS kept ({columns})
    SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s) ORDER BY product_id
    ON CONFLICT (product_id) DO UPDATE SET {updates}
    WHERE kept IS DISTINCT FROM excluded
"""

type Row = dict[str, Any]
"""A row of one of the tables, by column."""


@dataclass(frozen=True, slots=True)
class FactTables:
    """The names of two tables with the same listings, like those of `ListingFacts` and `ListingTexts`."""

    facts: str
    texts: str


STORED = FactTables(models.ListingFacts._meta.db_table, models.ListingTexts._meta.db_table)
"""Where facts are kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking all rules came to, for one listing; versions by their keys."""

    verdict: VerdictChoices = VerdictChoices.CLEAN
    fired: Collection[int] = ()
    watched: Collection[int] = ()
    errors: Collection[int] = ()


def write_facts(found: Mapping[int, FoundFacts], asked: Mapping[int, Asked]) -> None:
    """Write the facts of each product, by its key, with what asking the rules came to, in place of earlier ones.

    Two statements, whatever their number; texts that are as they were are not written again. Raises `KeyError` for a
    product without `asked`.
    """
    write_rows([rows_of(key, facts, asked[key]) for key, facts in found.items()])


def write_rows(rows: Collection[tuple[Row, Row]], into: FactTables = STORED) -> None:
    """Write rows of both tables, as `rows_of` returns them, in place of earlier ones."""
    _write(models.ListingFacts, into.facts, [facts for facts, _ in rows])
    _write(models.ListingTexts, into.texts, [texts for _, texts in rows])


def source_of(rules: Collection[SqlRule], tables: FactTables = STORED) -> str:
    """Return what stands after FROM where these rules are asked: the tables of facts as they call them.

    A listing without a row in the second table has errors there, never nothing.
    """
    texts = f" LEFT JOIN {tables.texts} t ON t.product_id = f.product_id"
    return f"{tables.facts} f{texts if any(rule.asks_texts for rule in rules) else ''}"


def kept_rows(products: Collection[int], tables: FactTables = STORED) -> Iterator[models.ListingFacts]:
    """Yield the rows of some listings, with their texts. Two statements."""
    named = "SELECT * FROM {} WHERE product_id = ANY(%s)"
    texts = {row.pk: row for row in models.ListingTexts.objects.raw(named.format(tables.texts), [list(products)])}
    for row in models.ListingFacts.objects.raw(named.format(tables.facts), [list(products)]):
        row.texts = texts[row.pk]
        yield row


def facts_from_row(row: models.ListingFacts) -> ListingFacts:
    """Return the facts that a row and its texts were written from."""
    texts = row.texts
    values = {}
    for name, fact in FACTS.items():
        value = getattr(texts if is_apart(fact, name) else row, name)
        if value is not None:
            values[name] = value
    return ListingFacts(values, row.as_of, dict(texts.failed))


def _write(model: type[models.ListingFacts] | type[models.ListingTexts], table: str, rows: list[Row]) -> None:
    """Write rows as JSON, which costs a third of what a parameter for each cell does."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    statement = _WRITE.format(
        table=table,
        columns=", ".join(columns),
        updates=", ".join(f"{column} = excluded.{column}" for column in columns if column != "product_id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=datetime.isoformat)])


def rows_of(product_id: int, found: FoundFacts, asked: Asked) -> tuple[Row, Row]:
    """Return a product's rows in both tables."""
    facts: Row = {
        "product_id": product_id,
        "product_version": found.product_version,
        "as_of": found.facts.as_of,
        "verdict": asked.verdict,
        "fired": sorted(asked.fired),
        "watched": sorted(asked.watched),
        "errors": sorted(asked.errors),
    }
    texts: Row = {
        "product_id": product_id,
        "failed": dict(found.facts.failed),
        "made_by": dict(found.made_by),
    }
    for fact in FACTS.values():
        for column, value in _columns(fact, found.facts).items():
            (texts if is_apart(fact, column) else facts)[column] = value
    return facts, texts


def _columns(fact: Fact, facts: ListingFacts) -> Row:
    value = facts.values.get(fact.name)
    columns: Row = {fact.name: value}
    if fact.can_lack:
        columns[fact.has_name] = None if fact.name in facts.failed else value is not None
    if fact.is_searched:
        columns[f"{fact.name}{FOLDED}"] = None if value is None else folded_words(value)
        columns[f"{fact.name}{SKELETON}"] = None if value is None else skeleton_words(value)
    return columns
