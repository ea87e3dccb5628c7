"""Wanted photos have their turns: few at a time from one host, when they are due, and by one worker each."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from catalog import tasks
from catalog.models import PhotoFetch
from catalog.photos import wanting
from catalog.photos.network import Network
from catalog.photos.services import add_photos
from catalog.photos.wanting import fetch_photo, ring_due_fetches, want_photos
from shopadmin.jobs import doorbell
from tests import factories
from tests.catalog.hostile_servers import (
    Server,
    answer,
)
from tests.catalog.wanted_photos import SHOP, State, due, ended, want
from tests.catalog.wanted_photos import photos as photos
from tests.catalog.wanted_photos import shop as shop
from tests.catalog.wanted_photos import through as through
from tests.tagging.sessions import held_elsewhere


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


_real_fetch = wanting.fetch


@pytest.mark.django_db
def test_the_task_fetches(through: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanting, "fetch", lambda *args, **kwargs: _real_fetch(*args, **{**kwargs, "network": through}))
    (job,) = want(factories.product(photos=0), "a.jpg")

    tasks.fetch_photo(due(job))

    job.refresh_from_db()
    assert job.state == State.SUCCEEDED


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
