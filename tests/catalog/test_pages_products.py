"""The list of products, and their photos."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from catalog.models import Product
from shopadmin.accounts.models import User
from tagging.models import Creator
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/products/"


def test_a_merchant_sees_own_products_with_price_and_stock(client: Client, mallory: User) -> None:
    factories.product("Apple juice", of=factories.seller("Mine", mallory))
    factories.product("Pear juice", of=factories.seller("Theirs"))
    client.force_login(mallory)

    page = client.get(LIST).content.decode()

    assert "Apple juice" in page
    assert "$4.99" in page
    assert "10 in stock" in page
    assert "Pear juice" not in page


def test_an_admin_sees_all_products_and_on_how_many_videos_each_is_linked(
    client: Client, alice: User, dana: Creator
) -> None:
    item = factories.product("Apple juice")
    factories.tagged_video(dana, products=[item])
    factories.tagged_video(dana, products=[item])
    client.force_login(alice)

    page = client.get(LIST).content.decode()

    assert '<td class="end" data-name="Videos">2</td>' in page


@pytest.mark.parametrize(
    ("query", "shown"), [("q=JUICE", ["Apple juice"]), ("status=draft", ["Soap"]), ("q=nothing", [])]
)
def test_title_and_status_can_be_searched_for(client: Client, alice: User, query: str, shown: list[str]) -> None:
    factories.product("Apple juice")
    factories.product("Soap", status=Product.Status.DRAFT)
    client.force_login(alice)

    response = client.get(f"{LIST}?{query}")

    assert [row.title for row in response.context["page"].rows] == shown


def test_htmx_gets_the_rows_only(client: Client, alice: User) -> None:
    client.force_login(alice)

    response = client.get(LIST, headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b'id="results"' in response.content
    assert "HX-Request" in response["Vary"]


def test_a_thumbnail_is_small_and_is_kept_by_the_browser(client: Client, charlie: User) -> None:
    image = factories.product().images.get()
    client.force_login(charlie)
    address = f"/catalog/photos/{image.pk}/thumbnail"

    response = client.get(address)

    assert response["Content-Type"] == "image/jpeg"
    assert "immutable" in response["Cache-Control"]
    assert max(Image.open(io.BytesIO(response.content)).size) <= 192
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_photo_that_the_storage_lost_is_not_found(client: Client, charlie: User) -> None:
    image = factories.product().images.get()
    image.file.storage.delete(image.file.name)
    client.force_login(charlie)

    assert client.get(f"/catalog/photos/{image.pk}").status_code == 404
    assert client.get(f"/catalog/photos/{image.pk}/thumbnail").status_code == 404
