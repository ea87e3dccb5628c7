"""PURE. Whether a tax or VAT number can be one of its country: a hint for people, never a verdict."""

from __future__ import annotations

from enum import StrEnum

import stdnum
import stdnum.eu.vat
from stdnum.exceptions import ValidationError

from .countries import EU_COUNTRIES

KINDS = ("vat", "tin", "businessid")
"""What python-stdnum calls the numbers that traders are taxed under."""

VAT_PREFIXES = {"GR": "EL"}
"""Where a VAT number does not start with the country's own code (Directive 2006/112/EC, Article 215)."""


class TaxNumber(StrEnum):
    """What the check digits and the form say."""

    PLAUSIBLE = "plausible"
    IMPLAUSIBLE = "implausible"
    UNKNOWN = "unknown"


def checked(number: str, country: str) -> TaxNumber:
    """Check a number by the rules of `country` (two letters); UNKNOWN where there is nothing to go by."""
    modules = [module for kind in KINDS if (module := stdnum.get_cc_module(country.lower(), kind))]
    if not number or not (modules or country in EU_COUNTRIES):
        return TaxNumber.UNKNOWN
    if country in EU_COUNTRIES and _is_eu_vat(number, country):
        return TaxNumber.PLAUSIBLE
    if any(module.is_valid(number) for module in modules):
        return TaxNumber.PLAUSIBLE
    return TaxNumber.IMPLAUSIBLE


def _is_eu_vat(number: str, country: str) -> bool:
    """Tell whether it is that member state's VAT number, written with or without the state's letters."""
    prefix = VAT_PREFIXES.get(country, country)
    try:
        compact = stdnum.eu.vat.compact(number)
    except ValidationError:
        compact = f"{prefix}{number}"
    return compact.startswith(prefix) and bool(stdnum.eu.vat.is_valid(compact))
