"""The export: the list as CSV that a spreadsheet cannot be attacked with and that the import knows."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.listing_import.column_kinds import Column
from catalog.listing_import.columns import DESCRIPTION, SKU, TITLE, VARIANT_GROUP
from catalog.membership import MemberRole
from catalog.models import Category, Offer, Product
from shopadmin.accounts.models import User
from shopadmin.csv_cells import FORMULA_STARTS
from tests import factories
from tests.catalog import imports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
EXPORT = "/catalog/products/export"


def exported(client: Client, query: str = "fields=all") -> list[dict[str, str]]:
    return rows_of(b"".join(client.get(f"{EXPORT}?{query}").streaming_content))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_all_fields_have_the_headers_of_the_import(client: Client, alice: User) -> None:
    category = Category.objects.create(name="Home")
    product = factories.product(
        "Mug, large", description="Two\nlines", category=category, gtin="4006381333931", condition="used",
        variant_group="mugs", variant_name="large",
    )  # fmt: skip
    client.force_login(alice)

    (row,) = exported(client)

    assert row | {"created_at": "", "updated_at": ""} == {
        "shopadmin_key": str(product.pk), "sku": product.sku, "title": "Mug, large", "description": "Two\nlines",
        "seller": "corner-shop", "brand": "Bravo", "category": "Home", "gtin": "4006381333931", "condition": "used",
        "variant_group": "mugs", "variant_name": "large", "status": "live", "market": "US", "price": "4.99",
        "currency": "USD", "stock": "10", "created_at": "", "updated_at": "",
    }  # fmt: skip


def test_a_product_has_a_row_for_each_market_and_one_without_any(client: Client, alice: User) -> None:
    product = factories.product("Mug")
    Offer.objects.create(product=product, market="JP", price_minor=1200, currency="JPY", stock=0)
    Offer.objects.create(product=product, market="KW", price_minor=1234, currency="KWD", stock=1)
    factories.product("No offer").offers.all().delete()
    client.force_login(alice)

    rows = [(row["title"], row["market"], row["price"], row["currency"], row["stock"]) for row in exported(client)]

    assert rows == [
        ("Mug", "JP", "1200", "JPY", "0"), ("Mug", "KW", "1.234", "KWD", "1"), ("Mug", "US", "4.99", "USD", "10"),
        ("No offer", "", "", "", ""),
    ]  # fmt: skip


def test_chosen_columns_come_with_sku_key_and_title_only(client: Client, alice: User) -> None:
    factories.product("Mug")
    client.force_login(alice)
    client.post("/catalog/products/columns", {"column": ["brand"]})

    (row,) = exported(client, "")

    assert list(row) == ["sku", "shopadmin_key", "title", "brand"]


def test_without_columns_of_offers_a_product_has_one_row(client: Client, alice: User) -> None:
    Offer.objects.create(product=factories.product("Mug"), market="JP", price_minor=1200, currency="JPY")
    client.force_login(alice)
    client.post("/catalog/products/columns", {"column": ["brand"]})

    assert len(exported(client, "")) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_text_is_a_formula(client: Client, alice: User, start: str) -> None:
    evil = f'{start}HYPERLINK("http://evil.example")'
    factories.product(evil, brand=f"{start}brand", description=evil, variant_group=evil, variant_name=evil)
    Product.objects.update(sku=f"{start}1")
    client.force_login(alice)

    (row,) = exported(client)

    for name in ("title", "brand", "sku", "description", "variant_group", "variant_name"):
        assert row[name].startswith("'"), name


def test_the_filter_and_its_order_hold_for_the_file(client: Client, alice: User) -> None:
    for title in ("Mug b", "Mug a", "Cup"):
        factories.product(title)
    client.force_login(alice)

    assert [row["title"] for row in exported(client, "q=mug&sort=-title")] == ["Mug b", "Mug a"]


def test_a_file_holds_own_products_only(client: Client, mallory: User) -> None:
    factories.product("Mine", of=factories.seller("Mine", mallory, MemberRole.VIEWER))
    factories.product("Theirs", of=factories.seller("Theirs"))
    client.force_login(mallory)

    assert [row["title"] for row in exported(client)] == ["Mine"]
    assert exported(client, "seller=theirs") == []
    assert "seller" not in exported(client, "")[0]


def test_the_file_opens_in_a_spreadsheet_under_the_days_name(client: Client, alice: User) -> None:
    factories.product("Größe")
    client.force_login(alice)

    response = client.get(EXPORT)

    assert response["Content-Disposition"] == f'attachment; filename="products-{timezone.localdate():%Y-%m-%d}.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(response.streaming_content).startswith("\ufeffsku,shopadmin_key,title".encode())


def test_the_file_asks_as_often_for_many_products_as_for_one(
    client: Client, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(alice)
    factories.product("First")
    with django_assert_num_queries(7):
        exported(client)
    for number in range(5):
        factories.product(f"Mug {number}")

    with django_assert_num_queries(7):
        exported(client)


def test_a_file_of_one_market_that_is_imported_again_changes_nothing(client: Client, alice: User) -> None:
    category = Category.objects.create(name="Home")
    product = factories.product(
        "Mug, large", description="Two\nlines", category=category, gtin="4006381333931", condition="used",
        variant_group="mugs", variant_name="large",
    )  # fmt: skip
    Offer.objects.create(product=product, market="JP", price_minor=1200, currency="JPY", stock=0)
    factories.product("Größe ☕")
    client.force_login(alice)
    content = b"".join(client.get(f"{EXPORT}?fields=all&market=US").streaming_content)

    batch = imports.checked(content, of=product.seller)

    assert set(imports.outcomes(batch).values()) == {"same"}


STARTS = st.sampled_from([*FORMULA_STARTS, "'", "''", "a", "'n"])
ODD = st.tuples(STARTS, st.text("'=+-@ a\n\t＝", max_size=5)).map("".join)


def stored(column: Column) -> st.SearchStrategy[str]:
    """Texts as the catalogue has them: as an import or a form has trimmed them."""
    return ODD.map(column.clean).filter(lambda text: isinstance(text, str) and text != "")


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sku=stored(SKU), title=stored(TITLE), description=stored(DESCRIPTION), group=stored(VARIANT_GROUP))
def test_an_export_that_is_imported_puts_every_text_back_as_it_was(
    client: Client, alice: User, sku: str, title: str, description: str, group: str
) -> None:
    with transaction.atomic():
        product = factories.product("Mug")
        before = {"sku": sku, "title": title, "description": description, "variant_group": group}
        Product.objects.filter(pk=product.pk).update(**before)
        client.force_login(alice)
        content = b"".join(client.get(f"{EXPORT}?fields=all").streaming_content)
        Product.objects.filter(pk=product.pk).update(title="Cup", description="", variant_group="")

        batch = imports.applied(content, of=product.seller)

        assert set(imports.outcomes(batch).values()) == {"change"}
        assert Product.objects.filter(pk=product.pk).values(*before).get() == before
        again = [row | {"updated_at": ""} for row in exported(client)]
        assert again == [row | {"updated_at": ""} for row in rows_of(content)]
        transaction.set_rollback(True)
