"""Wanted photos are rows: fetched once, in their order, again when that may help, and few at a time from one host."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog import listeners, tasks
from catalog.models import PhotoFetch, Product
from catalog.photos import wanting
from catalog.photos.network import Network
from catalog.photos.services import MOST_PHOTOS, add_photos, remove_photo
from catalog.photos.wanting import Wanted, fetch_photo, ring_due_fetches, want_again, want_photos
from shopadmin.jobs import doorbell
from tests import factories
from tests.catalog.hostile_servers import (
    Authority,
    Behaviour,
    Server,
    answer,
    network,
    serving,
)
from tests.catalog.pictures import encoded, scene
from tests.tagging.sessions import held_elsewhere

State = PhotoFetch.State
SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def photos() -> dict[str, bytes]:
    return {f"{name}.jpg": encoded(scene(seed), "JPEG") for seed, name in enumerate("abcdef")}


@pytest.fixture
def shop(authority: Authority, photos: dict[str, bytes]):
    """A merchant's server with photos a.jpg to f.jpg; what else is asked for is not there."""
    behaviours: dict[str, Behaviour] = {name: answer(content) for name, content in photos.items()}
    with serving(_falling_back(behaviours), authority.server_context("shop.example")) as server:
        server.behaviours = behaviours
        yield server


def _falling_back(behaviours: dict[str, Behaviour]) -> Behaviour:
    def behave(connection_: Any, request: bytes) -> None:
        name = request.split(b" ")[1].decode().strip("/")
        behaviours.get(name, answer(b"", status="404 Not Found"))(connection_, request)

    return behave


@pytest.fixture
def through(authority: Authority, shop: Server) -> Network:
    return network(authority, shop)


def want(product: Product, *names: str, **options: Any) -> list[PhotoFetch]:
    want_photos([(product.pk, [f"{SHOP}/{name}" for name in names])], **options)
    return list(PhotoFetch.objects.filter(product=product).order_by("pk"))


def due(job: PhotoFetch) -> int:
    PhotoFetch.objects.filter(pk=job.pk, state=State.PENDING).update(due_at=timezone.now())
    return job.pk


def ended(job: PhotoFetch, through: Network) -> PhotoFetch:
    found = fetch_photo(due(job), through)
    assert found is not None
    return PhotoFetch.objects.get(pk=found.pk)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
def test_a_host_is_asked_by_two_at_once_and_waiting_costs_no_attempt(through: Network, shop: Server) -> None:
    (job,) = want(factories.product(photos=0), "a.jpg")
    due(job)
    with (
        held_elsewhere("catalog.fetch_photo 0 shop.example"),
        held_elsewhere("catalog.fetch_photo 1 shop.example"),
    ):
        assert fetch_photo(job.pk, through) is None
        job.refresh_from_db()
        assert (job.state, job.attempts) == (State.PENDING, 0)
        assert job.due_at > timezone.now()
        assert shop.connections == 0
    with held_elsewhere("catalog.fetch_photo 0 shop.example"):
        assert ended(job, through).state == State.SUCCEEDED


@pytest.mark.django_db
def test_a_worker_that_has_a_turn_goes_on_with_the_photos_of_the_host_that_are_due(
    through: Network, shop: Server
) -> None:
    jobs = want(factories.product(photos=0), "a.jpg", "b.jpg", "none.jpg", "c.jpg")
    want_photos([(factories.product(photos=0).pk, ["https://other.example/1.jpg"])])
    PhotoFetch.objects.filter(pk__in=[job.pk for job in jobs[:3]]).update(due_at=timezone.now())
    PhotoFetch.objects.filter(pk=jobs[3].pk).update(due_at=timezone.now() + timedelta(minutes=1))

    fetch_photo(jobs[0].pk, through, turn_s=20)

    states = list(PhotoFetch.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.SUCCEEDED, State.SUCCEEDED, State.FAILED, State.PENDING, State.PENDING]


@pytest.mark.django_db
def test_photos_of_one_host_fall_due_one_after_the_other_and_of_another_at_once() -> None:
    product = factories.product(photos=0)
    want_photos([(product.pk, [f"{SHOP}/{n}.jpg" for n in range(5)]), (product.pk, ["https://other.example/1.jpg"])])

    by_host = {
        host: list(PhotoFetch.objects.filter(host=host).order_by("position").values_list("due_at", flat=True))
        for host in ("shop.example", "other.example")
    }
    start = by_host["other.example"][0]
    assert [round((at - start).total_seconds(), 3) for at in by_host["shop.example"]] == [0, 0.1, 0.2, 0.3, 0.4]


@pytest.mark.django_db
def test_the_sweeper_rings_for_photos_that_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: sent.append((task, arguments)))
    jobs = want(factories.product(photos=0), "a.jpg", "b.jpg")

    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        assert ring_due_fetches() == 2
        assert ring_due_fetches() == 0
    assert sent == [("catalog.fetch_photo", (job.pk,)) for job in jobs]


@pytest.mark.django_db
def test_the_task_fetches(through: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanting, "fetch", lambda *args, **kwargs: _real_fetch(*args, **{**kwargs, "network": through}))
    (job,) = want(factories.product(photos=0), "a.jpg")

    tasks.fetch_photo(due(job))

    job.refresh_from_db()
    assert job.state == State.SUCCEEDED


_real_fetch = wanting.fetch


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


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_job_writes_nothing(through: Network, shop: Server, photos: dict[str, bytes]) -> None:
    """Another worker takes the row over while the first one still downloads; the photo is there once."""
    product = factories.product(photos=0)
    (job,) = want(product, "slow.jpg")

    def take_over(connection_: Any, request: bytes) -> None:
        PhotoFetch.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert PhotoFetch.claim(job.pk) is not None
        connection.close()
        answer(photos["a.jpg"])(connection_, request)

    shop.behaviours["slow.jpg"] = take_over
    fetch_photo(due(job), through)

    assert not product.images.exists()
    assert PhotoFetch.objects.get(pk=job.pk).state == State.RUNNING


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_double(through: Network) -> None:
    """Three workers go for the same photos in another order each, while a person adds some."""
    product = factories.product(photos=0)
    jobs = want(product, *(f"{name}.jpg" for name in "abcdef"))
    for job in jobs:
        due(job)

    def work(keys: list[int]) -> None:
        for key in keys:
            while PhotoFetch.objects.get(pk=key).state == State.PENDING:
                PhotoFetch.objects.filter(pk=key).update(due_at=timezone.now())
                fetch_photo(key, through)
        connection.close()

    def add() -> None:
        for seed in range(3):
            add_photos(product=product, sources=[io.BytesIO(factories.jpeg(640, 480, seed=seed))])
        connection.close()

    keys = [job.pk for job in jobs]
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work, order) for order in (keys, keys[::-1], keys[3:] + keys[:3])]
        running.append(pool.submit(add))
    for one in running:
        one.result()

    assert list(product.images.values_list("position", flat=True)) == list(range(9))
    assert PhotoFetch.objects.filter(state=State.SUCCEEDED).count() == 6


class AnyAddresses(TestCase):
    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1), st.lists(st.text(max_size=30), max_size=15)), max_size=4))
    def test_any_addresses_are_kept_or_refused(self, wanted: list[tuple[int, list[str]]]) -> None:
        products = [factories.product(photos=0) for _ in range(2)]
        pairs = [(products[which].pk, urls) for which, urls in wanted]

        counts = want_photos(pairs)

        assert counts.waiting + counts.refused == PhotoFetch.objects.count()
        assert want_photos(pairs) == Wanted(0, 0)
