"""PURE. Words that stand for one of a few values: conditions, currencies, countries. English and Spanish, any case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process

from ..markets import currencies, market_named, market_names
from ..names import folded
from .problems import Problem, problem

LANGUAGES = ("en", "es")

CONDITIONS: Mapping[str, str] = {
    **dict.fromkeys(("new", "nuevo", "nueva", "brandnew", "neu", "neuf"), "new"),
    **dict.fromkeys(
        ("refurbished", "renewed", "reacondicionado", "reacondicionada", "refurb", "restaurado"), "refurbished"
    ),
    **dict.fromkeys(("used", "usado", "usada", "secondhand", "segundamano", "preowned"), "used"),
}
SIGNS: Mapping[str, str] = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "US$": "USD", "U$S": "USD", "MX$": "MXN", "CA$": "CAD",
    "C$": "CAD", "A$": "AUD", "AU$": "AUD", "R$": "BRL", "₺": "TRY", "₽": "RUB", "zł": "PLN", "Kč": "CZK", "₫": "VND",
    "₪": "ILS", "฿": "THB", "₱": "PHP", "₴": "UAH", "S/": "PEN",
}  # fmt: skip
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "MXN", "CLP", "COP", "ARS", "SGD", "HKD", "TWD", "UYU"})
"""Currencies whose sign is a plain $, which therefore says nothing alone."""
_NEAR, _NEAR_OF_THREE = 82.0, 60.0


def read_condition(text: str) -> str | Problem:
    """Return new, refurbished or used."""
    found = CONDITIONS.get(folded(text))
    return found or problem("unknown-condition", text, **_suggestion(folded(text), CONDITIONS))


def currency_of(text: str) -> str | Problem:
    """Return the ISO 4217 code of a currency that is in use, from its code, its sign or its name."""
    word = text.strip()
    if (code := word.upper()) in currencies():
        return code
    name = folded(word)
    found = SIGNS.get(word) or SIGNS.get(code) or _currencies().get(name) or _currencies().get(name.removesuffix("s"))
    if found:
        return found
    if word == "$":
        return problem("unclear-dollar", text)
    return problem("unknown-currency", text, **_suggestion(folded(word), _currencies()))


def country_of(text: str) -> str | Problem:
    """Return the ISO 3166 code of a country in which one can sell, from its code or its name."""
    code = {"UK": "GB"}.get(text.strip().upper()) or market_named(text, "es")
    return code or problem("unknown-market", text, **_suggestion(folded(text), _country_names()))


@cache
def _country_names() -> Mapping[str, str]:
    return {folded(name): code for language in LANGUAGES for code, name in market_names(language).items()}


@cache
def _currencies() -> Mapping[str, str]:
    """Return the codes of currencies that some country uses, by folded code and name."""
    names = {
        folded(name): code
        for language in LANGUAGES
        for code, name in Locale(language).currencies.items()
        if code in currencies()
    }
    return {**names, **{folded(code): code for code in currencies()}}


def _suggestion(word: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the value whose word is nearest, if one is near; nothing for words too short to be near anything."""
    cutoff = _NEAR if len(word) > 3 else _NEAR_OF_THREE
    found = process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=cutoff) if len(word) > 2 else None
    return {"suggestion": known[found[0]]} if found else {}
