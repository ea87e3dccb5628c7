"""PURE. The fields of a listing as columns of a file."""

from __future__ import annotations

from .column_kinds import Column, GtinColumn, PhotosColumn, PriceColumn, SkuColumn, StockColumn, TextColumn, WordColumn

SKU = SkuColumn()
TITLE = TextColumn("title", ("title", "name", "product name", "product title", "item name", "título", "nombre",
                             "nombre del producto", "producto"), 300, can_clear=False)  # fmt: skip
DESCRIPTION = TextColumn("description", ("description", "body html", "body", "long description", "details",
                                         "descripción", "detalles",
                                         "descripción larga"), 20_000, has_lines=True)  # fmt: skip
BRAND = WordColumn("brand", ("brand", "vendor", "manufacturer", "maker", "marca", "fabricante"), 200)
CATEGORY = WordColumn("category", ("category", "product category", "product type", "google product category", "type",
                                   "department", "categoría", "tipo de producto", "departamento"))  # fmt: skip
GTIN = GtinColumn()
CONDITION = WordColumn(
    "condition", ("condition", "item condition", "condición", "estado del artículo", "estado producto")
)
VARIANT_GROUP = TextColumn("variant_group", ("variant group", "item group id", "handle", "parent sku", "group",
                                             "parent id", "grupo de variantes", "grupo"), 100)  # fmt: skip
VARIANT_NAME = TextColumn("variant_name", ("variant name", "variant", "option1 value", "variant title", "variante",
                                           "nombre de variante"), 100)  # fmt: skip
PRICE = PriceColumn()
CURRENCY = WordColumn("currency", ("currency", "currency code", "price currency", "moneda", "divisa"))
MARKET = WordColumn("market", ("market", "country", "country code", "target country", "mercado", "país"))
STOCK = StockColumn()
PHOTOS = PhotosColumn()

COLUMNS: tuple[Column, ...] = (
    SKU, TITLE, DESCRIPTION, BRAND, CATEGORY, GTIN, CONDITION, VARIANT_GROUP, VARIANT_NAME, PRICE, CURRENCY, MARKET,
    STOCK, PHOTOS,
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
WORDS = ("brand", "category", "condition", "currency", "market")
"""The columns whose words are looked up once for each different word."""
IGNORED = {
    "status": ("status", "published", "state", "estado", "publicado"),
    "problem": ("problem", "problema"),
}
"""Columns that are known and left out: listings are published by review, and `problem` is our own error file's."""
