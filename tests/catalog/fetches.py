"""Fetching from shop.example through the tests' own network: what is there, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.photos.fetch_errors import FetchFailed, FetchRefused
from catalog.photos.fetching import Fetched, fetch
from catalog.photos.kinds import PHOTO_TYPES
from catalog.photos.network import Network
from tests import factories
from tests.catalog.hostile_servers import (
    PUBLIC,
    Authority,
    Server,
    answer,
    serving,
)

PHOTO = factories.jpeg()
URL = "https://shop.example/photo.jpg"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(PHOTO), PHOTO)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"


@pytest.fixture(scope="module")
def tls(authority: Authority) -> Any:
    return authority.server_context("shop.example", "other.example", "xn--mller-kva.example", PUBLIC)


@pytest.fixture
def canary() -> Iterator[Server]:
    """A service on this machine that nobody outside may reach; it answers as an unprotected one would."""
    with serving(answer(PHOTO)) as server:
        yield server


def get(url: str, through: Network, **limits: Any) -> Fetched:
    limits = {"most_bytes": 10**6, "content_types": PHOTO_TYPES, "deadline_s": 60.0, **limits}
    return fetch(url, network=through, **limits)


def refusal(url: str, through: Network, **limits: Any) -> str:
    with pytest.raises(FetchRefused) as caught:
        get(url, through, **limits)
    return str(caught.value)


def failure(url: str, through: Network, **limits: Any) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        get(url, through, **limits)
    return caught.value
