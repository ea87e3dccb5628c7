"""Photos that look the same as those of other sellers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog import photo_signals
from catalog.models import Product
from catalog.photo_signals import PhotoSignals, offer_photo_signals
from catalog.photos.likeness import ALIKE_BITS, distance
from tests import factories
from tests.catalog import shops

from .facts import HASH, facts, found, granted, listing, off_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_signals() -> Iterator[None]:
    """Nobody offers signals, or whoever the test lets."""
    before = list(photo_signals._providers)
    photo_signals._providers.clear()
    yield
    photo_signals._providers[:] = before


def theirs(name: str, *hashes: int, **fields: object) -> Product:
    return listing("Shoes of others", of=factories.seller(name), hashes=hashes, **fields)


def twins(product: Product) -> tuple[int, bool]:
    known = facts(product)
    return known["photo_twin_sellers"], known["photo_is_authorized_sellers"]


def test_sellers_with_a_photo_that_looks_the_same_are_counted_once_each() -> None:
    product = listing(hashes=(HASH, off_by(30)))
    theirs("One", HASH, off_by(4))
    theirs("One", off_by(1))
    theirs("Two", off_by(5), off_by(25))
    theirs("Three", off_by(1, off_by(30)))
    assert twins(product) == (2, False)


@pytest.mark.parametrize(("bits", "count"), [(0, 1), (4, 1), (5, 0)])
def test_at_most_four_bits_may_differ(bits: int, count: int) -> None:
    product = listing(hashes=(HASH,))
    theirs("One", off_by(bits))
    assert twins(product)[0] == count


def test_a_sellers_own_photos_are_no_twins() -> None:
    product = listing(hashes=(HASH,))
    listing(hashes=(HASH,))
    assert twins(product) == (0, False)


@pytest.mark.parametrize(("status", "count"), [("live", 1), ("held", 1), ("draft", 0), ("removed", 0)])
def test_photos_count_while_their_listing_is_live_or_held(status: str, count: int) -> None:
    product = listing(hashes=(HASH,))
    theirs("One", HASH, status=status)
    assert twins(product)[0] == count


def test_plain_surfaces_look_like_nothing() -> None:
    product = listing(hashes=(0, 0b1111))
    theirs("One", 0, 0b1111)
    assert twins(product) == (0, False)


def test_a_twin_is_the_authorised_sellers_where_its_seller_may_list_the_brand() -> None:
    brand = shops.protected_brand()
    product = listing(hashes=(HASH,))
    twin = theirs("Store", HASH, brand=brand.name)
    theirs("Copycat", HASH)
    assert twins(product) == (2, False)
    granted(twin.seller, shops.protected_brand("Other"))
    granted(twin.seller, brand, valid_from=timezone.now().date() + timedelta(days=1))
    assert twins(product) == (2, False)
    granted(twin.seller, brand, "DE")
    assert twins(product) == (2, True)


def test_photos_are_found_through_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM catalog_productimage"
            " WHERE catalog_hash_bands(perceptual_hash) && catalog_hash_bands(%s)",
            [HASH],
        )
        assert "catalog_image_bands" in "\n".join(row[0] for row in cursor.fetchall())


class Bands(TestCase):
    """The keys by which photos are found."""

    @given(st.integers(-(2**63), 2**63 - 1), st.sets(st.integers(0, 63), max_size=4))
    def test_hashes_that_are_alike_share_a_key(self, one: int, bits: set[int]) -> None:
        other = one
        for bit in bits:
            other ^= 1 << bit if bit < 63 else -(2**63)
        with connection.cursor() as cursor:
            cursor.execute("SELECT catalog_hash_bands(%s) && catalog_hash_bands(%s)", [one, other])
            (shares,) = cursor.fetchone()
        is_plain = min(distance(one, 0), distance(other, 0)) <= ALIKE_BITS
        assert shares != is_plain


@pytest.mark.usefixtures("no_signals")
def test_without_models_what_they_would_say_is_lacking() -> None:
    product = found(listing(hashes=(HASH,)))
    assert not {"photo_text", "photo_likeness", "photo_text_brands"} & product.facts.values.keys()
    assert product.facts.failed == {}


@pytest.mark.usefixtures("no_signals")
def test_what_models_say_is_a_fact_with_their_versions() -> None:
    product, other = listing(), listing()
    offer_photo_signals(
        lambda keys, versions: {product.pk: PhotoSignals("JUST DO IT", 0.93, made_by={"embedder": "pixels@1"})}
    )
    assert facts(product)["photo_text"] == "JUST DO IT"
    assert facts(product)["photo_likeness"] == 0.93
    assert found(product).made_by["embedder"] == "pixels@1"
    assert "photo_text" not in facts(other)


@pytest.mark.usefixtures("no_signals")
def test_a_photo_that_models_cannot_look_at_fails_with_the_reason_and_so_do_the_names_in_it() -> None:
    product = listing()
    offer_photo_signals(
        lambda keys, versions: {product.pk: PhotoSignals("half of it", 0.9, error="photo 7: it is broken")}
    )
    known = found(product).facts
    assert not {"photo_text", "photo_likeness"} & known.values.keys()
    assert {name for name, reason in known.failed.items() if reason == "photo 7: it is broken"} == {
        "photo_text",
        "photo_likeness",
        "photo_text_brands",
        "photo_text_confusable_brands",
        "photo_text_obfuscated_brands",
        "photo_text_edited_brands",
    }


@pytest.mark.usefixtures("no_signals")
def test_a_number_that_is_none_fails_instead_of_being_kept() -> None:
    product = listing()
    offer_photo_signals(lambda keys, versions: {product.pk: PhotoSignals("words", float("nan"))})
    known = found(product).facts
    assert known.values["photo_text"] == "words"
    assert "photo_likeness" in known.failed
