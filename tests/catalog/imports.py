"""Builders for tests of imports: a file in, a checked or applied import out."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from openpyxl import Workbook

from catalog.listing_import import jobs, services
from catalog.listing_import.headers import ColumnMapping
from catalog.listing_import.wording import sentence
from catalog.models import Category, ImportBatch, ImportIssue, ImportJob, ImportResult, Offer, Product, Seller
from tests import factories


def csv_of(*rows: str, header: str = "sku,title,price,currency,market,stock") -> bytes:
    return "\n".join([header, *rows]).encode()


def workbook_of(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An Excel workbook with sheets of these names and rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def received(content: bytes, *, of: Seller | None = None, name: str = "listings.csv", **choices: Any) -> ImportBatch:
    """An import of the content; `choices` replace what was guessed."""
    batch = services.receive_file(seller=of or factories.seller(), actor=None, file=io.BytesIO(content), name=name)
    if choices and batch.mapping:
        services.set_mapping(batch, replace(batch.column_mapping, **choices))
    return batch


def checked(content: bytes, **options: Any) -> ImportBatch:
    """An import that was checked by a worker."""
    batch = received(content, **options)
    assert batch.state == ImportBatch.State.RECEIVED, batch.problem
    return run(services.request_check(batch, None))


def applied(content: bytes, **options: Any) -> ImportBatch:
    """An import that was checked and applied by workers."""
    return run(services.request_apply(checked(content, **options), None))


def undone(batch: ImportBatch) -> ImportBatch:
    return run(services.request_undo(batch, None))


def run(job: ImportJob) -> ImportBatch:
    """Be the worker; return the import as it is afterwards."""
    ended = jobs.run_job(job.pk)
    assert ended is not None
    assert ended.error == "", ended.error
    return ImportBatch.objects.get(pk=job.batch_id)


def work(batch: ImportBatch) -> ImportBatch:
    """Be the worker for what a page has asked for."""
    return run(ImportJob.objects.unfinished().get(batch=batch))


def counts(batch: ImportBatch) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: count for name, count in batch.counts.items() if count}


def outcomes(batch: ImportBatch) -> dict[int, str]:
    return dict(ImportResult.objects.filter(batch=batch).order_by("number").values_list("number", "outcome"))


def sentences(batch: ImportBatch) -> list[str]:
    """Everything that is said about rows."""
    return [
        sentence(issue.number, issue)
        for issue in ImportIssue.objects.filter(batch=batch).order_by("number", "position")
    ]


def codes(batch: ImportBatch) -> list[tuple[int, str, str]]:
    issues = ImportIssue.objects.filter(batch=batch).order_by("number", "position")
    return list(issues.values_list("number", "column", "code"))


def category(path: str) -> Category:
    above = None
    for name in path.split(" > "):
        above, _ = Category.objects.get_or_create(name=name, parent=above)
    assert above is not None
    return above


def catalogue(seller: Seller) -> dict[str, dict[str, Any]]:
    """All that people see of a seller's listings that are not removed, by SKU."""
    products = Product.objects.filter(seller=seller).exclude(status="removed").select_related("brand", "category")
    fields = ("title", "description", "gtin", "condition", "variant_group", "variant_name", "status")
    return {
        product.sku: {
            **{name: getattr(product, name) for name in fields},
            "brand": product.brand.name if product.brand else None,
            "category": product.category.path if product.category else None,
            "offers": {
                offer.market: (offer.price_minor, offer.currency, offer.stock)
                for offer in Offer.objects.filter(product=product)
            },
        }
        for product in products
    }


def json_lines(rows: Sequence[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def mapping(*fields: str, **choices: Any) -> ColumnMapping:
    return ColumnMapping(fields, **({"market": "US", "currency": "USD"} | choices))
