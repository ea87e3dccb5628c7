"""Authorised sellers' prices, by brand, category, condition and currency, kept so that a listing only looks them up.

Whose prices count: of a protected brand, those of sellers that are authorised for it in the offer's market today; of
any other brand, those of every seller whose trader file was checked and has not changed since. Only live listings
count, and only offers with a price above 0. Without brand or category there is nothing to compare with.

Below 20 prices there are no quantiles: the standard error of a share of 5 % is then 5 percentage points. Of a brand
that is not protected the prices must come from 3 sellers at least, so that nobody makes the range by which they are
judged; of a protected one a single authorised seller, often the brand itself, is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import connection, transaction

from ..price_range import POINTS

FEWEST_PRICES = 20
FEWEST_SELLERS = 3

_REFRESH = """
    WITH verified AS (
        SELECT file.seller_id FROM catalog_traderfile file CROSS JOIN LATERAL (
            SELECT outcome, at FROM catalog_traderverification
            WHERE seller_id = file.seller_id ORDER BY at DESC, id DESC LIMIT 1
        ) last
        WHERE last.outcome = 'verified' AND last.at >= file.updated_at
    ),
    peer AS (
        SELECT product.brand_id, product.category_id, product.condition, offer.currency, offer.price_minor,
            product.seller_id, brand.is_protected
        FROM catalog_product product
        JOIN catalog_brand brand ON brand.id = product.brand_id
        JOIN catalog_offer offer ON offer.product_id = product.id
        WHERE product.status = 'live' AND product.category_id IS NOT NULL AND offer.price_minor > 0
            AND CASE WHEN brand.is_protected THEN EXISTS (
                SELECT FROM catalog_brandauthorization granted
                WHERE granted.seller_id = product.seller_id AND granted.brand_id = brand.id
                    AND granted.state = 'granted' AND granted.valid_from <= %(today)s
                    AND (granted.valid_until IS NULL OR granted.valid_until >= %(today)s)
                    AND granted.territory IN ('', offer.market)
            ) ELSE product.seller_id IN (SELECT seller_id FROM verified) END
    )
    INSERT INTO catalog_pricestanding (brand_id, category_id, condition, currency, count, quantiles, made_at)
    SELECT brand_id, category_id, condition, currency, count(*),
        CASE WHEN count(*) >= %(prices)s AND (bool_and(is_protected) OR count(DISTINCT seller_id) >= %(sellers)s)
            THEN percentile_cont(ARRAY(SELECT point / %(steps)s::float8 FROM generate_series(0, %(steps)s) point))
                WITHIN GROUP (ORDER BY price_minor::float8)
        END, %(now)s
    FROM peer GROUP BY brand_id, category_id, condition, currency
    ON CONFLICT (brand_id, category_id, condition, currency)
    DO UPDATE SET count = excluded.count, quantiles = excluded.quantiles, made_at = excluded.made_at"""

_FORGET = "DELETE FROM catalog_pricestanding WHERE made_at < %s"

_LOOK_UP = """
    SELECT brand_id, category_id, condition, currency, count, quantiles, made_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS wanted (brand, category, state, money)
    JOIN catalog_pricestanding
        ON brand_id = brand AND category_id = category AND condition = state AND currency = money"""

type Key = tuple[int, int, str, str]
"""Brand, category, condition and currency."""

type Row = tuple[int, list[float] | None, datetime]
"""How many prices there are, their quantiles in minor units or None where they are too few, and as of when."""


@transaction.atomic
def refresh_standings(*, now: datetime) -> int:
    """Take the prices of all authorised sellers anew; return for how many groups there are any.

    Set-wise over the whole catalogue, whatever its size. Groups in which nothing is offered any more are dropped.
    """
    values: dict[str, date | datetime | int] = {
        "today": now.date(),
        "now": now,
        "prices": FEWEST_PRICES,
        "sellers": FEWEST_SELLERS,
        "steps": POINTS - 1,
    }
    with connection.cursor() as cursor:
        # One at a time; who only looks up does not wait.
        cursor.execute("LOCK TABLE catalog_pricestanding IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_REFRESH, values)
        groups = int(cursor.rowcount)
        cursor.execute(_FORGET, [now])
    return groups


def standings_of(keys: Collection[Key]) -> dict[Key, Row]:
    """Return what is known of those groups; asks the database once."""
    brands, categories, conditions, currencies = _columns(keys)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UP, [brands, categories, conditions, currencies])
        return {tuple(row[:4]): tuple(row[4:]) for row in cursor.fetchall()}


def _columns(keys: Iterable[Key]) -> tuple[list[int], list[int], list[str], list[str]]:
    rows = sorted(keys)
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows]
