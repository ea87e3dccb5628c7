"""How low a listing's price is beside authorised sellers' prices."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog import tasks
from catalog.fact_finding.price_standings import refresh_standings
from catalog.models import PriceStanding, Product, Seller
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops

from .facts import category, facts, granted, listing, priced, stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def luxor(mallory: User) -> Seller:
    """The authorised seller of a protected brand, with 20 listings at 10.00 to 10.19 dollars."""
    seller = factories.seller("Luxor Store")
    granted(seller, shops.protected_brand())
    stocked(seller, 20, brand="Luxor", category=category("Shoes"))
    return seller


def offered(*offers: tuple[str, int, str], **fields: object) -> Product:
    """Somebody else's listing of that brand with these offers."""
    wanted = {"of": factories.seller("Elsewhere"), "brand": "Luxor", "category": category("Shoes"), **fields}
    product = listing("Luxor shoes", **wanted)
    priced(product, *offers)
    return product


def price_of(product: Product) -> tuple[object, ...]:
    refresh_standings(now=timezone.now())
    known = facts(product)
    names = ("price", "currency", "price_quantile", "price_to_median", "price_peers")
    return tuple(known.get(name) for name in names)


def test_a_price_is_placed_among_those_of_authorised_sellers(luxor: Seller) -> None:
    product = offered(("US", 1005, "USD"))
    price, currency, quantile, to_median, peers = price_of(product)
    assert (price, currency, peers) == (10.05, "USD", 20)
    assert quantile == pytest.approx(5 / 19)
    assert to_median == pytest.approx(1005 / 1009.5)


def test_prices_below_and_above_all_others_are_at_0_and_1(luxor: Seller) -> None:
    assert price_of(offered(("US", 1, "USD")))[2] == 0.0
    assert price_of(offered(("US", 9999, "USD")))[2] == 1.0


def test_the_offer_that_lies_lowest_counts_and_not_the_one_with_the_lowest_number(luxor: Seller) -> None:
    for row in Product.objects.filter(seller=luxor):
        row.offers.create(market="JP", price_minor=1500, currency="JPY", stock=1)
    product = offered(("JP", 1600, "JPY"), ("US", 1900, "USD"), ("DE", 5, "EUR"), ("CA", 1001, "USD"))
    assert price_of(product)[:2] == (10.01, "USD")


def test_without_others_the_first_market_counts_in_whole_units_of_its_currency() -> None:
    product = listing()
    priced(product, ("US", 499, "USD"), ("JP", 499, "JPY"))
    assert price_of(product) == (499.0, "JPY", None, None, 0)
    priced(product, ("US", 499, "USD"), ("KW", 499, "KWD"))
    assert price_of(product)[:2] == (0.499, "KWD")


def test_below_20_prices_there_is_no_place_but_a_number_of_them(luxor: Seller) -> None:
    Product.objects.filter(seller=luxor).first().offers.all().delete()
    assert price_of(offered(("US", 1005, "USD"))) == (10.05, "USD", None, None, 19)


@pytest.mark.parametrize(
    "change",
    [
        {"category": "Bags"},
        {"category": None},
        {"condition": "used"},
        {"brand": ""},
        {"brand": "Other"},
    ],
)
def test_only_the_same_brand_category_and_condition_is_compared(luxor: Seller, change: dict[str, str]) -> None:
    fields: dict[str, object] = dict(change)
    if change.get("category"):
        fields["category"] = category(change["category"])
    assert price_of(offered(("US", 1005, "USD"), **fields))[2:] == (None, None, 0)


def test_another_currency_is_not_compared(luxor: Seller) -> None:
    assert price_of(offered(("DE", 1005, "EUR")))[2:] == (None, None, 0)


def test_prices_of_sellers_that_are_not_authorised_do_not_count(luxor: Seller) -> None:
    stocked(factories.seller("Fakes"), 20, brand="Luxor", category=category("Shoes"))
    assert price_of(offered(("US", 1005, "USD")))[4] == 20


def test_prices_count_only_where_the_seller_is_authorised(luxor: Seller) -> None:
    luxor.authorizations.update(territory="DE")
    assert price_of(offered(("US", 1005, "USD")))[2:] == (None, None, 0)


def test_prices_of_listings_that_are_not_live_do_not_count(luxor: Seller) -> None:
    Product.objects.filter(seller=luxor).update(status="held")
    assert price_of(offered(("US", 1005, "USD")))[4] == 0
    assert not PriceStanding.objects.exists()


def test_of_a_brand_that_is_not_protected_three_verified_sellers_make_the_range(alice: User) -> None:
    shoes = category("Shoes")
    for number in range(3):
        seller, person = shops.owned(f"Shop {number}", f"person{number}")
        stocked(seller, 10, brand="Bravo", category=shoes)
        product = offered(("US", 1005, "USD"), brand="Bravo")
        assert price_of(product)[4] == 10 * number
        shops.complete_file(seller, certified_by=person)
        shops.verified(seller, alice)
        assert (price_of(product)[2] is None) == (number < 2)
    seller.trader.city = "Elsewhere"
    seller.trader.save()
    assert price_of(product)[4] == 20


def test_refreshing_again_takes_the_place_of_what_was(luxor: Seller) -> None:
    product = offered(("US", 1005, "USD"))
    first = price_of(product)
    assert price_of(product) == first
    assert PriceStanding.objects.count() == 1
    for row in Product.objects.filter(seller=luxor):
        row.offers.update(price_minor=2000)
    assert price_of(product)[2] == 0.0


def test_the_scheduled_task_refreshes(luxor: Seller) -> None:
    tasks.refresh_price_standings()
    standing = PriceStanding.objects.get()
    assert (standing.count, standing.quantiles[0], standing.quantiles[-1]) == (20, 1000.0, 1019.0)
