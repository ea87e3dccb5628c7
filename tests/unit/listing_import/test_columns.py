"""Cells, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.listing_import.columns import BRAND, COLUMNS, DESCRIPTION, GTIN, PHOTOS, SKU, STOCK, TITLE
from catalog.listing_import.problems import Problem
from catalog.listing_import.vocabularies import country_of, currency_of, read_condition


@pytest.mark.parametrize(
    ("column", "text", "cleaned"),
    [
        (TITLE, "  Mug  ", "Mug"),
        (TITLE, "Big\r\nmug", "Big mug"),
        (TITLE, "Tasse 🫖 كوب", "Tasse 🫖 كوب"),
        (TITLE, "=1+1", "=1+1"),
        (TITLE, "'=1+1", "=1+1"),
        (TITLE, " ''=1+1 ", "'=1+1"),
        (TITLE, "'n Sync", "'n Sync"),
        (TITLE, "'1", "'1"),
        (DESCRIPTION, "'- hot\n- cold", "- hot\n- cold"),
        (BRAND, "'@home", "@home"),
        (SKU, "'-1", "-1"),
        (DESCRIPTION, "a\r\nb\rc", "a\nb\nc"),
        (DESCRIPTION, "[CLEAR]", "[clear]"),
        (GTIN, "4006381333931", "4006381333931"),
        (GTIN, "4006381333931.0", "4006381333931"),
        (GTIN, "'4006381333931", "4006381333931"),
        (STOCK, "1,000", "1000"),
        (STOCK, "5.0", "5"),
        (STOCK, "007", "7"),
        (STOCK, "out of stock", "0"),
        (PHOTOS, "https://a.example/1.jpg, https://a.example/2.jpg", "https://a.example/1.jpg https://a.example/2.jpg"),
        (PHOTOS, "https://a.example/1,2.jpg|https://a.example/1,2.jpg", "https://a.example/1,2.jpg"),
        (SKU, " A-1 ", "A-1"),
    ],
)  # fmt: skip
def test_a_cell_is_cleaned(column, text, cleaned):
    assert column.clean(text) == cleaned


@pytest.mark.parametrize(
    ("column", "text", "code", "facts"),
    [
        (TITLE, "x" * 301, "too-long", {"length": 301, "most": 300}),
        (TITLE, "a\x00b", "control-characters", {"character": "U+0000"}),
        (TITLE, "a\ufffdb", "unreadable-characters", {}),
        (TITLE, "[clear]", "cannot-clear", {}),
        (GTIN, "4006381333930", "gtin-check-digit", {"suggestion": "4006381333931"}),
        (GTIN, "12345", "gtin-length", {"length": 5}),
        (GTIN, "36000291452", "gtin-length", {"length": 11, "suggestion": "036000291452"}),
        (GTIN, "4.00638E+12", "scientific", {}),
        (GTIN, "40O6381333931", "gtin-characters", {}),
        (SKU, "1.2E+11", "scientific", {}),
        (STOCK, "-3", "negative", {}),
        (STOCK, "many", "no-count", {}),
        (STOCK, "123456789", "absurd-count", {"most": 9_999_999}),
        (PHOTOS, "http://a.example/1.jpg", "not-https", {"suggestion": "https://a.example/1.jpg"}),
        (PHOTOS, "photo.jpg", "no-url", {}),
        (PHOTOS, "javascript:alert(1)", "no-url", {}),
        (PHOTOS, " ".join(f"https://a.example/{n}" for n in range(13)), "too-many-photos", {"count": 13, "most": 12}),
    ],
)  # fmt: skip
def test_a_bad_cell_says_why(column, text, code, facts):
    found = column.clean(text)
    assert isinstance(found, Problem)
    assert (found.code, found.facts) == (code, facts)


@given(st.sampled_from([column for column in COLUMNS if column.name != "price"]), st.text())
def test_a_clean_cell_is_clean_when_it_comes_again(column, text):
    once = column.clean(text)
    if isinstance(once, str) and once:
        assert column.clean(once) == once


def test_words_are_known_in_english_and_spanish():
    assert read_condition("Nuevo") == read_condition("brand new") == "new"
    assert read_condition("Segunda mano") == "used"
    assert currency_of("eur") == currency_of("€") == currency_of("Euro") == "EUR"
    assert country_of("España") == country_of("spain") == country_of("ES") == "ES"
    assert country_of("uk") == "GB"


@pytest.mark.parametrize(
    ("found", "code", "facts"),
    [
        (currency_of("EUE"), "unknown-currency", {"suggestion": "EUR"}),
        (currency_of("DEM"), "unknown-currency", {}),
        (currency_of("$"), "unclear-dollar", {}),
        (country_of("Germny"), "unknown-market", {"suggestion": "DE"}),
        (country_of("EU"), "unknown-market", {}),
        (read_condition("neww"), "unknown-condition", {"suggestion": "new"}),
    ],
)
def test_an_unknown_word_names_the_nearest(found, code, facts):
    assert isinstance(found, Problem)
    assert (found.code, found.facts) == (code, facts)


def test_a_brand_keeps_its_spelling():
    assert BRAND.clean(" L'Oréal ") == "L'Oréal"
