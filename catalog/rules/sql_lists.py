"""PURE. Asking lists in SQL: entries go in as one parameter each list, and long ones are looked up by hash.

PostgreSQL hashes the entries of `= ANY(constant)`; overlaps of arrays (`&&`) it compares one by one. So items are taken
out of their array and asked one by one. An array that is NULL has no items, so it is asked for first.
"""

from __future__ import annotations

import json
from collections import Counter
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
    return any_item(texts, sql('SELECT i.v COLLATE "C" = ANY({}) FROM', constants))


def has_words(form: Sql, words: str) -> Sql:
    """Return whether folded words stand in a folded text; no words stand in none."""
    if not words:
        return never(form)
    return sql('(strpos({} COLLATE "C", {}) > 0)', form, value(words, ValueType.TEXT))


def mentions_any(form: Sql, asked: RuleList) -> Sql:
    """Return whether an entry of a list of folded words stands in a folded text.

    Of a long list only those entries are looked for of which the text has the word that is rarest in the list.
    """
    entries = sorted(str(entry) for entry in asked.entries)
    if len(entries) <= ONE_BY_ONE:
        found = [has_words(form, entry) for entry in entries]
        return sql(f"({' OR '.join(['{}'] * len(found))})", *found) if found else never(form)
    by_word = _by_rarest_word(entries)
    return sql(
        '(CASE WHEN {} IS NOT NULL THEN true = ANY (SELECT strpos({} COLLATE "C", e.v) > 0'
        " FROM unnest(string_to_array(btrim({}), ' ')) AS i(v), jsonb_array_elements_text({} -> i.v) AS e(v)"
        ' WHERE i.v COLLATE "C" = ANY({})) END)',
        form,
        form,
        form,
        Sql("CAST(%s AS jsonb)", (json.dumps(by_word, ensure_ascii=False),)),
        value(list(by_word), ValueType.TEXTS),
    )


def _by_rarest_word(entries: Sequence[str]) -> dict[str, list[str]]:
    """Return entries by the word of theirs that the fewest have, the longest of equals; without those of no words."""
    counts = Counter(word for entry in entries for word in entry.split())
    by_word: dict[str, list[str]] = {}
    for entry in entries:
        if entry.strip():
            by_word.setdefault(min(entry.split(), key=lambda word: (counts[word], -len(word))), []).append(entry)
    return by_word


def any_item(items: Sql, asking: Sql) -> Sql:
    """Return whether the select that begins with `asking` is true of an item; NULL where there is no list."""
    return sql("(CASE WHEN {} IS NOT NULL THEN true = ANY ({} unnest({}) AS i(v)) END)", items, asking, items)
