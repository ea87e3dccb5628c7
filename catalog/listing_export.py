"""The products that fit a filter as CSV, in constant memory, with the headers that the import knows.

One row for each product and market; a product without an offer has one row without a market. An import knows one row
for each SKU, so that a file for it is of one market, by a filter. Photos are left out: their addresses need a login, so
that an import could not fetch them again. What is ours has headers that the import does not take for its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from shopadmin.csv_cells import csv_line, reversible_text

from .listing_columns import Column
from .models import Offer, Product
from .models.products import ProductQuerySet
from .money import amount

BOM = "\ufeff"
"""Tells Excel that the file is UTF-8."""
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the file: its header, the columns of the index with which it comes, and its text in a row."""

    header: str
    column: str
    text: Callable[[Product, Offer | None], object]


FIELDS = (
    Field("sku", "", lambda product, _offer: reversible_text(product.sku)),
    Field("shopadmin_key", "", lambda product, _offer: product.pk),
    Field("title", "", lambda product, _offer: reversible_text(product.title)),
    Field("description", "description", lambda product, _offer: reversible_text(product.description)),
    Field("seller", "seller", lambda product, _offer: reversible_text(product.seller.slug)),
    Field("brand", "brand", lambda product, _offer: reversible_text(product.brand.name) if product.brand else ""),
    Field(
        "category",
        "category",
        lambda product, _offer: reversible_text(product.category.path) if product.category else "",
    ),
    Field("gtin", "gtin", lambda product, _offer: product.gtin),
    Field("condition", "condition", lambda product, _offer: product.condition),
    Field("variant_group", "variant", lambda product, _offer: reversible_text(product.variant_group)),
    Field("variant_name", "variant", lambda product, _offer: reversible_text(product.variant_name)),
    Field("status", "status", lambda product, _offer: product.status),
    Field("market", "offers", lambda _product, offer: offer.market if offer else ""),
    Field("price", "offers", lambda _product, offer: f"{amount(offer.price_minor, offer.currency):f}" if offer else ""),
    Field("currency", "offers", lambda _product, offer: offer.currency if offer else ""),
    Field("stock", "offers", lambda _product, offer: offer.stock if offer else ""),
    Field("created_at", "added", lambda product, _offer: product.created_at.isoformat()),
    Field("updated_at", "updated", lambda product, _offer: product.updated_at.isoformat()),
)


def fields_for(columns: Iterable[Column] | None) -> list[Field]:
    """Return the fields of the chosen columns, always with SKU, key and title; without a choice, all."""
    if columns is None:
        return list(FIELDS)
    chosen = {"", *(column.name for column in columns)}
    return [field for field in FIELDS if field.column in chosen]


def csv_lines(rows: ProductQuerySet, fields: Sequence[Field], market: str = "") -> Iterator[str]:
    """Yield the file line by line, with offers of one market or of all.

    The rows come through a cursor of the server, so that no list of them is kept.
    """
    yield BOM + csv_line([field.header for field in fields])
    wanted = rows.select_related("brand", "seller", "category").prefetch_related("offers").defer("search")
    for product in wanted.iterator(chunk_size=CHUNK):
        offers: Sequence[Offer | None] = [
            offer for offer in product.offers.all() if not market or offer.market == market
        ] or [None]
        if not any(field.column == "offers" for field in fields):
            offers = [None]
        for offer in offers:
            yield csv_line([field.text(product, offer) for field in fields])
