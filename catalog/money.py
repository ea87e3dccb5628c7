"""PURE. Money for people: whole minor units and an ISO 4217 code become an amount with its sign."""

from __future__ import annotations

from decimal import Decimal

SIGNS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "MXN": "MX$",
    "CAD": "CA$",
    "AUD": "A$",
}
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "MXN", "CLP", "COP", "ARS", "SGD", "HKD", "TWD", "UYU"})
"""Currencies whose sign is a plain $, which therefore says nothing alone."""
TYPED_SIGNS = {sign: code for code, sign in SIGNS.items() if sign != "$"} | {
    "US$": "USD", "U$S": "USD", "C$": "CAD", "AU$": "AUD", "R$": "BRL", "₺": "TRY", "₽": "RUB", "zł": "PLN",
    "Kč": "CZK", "₫": "VND", "₪": "ILS", "฿": "THB", "₱": "PHP", "₴": "UAH", "S/": "PEN",
}  # fmt: skip
"""The code of each sign that people type."""

# How many digits of a currency are minor units, where it is not two (ISO 4217, table A.1).
MINOR_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def amount(minor: int, currency: str) -> Decimal:
    """Return the amount in major units: 499 US cents are 4.99, 499 yen are 499."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def minor_digits(currency: str) -> int:
    """Return how many decimal places the currency has."""
    return MINOR_DIGITS.get(currency, 2)


def with_sign(number: str, currency: str) -> str:
    """Put the currency before a formatted number: its sign where it is well known, else its code."""
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{currency}\u00a0{number}"
