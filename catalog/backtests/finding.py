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
from ..fact_finding.rows import row_of
from ..fact_finding.versions import versions_in_force
from ..models import ListingFacts, ModelRelease
from ..rules.fact_types import SKELETON, forms
from ..rules.facts import FACTS
from ..rules.forms import skeleton_words

STORED = ListingFacts._meta.db_table
FOUND = "catalog_backtest_facts"
"""The table, gone with the connection, of a sample of listings with the facts of another version of a maker."""

MOST_SAMPLED = 20_000
"""So many listings are looked at, drawn at random and the same each time: by 95 %, shares are right within 0.7 %."""

_SAMPLE = f"""
    SELECT f.product_id FROM {STORED} f JOIN catalog_product p ON p.id = f.product_id
    WHERE p.status IN ('live', 'held') ORDER BY hashint8extended(f.product_id, 0), f.product_id LIMIT %s"""  # noqa: S608 - a name


def find(release: ModelRelease, now: datetime, report: Callable[[float], None]) -> str:
    """Fill a table with a sample of listings and what the release would find out of them; return its name."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FOUND}")
        cursor.execute(f"CREATE TEMPORARY TABLE {FOUND} (LIKE {STORED})")
        cursor.execute(_SAMPLE, [MOST_SAMPLED])
        keys = [key for (key,) in cursor.fetchall()]
    done = 0
    for some in batched(keys, MOST_LISTINGS):
        with transaction.atomic():
            _write(list(_found(release, some, now)))
        done += len(some)
        report(done / len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {FOUND}")
    return FOUND


def forget_found() -> None:
    """Drop the table, where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FOUND}")


def _found(release: ModelRelease, keys: Sequence[int], now: datetime) -> Iterator[ListingFacts]:
    """Yield the stored facts of listings, with those of the maker as the release finds them."""
    maker = MAKERS[release.maker]
    versions = {**versions_in_force(offered_versions()), release.maker: release.version}
    found = find_facts(keys, now=now, providers=_asked_for(maker), versions=versions)
    for row in ListingFacts.objects.filter(product__in=keys):
        if row.product_id not in found:
            continue
        new = row_of(row.product_id, found[row.product_id], Asked())
        for column in _columns(maker):
            setattr(row, column, getattr(new, column))
        kept = {name: reason for name, reason in row.failed.items() if name not in maker.facts}
        if release.maker == LETTERS:
            _look_anew(row)
        row.failed = kept | {name: reason for name, reason in new.failed.items() if name in maker.facts}
        row.as_of = new.as_of
        yield row


def _look_anew(row: ListingFacts) -> None:
    """Write down what the texts of a listing look like by the tables of letters that are installed."""
    for fact in FACTS.values():
        if fact.is_searched and (text := getattr(row, fact.name)) is not None:
            setattr(row, f"{fact.name}{SKELETON}", skeleton_words(text))


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


def _write(rows: Sequence[ListingFacts]) -> None:
    fields = ListingFacts._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {FOUND} ({columns}) VALUES ({places})", values)  # noqa: S608 - names of ours
