"""Finding out, for a sample of listings, the facts that another version of a maker makes, before rules are asked.

A backtest of a release asks the rules that are live of a table that has these facts in the place of those stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import batched

from django.db import connection, transaction

from ..fact_finding import Asked, find_facts
from ..fact_finding.batch import MOST_LISTINGS
from ..fact_finding.brand_names import LETTERS
from ..fact_finding.finding import PROVIDERS
from ..fact_finding.makers import MAKERS, Maker, offered_versions
from ..fact_finding.providers import Provider
from ..fact_finding.rows import STORED, FactTables, Row, rows_of, write_rows
from ..fact_finding.versions import versions_in_force
from ..models import ModelRelease
from ..rules.fact_types import SKELETON, forms
from ..rules.facts import FACTS
from ..rules.forms import skeleton_words

FOUND = FactTables("catalog_backtest_facts", "catalog_backtest_texts")
"""The tables, gone with the connection, of a sample of listings with the facts of another version of a maker."""

MOST_SAMPLED = 20_000
"""So many listings are looked at, drawn at random and the same each time: by 95 %, shares are right within 0.7 %."""

_PAIRS = ((FOUND.facts, STORED.facts), (FOUND.texts, STORED.texts))
_SAMPLE = f"""
    SELECT f.product_id FROM {STORED.facts} f JOIN catalog_product p ON p.id = f.product_id
    WHERE p.status IN ('live', 'held') ORDER BY hashint8extended(f.product_id, 0), f.product_id LIMIT %s"""  # noqa: S608 - a name
_KEPT = f"""
    SELECT f.product_id, row_to_json(f), row_to_json(t) FROM {STORED.facts} f
    JOIN {STORED.texts} t ON t.product_id = f.product_id WHERE f.product_id = ANY(%s)"""  # noqa: S608 - names


def find(release: ModelRelease, now: datetime, report: Callable[[float], None]) -> FactTables:
    """Fill tables with a sample of listings and what the release would find out of them; return their names."""
    forget_found()
    with connection.cursor() as cursor:
        for table, stored in _PAIRS:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {stored} INCLUDING INDEXES)")
        cursor.execute(_SAMPLE, [MOST_SAMPLED])
        keys = [key for (key,) in cursor.fetchall()]
    done = 0
    for some in batched(keys, MOST_LISTINGS):
        with transaction.atomic():
            write_rows(list(_found(release, some, now)), FOUND)
        done += len(some)
        report(done / len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {FOUND.facts}, {FOUND.texts}")
    return FOUND


def forget_found() -> None:
    """Drop the tables, where they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FOUND.facts}, {FOUND.texts}")


def _found(release: ModelRelease, keys: Sequence[int], now: datetime) -> Iterator[tuple[Row, Row]]:
    """Yield the stored rows of listings, with the facts of the maker as the release finds them."""
    maker = MAKERS[release.maker]
    versions = {**versions_in_force(offered_versions()), release.maker: release.version}
    found = find_facts(keys, now=now, providers=_asked_for(maker), versions=versions)
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [list(keys)])
        kept = cursor.fetchall()
    for key, facts, texts in kept:
        if key not in found:
            continue
        new_facts, new_texts = rows_of(key, found[key], Asked())
        for column in _columns(maker):
            (texts if column in texts else facts)[column] = {**new_texts, **new_facts}[column]
        others = {name: reason for name, reason in texts["failed"].items() if name not in maker.facts}
        if release.maker == LETTERS:
            _look_anew(facts, texts)
        texts["failed"] = others | {name: reason for name, reason in new_texts["failed"].items() if name in maker.facts}
        facts["as_of"] = new_facts["as_of"]
        yield facts, texts


def _look_anew(facts: Row, texts: Row) -> None:
    """Write down what the texts of a listing look like by the tables of letters that are installed."""
    for fact in FACTS.values():
        if fact.is_searched and (text := {**texts, **facts}[fact.name]) is not None:
            texts[f"{fact.name}{SKELETON}"] = skeleton_words(text)


def _asked_for(maker: Maker) -> list[Provider]:
    """Return the providers of a maker's facts, with those of which they need facts."""
    wanted = {provider.name for provider in PROVIDERS if set(provider.facts) & set(maker.facts)}
    needs = {need for provider in PROVIDERS if provider.name in wanted for need in provider.needs}
    return [provider for provider in PROVIDERS if provider.name in wanted or set(provider.facts) & needs]


def _columns(maker: Maker) -> Iterator[str]:
    for fact in (FACTS[name] for name in maker.facts):
        yield fact.name
        yield from forms(fact)
        if fact.can_lack:
            yield fact.has_name
