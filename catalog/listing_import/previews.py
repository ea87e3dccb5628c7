"""Rows of an import as people look at them: field by field before and after, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .. import markets
from ..models import ImportBatch, ImportIssue, ImportResult, ImportRow, Offer, Product
from ..money import amount, with_sign
from ..names import folded
from .amounts import Amount, read_amount
from .column_kinds import CLEAR
from .columns import COLUMNS, WORDS
from .headers import PRICE_IN, ColumnMapping
from .problems import Problem
from .vocabularies import country_of, currency_of
from .wording import label_of, message, sentence


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a listing; `before` is empty for a new listing, `after` for a field that is cleared."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowPreview:
    """A row: its number in the spreadsheet, what it does, to what, and what is wrong with it."""

    number: int
    outcome: str
    sku: str
    title: str
    product: Product | None
    changes: Sequence[FieldChange]
    problems: Sequence[ImportIssue]
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """What is wrong, each with its place."""
        return [sentence(self.number, wrong) for wrong in self.problems]

    @property
    def messages(self) -> list[tuple[str, str]]:
        """What is wrong, as pairs of a column's label and what is said about it."""
        return [(label_of(wrong.column), message(wrong)) for wrong in self.problems]


def describe(batch: ImportBatch, results: Sequence[ImportResult]) -> list[RowPreview]:
    """Return previews of these rows of one import. Five queries, however many rows."""
    numbers = [result.number for result in results]
    rows = {row.number: row for row in ImportRow.objects.filter(batch=batch, number__in=numbers)}
    issues: dict[int, list[ImportIssue]] = {}
    for issue in ImportIssue.objects.filter(batch=batch, number__in=numbers).order_by("number", "position"):
        issues.setdefault(issue.number, []).append(issue)
    keys = [result.product_id for result in results if result.product_id]
    products = Product.objects.with_card().select_related("category").in_bulk(keys)
    return [
        _preview(result, rows.get(result.number), products.get(result.product_id or 0), issues, batch.column_mapping)
        for result in results
    ]


def _preview(
    result: ImportResult,
    row: ImportRow | None,
    product: Product | None,
    issues: Mapping[int, list[ImportIssue]],
    mapping: ColumnMapping,
) -> RowPreview:
    cells = _cells(row, mapping) if row is not None else {}
    outcome = ImportResult.Outcome(result.outcome)
    shows_changes = outcome in {ImportResult.Outcome.CREATE, ImportResult.Outcome.CHANGE, ImportResult.Outcome.CONFLICT}
    return RowPreview(
        number=result.number,
        outcome=result.outcome,
        sku=cells.get("sku", ""),
        title=cells.get("title", "") or (product.title if product else ""),
        product=product,
        changes=_changes(cells, product, mapping) if shows_changes else [],
        problems=issues.get(result.number, []),
        cells=cells,
    )


def _cells(row: ImportRow, mapping: ColumnMapping) -> dict[str, str]:
    cells = {column.name: getattr(row, column.name) for column in COLUMNS if getattr(row, column.name) is not None}
    for market, text in zip(mapping.price_markets, row.market_prices or [], strict=False):
        if text is not None:
            cells[PRICE_IN + market] = text
    return cells


def _changes(cells: Mapping[str, str], product: Product | None, mapping: ColumnMapping) -> list[FieldChange]:
    """Return the fields that differ from the listing as it is now, in the order of the columns."""
    before = _standing(product)
    offers = {offer.market: offer for offer in product.offers.all()} if product else {}
    changes = []
    for name, text in cells.items():
        if name.startswith(PRICE_IN) or name in {"price", "stock"}:
            changes += _offer_changes(name, cells, offers, mapping)
        elif name not in {"sku", "currency", "market", "image_urls"}:
            after = "" if text == CLEAR else text
            was = before.get(name, "")
            is_same = folded(was) == folded(after) if name in WORDS else was == after
            if not is_same:
                changes.append(FieldChange(name, label_of(name), was, after))
    if product is None and "image_urls" in cells:
        changes.append(FieldChange("image_urls", label_of("image_urls"), "", cells["image_urls"]))
    return changes


def _standing(product: Product | None) -> dict[str, str]:
    if product is None:
        return {}
    return {
        "title": product.title,
        "description": product.description,
        "brand": product.brand.name if product.brand else "",
        "category": product.category.path if product.category else "",
        "gtin": product.gtin,
        "condition": product.condition,
        "variant_group": product.variant_group,
        "variant_name": product.variant_name,
    }


def _offer_changes(
    name: str, cells: Mapping[str, str], offers: Mapping[str, Offer], mapping: ColumnMapping
) -> list[FieldChange]:
    own_market = _market(cells, mapping)
    if name == "stock":
        priced = mapping.price_markets or (own_market,)
        now = {market: offers[market].stock for market in priced if market in offers}
        differing = {str(stock) for stock in now.values() if str(stock) != cells["stock"]}
        if now and not differing:
            return []
        return [FieldChange("stock", label_of("stock"), ", ".join(sorted(differing)), cells["stock"])]
    market = name.removeprefix(PRICE_IN) if name.startswith(PRICE_IN) else own_market
    currency = _currency(name, market, cells, mapping)
    read = read_amount(cells[name], currency, ".")
    after = with_sign(read.text, currency) if isinstance(read, Amount) else cells[name]
    offer = offers.get(market)
    before = with_sign(str(amount(offer.price_minor, offer.currency)), offer.currency) if offer else ""
    label = label_of(PRICE_IN + market)
    return [] if before == after else [FieldChange(name, label, before, after)]


def _market(cells: Mapping[str, str], mapping: ColumnMapping) -> str:
    country = country_of(cells["market"]) if "market" in cells else mapping.market
    return country if isinstance(country, str) else mapping.market


def _currency(name: str, market: str, cells: Mapping[str, str], mapping: ColumnMapping) -> str:
    if name == "price" and "currency" in cells:
        found: str | Problem = currency_of(cells["currency"])
        return found if isinstance(found, str) else ""
    return mapping.currency if name == "price" and market == mapping.market else markets.currency_of(market)
