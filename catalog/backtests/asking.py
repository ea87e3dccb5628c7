"""Asking candidates of all listings, set by set: who fires, who errs, and whom the version in their place held.

Stored with each listing is what came of asking the live rules (see `ListingFacts`): those that fired and counted, and
those that failed. What candidates say is put in the place of the versions that they replace, and the lanes are
resolved anew. So only what candidates say is computed. One thing is not stored: what rules would have said that were
ordered behind an allow rule that fired. Where such a rule is replaced, the others are asked too.

The sets are ranges of the table's pages, so that all of them together read it once, in whatever order it lies. That
each listing is in exactly one of them needs one snapshot for all: a listing that is screened meanwhile moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from ..fact_finding import source_of
from ..models import LaneChoices, RuleVersion
from ..rules.measuring.rollout import BUCKETS, bucket_sql, buckets_of
from ..rules.sql import SqlRule, compile_sql
from .candidates import Candidate, Question

ROWS = "catalog_backtest_row"
"""The table, gone at the end of the transaction, of listings on which something may change.

`said` has for each candidate whether it fires and acts, NULL where it cannot be asked; `others_said` likewise for the
live versions that stay, where they had not been asked. `verdict` is the stored one.
"""
PAGES_AT_ONCE = 4_096
"""How much of the table of facts is asked in one statement: 32 MB, which takes some tenths of a second."""

_TABLE = f"""CREATE TEMPORARY TABLE {ROWS} (
    product_id bigint, seller_id bigint, brand_id bigint, verdict varchar(10), fired bigint[], erring bigint[],
    said boolean[], others_said boolean[]) ON COMMIT DROP"""
_PAGES = "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint"


@dataclass
class _Sql:
    """SQL in the making, with its parameters in the order in which they stand in it."""

    parts: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, text: str, *parameters: Any) -> None:
        self.parts.append(text)
        self.parameters.extend(parameters)


def ask(question: Question, report: Callable[[float], None]) -> None:
    """Fill the table of listings on which something may change; in the caller's transaction, which has one snapshot.

    `report` is called after each set with the share of the listings that have been asked (0..1), and may raise.
    """
    before, after = _asking(question)
    text = " ".join([*before.parts, *after.parts])
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute("SET LOCAL random_page_cost = 1.1")  # look products up; a set is too small to read all of them
        cursor.execute(f"LOCK TABLE {question.tables.facts} IN ACCESS SHARE MODE")  # nobody may write the table anew
        cursor.execute(_PAGES, [question.tables.facts])
        for first, end, share in _ranges(cursor.fetchone()[0]):
            cursor.execute(text, [*before.parameters, f"({first},0)", f"({end},0)", *after.parameters])
            report(share)


def _ranges(pages: int) -> Iterator[tuple[int, int, float]]:
    """Yield the first page of each set, the one behind its last, and what share of all has been asked then."""
    for first in range(0, pages, PAGES_AT_ONCE):
        yield first, first + PAGES_AT_ONCE, min(1.0, (first + PAGES_AT_ONCE) / pages)


def _asking(question: Question) -> tuple[_Sql, _Sql]:
    """Return what stands before and after the two places between which a set lies, in the statement that asks it.

    Where nothing can change is told by short conditions, so that the rest is only worked out for few listings.
    """
    asked = [compile_sql(each.rule.tree, each.lists, as_of=question.as_of) for each in question.candidates]
    others = _others(question)
    statement = _Sql()
    statement.add(f"INSERT INTO {ROWS} SELECT f.product_id, p.seller_id, p.brand_id, f.verdict, f.fired,")
    statement.add("ARRAY(SELECT e.version_id FROM catalog_finding e WHERE e.product_id = f.product_id AND e.is_error")
    statement.add("AND e.state IN ('open', 'confirmed') AND e.version_id = ANY(f.errors)) AS erring,")
    _add_array(statement, [_acting(number, each) for number, each in enumerate(question.candidates, start=1)])
    statement.add("AS said, f.others_said FROM (SELECT f.product_id, f.verdict, f.fired, f.errors,")
    _add_array(statement, [(each.expression, each.parameters) for each in asked])
    statement.add("AS says,")
    _add_others(statement, question, others)
    statement.add(f"AS others_said FROM {source_of([*asked, *filter(None, others.values())], question.tables)}")
    statement.add("WHERE f.ctid >= %s::tid AND f.ctid < %s::tid")
    rest = _Sql()
    rest.add("AND (")
    _add_changing(rest, question, asked)
    rest.add(") OFFSET 0) f JOIN catalog_product p ON p.id = f.product_id WHERE p.status IN ('live', 'held')")
    return statement, rest


def forget() -> None:
    """Drop the table, when all is counted."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {ROWS}")


def _add_changing(statement: _Sql, question: Question, asked: Sequence[SqlRule]) -> None:
    """Keep listings on which a candidate speaks, or a version does that is replaced."""
    for number, rule in enumerate(asked):
        statement.add(f"{'OR ' if number else ''}({rule.speaks})", *rule.parameters)
    if question.replaced:
        statement.add("OR f.fired && %s::bigint[] OR f.errors && %s::bigint[]", question.replaced, question.replaced)


def _acting(number: int, candidate: Candidate) -> tuple[str, Sequence[Any]]:
    """Return whether a candidate fires where it acts."""
    conditions, parameters = _where_it_acts(
        candidate.salt, candidate.buckets, candidate.muted_products, candidate.muted_sellers
    )
    return f"CASE WHEN {conditions} THEN f.says[{number}] ELSE FALSE END", parameters


def _where_it_acts(
    salt: str, buckets: int, products: Sequence[int] = (), sellers: Sequence[int] = ()
) -> tuple[str, list[Any]]:
    conditions, parameters = ["TRUE"], []
    if buckets < BUCKETS:
        conditions.append(f"{bucket_sql('%s', 'f.product_id')} < %s")
        parameters += [salt, buckets]
    for column, keys in (("f.product_id", products), ("p.seller_id", sellers)):
        if keys:
            conditions.append(f"{column} <> ALL(%s::bigint[])")
            parameters.append(list(keys))
    return " AND ".join(conditions), parameters


def _allowing(question: Question) -> list[int]:
    """Return the keys of the allow rules that are replaced."""
    return [
        each.replaces.pk for each in question.candidates
        if each.replaces is not None and each.replaces.acting_lane == LaneChoices.ALLOW
    ]  # fmt: skip


def _others(question: Question) -> dict[int, SqlRule | None]:
    """Return the live versions that stay, by key, if they are asked: only where an allow rule is replaced."""
    if not _allowing(question):
        return {}
    rules = {key: question.rules_of_others[key] for key in question.others}
    return {
        key: compile_sql(rule.tree, question.lists, as_of=question.as_of) if rule else None
        for key, rule in rules.items()
    }


def _add_others(statement: _Sql, question: Question, others: Mapping[int, SqlRule | None]) -> None:
    """Ask the live versions that stay where the allow rule fired that is replaced; elsewhere what they said is stored.

    Whether people cleared a finding of theirs is not looked at there.
    """
    if not others:
        statement.add("NULL::boolean[]")
        return
    statement.add("CASE WHEN f.fired && %s::bigint[] THEN", _allowing(question))
    _add_array(statement, [_other(question.others[key], rule) for key, rule in others.items()])
    statement.add("END")


def _other(version: RuleVersion, rule: SqlRule | None) -> tuple[str, Sequence[Any]]:
    if rule is None:
        return "NULL", ()
    conditions, parameters = _where_it_acts(version.rule.slug, buckets_of(version.rollout_percent))
    return f"CASE WHEN {conditions} THEN {rule.expression} ELSE FALSE END", [*parameters, *rule.parameters]


def _add_array(statement: _Sql, items: Sequence[tuple[str, Sequence[Any]]]) -> None:
    statement.add("ARRAY[")
    for number, (text, parameters) in enumerate(items):
        statement.add(f"{', ' if number else ''}({text})", *parameters)
    statement.add("]::boolean[]")
