"""A table of the facts of a million listings, as wide as the real one, made by the database itself."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from catalog.rules.fact_table import fact_columns
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


def fill_facts() -> float:
    """Make the table `bench_facts`, analysed; return the seconds that it took."""
    from django.db import connection

    started = time.perf_counter()
    can_lack = [fact for fact in FACTS.values() if fact.can_lack]
    known = ", ".join(f"random() < 0.7 AS {fact.has_name}" for fact in can_lack)
    values = ", ".join(f"{_value(fact)} AS {fact.name}" for fact in FACTS.values())
    forms = ", ".join(
        f"' ' || lower({fact.name}) || ' ' AS {fact.name}{form}"
        for fact in FACTS.values()
        if fact.is_searched
        for form in (FOLDED, SKELETON)
    )
    columns = ", ".join(fact_columns(FACTS.values()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            f"CREATE TABLE bench_facts AS SELECT {columns} FROM (SELECT *, {forms} FROM (SELECT *, {values} FROM"
            f" (SELECT n, {known} FROM generate_series(1, {LISTINGS}) n OFFSET 0) a OFFSET 0) b) c",
            {"as_of": AS_OF},
        )
        cursor.execute("VACUUM ANALYZE bench_facts")
    return time.perf_counter() - started


def _value(fact: Fact) -> str:
    value = _PICKED.get(fact.name, _BY_TYPE[fact.type])
    return f"CASE WHEN {fact.has_name} THEN {value} END" if fact.can_lack else value
