"""Amounts as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.listing_import.amounts import Amount, decimal_mark, read_amount
from catalog.listing_import.problems import Problem
from catalog.money import minor_digits


@pytest.mark.parametrize(
    ("text", "currency", "mark", "amount"),
    [
        ("12.50", "EUR", "", "12.50"),
        ("12,50", "EUR", "", "12.50"),
        ("12,5", "EUR", "", "12.50"),
        ("12", "EUR", "", "12.00"),
        (".99", "EUR", "", "0.99"),
        ("12.", "EUR", "", "12.00"),
        ("1.234,50 €", "EUR", "", "1234.50"),
        ("1,234.50", "USD", "", "1234.50"),
        ("1'234.50", "CHF", "", "1234.50"),
        ("1 234,50", "EUR", "", "1234.50"),
        ("1\u202f234,50", "EUR", "", "1234.50"),
        ("1,23,456.00", "INR", "", "123456.00"),
        ("1.234.567", "EUR", "", "1234567.00"),
        ("12.-", "CHF", "", "12.00"),
        ("١٬٢٣٤٫٥٠", "EUR", "", "1234.50"),
        ("1.23.456,50", "INR", "", "123456.50"),
        ("$5", "USD", "", "5.00"),
        ("12 euros", "EUR", "", "12.00"),
        ("１２.５０", "EUR", "", "12.50"),
        ("١٢٫٥", "EUR", "", "12.50"),
        ("1.500", "JPY", "", "1500"),
        ("12.00", "JPY", "", "12"),
        ("12.345", "KWD", "", "12.345"),
        ("1.234", "EUR", ",", "1234.00"),
        ("1,234", "USD", ".", "1234.00"),
    ],
)
def test_an_amount_is_read_as_its_writer_meant_it(text, currency, mark, amount):
    read = read_amount(text, currency, mark)
    assert isinstance(read, Amount), read
    assert read.text == amount


def test_a_currency_beside_the_number_is_read_too():
    assert read_amount("12.50 USD", "", "") == Amount("12.50", "USD")
    assert read_amount("€ 5", "", "") == Amount("5.00", "EUR")


@pytest.mark.parametrize(
    ("text", "currency", "mark", "code", "facts"),
    [
        ("12,5O", "EUR", "", "no-amount", {"currency": "EUR", "suggestion": "12,50"}),
        ("l2.50", "EUR", "", "no-amount", {"currency": "EUR", "suggestion": "12.50"}),
        ("abc", "EUR", "", "no-amount", {"currency": "EUR"}),
        ("12..5", "EUR", "", "no-amount", {"currency": "EUR"}),
        ("1e3", "EUR", "", "no-amount", {"currency": "EUR"}),
        ("5", "", "", "no-currency", {}),
        ("5 USD", "EUR", "", "other-currency", {"written": "USD", "currency": "EUR"}),
        ("$5", "EUR", "", "unclear-dollar", {}),
        ("-5", "EUR", "", "negative", {}),
        ("(5.00)", "EUR", "", "negative", {}),
        ("5 EUR –", "EUR", "", "negative", {}),
        ("– $5", "USD", "", "negative", {}),
        ("0.00", "EUR", "", "zero", {}),
        ("99999999999", "EUR", "", "absurd", {"most": "99999999.99", "currency": "EUR"}),
        ("1.234", "EUR", "", "ambiguous", {"large": "1234.00", "small": "1.234"}),
        ("1.234", "EUR", ".", "too-many-decimals", {"currency": "EUR", "digits": 2}),
        ("12.50", "JPY", "", "too-many-decimals", {"currency": "JPY", "digits": 0}),
    ],
)
def test_what_is_no_amount_says_why_and_what_was_meant(text, currency, mark, code, facts):
    read = read_amount(text, currency, mark)
    assert isinstance(read, Problem), read
    assert (read.code, read.facts, read.value) == (code, facts, text)


def test_the_rest_of_the_column_tells_the_decimal_mark():
    assert decimal_mark(points=0, commas=1) == ","
    assert decimal_mark(points=100, commas=1) == "."
    assert decimal_mark(points=5, commas=3) == ""
    assert decimal_mark(points=0, commas=0) == ""


@given(st.integers(1, 9_999_999_999), st.sampled_from(["EUR", "USD", "JPY", "KWD"]), st.sampled_from(".,"))
def test_every_amount_that_a_shop_would_print_is_read_back(minor, currency, mark):
    digits = minor_digits(currency)
    whole, fraction = divmod(minor, 10**digits)
    grouped = f"{whole:,}".replace(",", "." if mark == "," else ",")
    printed = f"{grouped}{mark}{fraction:0{digits}d}" if digits else grouped
    read = read_amount(f"{printed} {currency}", "", mark)
    assert isinstance(read, Amount), (printed, read)
    assert int(read.text.replace(".", "")) == minor
    assert read.currency == currency


@given(st.text(max_size=30), st.sampled_from(["", "EUR", "JPY", "KWD"]), st.sampled_from(["", ".", ","]))
def test_any_text_is_an_amount_or_a_problem_and_an_amount_reads_as_itself(text, currency, mark):
    read = read_amount(text, currency, mark)
    if isinstance(read, Amount):
        said = read.currency or currency
        assert read_amount(read.text, said, ".") == Amount(read.text), text
