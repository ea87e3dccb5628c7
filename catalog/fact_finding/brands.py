"""Whether the declared brand is protected, and whether the seller may list it."""

from __future__ import annotations

from .batch import Batch, Listed
from .providers import Given, Known, Provider


def find(batch: Batch, known: Known) -> Known:
    """Return where sellers are authorised for the declared brand on the day; asks the database once."""
    return {listed.product.pk: Given(_facts(batch, listed)) for listed in batch.listings}


def _facts(batch: Batch, listed: Listed) -> dict[str, object]:
    product = listed.product
    closed: list[str] = []
    if product.brand and product.brand.is_protected:
        closed = batch.grants.closed(product.seller_id, product.brand.pk, listed.markets)
    return {
        "brand_is_protected": bool(product.brand and product.brand.is_protected),
        "is_authorized": not closed,
        "unauthorized_markets": closed,
    }


PROVIDER = Provider("brand", "1", ("brand_is_protected", "is_authorized", "unauthorized_markets"), find)
