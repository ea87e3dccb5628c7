"""The file that shows merchants how a file for an import looks: a header and an example row."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

from shopadmin.csv_cells import safe_text

from .listing_import.columns import COLUMNS

EXAMPLE = {
    "sku": "MUG-RED-M",
    "title": "Stoneware mug, red",
    "description": "Holds 350 ml. Dishwasher safe.",
    "brand": "Bravo",
    "category": "Home > Kitchen",
    "gtin": "4006381333931",
    "condition": "new",
    "variant_group": "MUG",
    "variant_name": "red, size M",
    "price": "12.50",
    "currency": "EUR",
    "market": "ES",
    "stock": "25",
    "image_urls": "https://example.com/mug-red.jpg",
}
CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WIDTH = 20


def template(kind: str) -> bytes:
    """Return the file of the kind `CSV` or `XLSX`. The CSV begins with the mark by which Excel knows UTF-8."""
    header = [column.name for column in COLUMNS]
    example = [EXAMPLE[name] for name in header]
    return _csv(header, example) if kind == CSV else _xlsx(header, example)


def _csv(header: Sequence[str], example: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, map(safe_text, example)])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(header: Sequence[str], example: Sequence[str]) -> bytes:
    """Write every cell as text, so that a GTIN keeps its digits."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Listings"
    sheet.freeze_panes = "A2"
    for at, (name, value) in enumerate(zip(header, example, strict=True), 1):
        sheet.cell(1, at, name)
        sheet.cell(2, at, value).number_format = "@"
        sheet.column_dimensions[sheet.cell(1, at).column_letter].width = _WIDTH
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
