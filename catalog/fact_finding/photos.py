"""Photos that look the same as those of other sellers.

Photos look the same when at most 4 of the 64 bits of their hashes differ (`catalog.photos.likeness`). They are found
through an index over pairs of bands of bits, see migration 0014. Plain surfaces look like nothing. How many they are
cannot be foretold, so `OFFSET 0` keeps the planner from reading the whole catalogue for them.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from ..photos.likeness import ALIKE_BITS
from .batch import Batch
from .providers import Given, Known, Provider

_TWINS = """
    WITH asked AS (
        SELECT product.id, product.seller_id, hash FROM catalog_product product,
            LATERAL (SELECT DISTINCT perceptual_hash AS hash FROM catalog_productimage
                     WHERE product_id = product.id AND perceptual_hash IS NOT NULL) photo
        WHERE product.id = ANY(%(products)s)
    ),
    twin AS MATERIALIZED (
        SELECT DISTINCT asked.id, asked.seller_id, image.product_id
        FROM asked JOIN catalog_productimage image
            ON catalog_hash_bands(image.perceptual_hash) && catalog_hash_bands(asked.hash)
        WHERE bit_count((image.perceptual_hash # asked.hash)::bit(64)) <= %(bits)s
    )
    SELECT twin.id, count(DISTINCT other.seller_id), bool_or(other.is_authorized)
    FROM twin CROSS JOIN LATERAL (
        SELECT product.seller_id, EXISTS (
            SELECT FROM catalog_brandauthorization granted JOIN catalog_brand brand ON brand.id = granted.brand_id
            WHERE granted.seller_id = product.seller_id AND granted.brand_id = product.brand_id AND brand.is_protected
                AND granted.state = 'granted' AND granted.valid_from <= %(today)s
                AND (granted.valid_until IS NULL OR granted.valid_until >= %(today)s)
            OFFSET 0
        ) AS is_authorized
        FROM catalog_product product
        WHERE product.id = twin.product_id AND product.seller_id <> twin.seller_id
            AND product.status IN ('live', 'held')
        OFFSET 0
    ) other
    GROUP BY twin.id"""


def find(batch: Batch, known: Known) -> Known:
    """Return how many other sellers have the listings' photos, among live and held listings; asks the database once.

    A seller counts as authorised whose listing with the photo is of a protected brand for which it is authorised
    somewhere today; a brand that everybody may list makes nobody's photos the right ones.
    """
    values: dict[str, list[int] | int | date] = {
        "products": batch.products,
        "bits": ALIKE_BITS,
        "today": batch.now.date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TWINS, values)
        twins = {product: (sellers, bool(is_authorized)) for product, sellers, is_authorized in cursor.fetchall()}
    return {key: _given(*twins.get(key, (0, False))) for key in batch.products}


def _given(sellers: int, is_authorized: bool) -> Given:
    return Given({"photo_twin_sellers": sellers, "photo_is_authorized_sellers": is_authorized})


PROVIDER = Provider("photo", "1", ("photo_twin_sellers", "photo_is_authorized_sellers"), find)
