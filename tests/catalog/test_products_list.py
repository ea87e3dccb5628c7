"""The products index: who sees what, filters, order, pages, columns and what it says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from psycopg.errors import QueryCanceled
from pytest_django import DjangoAssertNumQueries

from catalog import listing_page
from catalog.listing_filters import ORDERS, ListingFilters
from catalog.membership import MemberRole
from catalog.models import Brand, Category, ListingColumns, Offer, Product, Seller
from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission
from shopadmin.statements import TookTooLong, quick_reads
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
LIST = "/catalog/products/"


def titles(user: User, **filters: str) -> set[str]:
    return set(Product.objects.listing(user, ListingFilters(**filters)).values_list("title", flat=True))


def shown(client: Client, query: str = "") -> list[str]:
    return [row.title for row in client.get(f"{LIST}?{query}").context["page"].rows]


@pytest.fixture
def shelf(mallory: User) -> Seller:
    """Products of mallory's that differ in everything that one filters by, and one of somebody else's like each."""
    mine, theirs = factories.seller("Mine", mallory), factories.seller("Theirs")
    home = Category.objects.create(name="Home")
    kitchen = Category.objects.create(name="Kitchen", parent=home)
    kitchenware = Category.objects.create(name="Kitchenware")
    for of, mark in ((mine, ""), (theirs, " of others")):
        factories.product(f"Mug{mark}", of=of, category=kitchen, brand="Bravo")
        factories.product(f"Used mug{mark}", of=of, category=home, condition="used", brand="")
        factories.product(f"Held mug{mark}", of=of, status="held", category=kitchenware)
        factories.product(f"Bare mug{mark}", of=of, photos=0).offers.all().delete()
        factories.product(f"Empty mug{mark}", of=of).offers.update(stock=0)
        old = timezone.now() - timedelta(days=3, minutes=1)
        factories.product(f"Old mug{mark}", of=of).offers.update(price_refreshed_at=old)
        german = factories.product(f"German mug{mark}", of=of)
        german.offers.update(market="DE")
        Offer.objects.create(product=german, market="FR", price_minor=1, currency="EUR", stock=0)
    return mine


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
        with django_assert_max_num_queries(24) as asked:
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

    assert client.get(f"{LIST}count").content == b"More than 1 products"
    assert client.get(f"{LIST}count?q=cup").content == b"1 product"


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
