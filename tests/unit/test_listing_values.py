"""Two people change the same listing: what differs, and what comes out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from catalog.completeness import Lack, lacks
from catalog.listing_values import (
    ListingValues,
    OfferValues,
    Side,
    changed_offers,
    differences,
    merged,
)
from catalog.markets import currency_of, market_named, market_names

WORDS = st.sampled_from(["", "a", "b", "c"])
OFFERS = st.builds(OfferValues, st.integers(0, 3), st.sampled_from(["EUR", "USD"]), st.integers(0, 2))
LISTINGS = st.builds(
    ListingValues,
    sku=WORDS,
    title=WORDS,
    description=WORDS,
    brand=WORDS,
    category=WORDS,
    offers=st.dictionaries(st.sampled_from(["DE", "ES", "US"]), OFFERS),
)
BASE = ListingValues(sku="S", title="Juice", offers={"US": OfferValues(499, "USD", 3)})


@given(LISTINGS)
def test_the_flat_form_holds_everything(values: ListingValues) -> None:
    assert ListingValues.from_flat(values.flat()) == values


@given(LISTINGS, LISTINGS, LISTINGS)
def test_by_default_nobodys_change_is_lost_unless_both_changed_the_same_field(
    base: ListingValues, mine: ListingValues, theirs: ListingValues
) -> None:
    begun, own, other = base.flat(), mine.flat(), theirs.flat()
    found = differences(begun, mine, theirs)
    result = merged(mine, found, {}).flat()

    for name in begun | own | other:
        if own.get(name) != begun.get(name):
            assert result.get(name) == own.get(name)
        else:
            assert result.get(name) == other.get(name)


@given(LISTINGS, LISTINGS, LISTINGS, st.sampled_from(Side))
def test_who_chooses_one_side_for_all_gets_that_side(
    base: ListingValues, mine: ListingValues, theirs: ListingValues, side: Side
) -> None:
    found = differences(base.flat(), mine, theirs)
    result = merged(mine, found, {item.name: side for item in found}).flat()

    for item in found:
        assert result.get(item.name) == (item.mine if side is Side.MINE else item.theirs)


def test_a_field_that_only_i_changed_is_not_asked_about() -> None:
    assert differences(BASE.flat(), replace(BASE, title="Apple juice"), BASE) == []


def test_without_the_beginning_everything_that_differs_is_asked_about() -> None:
    found = differences(None, replace(BASE, title="Apple juice"), replace(BASE, offers={}))

    assert {item.name: item.side for item in found} == {"title": Side.MINE, "offer-US": Side.MINE}


def test_an_offer_that_they_took_away_goes_unless_i_keep_mine() -> None:
    mine, theirs = replace(BASE, title="Mine"), replace(BASE, offers={})
    found = differences(BASE.flat(), mine, theirs)

    assert merged(mine, found, {}).offers == {}
    assert merged(mine, found, {"offer-US": Side.MINE}) == mine


def test_only_changed_offers_are_written() -> None:
    after = replace(BASE, offers={"DE": OfferValues(450, "EUR", 1)})

    assert changed_offers(BASE, after) == ({"DE": OfferValues(450, "EUR", 1)}, ["US"])
    assert changed_offers(BASE, BASE) == ({}, [])


def test_a_listing_needs_a_photo_an_offer_and_the_brands_leave() -> None:
    assert lacks(photos=1, markets=["US"], unauthorised=[]) == ()
    assert lacks(photos=0, markets=[], unauthorised=[]) == (Lack.PHOTO, Lack.OFFER)
    assert lacks(photos=1, markets=["US", "DE"], unauthorised=["DE"]) == (Lack.AUTHORIZATION,)


def test_markets_go_by_code_and_by_name_in_both_languages() -> None:
    assert market_named(" de ", "es") == "DE"
    assert market_named("alemania", "es") == "DE"
    assert market_named("Germany", "es") == "DE"
    assert market_named("Atlantis", "es") is None
    assert market_named("EU", "en") is None
    assert market_names("es")["DE"] == "Alemania"
    assert "AQ" not in market_names("en")
    assert currency_of("JP") == "JPY"
