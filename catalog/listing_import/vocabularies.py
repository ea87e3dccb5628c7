"""PURE. Words that stand for one of a few values: conditions, currencies, countries. English and Spanish, any case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rapidfuzz import fuzz, process

from ..markets import currency_named, currency_names, market_named, market_names
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
_NEAR, _NEAR_OF_THREE = 82.0, 60.0


def read_condition(text: str) -> str | Problem:
    """Return new, refurbished or used."""
    found = CONDITIONS.get(folded(text))
    return found or problem("unknown-condition", text, **_suggestion(folded(text), CONDITIONS))


def currency_of(text: str) -> str | Problem:
    """Return the ISO 4217 code of a currency that is in use, from its code, its sign or its name."""
    if code := currency_named(text):
        return code
    if text.strip() == "$":
        return problem("unclear-dollar", text)
    return problem("unknown-currency", text, **_suggestion(folded(text), currency_names()))


def country_of(text: str) -> str | Problem:
    """Return the ISO 3166 code of a country in which one can sell, from its code or its name."""
    code = market_named(text, "es")
    return code or problem("unknown-market", text, **_suggestion(folded(text), _country_names()))


@cache
def _country_names() -> Mapping[str, str]:
    return {folded(name): code for language in LANGUAGES for code, name in market_names(language).items()}


def _suggestion(word: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the value whose word is nearest, if one is near; nothing for words too short to be near anything."""
    cutoff = _NEAR if len(word) > 3 else _NEAR_OF_THREE
    found = process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=cutoff) if len(word) > 2 else None
    return {"suggestion": known[found[0]]} if found else {}
