"""Facts that stand in a listing's own rows, and those of its seller and its declared brand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import SellerDay, TraderVerification
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops

from .facts import HASH, category, facts, granted, listing, photographed, priced, taken_down

pytestmark = pytest.mark.django_db


def test_a_listings_own_rows_are_facts() -> None:
    product = listing(
        "Running shoes", description="x" * 6000, gtin="04006381333931", category=category("Shoes > Sneakers")
    )
    photographed(product, HASH, -5)
    priced(product, ("US", 499, "USD"), ("DE", 399, "EUR"))

    known = facts(product)

    assert known["title"] == "Running shoes"
    assert known["description"] == "x" * 5000
    assert (known["sku"], known["gtin"], known["condition"]) == (product.sku, "04006381333931", "new")
    assert known["category"] == "Shoes > Sneakers"
    assert known["markets"] == ["DE", "US"]
    assert (known["photo_count"], known["photo_hashes"]) == (2, [HASH, -5])
    assert known["listing_age_days"] == product.created_at
    assert (known["seller"], known["seller_name"]) == ("corner-shop", "Corner Shop")
    assert known["seller_age_days"] == product.seller.created_at
    assert known["brand"] == "Bravo"


def test_a_listing_without_category_brand_and_offers_has_empty_facts_and_lacks_a_price() -> None:
    product = listing(brand="")
    product.offers.all().delete()

    known = facts(product)

    assert (known["category"], known["brand"], known["markets"], known["photo_hashes"]) == ("", "", [], [])
    assert (known["brand_is_protected"], known["is_authorized"]) == (False, True)
    assert known["price_peers"] == 0
    assert not {"price", "currency", "price_quantile", "price_to_median"} & known.keys()


def test_a_photo_that_has_no_hash_yet_is_counted_and_has_none() -> None:
    product = factories.product()
    known = facts(product)
    assert (known["photo_count"], known["photo_hashes"]) == (1, [])


def test_a_seller_is_verified_while_its_file_is_as_it_was_checked(alice: User) -> None:
    seller, olive = shops.owned()
    product = listing(of=seller)
    assert facts(product)["seller_is_verified"] is False
    assert "seller_country" not in facts(product)

    shops.complete_file(seller, certified_by=olive)
    shops.verified(seller, alice)
    assert facts(product)["seller_is_verified"] is True
    assert facts(product)["seller_country"] == "ES"

    seller.trader.city = "Sevilla"
    seller.trader.save()
    assert facts(product)["seller_is_verified"] is False


def test_a_later_refusal_ends_a_sellers_verification(alice: User) -> None:
    seller, olive = shops.owned()
    shops.complete_file(seller, certified_by=olive)
    shops.verified(seller, alice)
    shops.verified(seller, alice, TraderVerification.Outcome.REFUSED)
    assert facts(listing(of=seller))["seller_is_verified"] is False


def test_orders_of_the_last_90_days_count_and_older_and_later_ones_do_not() -> None:
    product, today = listing(), timezone.now().date()
    for ago, orders in ((-1, 1000), (0, 10), (89, 15), (90, 1000)):
        SellerDay.objects.create(
            seller=product.seller, day=today - timedelta(days=ago), orders=orders, refunds=5, disputes=1
        )
    known = facts(product)
    assert known["seller_orders"] == 25
    assert known["seller_refund_rate"] == pytest.approx(10 / 25)
    assert known["seller_dispute_rate"] == pytest.approx(2 / 25)


@pytest.mark.parametrize(("orders", "is_known"), [(19, False), (20, True)])
def test_rates_lack_below_20_orders(orders: int, is_known: bool) -> None:
    product = listing()
    SellerDay.objects.create(seller=product.seller, day=timezone.now().date(), orders=orders)
    known = facts(product)
    assert known["seller_orders"] == orders
    assert ("seller_refund_rate" in known, "seller_dispute_rate" in known) == (is_known, is_known)


def test_a_sellers_removals_stand_until_they_are_restored() -> None:
    product = listing()
    taken_down(listing("Fake one"))
    restored = taken_down(listing("Fake two"))
    taken_down(listing("Fake of others", of=factories.seller("Theirs")))
    assert (facts(product)["seller_removals"], facts(product)["seller_strikes"]) == (2, 0)
    restored.restored_at = timezone.now()
    restored.save()
    assert facts(product)["seller_removals"] == 1


def test_a_seller_is_authorised_where_its_authorisation_holds_today() -> None:
    brand, seller = shops.protected_brand(), factories.seller()
    product = listing(brand=brand.name)
    priced(product, ("DE", 1, "EUR"), ("US", 1, "USD"))

    def asked() -> tuple[bool, list[str]]:
        known = facts(product)
        assert known["brand_is_protected"] is True
        return known["is_authorized"], known["unauthorized_markets"]

    yesterday, tomorrow = (timezone.now().date() + timedelta(days=days) for days in (-1, 1))
    granted(seller, brand, state="withdrawn")
    granted(seller, brand, valid_from=tomorrow)
    granted(seller, brand, valid_from=yesterday, valid_until=yesterday)
    granted(factories.seller("Theirs"), brand)
    granted(seller, shops.protected_brand("Other"))
    assert asked() == (False, ["DE", "US"])
    granted(seller, brand, "DE")
    assert asked() == (False, ["US"])
    granted(seller, brand, "US")
    assert asked() == (True, [])


def test_an_authorisation_without_territory_holds_everywhere() -> None:
    brand = shops.protected_brand()
    product = listing(brand=brand.name)
    granted(product.seller, brand)
    assert facts(product)["is_authorized"] is True


def test_anybody_may_list_a_brand_that_is_not_protected() -> None:
    known = facts(listing())
    assert (known["brand_is_protected"], known["is_authorized"], known["unauthorized_markets"]) == (False, True, [])
