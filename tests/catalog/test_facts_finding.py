"""Finding out the facts of many listings: all of them, in as many statements as for few, whatever fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import models, photo_signals
from catalog.fact_finding import (
    Asked,
    FoundFacts,
    facts_from_row,
    find_facts,
    from_json,
    mark_due,
    to_json,
    write_facts,
)
from catalog.fact_finding.batch import Batch
from catalog.fact_finding.finding import MOST_FAILURES, PROVIDERS
from catalog.fact_finding.price_standings import refresh_standings
from catalog.fact_finding.providers import Given, Known, Provider
from catalog.models import Product, ScreeningRequest, SellerDay, VerdictChoices
from catalog.photo_signals import PhotoSignals, offer_photo_signals
from catalog.rules.facts import FACTS
from catalog.rules.listing_facts import ListingFacts
from shopadmin.accounts.models import User
from tests import factories
from tests.catalog import shops

from .facts import HASH, category, granted, listing, stocked, taken_down

pytestmark = pytest.mark.django_db


@pytest.fixture
def signals() -> Iterator[None]:
    """Models that have looked at every photo."""
    before = list(photo_signals._providers)
    offer_photo_signals(lambda keys, versions: {key: PhotoSignals("Just do it", 0.93) for key in keys})
    yield
    photo_signals._providers[:] = before


@pytest.fixture
def rich(alice: User, signals: None) -> Product:
    """A listing of which everything is known."""
    brand, (seller, olive) = shops.protected_brand(), shops.owned()
    shops.complete_file(seller, certified_by=olive)
    shops.verified(seller, alice)
    granted(seller, brand)
    stocked(seller, 20, brand=brand.name, category=category("Shoes"))
    SellerDay.objects.create(seller=seller, day=timezone.now().date(), orders=40, refunds=4, disputes=1)
    taken_down(listing("Fake shoes", of=factories.seller("Fakes"), hashes=(HASH,)))
    refresh_standings(now=timezone.now())
    return listing("Running shoes", of=seller, brand=brand.name, category=category("Shoes"), hashes=(HASH,))


def one(product: Product, *providers: Provider) -> FoundFacts:
    return find_facts([product.pk], now=timezone.now(), providers=providers or PROVIDERS)[product.pk]


def provider(find: Any, *facts: str) -> Provider:
    return Provider("test", "7", facts or ("photo_count", "price"), find)


def known_of(batch: Batch) -> Known:
    return {key: Given({"photo_count": 3, "price": 1.5}) for key in batch.products}


def test_each_fact_has_one_provider() -> None:
    provided = [name for provider in PROVIDERS for name in provider.facts]
    assert sorted(provided) == sorted(FACTS)


def test_every_fact_of_a_rich_listing_is_known(rich: Product) -> None:
    found = one(rich)
    assert found.facts.failed == {}
    assert set(found.facts.values) == set(FACTS)
    assert found.product_version == rich.version


def test_facts_are_as_of_the_moment_asked_for(rich: Product) -> None:
    now = timezone.now() + timedelta(days=91)
    found = find_facts([rich.pk], now=now)[rich.pk]
    assert found.facts.as_of == now
    assert found.facts.values["seller_orders"] == 0


@pytest.mark.usefixtures("signals")
def test_fifty_listings_cost_as_many_statements_as_five() -> None:
    def listed(number: int) -> int:
        product = listing(
            f"Luxor shoes {number}",
            of=factories.seller(f"Shop {number}"),
            brand=f"Brand {number}",
            category=category(f"Shoes > {number}"),
            hashes=(HASH, HASH + number),
        )
        taken_down(listing(f"Luxor shoes {number} fake", hashes=(HASH,)))
        return int(product.pk)

    shops.protected_brand()
    keys = [listed(number) for number in range(50)]
    find_facts(keys[:1], now=timezone.now())

    def statements(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(find_facts(some, now=timezone.now())) == len(some)
        return len(asked)

    assert statements(keys) == statements(keys[:5])


def test_keys_that_are_gone_are_left_out() -> None:
    product = listing()
    assert set(find_facts([product.pk, product.pk + 1000], now=timezone.now())) == {product.pk}
    assert find_facts([], now=timezone.now()) == {}


def test_at_most_500_at_once_and_with_a_time_zone() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        find_facts(range(501), now=timezone.now())
    with pytest.raises(ValueError, match="time zone"):
        find_facts([1], now=datetime(2026, 11, 28))


def test_what_a_provider_raises_makes_its_facts_failed_and_leaves_the_others() -> None:
    def find(batch: Batch, known: Known) -> Known:
        raise ValueError("the sky is down")

    found = one(listing("Shoes"), *PROVIDERS[:1], provider(find, "price", "currency"))
    assert found.facts.failed == dict.fromkeys(("price", "currency"), "test: ValueError: the sky is down")
    assert found.facts.values["title"] == "Shoes"


def test_a_poisonous_listing_fails_alone() -> None:
    rows = [listing() for _ in range(9)]
    poison = rows[5].pk

    def find(batch: Batch, known: Known) -> Known:
        if poison in batch.products:
            raise ValueError("poison")
        return known_of(batch)

    found = find_facts([row.pk for row in rows], now=timezone.now(), providers=[provider(find)])
    assert {key for key, each in found.items() if each.facts.failed} == {poison}
    assert all(each.facts.values == {"photo_count": 3, "price": 1.5} for key, each in found.items() if key != poison)


def test_a_provider_that_always_raises_is_not_asked_for_ever() -> None:
    rows, asked = [listing() for _ in range(60)], []

    def find(batch: Batch, known: Known) -> Known:
        asked.append(len(batch.products))
        raise ValueError("out of order")

    found = find_facts([row.pk for row in rows], now=timezone.now(), providers=[provider(find)])
    assert all(set(each.facts.failed) == {"photo_count", "price"} for each in found.values())
    assert len(asked) < 2 * MOST_FAILURES


def test_a_database_error_of_a_provider_spoils_no_other() -> None:
    def find(batch: Batch, known: Known) -> Known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return {}

    found = one(listing(), provider(find, "price"), *PROVIDERS[:1])
    assert found.facts.failed.keys() == {"price"}
    assert "division by zero" in found.facts.failed["price"]
    assert found.facts.values["title"] == "Running shoes"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_that_the_database_is_away_is_no_fact(error: type[Exception]) -> None:
    def find(batch: Batch, known: Known) -> Known:
        raise error("the connection is closed")

    with pytest.raises(error):
        one(listing(), provider(find))


def test_a_database_error_about_the_values_is_a_failure() -> None:
    def find(batch: Batch, known: Known) -> Known:
        raise DataError("out of range")

    assert set(one(listing(), provider(find)).facts.failed) == {"photo_count", "price"}


def test_what_cannot_lack_and_was_not_given_fails() -> None:
    found = one(listing(), provider(lambda batch, known: {}))
    assert found.facts.failed == {"photo_count": "test: nothing was found out"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("photo_count", "3"),
        ("photo_count", True),
        ("photo_count", 2**63),
        ("price", 1),
        ("price", float("nan")),
        ("title", "nothing: \0"),
        ("title", "half a pair: \ud83d"),
        ("markets", "DE"),
        ("listing_age_days", 3),
    ],
)
def test_a_value_that_could_not_be_kept_or_asked_fails(name: str, value: object) -> None:
    given = {"photo_count": 3, "price": 2.0, "title": "Shoes", "markets": [], "listing_age_days": timezone.now()}
    find = lambda batch, known: {key: Given({**given, name: value}) for key in batch.products}  # noqa: E731
    found = one(listing(), provider(find, *given))
    assert found.facts.values == {fact: each for fact, each in given.items() if fact != name}
    assert found.facts.failed.keys() == {name}


def test_a_value_beside_a_failure_does_not_count() -> None:
    find = lambda batch, known: {key: Given({"price": 2.0}, {"price": "broken"}) for key in batch.products}  # noqa: E731
    found = one(listing(), provider(find, "price"))
    assert (found.facts.values, found.facts.failed) == ({}, {"price": "broken"})


def test_who_made_the_facts_is_told() -> None:
    found = one(listing(), provider(lambda batch, known: known_of(batch)))
    assert found.made_by == {"test": "7"}


def test_written_facts_come_back_from_their_rows_as_they_were(rich: Product) -> None:
    found = {rich.pk: one(rich)}
    write_facts(found, {rich.pk: Asked(VerdictChoices.HOLD, fired={3, 1}, watched=[2], errors=())})

    row = models.ListingFacts.objects.get()
    assert facts_from_row(row) == found[rich.pk].facts
    assert (row.product_version, row.as_of, row.texts.made_by) == (
        rich.version,
        found[rich.pk].facts.as_of,
        found[rich.pk].made_by,
    )
    assert (row.verdict, row.fired, row.watched, row.errors) == ("hold", [1, 3], [2], [])
    assert row.texts.title_folded == " running shoes "
    assert row.texts.photo_text_skeleton.startswith(" just do ")


def test_known_lacking_and_failed_facts_are_told_apart_in_columns(rich: Product) -> None:
    lacking, failing = listing(), listing()
    lacking.offers.all().delete()
    found = find_facts([rich.pk, lacking.pk, failing.pk], now=timezone.now())
    broken = replace(found[failing.pk].facts, values={}, failed=dict.fromkeys(FACTS, "broken"))
    found[failing.pk] = replace(found[failing.pk], facts=broken)
    write_facts(found, dict.fromkeys(found, Asked()))

    rows = models.ListingFacts.objects.in_bulk()
    assert [(rows[key].has_price, rows[key].price) for key in found] == [(True, 4.99), (False, None), (None, None)]
    assert facts_from_row(rows[failing.pk]) == broken
    assert (rows[failing.pk].texts.title, rows[failing.pk].texts.title_folded) == (None, None)


def test_writing_again_takes_the_place_of_earlier_facts() -> None:
    product = listing()
    write_facts({product.pk: one(product)}, {product.pk: Asked(VerdictChoices.BLOCK, fired=[1])})
    product.change(title="Sandals")
    product.offers.all().delete()
    write_facts({product.pk: one(product)}, {product.pk: Asked()})

    row = models.ListingFacts.objects.get()
    assert (row.texts.title, row.texts.title_folded, row.product_version) == ("Sandals", " sandals ", 2)
    assert (row.price, row.has_price, row.verdict, row.fired) == (None, False, "clean", [])


def test_texts_that_are_as_they_were_are_not_written_again() -> None:
    product = listing()
    found = {product.pk: one(product)}
    write_facts(found, {product.pk: Asked()})
    before = places()
    write_facts(found, {product.pk: Asked(VerdictChoices.HOLD)})
    assert [old == new for old, new in zip(before, places(), strict=True)] == [False, True]


def places() -> list[str]:
    """Where the only rows of the two tables lie: elsewhere after each writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT f.ctid::text, t.ctid::text FROM catalog_listingfacts f, catalog_listingtexts t")
        return list(cursor.fetchone())


def test_numbers_at_the_ends_of_what_they_can_be_are_written_as_they_are() -> None:
    product = listing()
    values = {"photo_count": 2**63 - 1, "seller_orders": -(2**63), "price": 0.1 + 0.2, "price_to_median": 5e-324}
    values |= {"photo_likeness": -0.0, "photo_hashes": [-(2**63), 2**63 - 1], "title": 'é \\ " \u2028 😀'}
    facts = ListingFacts(values, timezone.now())
    write_facts({product.pk: FoundFacts(facts, {}, 1)}, {product.pk: Asked()})
    assert repr(facts_from_row(models.ListingFacts.objects.get()).values) == repr(dict(in_order(values)))


def in_order(values: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, values[name]) for name in FACTS if name in values]


@pytest.mark.parametrize("count", [1, 7])
def test_writing_takes_two_statements_however_many_listings(count: int, django_assert_num_queries: Any) -> None:
    products = [listing() for _ in range(count)]
    found = find_facts([product.pk for product in products], now=timezone.now())
    with django_assert_num_queries(2):
        write_facts(found, dict.fromkeys(found, Asked()))


def test_facts_survive_postgresqls_json(rich: Product) -> None:
    facts = one(rich).facts
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::jsonb)::text", [json.dumps(to_json(facts))])
        (kept,) = cursor.fetchone()
    assert from_json(json.loads(kept)) == facts


def test_asking_for_a_screening_twice_is_asking_once() -> None:
    one_row, other = listing(), listing()
    mark_due([one_row.pk, other.pk, one_row.pk])
    first = ScreeningRequest.objects.get(product=one_row).asked_at
    mark_due([one_row.pk, 10**9])
    assert set(ScreeningRequest.objects.values_list("product", flat=True)) == {one_row.pk, other.pk}
    assert ScreeningRequest.objects.get(product=one_row).asked_at == first


def test_asking_for_nothing_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        mark_due([])
