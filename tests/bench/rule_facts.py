"""Tables of the facts of a million listings, as wide as the real ones, made by the database itself."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any

from catalog.rules.fact_types import FOLDED, SKELETON, Fact, FactType
from catalog.rules.facts import FACTS

LISTINGS = int(os.environ.get("BENCH_LISTINGS", "1000000"))
AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)

_NOUNS = "'{Sneakers,Watch,Handbag,Headphones,Jacket,Lamp,Phone case,Sunglasses,Perfume,Backpack}'::text[]"
_BRANDS = "'{Nike,Adidas,Rolex,Gucci,Bravo,Nova,Corner,Dyson,Lego,Bose}'::text[]"
_PICKED = {
    "title": f"({_BRANDS})[1 + n %% 10] || ' ' || ({_NOUNS})[1 + n / 7 %% 10] || ' model ' || n %% 5000",
    "description": "repeat('Ships without box, mirror quality, fits as usual. ', 1 + n %% 5) || n",
    "sku": "'AM-' || n",
    "gtin": "CASE WHEN n %% 3 = 0 THEN lpad(n::text, 14, '0') ELSE '' END",
    "condition": "CASE WHEN random() < 0.8 THEN 'new' ELSE 'used' END",
    "category": f"'Fashion > ' || ({_NOUNS})[1 + n / 7 %% 10]",
    "seller": "'shop-' || n %% 20000",
    "seller_name": "'The shop number ' || n %% 20000",
    "seller_country": "'DE'",
    "brand": f"({_BRANDS})[1 + n %% 10]",
    "brand_is_protected": "random() < 0.4",
    "is_authorized": "random() < 0.6",
    "currency": "'EUR'",
    "photo_text": "'just do it ' || n %% 1000",
    "markets": "'{DE,US,FR}'::text[]",
}
_BY_TYPE = {
    FactType.BOOL: "random() < 0.05",
    FactType.INT: "floor(random() * 12)::bigint",
    FactType.DOUBLE: "random()",
    FactType.TEXT: "''",
    FactType.TEXTS: "'{}'::text[]",
    FactType.INTS: "ARRAY[(random() * 1e18)::bigint, (random() * 1e18)::bigint]",
    FactType.DAYS: "%(as_of)s::timestamptz - random() * interval '1000 days'",
}


_KEPT = {
    "as_of": "now()",
    "product_version": "1",
    "verdict": "'clean'::varchar",
    "fired": "'{}'::bigint[]",
    "watched": "'{}'::bigint[]",
    "errors": "'{}'::bigint[]",
    "failed": "'{}'::jsonb",
    "made_by": '\'{"words": "5d41402abc4b2a76", "photos": "1", "names": "1 7d793037a0760186"}\'::jsonb',
}
"""What else stands in a row."""


def fill_facts() -> float:
    """Make the tables `bench_facts` and `bench_texts`, analysed; return the seconds that it took."""
    from django.db import connection

    started = time.perf_counter()
    with connection.cursor() as cursor:
        make_up(cursor)
        for table, bench in (("catalog_listingfacts", "bench_facts"), ("catalog_listingtexts", "bench_texts")):
            cursor.execute(f"CREATE TABLE {bench} AS SELECT {columns_of(cursor, table)} FROM made_up")
            cursor.execute(f"ALTER TABLE {bench} ADD PRIMARY KEY (product_id)")
        cursor.execute("DROP TABLE made_up")
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - started


def make_up(cursor: Any) -> None:
    """Make the temporary table `made_up` with all facts of listings with the keys 1, 2, 3, …"""
    known = ", ".join(f"random() < 0.7 AS {fact.has_name}" for fact in FACTS.values() if fact.can_lack)
    values = ", ".join(f"{_value(fact)} AS {fact.name}" for fact in FACTS.values())
    forms = ", ".join(
        f"' ' || lower({fact.name}) || ' ' AS {fact.name}{form}"
        for fact in FACTS.values()
        if fact.is_searched
        for form in (FOLDED, SKELETON)
    )
    kept = ", ".join(f"{value} AS {name}" for name, value in _KEPT.items())
    cursor.execute("SELECT setseed(0.5)")
    cursor.execute(
        f"CREATE TEMP TABLE made_up AS SELECT *, {forms} FROM (SELECT *, {values}, {kept} FROM (SELECT n::bigint AS"
        f" product_id, n, {known} FROM generate_series(1, {LISTINGS}) n OFFSET 0) a OFFSET 0) b",
        {"as_of": AS_OF},
    )


def columns_of(cursor: Any, table: str) -> str:
    """Return the columns of a table in the order in which they lie in it."""
    cursor.execute(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    return str(cursor.fetchone()[0])


def _value(fact: Fact) -> str:
    value = _PICKED.get(fact.name, _BY_TYPE[fact.type])
    return f"CASE WHEN {fact.has_name} THEN {value} END" if fact.can_lack else value
