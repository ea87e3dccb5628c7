"""PURE. Countries by their two-letter codes (ISO 3166-1) and their names in each language (Unicode CLDR)."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

EU_COUNTRIES = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip

NOT_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
"""What CLDR names beside countries: parts of them, groups, test values, the unknown."""


@lru_cache
def names(language: str) -> dict[str, str]:
    """Return code → name in `language` ("es", "pt-br"), sorted by name."""
    locale = Locale.parse(language, sep="-")
    found = {
        code: name
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda item: item[1].casefold()))


def name_of(code: str, language: str) -> str:
    """Return the country's name in `language`; the code itself when nobody knows it."""
    return names(language).get(code, code)
