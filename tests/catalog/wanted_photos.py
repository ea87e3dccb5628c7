"""Photos that are wanted from a merchant's server, and fetching them as a worker does."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import PhotoFetch, Product
from catalog.photos.network import Network
from catalog.photos.wanting import fetch_photo, want_photos
from tests.catalog.hostile_servers import (
    Authority,
    Behaviour,
    Server,
    answer,
    network,
    serving,
)
from tests.catalog.pictures import encoded, scene

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
