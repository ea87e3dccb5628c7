"""Tax numbers and countries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.countries import EU_COUNTRIES, NOT_COUNTRIES, name_of, names
from catalog.tax_numbers import TaxNumber, checked


@pytest.mark.parametrize(("number", "country", "verdict"), [
    ("ESB58378431", "ES", TaxNumber.PLAUSIBLE),
    ("B58378431", "ES", TaxNumber.PLAUSIBLE),
    ("B-58378431", "ES", TaxNumber.PLAUSIBLE),
    ("B58378432", "ES", TaxNumber.IMPLAUSIBLE),
    ("DE136695976", "DE", TaxNumber.PLAUSIBLE),
    ("136695976", "DE", TaxNumber.PLAUSIBLE),
    ("DE136695977", "DE", TaxNumber.IMPLAUSIBLE),
    ("DE136695976", "FR", TaxNumber.IMPLAUSIBLE),
    ("EL094259216", "GR", TaxNumber.PLAUSIBLE),
    ("536-90-4399", "US", TaxNumber.PLAUSIBLE),
    ("nonsense", "US", TaxNumber.IMPLAUSIBLE),
    ("", "ES", TaxNumber.UNKNOWN),
    ("123", "AQ", TaxNumber.UNKNOWN),
    ("123", "", TaxNumber.UNKNOWN),
])  # fmt: skip
def test_a_tax_number_is_checked_by_the_rules_of_its_country(number: str, country: str, verdict: TaxNumber) -> None:
    assert checked(number, country) == verdict


@given(st.text(max_size=40), st.sampled_from(["", "US", *sorted(EU_COUNTRIES), "GB", "MX", "JP"]))
def test_no_number_breaks_the_check(number: str, country: str) -> None:
    assert checked(number, country) in TaxNumber


def test_every_country_has_a_name_in_both_languages() -> None:
    assert names("en")["ES"] == "Spain"
    assert names("es")["DE"] == "Alemania"
    assert set(names("en")) == set(names("es"))
    assert set(names("en")) > EU_COUNTRIES
    assert len(EU_COUNTRIES) == 27
    assert not NOT_COUNTRIES & set(names("en"))


def test_a_country_that_nobody_knows_is_called_by_its_code() -> None:
    assert name_of("XX", "en") == "XX"
