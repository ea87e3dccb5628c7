"""Listings through the JSON API: the same rows, checks and words as on the pages."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from catalog.listings import edit_listing, values_of
from catalog.membership import MemberRole
from catalog.models import Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.services import create_api_token
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/api/catalog/products/"


def patch(client: Client, product: Product, content: object, version: str = '"1"'):
    headers = {"If-Match": version} if version else {}
    address = f"{LIST}{product.pk}/"
    return client.patch(address, json.dumps(content), content_type="application/json", headers=headers)


def post(client: Client, **content: object):
    return client.post(LIST, json.dumps(content), content_type="application/json")


def test_a_listing_is_read_with_its_version_as_etag(merchant: Client, juice: Product) -> None:
    response = merchant.get(f"{LIST}{juice.pk}/")

    found = response.json()
    assert response["ETag"] == '"1"'
    assert (found["title"], found["brand"], found["category"], found["seller"]) == ("Apple juice", "Bravo", "", "mine")
    assert found["offers"][0].items() >= {"market": "US", "price_minor": 499, "currency": "USD", "stock": 10}.items()
    assert found["photos"][0]["url"].endswith(f"/catalog/photos/{juice.images.get().pk}")


def test_the_list_goes_by_position_and_asks_as_often_for_many_as_for_few(
    merchant: Client, juice: Product, django_assert_num_queries
) -> None:
    factories.product("Soap", of=factories.seller("Theirs"))
    merchant.get(LIST)
    with django_assert_num_queries(6):
        assert [row["title"] for row in merchant.get(LIST).json()["results"]] == ["Apple juice"]
    for number in range(26):
        factories.product(f"Juice {number}", of=juice.seller)

    with django_assert_num_queries(6):
        first = merchant.get(LIST).json()
    second = merchant.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (25, 2, None)


def test_the_list_is_narrowed(merchant: Client, juice: Product) -> None:
    factories.product("Pear juice", of=juice.seller, status=Product.Status.DRAFT)

    assert len(merchant.get(f"{LIST}?status=draft").json()["results"]) == 1
    assert len(merchant.get(f"{LIST}?sku={juice.sku}&seller=mine").json()["results"]) == 1
    assert merchant.get(f"{LIST}?sku=%00").json()["results"] == []


def test_what_is_sent_is_changed_and_the_rest_stays(merchant: Client, juice: Product) -> None:
    response = patch(merchant, juice, {"title": "Pear juice"})

    assert (response.status_code, response["ETag"]) == (200, '"2"')
    found = response.json()
    assert (found["title"], found["brand"], found["version"], len(found["offers"])) == ("Pear juice", "Bravo", 2, 1)


def test_offers_that_are_sent_are_all_offers(merchant: Client, juice: Product) -> None:
    sent = [{"market": "DE", "price_minor": 450, "stock": 2}, {"market": "KW", "price_minor": 1234, "currency": "KWD"}]
    found = patch(merchant, juice, {"offers": sent}).json()

    assert [(o["market"], o["price_minor"], o["currency"], o["stock"]) for o in found["offers"]] == [
        ("DE", 450, "EUR", 2),
        ("KW", 1234, "KWD", 0),
    ]


@pytest.mark.parametrize(
    ("version", "status"), [("", 428), ('"7"', 412), ('"7", "1"', 200), ("*", 412), ('W/"1"', 412)]
)
def test_a_change_names_the_version_it_is_made_to(merchant: Client, juice: Product, version: str, status: int) -> None:
    assert patch(merchant, juice, {"title": "Pear juice"}, version).status_code == status


def test_somebody_who_was_faster_is_noticed_also_between_reading_and_writing(
    merchant: Client, juice: Product, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*, product: Product, values: object, actor: User) -> bool:
        Product.objects.get(pk=product.pk).change(title="Theirs")
        return edit_listing(product=product, values=values, actor=actor)

    monkeypatch.setattr("catalog.api.edit_listing", late)

    assert patch(merchant, juice, {"title": "Mine"}).status_code == 412
    assert values_of(Product.objects.get()).title == "Theirs"


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        ({"title": ""}, {"title": ["Give the listing a title."]}),
        ({"gtin": "12"}, {"gtin": ["A GTIN has 8, 12, 13 or 14 digits and nothing else."]}),
        ({"titel": "x"}, {"titel": ["There is no such field."]}),
        ({"seller": "theirs"}, {"seller": ["There is no such field."]}),
        ({"status": "live"}, {"status": ["There is no such field."]}),
        ({"title": ["a"]}, {"title": ["Not a valid string."]}),
        ({"offers": []}, {"detail": ["There is no price in any market. Add an offer."]}),
        (
            {"offers": [{"market": "US", "price_minor": 49900, "currency": "USD"}]},
            {"offers": {"0": {"price_minor": ["$499.00 instead of $4.99: at least ten times more or less."]}}},
        ),
        (
            {"offers": [{"market": "Atlantis", "price_minor": 1, "currency": "EUR"}]},
            {"offers": {"0": {"market": ["“Atlantis” is no country we know. Choose one from the list."]}}},
        ),
        (
            {"offers": [{"market": "US", "price_minor": -1}]},
            {"offers": {"0": {"price_minor": ["Ensure this value is greater than or equal to 0."]}}},
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_pages(
    merchant: Client, juice: Product, content: dict[str, object], errors: dict[str, object]
) -> None:
    response = patch(merchant, juice, content)

    assert response.status_code == 400
    assert response.json() == errors
    assert Product.objects.get().version == 1


def test_a_doubted_price_is_kept_when_it_is_sure(merchant: Client, juice: Product) -> None:
    offer = {"market": "US", "price_minor": 49900, "currency": "USD", "is_sure": True}

    assert patch(merchant, juice, {"offers": [offer]}).status_code == 200
    assert juice.offers.get().price_minor == 49900


def test_a_listing_is_added_as_a_draft(merchant: Client, juice: Product) -> None:
    offer = {"market": "DE", "price_minor": 199, "stock": 3}
    response = post(merchant, seller="mine", sku="SOAP", title="Soap", brand="Bubbles", offers=[offer])

    soap = Product.objects.get(sku="SOAP")
    assert response.status_code == 201
    assert response["Location"].endswith(f"{LIST}{soap.pk}/")
    assert (soap.status, soap.brand.name, soap.offers.get().currency) == ("draft", "Bubbles", "EUR")
    again = post(merchant, seller="mine", sku="SOAP", title="Soap")
    assert again.status_code == 400
    assert "has this SKU already" in again.json()["sku"][0]
    assert post(merchant, title="Soap").json() == {"seller": ["This field is required."]}


def test_nobody_reaches_the_rows_of_others(client: Client, juice: Product, mallory: User, bob: User) -> None:
    stranger = factories.user("oscar", factories.Role.MERCHANT)
    factories.seller("Theirs", stranger)
    client.force_login(stranger)
    assert client.get(LIST).json()["results"] == []
    assert client.get(f"{LIST}{juice.pk}/").status_code == 404
    assert patch(client, juice, {"title": "x"}).status_code == 404
    assert post(client, seller="mine", sku="X", title="X").status_code == 404

    factories.seller("Mine", mallory, MemberRole.VIEWER)
    for person in (mallory, bob):
        client.force_login(person)
        assert client.get(f"{LIST}{juice.pk}/").status_code == 200
        assert patch(client, juice, {"title": "x"}).status_code == 403
        assert post(client, seller="mine", sku="X", title="X").status_code == 403
    assert Product.objects.count() == 1


def test_a_token_does_what_it_allows_and_its_name_is_written_down(
    client: Client, juice: Product, mallory: User
) -> None:
    def bearer(*permissions: Permission) -> dict[str, str]:
        _token, text = create_api_token(user=mallory, name="Shop sync", lives_for=None, permissions=permissions)
        return {"Authorization": f"Bearer {text}", "If-Match": '"1"'}

    def change(headers: dict[str, str]) -> int:
        address, content = f"{LIST}{juice.pk}/", json.dumps({"title": "Pear juice"})
        return client.patch(address, content, content_type="application/json", headers=headers).status_code

    assert client.get(LIST, headers=bearer(Permission.VIEW_LISTINGS)).status_code == 200
    assert change(bearer(Permission.VIEW_LISTINGS)) == 403
    assert client.get(LIST, headers=bearer(Permission.VIEW_SELLERS)).status_code == 403
    assert change(bearer(Permission.VIEW_LISTINGS, Permission.EDIT_LISTINGS)) == 200
    entry = AuditEntry.objects.get(action="listing.edited")
    assert (entry.actor_key, entry.token_name) == (mallory.pk, "Shop sync")
