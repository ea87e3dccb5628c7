"""Taking a whole import back. What was edited after it is left alone and listed.

A listing that the import changed gets its fields and offers back. One that it made is deleted, unless something refers
to it (photos, links in videos, holds): then it is removed, and comes back when the file is imported again.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model
from django.utils import timezone

from ..models import ImportBatch, ImportChange, ListingTexts, Offer, PhotoFetch, Product
from .filling import Report
from .partitions import execute, rows_of

_OWNED = ("Offer", "ImportChange", "PhotoFetch", "ListingFacts", "ScreeningRequest")
"""Models whose rows are part of a listing and go with it."""
_TEXTS = ("title", "description", "gtin", "condition", "variant_group", "variant_name", "status")


def undo(batch: ImportBatch, report: Report) -> dict[str, int]:
    """Take the import back, in a transaction; return how many listings were restored, deleted, removed and kept."""
    report("write", 0.0)
    changes = f"catalog_importchange c JOIN catalog_product p ON p.id = c.product_id WHERE c.batch_id = {batch.pk}"
    execute(f"SELECT count(*) FROM (SELECT FROM {changes} ORDER BY p.id FOR UPDATE OF p) locked")
    execute(
        f"UPDATE catalog_importchange t SET undo = fate.undo FROM (SELECT c.id, {_fate()} AS undo"
        " FROM catalog_importchange c LEFT JOIN catalog_product p ON p.id = c.product_id"
        f" WHERE c.batch_id = {batch.pk}) fate WHERE fate.id = t.id"
    )
    report("write", 0.2)
    _restore(batch)
    report("write", 0.6)
    _take_away(batch)
    return _counted(batch, "undo")


def undo_preview(batch: ImportBatch) -> dict[str, int]:
    """Return how many listings undoing would restore, delete, remove and keep."""
    return _counted(batch, _fate())


def _counted(batch: ImportBatch, fate: str) -> dict[str, int]:
    found = rows_of(
        f"SELECT {fate}, count(*) FROM catalog_importchange c LEFT JOIN catalog_product p ON p.id = c.product_id"
        f" WHERE c.batch_id = {batch.pk} GROUP BY 1"
    )
    none = dict.fromkeys(("restored", "deleted", "removed", "kept"), 0)
    return none | {str(name): int(str(number)) for name, number in found}


def _fate() -> str:
    """Return the expression for what becomes of a listing `p` that the change `c` is about."""
    referred = " OR ".join(f"EXISTS (SELECT FROM {table} x WHERE x.{column} = p.id)" for table, column in _references())
    return (
        "CASE WHEN p.id IS NULL OR p.version <> c.version OR c.kind = 'created' AND p.status = 'held' THEN 'kept'"
        " WHEN c.kind = 'changed' THEN 'restored'"
        f" WHEN {referred or 'false'} THEN 'removed' ELSE 'deleted' END"
    )


def _references() -> Iterator[tuple[str, str]]:
    """Yield table and column of everything in the site that refers to listings without being part of them."""
    for relation in Product._meta.related_objects:
        model = relation.related_model
        column = relation.field.column
        if issubclass(model, Model) and column and model.__name__ not in _OWNED:
            yield model._meta.db_table, column


def _restore(batch: ImportBatch) -> None:
    texts = ", ".join(f"{name} = coalesce(c.before->>'{name}', t.{name})" for name in _TEXTS)
    keys = ", ".join(
        f"{name}_id = CASE WHEN c.before ? '{name}_id' THEN"
        f" (SELECT id FROM catalog_{name} WHERE id = (c.before->>'{name}_id')::bigint) ELSE t.{name}_id END"
        for name in ("brand", "category")
    )
    execute(
        f"UPDATE catalog_product t SET {texts}, {keys}, version = t.version + 1, updated_at = now()"
        f" FROM catalog_importchange c WHERE c.batch_id = {batch.pk} AND c.undo = 'restored' AND c.product_id = t.id"
    )
    offers = (
        "SELECT c.product_id, o.key AS market, o.value AS was FROM catalog_importchange c,"
        f" jsonb_each(c.before->'offers') o WHERE c.batch_id = {batch.pk} AND c.undo = 'restored'"
    )
    execute(
        f"DELETE FROM {Offer._meta.db_table} t USING ({offers}) o WHERE o.was = 'null'"
        " AND t.product_id = o.product_id AND t.market = o.market"
    )
    execute(
        f"INSERT INTO {Offer._meta.db_table} (product_id, market, price_minor, currency, stock, price_refreshed_at)"
        " SELECT o.product_id, o.market, (o.was->>'price_minor')::bigint, o.was->>'currency', (o.was->>'stock')::int,"
        f" (o.was->>'price_refreshed_at')::timestamptz FROM ({offers}) o WHERE o.was <> 'null'"
        " ON CONFLICT (product_id, market) DO UPDATE SET price_minor = excluded.price_minor,"
        " currency = excluded.currency, stock = excluded.stock, price_refreshed_at = excluded.price_refreshed_at"
    )


def _take_away(batch: ImportBatch) -> None:
    fetches = PhotoFetch.objects.filter(import_batch_id=batch.pk, state=PhotoFetch.State.PENDING)
    fetches.update(state=PhotoFetch.State.CANCELLED, finished_at=timezone.now())
    gone = f"SELECT product_id FROM catalog_importchange WHERE batch_id = {batch.pk} AND undo = 'deleted'"
    execute(
        "UPDATE catalog_product t SET status = 'removed', version = t.version + 1, updated_at = now()"
        f" FROM catalog_importchange c WHERE c.batch_id = {batch.pk} AND c.undo = 'removed' AND c.product_id = t.id"
    )
    execute(f"DELETE FROM {ListingTexts._meta.db_table} WHERE product_id IN ({gone})")
    for relation in Product._meta.related_objects:
        model = relation.related_model
        if issubclass(model, Model) and model.__name__ in _OWNED and model is not ImportChange:
            execute(f"DELETE FROM {model._meta.db_table} WHERE {relation.field.column} IN ({gone})")
    execute(f"DELETE FROM catalog_product WHERE id IN ({gone})")
