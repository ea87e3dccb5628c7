"""The columns of the products index: chosen by each user, and none that says nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import ListingColumns
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog.shelf import LIST
from tests.catalog.shelf import shelf as shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_columns_are_remembered_for_each_user(client: Client, mallory: User, alice: User) -> None:
    factories.product("Mug", of=factories.seller("Mine", mallory), gtin="4006381333931")
    client.force_login(mallory)

    response = client.post("/catalog/products/columns", {"column": ["gtin", "nonsense"], "next": f"{LIST}?status=live"})

    assert response["Location"] == f"{LIST}?status=live"
    assert [column.name for column in client.get(LIST).context["columns"]] == ["gtin"]
    assert "4006381333931" in client.get(LIST).content.decode()
    client.force_login(alice)
    assert "sku" in [column.name for column in client.get(LIST).context["columns"]]
    assert ListingColumns.objects.count() == 1


def test_one_goes_back_to_the_list_only(client: Client, mallory: User) -> None:
    client.force_login(mallory)

    for address in (
        "https://evil.example/catalog/products/",
        "//evil.example",
        "/accounts/login",
        "javascript:alert(1)",
    ):
        assert client.post("/catalog/products/columns", {"next": address})["Location"] == LIST


def test_the_seller_stands_in_a_column_only_for_who_sees_several(client: Client, mallory: User) -> None:
    factories.product("Mug", of=factories.seller("Mine", mallory))
    client.force_login(mallory)
    assert "seller" not in [column.name for column in client.get(LIST).context["columns"]]

    factories.seller("Second", mallory)

    assert "seller" in [column.name for column in client.get(LIST).context["columns"]]
