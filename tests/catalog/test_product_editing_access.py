"""Who may not edit: viewers look only, and to other merchants the listing does not exist."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.membership import MemberRole
from catalog.models import Product
from shopadmin.accounts.models import User
from tests import factories

from .listing_forms import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_a_viewer_may_look_and_not_touch(client: Client, mallory: User, juice: Product) -> None:
    factories.seller("Mine", mallory, MemberRole.VIEWER)
    client.force_login(mallory)
    address = juice.get_absolute_url()

    page = client.get(address).content.decode()
    assert "Apple juice" in page
    assert 'id="listing"' not in page
    for verb in ("edit", "publish", "withdraw", "remove", "restore", "confirm"):
        assert client.post(f"{address}{verb}").status_code == 403, verb
    headers = {"HX-Request": "true"}
    assert client.post("/catalog/products/check", sent(juice), headers=headers).status_code == 403
    assert client.post("/catalog/products/add", {"seller": "mine"}).status_code == 403


def test_to_another_merchant_the_listing_does_not_exist(client: Client, juice: Product) -> None:
    factories.seller("Theirs", other := factories.user("oscar", factories.Role.MERCHANT))
    client.force_login(other)
    address = juice.get_absolute_url()

    assert client.get(address).status_code == 404
    for verb in ("edit", "publish", "withdraw", "remove", "restore", "confirm"):
        assert client.post(f"{address}{verb}").status_code == 404, verb
    assert client.post("/catalog/products/check", sent(juice)).status_code == 404
    assert client.get("/catalog/products/add?seller=mine").status_code == 404
    assert client.post("/catalog/products/add", {"seller": "mine"}).status_code == 404


def test_a_merchant_of_two_sellers_cannot_check_one_sellers_numbers_as_the_other(
    merchant: Client, juice: Product, mallory: User
) -> None:
    """The check tells whether a SKU is taken: only of sellers whose listings one may edit."""
    stranger = factories.product("Secret", of=factories.seller("Theirs"))
    data = {**sent(juice), "product": stranger.pk, "sku": stranger.sku}

    assert merchant.post("/catalog/products/check", data).status_code == 404
