"""Filters of the products index: what fits them, and that nobody sees products of others through them."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.listing_filters import ListingFilters
from catalog.membership import MemberRole
from catalog.models import Brand, Product, Seller
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from tests import factories
from tests.catalog.shelf import LIST, titles
from tests.catalog.shelf import shelf as shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
FILTERS = [
    ({"status": "held"}, {"Held mug"}),
    ({"status": "nonsense"}, set()),
    ({"condition": "used"}, {"Used mug"}),
    ({"category": "home"}, {"Mug", "Used mug"}),
    ({"category": "Home > Kitchen"}, {"Mug"}),
    ({"category": "Kitchen"}, set()),
    ({"market": "DE"}, {"German mug"}),
    ({"market": "0"}, set()),
    ({"offer": "none"}, {"Bare mug"}),
    ({"offer": "none", "market": "FR", "q": "german"}, set()),
    ({"offer": "sold-out"}, {"Empty mug", "German mug"}),
    ({"offer": "sold-out", "market": "FR"}, {"German mug"}),
    ({"offer": "sold-out", "market": "DE"}, set()),
    ({"offer": "stale"}, {"Old mug"}),
    ({"offer": "stale", "market": "DE"}, set()),
    ({"offer": "any", "status": "live", "brand": "bravo", "condition": "used"}, set()),
    ({"photo": "none"}, {"Bare mug"}),
    ({"photo": "some"}, set()),
    ({"brand": "nobody"}, set()),
    ({"seller": "theirs"}, set()),
    ({"seller": "mine", "status": "held"}, {"Held mug"}),
    ({"q": "mug", "offer": "stale"}, {"Old mug"}),
]


@pytest.mark.parametrize(("filters", "fits"), FILTERS)
def test_each_filter_keeps_what_fits_it_and_is_ones_own(
    mallory: User, shelf: Seller, filters: dict[str, str], fits: set[str]
) -> None:
    assert titles(mallory, **filters) == fits


@pytest.mark.parametrize(("filters", "fits"), FILTERS)
def test_each_filter_keeps_everybodys_for_an_admin(
    alice: User, shelf: Seller, filters: dict[str, str], fits: set[str]
) -> None:
    if "seller" not in filters:
        assert titles(alice, **filters) == fits | {f"{title} of others" for title in fits}


def test_has_an_offer_and_no_offer_share_out_everything(alice: User, shelf: Seller) -> None:
    with_offer, without = titles(alice, offer="any"), titles(alice, offer="none")

    assert with_offer | without == titles(alice)
    assert not with_offer & without


def test_a_brand_is_found_by_its_other_name(alice: User, shelf: Seller) -> None:
    Brand.objects.get(name="Bravo").aliases.create(name="Bra-Vó")

    assert "Mug" in titles(alice, brand="bravó")


@pytest.mark.parametrize("role", list(MemberRole))
def test_every_member_sees_the_sellers_products(mallory: User, role: MemberRole) -> None:
    factories.product("Mug", of=factories.seller("Mine", mallory, role))

    assert titles(mallory) == {"Mug"}
    can_edit = Product.objects.listing(mallory, ListingFilters(), Permission.EDIT_LISTINGS).exists()
    assert can_edit == (role != MemberRole.VIEWER)


def test_somebody_who_is_no_member_sees_nothing_whatever_is_asked(mallory: User) -> None:
    factories.product("Mug", of=factories.seller("Theirs"))

    for filters in ({}, {"q": "mug"}, {"seller": "theirs"}, {"status": "live"}, {"q": "SKU"}, {"brand": "Bravo"}):
        assert titles(mallory, **filters) == set(), filters


def test_a_member_who_left_sees_nothing_any_longer(mallory: User) -> None:
    seller = factories.seller("Mine", mallory)
    factories.product("Mug", of=seller)
    seller.memberships.all().delete()

    assert titles(mallory) == set()


def test_the_form_names_no_seller_of_others(client: Client, mallory: User, shelf: Seller) -> None:
    factories.seller("Second", mallory)
    client.force_login(mallory)

    page = client.get(LIST).content.decode()

    assert 'value="second"' in page
    assert "theirs" not in page.lower()
