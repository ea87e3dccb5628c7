"""Wanted photos are rows: fetched once, in their order, and again when that may help."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog import listeners
from catalog.models import PhotoFetch, Product
from catalog.photos.network import Network
from catalog.photos.services import MOST_PHOTOS, add_photos, remove_photo
from catalog.photos.wanting import Wanted, fetch_photo, want_again, want_photos
from tests import factories
from tests.catalog.hostile_servers import (
    Behaviour,
    Server,
    answer,
)
from tests.catalog.pictures import encoded, scene
from tests.catalog.wanted_photos import SHOP, State, ended, sha, want
from tests.catalog.wanted_photos import photos as photos
from tests.catalog.wanted_photos import shop as shop
from tests.catalog.wanted_photos import through as through


@pytest.mark.django_db
def test_a_wanted_photo_comes_to_its_product_and_who_wants_to_know_is_told(
    through: Network,
    photos: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[int] = []
    monkeypatch.setattr(listeners, "_images_changed", [told.extend])
    product = factories.product(photos=0)
    (job,) = want(product, "a.jpg")

    with django_capture_on_commit_callbacks(execute=True):
        job = ended(job, through)

    assert (job.state, job.error) == (State.SUCCEEDED, "")
    assert job.image == product.images.get()
    assert job.image.sha256 == sha(photos["a.jpg"])
    assert told == [job.image.pk]


@pytest.mark.django_db
def test_photos_get_the_order_in_which_they_were_wanted_whatever_comes_first(
    through: Network, photos: dict[str, bytes]
) -> None:
    product = factories.product(photos=2)
    jobs = want(product, "a.jpg", "b.jpg", "c.jpg", "d.jpg", import_batch_id=7)

    for number in (2, 0, 3, 1):
        assert ended(jobs[number], through).state == State.SUCCEEDED

    assert list(product.images.values_list("position", flat=True)) == list(range(6))
    assert list(product.images.values_list("sha256", flat=True))[2:] == [sha(photos[f"{name}.jpg"]) for name in "abcd"]


@pytest.mark.django_db
def test_a_fetched_photo_does_not_count_as_somebody_s_change(through: Network) -> None:
    product = factories.product(photos=0)
    (job,) = want(product, "a.jpg")
    ended(job, through)

    assert Product.objects.get(pk=product.pk).version == product.version


@pytest.mark.django_db
def test_an_address_is_fetched_once_for_a_product(through: Network, shop: Server) -> None:
    product = factories.product(photos=0)
    (job,) = want(product, "a.jpg", "a.jpg")
    ended(job, through)

    assert want_photos([(product.pk, [f"{SHOP}/a.jpg"]), (product.pk, [f"{SHOP}/a.jpg"])]) == Wanted(0, 0)
    assert fetch_photo(job.pk, through) is None
    assert shop.connections == 1


@pytest.mark.django_db
def test_the_same_photo_at_two_addresses_is_kept_once(through: Network, shop: Server, photos: dict[str, bytes]) -> None:
    shop.behaviours["copy.jpg"] = answer(photos["a.jpg"])
    product = factories.product(photos=0)
    jobs = [ended(job, through) for job in want(product, "a.jpg", "copy.jpg")]

    assert [job.state for job in jobs] == [State.SUCCEEDED] * 2
    assert jobs[0].image == jobs[1].image == product.images.get()


@pytest.mark.django_db
def test_a_photo_that_somebody_took_away_does_not_come_back_with_the_next_import(through: Network) -> None:
    product = factories.product(photos=0)
    (job,) = want(product, "a.jpg")
    remove_photo(image=ended(job, through).image)

    assert want_photos([(product.pk, [f"{SHOP}/a.jpg"])], import_batch_id=8) == Wanted(0, 0)
    job.refresh_from_db()
    assert (job.state, job.image) == (State.SUCCEEDED, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (answer(b"", status="404 Not Found"), "There is nothing at"),
        (answer(b"<html>", "text/html"), "is a web page"),
        (answer(encoded(scene(), "GIF"), "image/gif"), "This is a GIF, which is not accepted"),
        (answer(encoded(scene(), "JPEG")[:3000]), "The picture breaks off"),
    ],
)
def test_what_will_never_be_a_photo_fails_for_good_in_words(
    through: Network, shop: Server, behaviour: Behaviour, says: str
) -> None:
    shop.behaviours["x.jpg"] = behaviour
    job = ended(want(factories.product(photos=0), "x.jpg")[0], through)

    assert job.state == State.FAILED
    assert says in job.error
    assert "Error" not in job.error


@pytest.mark.django_db
def test_what_may_be_better_later_is_tried_again_and_then_parked(through: Network, shop: Server, settings: Any) -> None:
    shop.behaviours["x.jpg"] = answer(b"", status="503 Busy")
    job = ended(want(factories.product(photos=0), "x.jpg")[0], through)
    assert (job.state, job.attempts) == (State.PENDING, 1)
    assert job.error == f"{SHOP}/x.jpg answered with an error (503)."
    assert job.due_at > timezone.now()

    for _ in range(settings.SHOPADMIN["JOB_MAX_ATTEMPTS"] - 1):
        job = ended(job, through)
    assert job.state == State.FAILED
    assert job.error.startswith("Parked after 5 attempts")

    shop.behaviours["x.jpg"] = answer(encoded(scene(), "JPEG"))
    assert want_again(PhotoFetch.objects.filter(pk=job.pk)) == 1
    assert ended(job, through).state == State.SUCCEEDED


@pytest.mark.django_db
def test_a_failed_address_that_is_wanted_again_is_tried_again(through: Network, shop: Server) -> None:
    product = factories.product(photos=0)
    job = ended(want(product, "x.jpg")[0], through)
    assert job.state == State.FAILED

    shop.behaviours["x.jpg"] = answer(encoded(scene(), "JPEG"))
    assert want_photos([(product.pk, [f"{SHOP}/x.jpg"])], import_batch_id=9) == Wanted(1, 0)
    job = ended(job, through)
    assert (job.state, job.error, job.import_batch_id) == (State.SUCCEEDED, "", 9)


@pytest.mark.django_db
def test_an_address_that_is_refused_gets_a_row_that_says_why() -> None:
    product = factories.product(photos=0)
    urls = ["http://127.0.0.1/x", "file:///etc/passwd", "photo.jpg", "\x00\ud800", "https://10.0.0.1/x", "x" * 5000, ""]

    assert want_photos([(product.pk, urls)]) == Wanted(waiting=0, refused=6)

    rows = PhotoFetch.objects.filter(product=product)
    assert all(row.state == State.FAILED and row.error and row.finished_at for row in rows)
    assert "points to a private address" in rows.get(url="https://10.0.0.1/x").error


@pytest.mark.django_db
def test_no_more_photos_are_fetched_than_a_product_may_have(through: Network) -> None:
    product = factories.product(photos=0)
    jobs = want(product, *(f"{number}.jpg" for number in range(MOST_PHOTOS + 1)))
    assert [job.state for job in jobs] == [State.PENDING] * MOST_PHOTOS + [State.FAILED]

    full = factories.product(photos=0)
    add_photos(product=full, sources=[io.BytesIO(factories.jpeg(seed=seed)) for seed in range(MOST_PHOTOS)])
    job = ended(want(full, "a.jpg")[0], through)
    assert job.state == State.FAILED
    assert "at most 12 photos" in job.error


@pytest.mark.django_db
def test_a_thousand_products_are_wanted_in_few_statements(django_assert_max_num_queries: Any) -> None:
    seller = factories.seller()
    products = Product.objects.bulk_create(
        Product(seller=seller, sku=f"S{number}", title="x") for number in range(1000)
    )
    pairs = ((row.pk, [f"{SHOP}/{row.pk}/{n}.jpg" for n in range(3)]) for row in products)
    with django_assert_max_num_queries(4):
        assert want_photos(pairs, import_batch_id=1) == Wanted(3000, 0)


@pytest.mark.django_db
def test_only_those_who_may_see_the_product_see_its_fetches(mallory: Any, alice: Any) -> None:
    (job,) = want(factories.product(photos=0), "a.jpg")

    assert PhotoFetch.objects.for_user(alice).get() == job
    assert not PhotoFetch.objects.for_user(mallory).exists()
    factories.seller(member=mallory)
    assert PhotoFetch.objects.for_user(mallory).get() == job


class AnyAddresses(TestCase):
    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1), st.lists(st.text(max_size=30), max_size=15)), max_size=4))
    def test_any_addresses_are_kept_or_refused(self, wanted: list[tuple[int, list[str]]]) -> None:
        products = [factories.product(photos=0) for _ in range(2)]
        pairs = [(products[which].pk, urls) for which, urls in wanted]

        counts = want_photos(pairs)

        assert counts.waiting + counts.refused == PhotoFetch.objects.count()
        assert want_photos(pairs) == Wanted(0, 0)
