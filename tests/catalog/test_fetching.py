"""A file of a public https place is fetched whole, by its name, and with nothing of ours sent along."""

from __future__ import annotations

import hashlib
import socket
from typing import Any

import pytest

from catalog.photos.fetch_errors import FetchFailed
from catalog.photos.fetching import fetch
from catalog.photos.kinds import PHOTO_TYPES
from catalog.photos.network import Network, resolve
from tests.catalog.fetches import PHOTO, URL, get, refusal
from tests.catalog.fetches import tls as tls
from tests.catalog.hostile_servers import (
    OTHER_PUBLIC,
    PUBLIC,
    Authority,
    Names,
    Wires,
    answer,
    by_path,
    network,
    redirect,
    serving,
)


def test_a_photo_is_fetched_whole(authority: Authority, tls: Any) -> None:
    with serving(answer(PHOTO), tls) as server, get(URL, network(authority, server)) as fetched:
        assert fetched.file.read() == PHOTO
        assert fetched.sha256 == hashlib.sha256(PHOTO).hexdigest()
        assert (fetched.content_type, fetched.url, fetched.byte_size) == ("image/jpeg", URL, len(PHOTO))


def test_the_connection_goes_to_the_address_that_was_checked_and_tls_to_the_name(
    authority: Authority, tls: Any
) -> None:
    with serving(answer(PHOTO), tls) as server:
        through = network(authority, server)
        get(URL, through)
        assert through.backend.asked == [(PUBLIC, 443)]
        assert through.resolve.asked == ["shop.example"]
        assert b"Host: shop.example\r\n" in server.requests[0]


def test_nothing_of_ours_is_sent_along(authority: Authority, tls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(answer(PHOTO, headers=["Set-Cookie: a=b"]), tls) as server:
        for _ in range(2):
            get(URL, network(authority, server))
        for request in server.requests:
            assert b"Cookie" not in request
            assert b"Authorization" not in request
            assert b"Accept-Encoding: identity\r\n" in request


def test_odd_but_honest_addresses_work(authority: Authority, tls: Any) -> None:
    with serving(answer(PHOTO), tls) as server:
        names = {"xn--mller-kva.example": [PUBLIC]}
        for url, asked in (
            (" https://SHOP.example./a b/ü.jpg?x=1&y=ä#top ", b"GET /a%20b/%C3%BC.jpg?x=1&y=%C3%A4 HTTP/1.1"),
            ("https://shop.example", b"GET / HTTP/1.1"),
            ("https://shop.example:443/%41", b"GET /%41 HTTP/1.1"),
            ("https://müller.example/x", b"GET /x HTTP/1.1"),
            (f"https://{PUBLIC}/x", b"GET /x HTTP/1.1"),
        ):
            get(url, network(authority, server, names))
            assert server.requests[-1].startswith(asked + b"\r\n")


def test_a_storage_that_does_not_say_what_it_sends_is_believed_by_the_bytes(authority: Authority, tls: Any) -> None:
    for declared in ("application/octet-stream", "binary/octet-stream", "image/webp; charset=x", ""):
        with serving(answer(PHOTO, declared), tls) as server:
            assert get(URL, network(authority, server)).content_type == "image/jpeg"


def test_a_table_is_fetched_as_what_it_is_declared(authority: Authority, tls: Any) -> None:
    types = {"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    with serving(answer(b"sku;title\nA;B\n", "text/csv; charset=utf-8"), tls) as server:
        assert get(URL, network(authority, server), content_types=types).content_type == "text/csv"
    for body in (b"<!doctype html><p>Log in", b"\x00\x01\x02\x03", PHOTO):
        with serving(answer(body, "text/csv"), tls) as server:
            refusal(URL, network(authority, server), content_types=types)


def test_a_redirect_is_followed_to_another_public_place(authority: Authority, tls: Any) -> None:
    behaviour = by_path(**{"photo.jpg": redirect("https://other.example/there"), "there": answer(PHOTO)})
    with serving(behaviour, tls) as server:
        through = network(authority, server, {"other.example": [OTHER_PUBLIC]})
        assert get(URL, through).url == "https://other.example/there"
        assert through.backend.asked == [(PUBLIC, 443), (OTHER_PUBLIC, 443)]


def test_a_relative_redirect_stays_on_its_host(authority: Authority, tls: Any) -> None:
    with serving(by_path(**{"photo.jpg": redirect("../there?x=1"), "there": answer(PHOTO)}), tls) as server:
        assert get(URL, network(authority, server)).url == "https://shop.example/there?x=1"


def test_the_second_address_is_tried_when_the_first_does_not_answer(authority: Authority, tls: Any) -> None:
    with serving(answer(PHOTO), tls) as server:
        through = network(authority, server, {"shop.example": [OTHER_PUBLIC, PUBLIC]})
        with socket.create_server(("127.0.0.1", 0)) as closed:
            through.backend.ports[OTHER_PUBLIC] = closed.getsockname()[1]
        get(URL, through)
        assert [address for address, _ in through.backend.asked] == [OTHER_PUBLIC, PUBLIC]


def test_the_system_s_resolver_finds_addresses_and_says_when_there_are_none() -> None:
    assert "127.0.0.1" in resolve("127.0.0.1", 5)
    with pytest.raises(OSError, match=r"."):
        resolve("a..b", 5)


def test_names_are_asked_for_in_the_form_that_dns_knows() -> None:
    names = Names({})
    with pytest.raises(FetchFailed):
        fetch(
            "https://Bücher.Example./x",
            most_bytes=1,
            content_types=PHOTO_TYPES,
            network=Network(resolve=names, backend=Wires({})),
        )
    assert names.asked == ["xn--bcher-kva.example"]
