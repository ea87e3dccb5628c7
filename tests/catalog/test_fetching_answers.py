"""Whatever the other side answers or fails to, fetching stays within its limits and says what went wrong."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from catalog.photos import network as real_network
from catalog.photos.fetch_errors import FetchFailed, FetchRefused
from catalog.photos.network import resolve
from tests.catalog.fetches import CHUNKED, HEAD, PHOTO, URL, failure, get, refusal
from tests.catalog.fetches import canary as canary
from tests.catalog.fetches import tls as tls
from tests.catalog.hostile_servers import (
    PUBLIC,
    Authority,
    Behaviour,
    Server,
    Wires,
    answer,
    drop_by_drop,
    flood,
    gzip_bomb,
    network,
    raw,
    redirect,
    serving,
    silence,
)


def test_a_certificate_of_another_name_is_refused(authority: Authority) -> None:
    with serving(answer(PHOTO), authority.server_context("elsewhere.example")) as server:
        error = failure(URL, network(authority, server))
        assert "certificate of shop.example is not valid" in str(error)
        assert not error.is_temporary
        assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority, tls: Any) -> None:
    with serving(answer(PHOTO), tls) as server:
        through = network(authority, server, trust=real_network.trusted_authorities)
        assert "certificate" in str(failure(URL, through))
        assert server.requests == []


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (silence, "answers too slowly"),
        (drop_by_drop(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "answers too slowly"),
        (drop_by_drop(HEAD + PHOTO[:500], b"x"), "answers too slowly"),
        (drop_by_drop(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "answers too slowly"),
    ],
    ids=["silence", "headers drop by drop", "body drop by drop", "endless promises"],
)
def test_who_is_slow_is_given_up_at_the_deadline(
    authority: Authority, tls: Any, behaviour: Behaviour, says: str
) -> None:
    with serving(behaviour, tls) as server:
        started = time.monotonic()
        error = failure(URL, network(authority, server), deadline_s=1.0)
        assert time.monotonic() - started < 15
        assert says in str(error)
        assert error.is_temporary


def test_the_deadline_covers_all_redirects_together(authority: Authority, tls: Any) -> None:
    def slowly(connection: socket.socket, request: bytes) -> None:
        time.sleep(0.7)
        redirect("/photo.jpg")(connection, request)

    with serving(slowly, tls) as server:
        assert "answers too slowly" in str(failure(URL, network(authority, server), deadline_s=1.0))


def test_a_name_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: is_over.wait(20) and [])
    with serving(answer(PHOTO)) as server:
        started = time.monotonic()
        error = failure(URL, network(authority, server, resolve=resolve), deadline_s=0.5)
        is_over.set()
        assert time.monotonic() - started < 15
        assert error.is_temporary


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (answer(bytes(2 * 10**6)), "larger than 0.954 MB"),
        (flood(HEAD, PHOTO), "larger than 0.954 MB"),
        (flood(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"y" * 500 + b"\r\n"), "did not answer as web servers do"),
        (flood(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4000), "did not answer as web servers do"),
        (flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "sends far more than a file"),
        (gzip_bomb(50), "sends the file packed"),
        (answer(PHOTO, headers=["Content-Encoding: br"]), "sends the file packed"),
    ],
    ids=["declared", "endless", "many headers", "long header", "promises", "gzip bomb", "brotli"],
)
def test_who_sends_too_much_is_cut_off(authority: Authority, tls: Any, behaviour: Behaviour, says: str) -> None:
    with serving(behaviour, tls) as server, pytest.raises((FetchRefused, FetchFailed), match=says):
        get(URL, network(authority, server))


def test_what_is_sent_around_the_file_counts_too(authority: Authority, tls: Any) -> None:
    """A byte in a chunk of its own takes six: the file stays small, and what comes over the wire does not."""
    with serving(flood(CHUNKED, b"1\r\nx\r\n" * 1000), tls) as server:
        message = refusal(URL, network(authority, server), most_bytes=50_000, deadline_s=60)
        assert "sends far more than a file" in message


@pytest.mark.parametrize(
    ("body", "declared", "says"),
    [
        (b"<html>log in", "text/html", "is a web page"),
        (b"<html>log in", "image/jpeg", "is a web page"),
        (PHOTO, "text/html", "called text/html and is image/jpeg"),
        (b"<svg/>", "image/svg+xml", "is image/svg[+]xml"),
        (b"", "image/jpeg", "not a file of a kind that is taken here"),
        (b"PK\x03\x04", "application/zip", "is application/zip"),
    ],
)
def test_what_is_not_wanted_is_refused(authority: Authority, tls: Any, body: bytes, declared: str, says: str) -> None:
    with serving(answer(body, declared), tls) as server, pytest.raises(FetchRefused, match=says):
        get(URL, network(authority, server))


@pytest.mark.parametrize(
    ("status", "is_temporary", "says"),
    [
        ("404 Not Found", False, "There is nothing at"),
        ("410 Gone", False, "There is nothing at"),
        ("403 Forbidden", False, "is not public"),
        ("401 Unauthorized", False, "is not public"),
        ("429 Too Many Requests", True, "error .429."),
        ("503 Service Unavailable", True, "error .503."),
        ("400 Bad Request", False, "error .400."),
        ("206 Partial Content", False, "error .206."),
        ("304 Not Modified", False, "error .304."),
    ],
)
def test_an_error_says_whether_trying_again_helps(
    authority: Authority, tls: Any, status: str, is_temporary: bool, says: str
) -> None:
    with serving(answer(b"", status=status), tls) as server, pytest.raises(FetchFailed, match=says) as caught:
        get(URL, network(authority, server))
    assert caught.value.is_temporary == is_temporary


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + PHOTO[:100],
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 999999 What\r\n\r\n",
    ],
    ids=["nothing", "another protocol", "broken off", "two lengths", "nonsense"],
)
def test_an_answer_that_is_none_may_be_better_later(authority: Authority, tls: Any, content: bytes) -> None:
    with serving(raw(content), tls) as server:
        error = failure(URL, network(authority, server))
        assert "broke off, or did not answer as web servers do" in str(error)
        assert error.is_temporary


def test_a_host_that_does_not_exist_or_answer_is_named(authority: Authority, canary: Server) -> None:
    unknown = failure("https://nowhere.example/x", network(authority, canary))
    assert "There is no host nowhere.example" in str(unknown)
    assert not unknown.is_temporary
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    deaf = failure(URL, network(authority, canary, backend=Wires({PUBLIC: port})))
    assert "shop.example cannot be reached" in str(deaf)
    assert deaf.is_temporary


def test_a_failed_fetch_leaves_no_open_file(authority: Authority, tls: Any) -> None:
    with serving(flood(HEAD, PHOTO), tls) as server:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(5):
            refusal(URL, network(authority, server), most_bytes=3 * 10**6)
        time.sleep(0.2)
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 5
