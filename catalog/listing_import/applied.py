"""What an import did to listings, as people look at it: field by field before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..models import Brand, Category, ImportChange, ImportResult, Product
from ..wording import shown_price
from .headers import PRICE_IN
from .previews import FieldChange, RowPreview
from .wording import label_of

_KEYS = {"brand_id": "brand", "category_id": "category"}


def describe_changes(changes: Sequence[ImportChange]) -> list[RowPreview]:
    """Return previews of what was done. At most five queries, however many changes."""
    products = Product.objects.with_card().in_bulk({change.product_id for change in changes})
    words = {"brand": _names(changes, "brand_id"), "category": _names(changes, "category_id")}
    return [_described(change, products.get(change.product_id), words) for change in changes]


def _described(change: ImportChange, product: Product | None, words: Mapping[str, Mapping[int, str]]) -> RowPreview:
    is_new = change.kind == ImportChange.Kind.CREATED
    outcome = ImportResult.Outcome.CREATE if is_new else ImportResult.Outcome.CHANGE
    title = product.title if product else ""
    return RowPreview(change.number, outcome.value, change.sku, title, product, _fields(change, words), [])


def _fields(change: ImportChange, words: Mapping[str, Mapping[int, str]]) -> list[FieldChange]:
    found = []
    for name, before in change.before.items():
        after = change.after.get(name)
        if name == "offers":
            found += _offers(before, after or {})
        elif name in _KEYS:
            field = _KEYS[name]
            pair = (words[field].get(key, f"#{key}") if key else "" for key in (before, after))
            found.append(FieldChange(field, label_of(field), *pair))
        else:
            found.append(FieldChange(name, label_of(name), str(before or ""), str(after or "")))
    return found


def _offers(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    found = []
    for market, now in after.items():
        was, label = before.get(market), label_of(PRICE_IN + market)
        prices = ["" if offer is None else shown_price(offer["price_minor"], offer["currency"]) for offer in (was, now)]
        stocks = ["" if offer is None else str(offer["stock"]) for offer in (was, now)]
        if prices[0] != prices[1]:
            found.append(FieldChange(PRICE_IN + market, label, *prices))
        if stocks[0] != stocks[1]:
            found.append(FieldChange("stock", label_of("stock"), *stocks))
    return found


def _names(changes: Sequence[ImportChange], name: str) -> dict[int, str]:
    """Return the names of the brands or categories that changes speak of; those that are gone are left out."""
    keys = {key for change in changes for values in (change.before, change.after) if (key := values.get(name))}
    if not keys:
        return {}
    if name == "brand_id":
        return dict(Brand.objects.filter(pk__in=keys).values_list("pk", "name"))
    return dict(Category.objects.filter(pk__in=keys).values_list("pk", "path"))
