"""PURE. Markets are the countries that have a currency: what they are called, and what one pays with there (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from . import countries
from .money import TYPED_SIGNS
from .names import folded

CURRENCY_NAMES_IN = ("en", "es")


@cache
def market_names(language: str) -> Mapping[str, str]:
    """Return the name of each market in `language` (a tag such as "es" or "en-gb"), by name."""
    return {code: name for code, name in countries.names(language).items() if code in _currency_of_market()}


def market_named(text: str, language: str) -> str | None:
    """Return the code of the market that `text` names: a code of ISO 3166, or its name in `language` or in English.

    Codes of three letters or digits are understood too, and UK; other old codes of two letters mean states too often.
    """
    code = text.strip().upper()
    code = _other_codes().get(code, code)
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


def currency_named(text: str) -> str:
    """Return the code of a currency in use that `text` names, by code, sign or name; empty when it names none."""
    word = text.strip()
    if (code := word.upper()) in currencies():
        return code
    if sign := TYPED_SIGNS.get(word) or TYPED_SIGNS.get(code):
        return sign
    name, names = folded(word), currency_names()
    return names.get(name) or names.get(name.removesuffix("s"), "")


@cache
def currency_names() -> Mapping[str, str]:
    """Return the codes of all currencies in use, by folded code and name."""
    named = {
        folded(name): code
        for language in CURRENCY_NAMES_IN
        for code, name in Locale(language).currencies.items()
        if code in currencies()
    }
    return {**named, **{folded(code): code for code in currencies()}}


@cache
def _currency_of_market() -> Mapping[str, str]:
    return {code: found[0] for code in countries.names("en") if (found := get_territory_currencies(code))}


@cache
def _other_codes() -> Mapping[str, str]:
    aliases = get_global("territory_aliases").items()
    return {code: found[0] for code, found in aliases if len(found) == 1 and (len(code) == 3 or code == "UK")}


@cache
def _codes(language: str) -> Mapping[str, str]:
    return {folded(name): code for code, name in market_names(language).items()}
