"""What a search gives back: the nearest products that may be linked, and always k of them where k exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from catalog.models import Category, Offer, Product
from tagging.matching import search as searching
from tagging.matching.search import candidates, search
from tagging.models import IndexEntry

from .shelf import MODEL, SHARES, Shelf, fill, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return fill(np.random.default_rng(5), products=300)


@pytest.fixture
def always_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have even the smallest cell walked through the index."""
    monkeypatch.setattr(searching, "EXACT_UP_TO", -1)
    monkeypatch.setattr(searching, "LEAST_EF_SEARCH", 40)
    monkeypatch.setattr(searching, "MOST_EF_SEARCH", 40)


def cases(seed: int, rounds: int = 3) -> Iterator[tuple[str, int, int, np.random.Generator]]:
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        for market in SHARES:
            yield market, int(random.choice([1, 3, 10, 80])), int(random.integers(1, 6)), random


def test_a_small_cell_is_searched_exactly(shelf: Shelf) -> None:
    for market, k, count, random in cases(seed=1):
        asked = queries(random, count)
        for got, wanted in zip(
            search(shelf.version, asked, k=k, market=market), shelf.brute_force(asked.vectors, k, market), strict=True
        ):
            np.testing.assert_allclose([n.similarity for n in got], [score for _, score in wanted], atol=1e-3)
            assert len({n.product_id for n in got}) == len(got)
            for neighbour in got:
                mine = shelf.products == neighbour.product_id
                assert neighbour.product_id in shelf.linkable[market]
                best = (shelf.vectors[mine] @ asked.vectors.T).max()
                assert best >= neighbour.similarity - 1e-3


@pytest.mark.usefixtures("always_walk")
def test_an_index_walk_gives_k_linkable_products_wherever_k_exist(shelf: Shelf) -> None:
    found, hits = 0, 0
    for market, k, count, random in cases(seed=2):
        asked = queries(random, count)
        for got, wanted in zip(
            search(shelf.version, asked, k=k, market=market), shelf.brute_force(asked.vectors, k, market), strict=True
        ):
            products = [neighbour.product_id for neighbour in got]
            assert len(products) == min(k, len(shelf.linkable[market]))
            assert len(set(products)) == len(products)
            assert set(products) <= shelf.linkable[market]
            assert [n.similarity for n in got] == sorted((n.similarity for n in got), reverse=True)
            found, hits = found + len(wanted), hits + len({product for product, _ in wanted} & set(products))
    assert hits / found > 0.97


@pytest.mark.usefixtures("always_walk")
def test_without_the_exact_search_behind_it_a_walk_does_leave_queries_short(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the promise above rests on that fallback when the walk gives up early."""
    monkeypatch.setattr(searching, "MAX_SCAN_TUPLES", 1)
    asked = queries(np.random.default_rng(3), 5)
    assert all(len(got) == 10 for got in search(shelf.version, asked, k=10, market="CC"))
    monkeypatch.setattr(searching, "_search_exactly", lambda cursor, cell, vectors, k: [[] for _ in vectors])
    assert any(len(got) < 10 for got in search(shelf.version, asked, k=10, market="CC"))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda product: Offer.objects.filter(product=product).update(stock=0), id="out of stock"),
        pytest.param(
            lambda product: Offer.objects.filter(product=product).update(
                price_refreshed_at=timezone.now() - timedelta(days=3, minutes=1)
            ),
            id="stale price",
        ),
        pytest.param(
            lambda product: Offer.objects.filter(product=product, market="AA").update(market="XX"), id="other market"
        ),
        pytest.param(lambda product: Offer.objects.filter(product=product).delete(), id="no offer"),
        pytest.param(lambda product: Product.objects.filter(pk=product).update(status="held"), id="held"),
        pytest.param(lambda product: Product.objects.filter(pk=product).delete(), id="deleted"),
    ],
)
@pytest.mark.parametrize("exact_up_to", [20_000, -1], ids=["exact", "walk"])
def test_a_product_that_may_not_be_linked_any_more_is_not_found(
    shelf: Shelf, spoil, exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXACT_UP_TO", exact_up_to)
    asked = queries(np.random.default_rng(4), 1)
    nearest, second = (n.product_id for n in search(shelf.version, asked, k=2, market="AA")[0])
    spoil(nearest)
    assert search(shelf.version, asked, k=1, market="AA")[0][0].product_id == second


@pytest.mark.parametrize("exact_up_to", [20_000, -1], ids=["exact", "walk"])
def test_a_product_with_many_near_photos_counts_once(
    shelf: Shelf, exact_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXACT_UP_TO", exact_up_to)
    asked = queries(np.random.default_rng(5), 1)
    crowded = next(iter(shelf.linkable["AA"]))
    images = [
        entry.image_id for entry in IndexEntry.objects.exclude(product_id__in=shelf.linkable["AA"]).order_by("pk")[:60]
    ]
    IndexEntry.objects.filter(image_id__in=images).delete()
    IndexEntry.objects.bulk_create(
        IndexEntry(index_version=shelf.version, image_id=image, product_id=crowded, vector=asked.vectors[0])
        for image in images
    )
    found = [neighbour.product_id for neighbour in search(shelf.version, asked, k=10, market="AA")[0]]
    assert found[0] == crowded
    assert len(set(found)) == 10


def test_candidates_carry_what_matching_needs_in_the_order_of_their_photos(shelf: Shelf) -> None:
    found = search(shelf.version, queries(np.random.default_rng(6), 2), k=5, market="AA")
    category = Category.objects.create(name="Juice")
    Product.objects.filter(pk=found[0][0].product_id).update(category=category)
    known = candidates(shelf.version, found)
    assert known[found[0][0].product_id].product.kind == str(category.pk)
    assert set(known) == {neighbour.product_id for neighbours in found for neighbour in neighbours}
    for product_id, candidate in known.items():
        mine = shelf.products == product_id
        assert candidate.product.product == str(product_id)
        assert candidate.product.title == Product.objects.get(pk=product_id).title
        assert candidate.product.index_version == MODEL
        assert candidate.product.kind == str(Product.objects.get(pk=product_id).category_id or "")
        np.testing.assert_array_equal([photo.vector for photo in candidate.product.photos], shelf.vectors[mine])
        assert len(candidate.image_ids) == mine.sum()
        assert candidate.product.photos[0].words[0].text == "BRAVO"
        np.testing.assert_allclose(candidate.product.photos[0].colour, [0.5, 0.25])


def test_nothing_found_needs_no_candidates(shelf: Shelf) -> None:
    assert (
        candidates(shelf.version, search(shelf.version, queries(np.random.default_rng(7), 2), k=5, market="FF")) == {}
    )
