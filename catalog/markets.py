"""PURE. Markets are the countries that have a currency: what they are called, and what one pays with there (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel.numbers import get_territory_currencies

from . import countries
from .names import folded


@cache
def market_names(language: str) -> Mapping[str, str]:
    """Return the name of each market in `language` (a tag such as "es" or "en-gb"), by name."""
    return {code: name for code, name in countries.names(language).items() if code in _currency_of_market()}


def market_named(text: str, language: str) -> str | None:
    """Return the code of the market that `text` names: its code, or its name in `language` or in English."""
    code = text.strip().upper()
    if code in _currency_of_market():
        return code
    return _codes(language).get(folded(text)) or _codes("en").get(folded(text))


def currency_of(market: str) -> str:
    """Return the currency one pays with in that market; the dollar for a code that is no market."""
    return _currency_of_market().get(market, "USD")


@cache
def currencies() -> frozenset[str]:
    """Return the codes (ISO 4217) of all currencies that are in use in some market today."""
    return frozenset(code for market in _currency_of_market() for code in get_territory_currencies(market))


@cache
def _currency_of_market() -> Mapping[str, str]:
    return {code: found[0] for code in countries.names("en") if (found := get_territory_currencies(code))}


@cache
def _codes(language: str) -> Mapping[str, str]:
    return {folded(name): code for code, name in market_names(language).items()}
