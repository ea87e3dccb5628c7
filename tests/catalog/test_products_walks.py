"""Walking along an index past all products finds what the filter's own index finds, in the same order."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.listing_filters import ORDERS, ListingFilters, order_of
from catalog.models import Category, Offer, Product, Seller, listing_rows
from shopadmin import keyset
from shopadmin.accounts.models import User
from shopadmin.keyset import page
from shopadmin.walks import along, steps_to_find
from tests import factories
from tests.catalog.shelf import LIST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]

FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["mug", "red mug", "mgu", "ca", "red"]),
        "status": st.sampled_from(["live", "held"]),
        "category": st.sampled_from(["Home", "Kitchen"]),
        "condition": st.just("used"),
        "market": st.sampled_from(["US", "DE"]),
        "offer": st.sampled_from(["any", "none", "sold-out", "stale"]),
        "seller": st.sampled_from(["mine", "theirs"]),
    },
)


@pytest.fixture
def goods(mallory: User) -> list[Product]:
    """Forty products that differ at random; equal titles are common."""
    dice = random.Random(4)
    sellers = [factories.seller("Mine", mallory), factories.seller("Theirs")]
    categories = [None, *(Category.objects.create(name=name) for name in ("Home", "Kitchen"))]
    made = []
    for _ in range(40):
        title = f"{dice.choice(['Red', 'Blue'])} {dice.choice(['mug', 'cap', 'can'])} {dice.randrange(3)}"
        product = factories.product(
            title,
            of=dice.choice(sellers),
            photos=0,
            status=dice.choice(["live", "live", "held"]),
            condition=dice.choice(["new", "used"]),
            category=dice.choice(categories),
        )
        product.offers.update(
            market=dice.choice(["US", "DE"]),
            stock=dice.randrange(2),
            price_refreshed_at=timezone.now() - timedelta(days=dice.choice([1, 9])),
        )
        made.append(product)
    Offer.objects.filter(product__in=made[::7]).delete()
    return made


def always(_most: int, fitting: int, *_asked: object, **_more: object) -> int:
    """Walk, as long as anything can fit."""
    return 10 if fitting else 0


def never(*_asked: object, **_more: object) -> int:
    return 0


@pytest.fixture(params=[always, never])
def walking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (keyset, listing_rows):
        monkeypatch.setattr(module, "steps_to_find", request.param)


@pytest.mark.usefixtures("walking")
def test_pages_are_the_plain_list_in_both_directions(
    goods: list[Product], alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "GLANCE", 1)

    @given(FILTERS, st.sampled_from([*ORDERS]), st.sampled_from([1, 5, 12, 100]), st.booleans())
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def check(filters: dict[str, str], sort: str, nearby: int, is_admin: bool) -> None:
        listing = Product.objects.find_listing(alice if is_admin else mallory, ListingFilters(**filters))
        fields = order_of(sort)
        expected = list(listing.rows.order_by(*fields).values_list("pk", flat=True))

        for way in ("older", "newer"):
            query = "" if way == "older" else keyset._address(QueryDict(), "before", Product(**LAST[sort]), fields)
            seen: list[int] = []
            for _ in range(40):
                asked = QueryDict(query.removeprefix("?"))
                found = page(listing.rows, fields=fields, query=asked, size=4, among=listing.among, nearby=nearby)
                keys = [row.pk for row in found.rows]
                seen = seen + keys if way == "older" else keys + seen
                query = getattr(found, way)
                if not query:
                    break
            assert seen == expected

    check()


LAST = {
    sort: {"title_key": "" if sort.startswith("-") else "zz", "pk": 0 if sort.startswith("-") else 10**9}
    | {"updated_at": timezone.now() + timedelta(days=-99 if sort.startswith("-") else 99)}
    for sort in ORDERS
}
"""For each order a row that stands behind all others."""


@pytest.mark.usefixtures("walking")
def test_some_of_the_products_are_as_many_as_asked_for_or_all(
    goods: list[Product], alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_rows, "TRIED", 5)
    monkeypatch.setattr(listing_rows, "LONG", 9)

    @given(FILTERS, st.sampled_from([7, 25, 100]), st.sampled_from([1, 3, 10, 100]), st.booleans())
    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def check(filters: dict[str, str], walked: int, most: int, is_admin: bool) -> None:
        monkeypatch.setattr(listing_rows, "WALKED", walked)
        listing = Product.objects.find_listing(alice if is_admin else mallory, ListingFilters(**filters))
        expected = dict(listing.rows.values_list("pk", "title"))

        found = listing.some("pk", "title", most=most)

        assert len(found) == min(most, len(expected))
        assert len(dict(found)) == len(found)
        assert dict(found).items() <= expected.items()

    check()


def test_who_sells_nothing_is_shown_nothing(goods: list[Product], charlie: User) -> None:
    listing = Product.objects.find_listing(charlie, ListingFilters())

    assert listing.some("pk", most=5) == []
    assert steps_to_find(5, listing.expected, listing.among) == 0


def test_one_walks_for_what_is_frequent_only(alice: User, mallory: User) -> None:
    seller = factories.seller("Mine", mallory)
    Product.objects.bulk_create(
        Product(seller=seller, sku=f"S-{n}", title=f"Mug {n}", status="held" if n % 100 == 0 else "live")
        for n in range(1000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_product")

    for status, steps in (("live", pytest.approx(50, abs=5)), ("held", 0)):
        listing = Product.objects.find_listing(alice, ListingFilters(status=status))
        assert steps_to_find(50, listing.expected, listing.among) == steps


@pytest.mark.parametrize(("in_sight", "walks"), [(0, [4]), (2, [4, 30])])
def test_what_is_not_there_at_a_glance_is_not_walked_for_any_further(
    mallory: User, monkeypatch: pytest.MonkeyPatch, in_sight: int, walks: list[int]
) -> None:
    """Of the first four products, none or some fit; statistics say that many do."""
    seller, walked = factories.seller("Mine", mallory), []
    Product.objects.bulk_create(
        Product(seller=seller, sku=f"S-{n}", title=f"Mug {n:02}", status="held" if n < in_sight or n > 35 else "live")
        for n in range(40)
    )
    monkeypatch.setattr(keyset, "steps_to_find", always)
    monkeypatch.setattr(keyset, "GLANCE", 1)
    monkeypatch.setattr(keyset, "along", lambda rows, walk: walked.append(walk.query.high_mark) or along(rows, walk))
    listing = Product.objects.find_listing(mallory, ListingFilters(status="held"))
    found = page(
        listing.rows, fields=("title_key", "pk"), query=QueryDict(), size=3, among=Product.objects.all(), nearby=30
    )
    assert [row.title for row in found.rows] == [f"Mug {n:02}" for n in (*range(in_sight), 36, 37, 38)][:3]
    assert walked == walks


def test_a_walk_reads_no_further_than_it_may(goods: list[Product]) -> None:
    walk = Product.objects.order_by("-pk")[:3]
    last = sorted((one.pk for one in goods), reverse=True)[:3]

    with connection.cursor() as cursor:
        cursor.execute(*along(Product.objects.order_by("-pk").values_list("pk"), walk))
        assert list(itertools.chain(*cursor.fetchall())) == last


def test_a_walk_is_along_the_index_and_asks_no_other(seller_of_many: Seller) -> None:
    """The filter's own index would be collected whole before the first row."""
    walk = Product.objects.order_by("title_key", "pk")[:500]
    rows = Product.objects.matching("'=tlive'").order_by("title_key", "pk").values_list("pk")[:5]
    sql, values = along(rows, walk)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "catalog_product_by_title" in plan
    assert "catalog_product_search" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("who", ["alice", "mallory"])
@pytest.mark.parametrize("query", ["", "status=draft", "status=draft&sort=-updated", "q=mug", "q=mug&sort=title"])
def test_the_number_of_statements_has_a_bound_however_many_fit(
    client: Client, request: pytest.FixtureRequest, seller_of_many: Seller, who: str, query: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client.force_login(request.getfixturevalue(who))

    for address, most in ((LIST, 28), (f"{LIST}count", 16)):
        client.get(f"{address}?{query}")
        with django_assert_max_num_queries(most):
            client.get(f"{address}?{query}")


@pytest.fixture
def seller_of_many(mallory: User) -> Seller:
    seller = factories.seller("Mine", mallory)
    Product.objects.bulk_create(Product(seller=seller, sku=f"S-{n}", title=f"Mug {n}") for n in range(2000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_product")
    return seller
