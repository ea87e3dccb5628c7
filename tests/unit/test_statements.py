"""Statements of reasons: what they must have, and what leaves the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.statements import (
    TERRITORIES,
    Automation,
    Basis,
    Category,
    IncompleteStatement,
    NoticeSource,
    StatementOfReasons,
    Visibility,
)

STATEMENT = StatementOfReasons(
    key="9b2c",
    visibility=Visibility.DISABLED,
    basis=Basis.ILLEGAL,
    legal_ground="Regulation (EU) 2017/1001, Article 9",
    explanation="The listing uses the mark of another without authorisation.",
    facts="The title names the brand in letters that look the same.",
    source=NoticeSource.OWN_INITIATIVE,
    is_found_automatically=True,
    automation=Automation.PARTIALLY,
    category=Category.INTELLECTUAL_PROPERTY,
    content_date=date(2026, 11, 1),
    application_date=date(2026, 11, 2),
    territories=("DE", "US", "AT"),
    gtin="04006381333931",
)


def test_only_markets_of_the_european_union_and_its_neighbours_are_named():
    assert STATEMENT.payload()["territorial_scope"] == ["AT", "DE"]


def test_a_breach_of_law_and_one_of_terms_fill_fields_of_their_own():
    illegal = STATEMENT.payload()
    agreed = replace(STATEMENT, basis=Basis.INCOMPATIBLE).payload()
    assert illegal["illegal_content_legal_ground"] == agreed["incompatible_content_ground"] == STATEMENT.legal_ground
    assert not {key for key in illegal if key.startswith("incompatible")}
    assert not {key for key in agreed if key.startswith("illegal")}


def test_a_trade_mark_is_named_as_what_is_infringed():
    assert STATEMENT.payload()["category_specification"] == ["KEYWORD_TRADEMARK_INFRINGEMENT"]
    assert "category_specification" not in replace(STATEMENT, category=Category.UNSAFE_PRODUCTS).payload()


@pytest.mark.parametrize(
    ("gtin", "ean"),
    [("04006381333931", "4006381333931"), ("96385074", "0000096385074"), ("14006381333938", None), ("", None)],
)
def test_an_article_number_is_given_in_13_digits_where_it_has_such_a_form(gtin: str, ean: str | None):
    assert replace(STATEMENT, gtin=gtin).payload().get("content_id") == ({"EAN-13": ean} if ean else None)


@pytest.mark.parametrize("source", [NoticeSource.NOTICE, NoticeSource.TRUSTED_FLAGGER])
def test_a_notice_needs_its_sender(source: NoticeSource):
    with pytest.raises(IncompleteStatement) as refused:
        replace(STATEMENT, source=source)
    assert set(refused.value.fields) == {"source_identity"}
    assert replace(STATEMENT, source=source, source_identity="Nike").payload()["source_identity"] == "Nike"


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(IncompleteStatement) as refused:
        replace(STATEMENT, legal_ground=" ", facts="x" * 5001, application_date=date(2026, 10, 1))
    assert set(refused.value.fields) == {"legal_ground", "facts", "application_date"}
    assert "5,001" in str(refused.value)


@given(st.sets(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)))
def test_no_other_place_is_ever_named(places: set[str]):
    named = replace(STATEMENT, territories=tuple(places)).payload()["territorial_scope"]
    assert set(named) == places & TERRITORIES
    assert named == sorted(named)
