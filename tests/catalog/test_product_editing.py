"""Editing a listing on its page: what is saved, what is checked and what is asked about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Brand, BrandAlias, BrandAuthorization, Category, Offer, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from tests import factories

from .listing_forms import US, edit, sent, texts_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
QUERIES = 16


def test_what_is_changed_is_saved_and_counted_and_nothing_else_is(merchant: Client, juice: Product) -> None:
    edit(merchant, juice, title="Pear juice", description="Cloudy.\r\nSweet.", offers=[{**US, "price": "5,49"}])

    juice.refresh_from_db()
    assert (juice.title, juice.description, juice.version) == ("Pear juice", "Cloudy.\nSweet.", 2)
    assert juice.offers.get().price_minor == 549
    assert juice.brand.name == "Bravo"


def test_saving_what_is_there_already_changes_nothing(merchant: Client, juice: Product) -> None:
    edit(merchant, juice)

    juice.refresh_from_db()
    assert juice.version == 1


def test_a_market_is_added_by_its_name_with_its_own_currency_and_another_is_taken_away(
    merchant: Client, juice: Product
) -> None:
    edit(merchant, juice, offers=[{**US, "DELETE": "on"}, {"market": "germany", "price": "4,50", "stock": "3"}])

    offer = juice.offers.get()
    assert (offer.market, offer.price_minor, offer.currency, offer.stock) == ("DE", 450, "EUR", 3)


def test_a_new_price_counts_as_confirmed_and_a_new_stock_does_not(merchant: Client, juice: Product) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    Offer.objects.update(price_refreshed_at=long_ago)

    edit(merchant, juice, offers=[{**US, "stock": 9}])
    assert juice.offers.get().price_refreshed_at == long_ago

    edit(merchant, juice, offers=[{**US, "price": "5.00"}])
    assert juice.offers.get().is_fresh


def test_a_stale_price_says_so_and_is_confirmed_without_a_change(merchant: Client, juice: Product) -> None:
    Offer.objects.update(price_refreshed_at=timezone.now() - timedelta(days=4))
    address = juice.get_absolute_url()
    assert "It is not linked until you confirm it." in merchant.get(address).content.decode()

    merchant.post(f"{address}confirm", {"market": "US"})

    assert juice.offers.get().is_fresh
    assert "It is not linked" not in merchant.get(address).content.decode()
    juice.refresh_from_db()
    assert juice.version == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "Give the listing a title."),
        ({"sku": ""}, "Give the listing a SKU"),
        ({"gtin": "4006381333932"}, "with 4006381333931 it would fit"),
        ({"gtin": "12"}, "8, 12, 13 or 14 digits"),
        ({"category": "Fruts"}, "Did you mean Fruits?"),
        ({"category": "Juice"}, "There are several: Drinks > Juice, Fruits > Juice"),
        ({"brand": "!!!"}, "letters or digits"),
        ({"condition": "broken"}, "not one of the available choices"),
        ({"title": "a\0b"}, "Null characters"),
        ({"title": "a" * 301}, "at most 300 characters"),
        ({"offers": [{**US, "price": "12,5O"}]}, "“12,5O” is not an amount in USD. Did you mean 12.50?"),
        ({"offers": [{**US, "price": ""}]}, "Type a price."),
        ({"offers": [{**US, "price": "-1"}]}, "cannot be below zero"),
        ({"offers": [{**US, "currency": "EUO"}]}, "“EUO” is no currency"),
        ({"offers": [{**US, "market": "Atlantis"}]}, "“Atlantis” is no country"),
        ({"offers": [US, {**US, "market": "United States"}]}, "another row for this market"),
        ({"offers": [{**US, "stock": "-1"}]}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    merchant: Client, juice: Product, changes: dict[str, object], says: str
) -> None:
    fruits, drinks = Category.objects.create(name="Fruits"), Category.objects.create(name="Drinks")
    Category.objects.create(name="Juice", parent=fruits)
    Category.objects.create(name="Juice", parent=drinks)

    response = edit(merchant, juice, **changes)

    assert response.status_code == 422
    assert any(says in text for text in texts_of(response)), texts_of(response)
    juice.refresh_from_db()
    assert juice.version == 1


def test_the_page_links_to_what_is_wrong_and_begins_at_the_first(merchant: Client, juice: Product) -> None:
    page = edit(merchant, juice, title="", gtin="12").content.decode()

    assert '<a href="#id_title">Title</a>' in page
    assert page.count(" autofocus") == 1
    assert page.index('id="id_title"') < page.index(" autofocus") + 500


def test_the_sku_of_another_listing_is_refused_with_its_name(merchant: Client, juice: Product) -> None:
    other = factories.product("Pear juice", of=juice.seller)
    elsewhere = factories.product("Soap", of=factories.seller("Theirs"))

    assert texts_of(edit(merchant, juice, sku=other.sku)) == [
        "“Pear juice” has this SKU already. Use another one, or edit that listing."
    ]
    assert edit(merchant, juice, sku=elsewhere.sku).status_code == 302


def test_a_brand_goes_by_all_its_names_and_a_new_one_is_created_on_saving(merchant: Client, juice: Product) -> None:
    loreal = Brand.objects.create(name="L’Oréal")
    BrandAlias.objects.create(brand=loreal, name="L'Oreal Paris")

    edit(merchant, juice, brand="loreal PARIS")
    juice.refresh_from_db()
    assert juice.brand == loreal

    edit(merchant, juice, brand="  Brand   New ")
    juice.refresh_from_db()
    assert juice.brand.name == "Brand New"
    assert Brand.objects.filter(name="Brand New").count() == 1


def test_an_absurd_price_is_asked_about_and_kept_when_it_is_right(merchant: Client, juice: Product) -> None:
    response = edit(merchant, juice, offers=[{**US, "price": "499"}])
    assert texts_of(response) == ["$499.00 instead of $4.99: at least ten times more or less."]
    assert 'name="offers-0-sure" value="49900 USD"' in response.content.decode()

    edit(merchant, juice, offers=[{**US, "price": "499", "sure": "49900 USD"}])
    assert juice.offers.get().price_minor == 49900


def test_a_yes_to_one_absurd_price_is_no_yes_to_another(merchant: Client, juice: Product) -> None:
    response = edit(merchant, juice, offers=[{**US, "price": "4990", "sure": "49900 USD"}])

    assert response.status_code == 422


def test_a_live_listing_keeps_what_it_needs(merchant: Client, juice: Product) -> None:
    response = edit(merchant, juice, offers=[])

    assert response.status_code == 422
    assert "There is no price in any market." in response.content.decode()
    assert juice.offers.exists()


def test_a_live_listing_that_lacked_something_before_can_still_be_mended(merchant: Client, juice: Product) -> None:
    juice.images.all().delete()

    assert edit(merchant, juice, title="Pear juice").status_code == 302


def test_a_protected_brand_needs_an_authorisation_for_each_market(
    merchant: Client, juice: Product, alice: User
) -> None:
    brand = Brand.objects.create(name="Precious", is_protected=True)
    assert "The brand is protected" in edit(merchant, juice, brand="Precious").content.decode()

    BrandAuthorization.objects.create(
        seller=juice.seller, brand=brand, territory="US", valid_from=timezone.localdate(), asked_by=alice,
        state="granted", decided_at=timezone.now(),
    )  # fmt: skip
    assert edit(merchant, juice, brand="Precious").status_code == 302
    german = {"market": "DE", "price": "4", "currency": "EUR", "stock": 1}
    assert "The brand is protected" in edit(merchant, juice, offers=[US, german]).content.decode()


def test_each_change_is_in_the_audit_log_with_what_it_was_before(client: Client, juice: Product, mallory: User) -> None:
    client.force_login(mallory)
    edit(client, juice, title="Pear juice", offers=[{**US, "stock": 3}])
    client.post(f"{juice.get_absolute_url()}confirm")

    edited, confirmed = AuditEntry.objects.for_target("catalog.product", juice.pk).order_by("pk")
    assert (edited.action, edited.actor_key, edited.tenant_key) == ("listing.edited", mallory.pk, juice.seller_id)
    offer = {"price_minor": 499, "currency": "USD", "stock": 10}
    assert edited.before == {"title": "Apple juice", "offer-US": offer}
    assert edited.after == {"title": "Pear juice", "offer-US": {**offer, "stock": 3}}
    assert (confirmed.action, confirmed.after) == ("listing.prices-confirmed", {"markets": ["US"]})


def test_a_field_is_checked_as_one_leaves_it(merchant: Client, juice: Product) -> None:
    def check(left: str, **changes: object) -> str:
        headers = {"HX-Request": "true", "HX-Trigger-Name": left}
        return merchant.post("/catalog/products/check", sent(juice, **changes), headers=headers).content.decode()

    assert "it would fit" in check("gtin", gtin="4006381333932", title="")
    assert "title" not in check("gtin", gtin="4006381333932", title="")
    assert 'data-faulty="id_gtin"' in check("gtin", gtin="4006381333932")
    assert "error" in check("offers-0-price", offers=[{**US, "price": "x"}])
    assert "Type a price" not in check("offers-1-market", offers=[US, {"market": "DE"}])
    assert "Type a price" in check("offers-1-price", offers=[US, {"market": "DE"}])
    assert "Yes, this price is right" in check("offers-0-price", offers=[{**US, "price": "999"}])
    assert 'class="error"' not in check("no-such-field")
    assert Product.objects.get(pk=juice.pk).version == 1


def test_the_page_asks_the_database_as_often_for_many_rows_as_for_few(
    merchant: Client, juice: Product, django_assert_num_queries
) -> None:
    Product.objects.filter(pk=juice.pk).update(variant_group="juices")
    factories.product("Second", of=juice.seller, variant_group="juices")
    address = juice.get_absolute_url()
    merchant.get(address)
    with django_assert_num_queries(QUERIES):
        merchant.get(address)
    for number in range(5):
        factories.product(f"Juice {number}", of=juice.seller, variant_group="juices")
        Offer.objects.create(product=juice, market=f"A{number}", price_minor=1, currency="EUR")

    with django_assert_num_queries(QUERIES):
        merchant.get(address)
