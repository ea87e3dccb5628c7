"""What stands in a listing's own rows."""

from __future__ import annotations

from .batch import Batch, Listed
from .providers import Given, Known, Provider


def find(batch: Batch, known: Known) -> Known:
    """Return the facts of the listings' own rows; asks nothing."""
    return {listed.product.pk: Given(_facts(listed)) for listed in batch.listings}


def _facts(listed: Listed) -> dict[str, object]:
    product = listed.product
    return {
        "title": product.title,
        "description": listed.description,
        "sku": product.sku,
        "gtin": product.gtin,
        "condition": product.condition,
        "category": listed.category,
        "markets": listed.markets,
        "photo_count": listed.photo_count,
        "photo_hashes": list(listed.hashes),
        "listing_age_days": product.created_at,
        "seller": product.seller.slug,
        "seller_name": product.seller.name,
        "seller_age_days": product.seller.created_at,
        "brand": product.brand.name if product.brand else "",
    }


PROVIDER = Provider(
    "listing",
    "1",
    (
        "title",
        "description",
        "sku",
        "gtin",
        "condition",
        "category",
        "markets",
        "photo_count",
        "photo_hashes",
        "listing_age_days",
        "seller",
        "seller_name",
        "seller_age_days",
        "brand",
    ),
    find,
)
