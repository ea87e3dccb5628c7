"""A filter is the same after it has been an address, and what it asks for is never widened by a mistake."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.facets import NOTHING, Facet, all_of, any_of, facet, offer_conditions, quoted
from catalog.listing_filters import ORDERS, ListingFilters, order_of

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("q", "status", "brand", "category", "market"), texts)))
def test_a_filter_survives_being_an_address(query: dict[str, str]) -> None:
    filters = ListingFilters.from_query(query)

    assert ListingFilters.from_query(dict(parse_qsl(filters.to_query()))) == filters


def test_an_empty_filter_has_an_empty_address() -> None:
    assert ListingFilters().to_query() == ""
    assert ListingFilters.from_query({"status": " ", "after": "x", "page": "9"}).is_empty


def test_the_order_leaves_nothing_out() -> None:
    assert ListingFilters(sort="-updated").is_empty
    assert not ListingFilters(status="held").is_empty


def test_a_condition_can_be_taken_away() -> None:
    assert ListingFilters(q="mug", status="held").without("status") == ListingFilters(q="mug")


def test_too_long_and_nul_are_cut_off() -> None:
    filters = ListingFilters.from_query({"q": "a\0" * 500, "brand": "b" * 5000})

    assert filters.q == "a" * 200
    assert len(filters.brand) == 1000


@pytest.mark.parametrize("sort", ["", "price", "'; DROP TABLE", "title_key"])
def test_an_unknown_order_is_by_title(sort: str) -> None:
    assert order_of(sort) == ORDERS["title"]


def test_every_order_ends_with_the_key_and_goes_one_way() -> None:
    for fields in ORDERS.values():
        assert fields[-1].removeprefix("-") == "pk"
        assert len({field.startswith("-") for field in fields}) == 1


@given(texts)
def test_whatever_is_typed_stays_within_its_quotes(text: str) -> None:
    inside = quoted(text)[1:-1].replace("\\\\", "").replace("''", "")

    assert "'" not in inside
    assert "\\" not in inside


def test_nothing_to_choose_from_fits_nothing_and_no_condition_fits_all() -> None:
    assert any_of([]) == NOTHING
    assert all_of([]) == ""
    assert all_of(["", "'a'"]) == "'a'"


@pytest.mark.parametrize(
    ("offer", "market", "query"),
    [
        ("", "", []),
        ("", "US", ["'=mUS'"]),
        ("any", "", ["!'=-m'"]),
        ("none", "", ["'=-m'"]),
        ("none", "US", ["!'=mUS'"]),
        ("sold-out", "", ["'=o'"]),
        ("sold-out", "US", ["'=oUS'"]),
        ("stale", "US", ["'=mUS'"]),
        ("mistyped", "US", [NOTHING]),
    ],
)
def test_a_filter_of_offers_asks_for_facets(offer: str, market: str, query: list[str]) -> None:
    assert offer_conditions(offer, market) == query


def test_a_facet_begins_with_a_sign_that_no_word_has() -> None:
    assert all(kind.value.startswith("=") for kind in Facet)
    assert facet(Facet.SELLER, 5) == "'=s5'"
