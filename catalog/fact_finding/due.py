"""Asking for a listing to be screened again, although nobody has edited it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_ASK = """
    INSERT INTO catalog_screeningrequest (product_id, asked_at)
    SELECT id, statement_timestamp() FROM catalog_product WHERE id = ANY(%s) ORDER BY id
    ON CONFLICT (product_id) DO UPDATE SET asked_at = catalog_screeningrequest.asked_at"""


def mark_due(product_ids: Iterable[int]) -> None:
    """Ask for these products to be screened again; asking twice is asking once, and keys that are gone are left out.

    A request that is being taken away by somebody's transaction is waited for, and then added anew: the write on
    conflict, which changes nothing, is what waits. One statement, whatever the number of products.
    """
    keys = sorted(set(product_ids))
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_ASK, [keys])
