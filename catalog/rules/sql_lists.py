"""PURE. Asking lists in SQL: entries go in as one parameter each list, and long ones are looked up by hash.

PostgreSQL hashes the entries of `= ANY(constant)`; overlaps of arrays (`&&`) it compares one by one. So items are taken
out of their array and asked one by one. An array that is NULL has no items, so it is asked for first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .listing_facts import RuleList
from .sql_parts import Sql, sql, value
from .tree import ValueType

LISTS = (ValueType.TEXTS, ValueType.INTS, ValueType.DOUBLES)

ONE_BY_ONE = 20
"""Up to so many entries of words are looked for in a text one after the other, which is quicker than taking the text
apart into words (measured: 40 ns each against 1.5 µs)."""


def never(tested: Sql) -> Sql:
    """Return false, or NULL where the tested value is NULL."""
    return sql("({} IS NULL AND NULL)", tested)


def within_constants(item: Sql, items: Sql, constants: Sequence[Any]) -> Sql:
    """Return whether an item is one of the constants. PostgreSQL finds no NULL in an empty list."""
    return sql("({} = ANY({}))", item, items) if constants else never(item)


def in_list(texts: Sql, asked: RuleList, *, of_many: bool) -> Sql:
    """Return whether a text, or one `of_many`, is in a list."""
    entries = sorted(str(entry) for entry in asked.entries)
    if not entries:
        return never(texts)
    constants = value(entries, ValueType.TEXTS)
    if not of_many:
        return sql('({} COLLATE "C" = ANY({}))', texts, constants)
    return _any_item(texts, sql('SELECT i.v COLLATE "C" = ANY({}) FROM', constants))


def has_words(form: Sql, words: str) -> Sql:
    """Return whether folded words stand in a folded text; no words stand in none."""
    if not words:
        return never(form)
    return sql('(strpos({} COLLATE "C", {}) > 0)', form, value(words, ValueType.TEXT))


def mentions_any(form: Sql, asked: RuleList) -> Sql:
    """Return whether an entry of a list of folded words stands in a folded text."""
    entries = sorted(str(entry) for entry in asked.entries)
    if len(entries) <= ONE_BY_ONE:
        found = [has_words(form, entry) for entry in entries]
        return sql(f"({' OR '.join(['{}'] * len(found))})", *found) if found else never(form)
    by_length: dict[int, list[str]] = {}
    for entry in entries:
        by_length.setdefault(len(entry.split()), []).append(entry.strip())
    single, longer = by_length.pop(1, []), sorted(by_length)
    asking = []
    if single:
        constants = value(single, ValueType.TEXTS)
        asking.append(
            sql(
                "true = ANY (SELECT i.v COLLATE \"C\" = ANY({}) FROM unnest(string_to_array(btrim({}), ' ')) AS i(v))",
                constants,
                form,
            )
        )
    if longer:
        constants = value([entry for length in longer for entry in by_length[length]], ValueType.TEXTS)
        asking.append(sql(_RUNS, constants, form, value(longer, ValueType.INTS)))
    return sql(f"(CASE WHEN {{}} IS NOT NULL THEN {' OR '.join(['{}'] * len(asking))} END)", form, *asking)


_RUNS = (
    "true = ANY (SELECT array_to_string(s.words[i.v : i.v + k.v - 1], ' ') COLLATE \"C\" = ANY({})"
    " FROM (SELECT string_to_array(btrim({}), ' ') AS words OFFSET 0) AS s,"
    " generate_series(1, cardinality(s.words)) AS i(v), unnest({}) AS k(v))"
)
"""All runs of as many words as the entries have; near the end of the text they are shorter, which does no harm."""


def photo_in_list(hashes: Sql, asked: RuleList, bits: int) -> Sql:
    """Return whether a hash differs in at most so many bits from one in a list."""
    entries = sorted(int(entry) for entry in asked.entries)
    if not entries:
        return never(hashes)
    constants = value(entries, ValueType.INTS)
    if not bits:
        return _any_item(hashes, sql("SELECT i.v = ANY({}) FROM", constants))
    near = f"SELECT bit_count(CAST(i.v # e.v AS bit(64))) <= {int(bits)} FROM unnest({{}}) AS e(v),"
    return _any_item(hashes, sql(near, constants))


def _any_item(items: Sql, asking: Sql) -> Sql:
    """Return whether the select that begins with `asking` is true of an item; NULL where there is no list."""
    return sql("(CASE WHEN {} IS NOT NULL THEN true = ANY ({} unnest({}) AS i(v)) END)", items, asking, items)
