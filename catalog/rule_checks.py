"""Tries a rule in all three engines on listings made up for it, before it is saved (see `rules.equivalence`)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from .rules.equivalence import Disagreement, disagreements, random_facts
from .rules.fact_table import fact_columns, fact_row
from .rules.fact_types import Fact
from .rules.language import Rule
from .rules.listing_facts import ListingFacts, RuleList
from .rules.sql import SqlRule

_TABLE = "rule_check"


def check_engines(rule: Rule, lists: Mapping[str, RuleList], *, count: int = 200, seed: int = 0) -> list[Disagreement]:
    """Return the listings, of `count` made up for a rule, of which its engines do not say the same.

    Takes a fraction of a second. Raises NotTranslatable for a rule that cannot be backtested.
    """
    listings = random_facts(random.Random(seed), rule.facts, count, rule.tree, lists)  # noqa: S311  (no secrets)
    return disagreements(rule, lists, listings, run_sql)


def run_sql(rule: SqlRule, facts: Sequence[Fact], listings: Sequence[ListingFacts]) -> list[bool | None]:
    """Return what a rule says of listings in the database, in their order, None for an error.

    Asked as a backtest asks: what does not speak says nothing.
    """
    columns = {"position": "int"} | fact_columns(facts, apart=False) | fact_columns(facts, apart=True)
    declared = ", ".join(f"{name} {type}" for name, type in columns.items())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {_TABLE} ({declared}) ON COMMIT DROP")
        with cursor.copy(f"COPY {_TABLE} FROM STDIN") as copy:
            for position, listing in enumerate(listings):
                cells = {"position": position} | fact_row(listing, facts)
                copy.write_row([cells[name] for name in columns])
        cursor.execute(
            f"SELECT CASE WHEN {rule.speaks} THEN {rule.expression} ELSE FALSE END"  # noqa: S608
            f" FROM {_TABLE} AS f JOIN {_TABLE} AS t USING (position) ORDER BY position",
            [*rule.parameters, *rule.parameters],
        )
        answers: list[bool | None] = [answer for (answer,) in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {_TABLE}")
    return answers
