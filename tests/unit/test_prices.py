"""Prices as people type them, in any language, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.amounts import MOST_MINOR
from catalog.markets import currencies
from catalog.money import amount, minor_digits
from catalog.prices import Doubt, InvalidPrice, PriceProblem, doubt, parse_price, typed_price

CURRENCIES = st.sampled_from(sorted(currencies() | {"CLF"}))
SEPARATORS = st.sampled_from([".", ","])
PRICES = st.integers(min_value=0, max_value=MOST_MINOR)


@given(PRICES, CURRENCIES, SEPARATORS)
def test_what_is_shown_for_editing_is_read_back_as_the_same_price(minor: int, currency: str, separator: str) -> None:
    text = typed_price(minor, currency, decimal_separator=separator)

    assert parse_price(text, currency, decimal_separator=separator) == minor


@given(PRICES, CURRENCIES, SEPARATORS)
def test_groups_of_thousands_and_the_currency_do_not_matter(minor: int, currency: str, separator: str) -> None:
    other = "," if separator == "." else "."
    grouped = f"{amount(minor, currency):,.{minor_digits(currency)}f}"
    text = grouped.replace(",", "_").replace(".", separator).replace("_", other)

    assert parse_price(f"{text} {currency}", currency, decimal_separator=separator) == minor


@given(st.text(max_size=20) | st.from_regex(r"[0-9.,$€ OlI-]{0,12}", fullmatch=True), CURRENCIES, SEPARATORS)
def test_any_text_is_a_price_or_is_refused_with_a_suggestion_that_works(
    text: str, currency: str, separator: str
) -> None:
    try:
        minor = parse_price(text, currency, decimal_separator=separator)
    except InvalidPrice as error:
        if error.suggestion:
            parse_price(error.suggestion, currency, decimal_separator=separator)
    else:
        assert 0 <= minor <= MOST_MINOR


@pytest.mark.parametrize(
    ("text", "currency", "separator", "minor"),
    [
        ("12,50", "EUR", ".", 1250),
        ("12.50", "EUR", ",", 1250),
        ("12,5", "EUR", ".", 1250),
        ("12", "EUR", ".", 1200),
        (".5", "USD", ".", 50),
        ("12.", "USD", ".", 1200),
        ("€ 12,50", "EUR", ".", 1250),
        ("12,50 €", "EUR", ",", 1250),
        ("CHF 1'234.50", "CHF", ".", 123450),
        ("12.-", "CHF", ".", 1200),
        ("12,—", "EUR", ",", 1200),
        ("1.234,50", "EUR", ".", 123450),
        ("1,234.50", "EUR", ",", 123450),
        ("1 234,50", "EUR", ",", 123450),
        ("1.234", "EUR", ",", 123400),
        ("1,234", "USD", ".", 123400),
        ("1.234.567", "EUR", ".", 123456700),
        ("1,00,000", "INR", ".", 10000000),
        ("1.234", "JPY", ".", 1234),
        ("1.234", "KWD", ".", 1234),
        ("0.125", "KWD", ",", 125),
        ("12.500", "KWD", ".", 12500),
        ("0.5000", "EUR", ".", 50),
        ("$12", "MXN", ".", 1200),
        ("US$12", "USD", ".", 1200),
        ("+12", "EUR", ".", 1200),
        ("１２．５０", "EUR", ".", 1250),
        ("١٢٫٥٠", "EUR", ".", 1250),
    ],
)
def test_it_understands(text: str, currency: str, separator: str, minor: int) -> None:
    assert parse_price(text, currency, decimal_separator=separator) == minor


@pytest.mark.parametrize(
    ("text", "currency", "problem", "suggestion"),
    [
        ("12,5O", "EUR", PriceProblem.NOT_AN_AMOUNT, "12.50"),
        ("l2.50", "EUR", PriceProblem.NOT_AN_AMOUNT, "12.50"),
        ("free", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        (".", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("1.2.3", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("1,2,3.4.5", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("1e9", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("12 50", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("12 apples", "EUR", PriceProblem.NOT_AN_AMOUNT, ""),
        ("-5", "EUR", PriceProblem.NEGATIVE, ""),
        ("−5,00", "EUR", PriceProblem.NEGATIVE, ""),
        ("(5)", "EUR", PriceProblem.NEGATIVE, ""),
        ("12.345", "EUR", PriceProblem.TOO_MANY_DECIMALS, "12345.00"),
        ("12.3456", "EUR", PriceProblem.TOO_MANY_DECIMALS, "12.35"),
        ("0.005", "EUR", PriceProblem.TOO_MANY_DECIMALS, "0.01"),
        ("12.5", "JPY", PriceProblem.TOO_MANY_DECIMALS, "13"),
        ("$12", "EUR", PriceProblem.OTHER_CURRENCY, ""),
        ("12 GBP", "EUR", PriceProblem.OTHER_CURRENCY, ""),
        ("99999999999999999", "EUR", PriceProblem.TOO_LARGE, ""),
        ("9" * 5000, "EUR", PriceProblem.TOO_LARGE, ""),
    ],
)
def test_it_refuses_and_says_why(text: str, currency: str, problem: PriceProblem, suggestion: str) -> None:
    with pytest.raises(InvalidPrice) as caught:
        parse_price(text, currency)

    assert (caught.value.problem, caught.value.suggestion) == (problem, suggestion)


@pytest.mark.parametrize(
    ("minor", "currency", "before", "reason"),
    [
        (0, "EUR", None, Doubt.FREE),
        (10_000_000, "EUR", None, Doubt.HUGE),
        (9_999_999, "EUR", None, None),
        (10_000_000, "JPY", None, Doubt.HUGE),
        (9_999_999, "JPY", None, None),
        (125_000, "EUR", 1_250, Doubt.JUMP),
        (125, "EUR", 1_250, Doubt.JUMP),
        (2_500, "EUR", 1_250, None),
        (20_000_000, "EUR", 19_000_000, None),
        (20_000_000, "EUR", 20_000_000, None),
        (0, "EUR", 0, None),
    ],
)
def test_absurd_prices_are_doubted(minor: int, currency: str, before: int | None, reason: Doubt | None) -> None:
    assert doubt(minor, currency, before) is reason
