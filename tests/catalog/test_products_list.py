"""The products index: its pages and order, what it says, and how long and how often it may ask the database."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from psycopg.errors import QueryCanceled
from pytest_django import DjangoAssertNumQueries

from catalog import listing_page
from catalog.listing_filters import ORDERS
from catalog.models import Product, Seller
from shopadmin.accounts.models import User
from shopadmin.statements import TookTooLong, quick_reads
from tests import factories
from tests.catalog.shelf import LIST
from tests.catalog.shelf import shelf as shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def shown(client: Client, query: str = "") -> list[str]:
    return [row.title for row in client.get(f"{LIST}?{query}").context["page"].rows]


@pytest.mark.parametrize("sort", [*ORDERS, ""])
@pytest.mark.parametrize("nearby", [1, 4, 1000])
def test_pages_show_everything_once_in_each_order(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, sort: str, nearby: int
) -> None:
    for number in range(12):
        factories.product(f"Mug {number % 5}", status="held" if number % 3 else "live", photos=0)
    monkeypatch.setattr(listing_page, "SIZE", 3)
    monkeypatch.setattr(listing_page, "NEARBY", nearby)
    client.force_login(alice)
    expected = Product.objects.filter(status="held").order_by(*ORDERS[sort or "title"])

    query, seen = f"status=held&sort={sort}", []
    for _ in range(3):
        page = client.get(f"{LIST}?{query}").context["page"]
        seen += [row.pk for row in page.rows]
        query = page.older.removeprefix("?")

    assert query == ""
    assert seen == list(expected.values_list("pk", flat=True))


def test_titles_stand_without_regard_to_case_and_accents(client: Client, alice: User) -> None:
    for title in ("zebra", "Éclair", "eclipse", "Apple", "apricot"):
        factories.product(title, photos=0)
    client.force_login(alice)

    assert shown(client) == ["Apple", "apricot", "Éclair", "eclipse", "zebra"]


@pytest.mark.parametrize(
    "query", ["", "status=held", "q=mug", "status=live&brand=Bravo&market=US&offer=stale&sort=-updated"]
)
@pytest.mark.parametrize("who", ["alice", "mallory"])
def test_the_list_asks_as_often_for_fifty_rows_as_for_five(
    client: Client, request: pytest.FixtureRequest, query: str, who: str, mallory: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    user = request.getfixturevalue(who)
    seller = factories.seller("Mine", mallory)
    client.force_login(user)
    counts = []
    for more in (5, 45):
        for number in range(more):
            factories.product(f"Mug {more} {number}", of=seller, status="held" if "held" in query else "live", photos=0)
        client.get(f"{LIST}?{query}")
        with django_assert_max_num_queries(26) as asked:
            client.get(f"{LIST}?{query}")
        counts.append(len(asked))

    assert counts[0] == counts[1] if "q=" not in query else counts[0] >= counts[1] - 1


def test_the_number_of_results_is_said_up_to_a_limit(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    assert "No products" in client.get(LIST).content.decode()
    factories.product("Mug")
    assert "1 product<" in client.get(LIST).content.decode()
    factories.product("Cup")
    monkeypatch.setattr(listing_page, "SIZE", 1)
    assert "1 product on this page" in client.get(LIST).content.decode()
    assert client.get(f"{LIST}count").content == b"2 products"
    monkeypatch.setattr(listing_page, "COUNTED", 1)

    assert client.get(f"{LIST}count").content == b"2 products"
    assert client.get(f"{LIST}count?status=live").content == b"More than 1 products"
    assert client.get(f"{LIST}count?q=cup").content == b"1 product"
    monkeypatch.setattr(listing_page, "COUNTED", 2)
    assert client.get(f"{LIST}count?status=live").content == b"2 products"
    monkeypatch.setattr(listing_page, "MANY", 0)
    monkeypatch.setattr(listing_page, "MANY_COUNTED", 1)
    assert client.get(f"{LIST}count?status=live").content == b"More than 1 products"
    assert client.get(f"{LIST}count?q=cup&sort=title").content == b"1 product"
    monkeypatch.setattr(listing_page, "ALL_COUNTED", 1)
    assert client.get(f"{LIST}count").content == b"More than 1 products"


def test_conditions_stand_as_words_that_can_be_taken_away(client: Client, alice: User, shelf: Seller) -> None:
    client.force_login(alice)

    chips = client.get(f"{LIST}?status=held&brand=Bravo&offer=stale").context["chips"]

    assert [(chip.label, chip.value) for chip in chips] == [
        ("Status", "held"), ("Brand", "Bravo"), ("Offer", "price too old to be linked"),
    ]  # fmt: skip
    assert chips[0].without == "?brand=Bravo&offer=stale"


def test_the_rows_of_the_table_hold_cells_only(client: Client, alice: User, shelf: Seller) -> None:
    """What stands between cells by mistake is moved before the table by browsers."""
    client.force_login(alice)

    body = client.get(LIST).content.decode().split("<tbody>")[1].split("</tbody>")[0]

    assert re.sub(r"(?s)<td.*?</td>|</?tr[^>]*>|\s", "", body) == ""


def test_a_price_that_is_too_old_says_that_it_is_not_linked(client: Client, alice: User, shelf: Seller) -> None:
    client.force_login(alice)

    assert "not linked" in client.get(f"{LIST}?q=old+mug").content.decode()
    assert "not linked" not in client.get(f"{LIST}?status=held").content.decode()


def test_a_hit_that_is_not_there_says_what_to_change(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert "Your first products" in client.get(LIST).content.decode()
    assert "Take one of the conditions away" in client.get(f"{LIST}?q=nothing&status=held").content.decode()
    assert "fewer or other words" in client.get(f"{LIST}?q=nothing").content.decode()


def test_a_title_is_shown_as_text_whatever_is_in_it(client: Client, alice: User) -> None:
    factories.product("<script>alert(1)</script>")
    client.force_login(alice)

    page = client.get(f"{LIST}?q=<script>alert").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_filter_that_takes_too_long_is_stopped_and_explained(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_arguments: object) -> None:
        list(Product.objects.raw("SELECT 1 AS id FROM pg_sleep(5)"))

    monkeypatch.setattr("catalog.views.products.LIMIT_MS", 20)
    monkeypatch.setattr("catalog.views.products.find_page", slow)
    client.force_login(alice)

    response = client.get(LIST)

    assert response.status_code == 422
    assert "This takes too long" in response.content.decode()


def test_a_count_that_takes_too_long_is_given_up(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_arguments: object) -> None:
        list(Product.objects.raw("SELECT 1 AS id FROM pg_sleep(5)"))

    monkeypatch.setattr("catalog.views.products.LIMIT_MS", 20)
    monkeypatch.setattr("catalog.views.products.count_listing", slow)
    client.force_login(alice)

    assert client.get(f"{LIST}count").content == b"Too many products to count"


def test_only_the_time_limit_counts_as_too_long() -> None:
    with pytest.raises(TookTooLong) as caught, quick_reads(limit_ms=20):
        list(Product.objects.raw("SELECT 1 AS id FROM pg_sleep(5)"))

    assert isinstance(caught.value.__cause__.__cause__, QueryCanceled)


def test_brands_and_categories_are_suggested(client: Client, mallory: User, shelf: Seller) -> None:
    client.force_login(mallory)

    assert 'value="Bravo"' in client.get("/catalog/suggestions/brands?brand=rav").content.decode()
    assert "Home &gt; Kitchen" in client.get("/catalog/suggestions/categories?category=kitch").content.decode()
    for field in ("brands?brand", "categories?category"):
        assert client.get(f"/catalog/suggestions/{field}=xyz").content.strip() == b""


def test_htmx_gets_the_rows_and_the_address_of_what_it_shows(client: Client, alice: User) -> None:
    factories.product("Mug")
    client.force_login(alice)

    response = client.get(f"{LIST}?q=&status=live&brand=", headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b'hx-swap-oob="innerHTML:#count"' in response.content
    assert response["HX-Push-Url"] == f"{LIST}?status=live"
