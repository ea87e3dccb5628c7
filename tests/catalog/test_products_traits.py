"""What offers and photos make of a product is kept by the database, whoever writes them and however."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from catalog.models import Offer, Product, ProductImage
from tests import factories


def traits(product: Product) -> list[str]:
    return Product.objects.values_list("traits", flat=True).get(pk=product.pk)


def offer(product: Product, market: str, stock: int = 1) -> Offer:
    return Offer.objects.create(product=product, market=market, price_minor=1, currency="USD", stock=stock)


@pytest.fixture
def bare(db: None) -> Product:
    product = factories.product(photos=0)
    product.offers.all().delete()
    return product


def test_a_product_begins_without_anything(bare: Product) -> None:
    assert traits(bare) == ["=-m", "=-p"]


def test_offers_come_change_and_go(bare: Product) -> None:
    german = offer(bare, "DE")
    offer(bare, "FR", stock=0)
    assert traits(bare) == ["=mDE", "=mFR", "=o", "=oFR", "=-p"]

    Offer.objects.filter(pk=german.pk).update(stock=0)
    assert traits(bare) == ["=mDE", "=mFR", "=o", "=oDE", "=oFR", "=-p"]

    Offer.objects.filter(pk=german.pk).update(stock=3, market="AT")
    assert traits(bare) == ["=mAT", "=mFR", "=o", "=oFR", "=-p"]

    Offer.objects.all().delete()
    assert traits(bare) == ["=-m", "=-p"]


def test_photos_come_and_go(bare: Product) -> None:
    ProductImage.objects.create(product=bare, file="none.jpg", sha256="0" * 64)
    assert traits(bare) == ["=-m"]

    ProductImage.objects.all().delete()
    assert traits(bare) == ["=-m", "=-p"]


def test_what_moves_to_another_product_counts_there(bare: Product) -> None:
    other = factories.product()

    other.offers.update(product=bare)
    other.images.update(product=bare)

    assert traits(bare) == ["=mUS"]
    assert traits(other) == ["=-m", "=-p"]


def test_many_at_once_are_kept_by_one_statement(bare: Product) -> None:
    more = [factories.product(photos=0) for _ in range(3)]
    Offer.objects.bulk_create(
        [Offer(product=product, market="JP", price_minor=1, currency="JPY", stock=0) for product in [bare, *more]]
    )

    assert all({"=mJP", "=oJP"} <= set(traits(product)) for product in [bare, *more])


def test_somebody_who_saves_an_old_copy_of_the_product_changes_nothing_of_it(bare: Product) -> None:
    old = Product.objects.get(pk=bare.pk)
    offer(bare, "DE")

    old.title = "Cup"
    old.save()

    assert traits(bare) == ["=mDE", "=-p"]
    assert Product.objects.get(pk=bare.pk).title == "Cup"


def test_a_deleted_product_takes_all_with_it(bare: Product) -> None:
    offer(bare, "DE")
    Product.objects.filter(pk=bare.pk).delete()

    assert not Product.objects.exists()


def in_another_session(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_the_last_photo_goes_while_another_one_comes() -> None:
    """Without the lock before the look, who deletes would not see the photo that comes in meanwhile."""
    product = factories.product()
    with transaction.atomic():
        ProductImage.objects.create(product=product, file="none.jpg", sha256="0" * 64, position=1)
        other = in_another_session(lambda: ProductImage.objects.exclude(sha256="0" * 64).delete())
        with connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
                cursor.execute("SELECT pg_sleep(0.01)")
    other.join()

    assert traits(product) == ["=mUS"]
    assert product.images.count() == 1
