"""Files are fetched from public https places only, within limits, whatever the other side does."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.photos import network as real_network
from catalog.photos.fetch_errors import FetchFailed, FetchRefused
from catalog.photos.fetching import Fetched, check_address, fetch
from catalog.photos.kinds import PHOTO_TYPES
from catalog.photos.network import Network, resolve
from tests import factories
from tests.catalog.hostile_servers import (
    OTHER_PUBLIC,
    PUBLIC,
    Authority,
    Behaviour,
    Names,
    Server,
    Wires,
    answer,
    by_path,
    drop_by_drop,
    flood,
    gzip_bomb,
    network,
    raw,
    redirect,
    serving,
    silence,
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


# What is fetched


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


# Where it is not fetched from


def test_a_name_that_means_a_private_address_is_refused(authority: Authority, canary: Server) -> None:
    for addresses in (
        ["127.0.0.1"], ["10.0.0.1"], ["192.168.1.1"], ["169.254.169.254"], ["100.64.0.1"], ["0.0.0.0"], ["::1"],
        ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fd00:ec2::254"], ["fe80::1"],
        [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC],
    ):  # fmt: skip
        through = network(authority, canary, {"shop.example": addresses}, backend=Wires({}))
        assert refusal(URL, through) == (f"{URL} points to a private address. Put the file on a public https address.")
        assert through.backend.asked == []
    assert canary.connections == 0


def test_without_the_guard_the_canary_is_reached(authority: Authority, canary: Server, settings: Any) -> None:
    """The negative control: it is the check of the addresses, and nothing else, that keeps private places safe."""
    at = f"shop.example:{canary.port}"
    url = f"http://{at}/secret"
    guarded = network(authority, canary, {"shop.example": ["127.0.0.1"]}, backend=Wires({}))
    with pytest.raises(FetchRefused):
        get(url, guarded)
    assert canary.connections == 0

    settings.SHOPADMIN = {**settings.SHOPADMIN, "FETCH_INTERNAL_HOSTS": [at]}
    assert get(url, guarded).byte_size == len(PHOTO)
    assert canary.connections == 1


def test_without_the_check_of_a_redirect_s_addresses_the_canary_is_reached(
    authority: Authority, tls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control over TLS: with a guard that calls everything public, a redirect leads to loopback."""
    with serving(answer(PHOTO), authority.server_context("inside.example")) as inside:
        names = {"inside.example": ["127.0.0.1"]}
        behaviour = redirect("https://inside.example/secret")
        with serving(behaviour, tls) as server:
            wires = Wires({PUBLIC: server.port, "127.0.0.1": inside.port})
            guarded = network(authority, server, names, backend=wires)
            assert "points to a private address" in refusal(URL, guarded)
            assert inside.connections == 0

            open_to_all = network(authority, server, names, backend=wires, is_public=lambda address: True)
            assert get(URL, open_to_all).byte_size == len(PHOTO)
            assert inside.connections == 1


def test_a_name_server_that_answers_differently_the_second_time_is_not_asked_a_second_time(
    authority: Authority, tls: Any, canary: Server
) -> None:
    with serving(answer(PHOTO), tls) as server:
        through = network(authority, server, {"shop.example": [[PUBLIC], ["127.0.0.1"]]})
        get(URL, through)
        assert through.resolve.asked == ["shop.example"]
        assert through.backend.asked == [(PUBLIC, 443)]


def test_a_redirect_to_the_same_name_is_checked_from_scratch(authority: Authority, tls: Any) -> None:
    with serving(redirect("/again"), tls) as server:
        through = network(authority, server, {"shop.example": [[PUBLIC], ["127.0.0.1"]]})
        assert refusal(URL, through) == (
            "https://shop.example/again points to a private address. Put the file on a public https address."
        )
        assert through.backend.asked == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("http://127.0.0.1/", "not an https address"),
        ("https://127.0.0.1/", "private address"),
        ("https://[::ffff:10.0.0.1]/", "private address"),
        ("http://shop.example/plain", "not an https address"),
        ("file:///etc/passwd", "not an https address"),
        ("https://user:secret@shop.example/", "user name or password"),
        ("https://shop.example:22/", "unusual port"),
        ("//169.254.169.254/latest/meta-data", "private address"),
        ("https://[::1", "not a web address"),
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(authority: Authority, tls: Any, location: str, says: str) -> None:
    with serving(redirect(location), tls) as server:
        through = network(authority, server)
        message = refusal(URL, through)
        assert says in message
        assert "secret" not in message
        assert through.backend.asked == [(PUBLIC, 443)]


def test_a_redirect_without_end_is_given_up(authority: Authority, tls: Any) -> None:
    with serving(redirect("/photo.jpg"), tls) as server:
        error = failure(URL, network(authority, server))
        assert "leads on and on" in str(error)
        assert not error.is_temporary
        assert server.connections == 4


def test_only_the_allowed_hosts_are_asked(authority: Authority, tls: Any) -> None:
    with serving(redirect("https://other.example/"), tls) as server:
        through = network(authority, server, {"other.example": [PUBLIC], "a.store.example": [PUBLIC]})
        assert "not on one of the storages" in refusal(URL, through, allowed_hosts=["store.example"])
        assert "not on one of the storages" in refusal(URL, through, allowed_hosts=[".store.example"])
        assert server.connections == 0
        assert "leads to another address" in refusal(URL, through, allowed_hosts=["shop.example"])
        assert server.connections == 1
    assert check_address("https://a.store.example/x", [".store.example"]) == "a.store.example"
    with pytest.raises(FetchRefused):
        check_address("https://evilstore.example/x", [".store.example"])
    with pytest.raises(FetchRefused):
        check_address("https://anything.example/x", [])


def test_a_host_of_the_operator_s_own_may_be_private_plain_and_on_its_own_port(
    authority: Authority, canary: Server, settings: Any
) -> None:
    settings.SHOPADMIN = {**settings.SHOPADMIN, "FETCH_INTERNAL_HOSTS": [f"minio.internal:{canary.port}"]}
    names = {"minio.internal": ["127.0.0.1"]}
    through = network(authority, canary, names, backend=Wires({}))

    assert get(f"http://minio.internal:{canary.port}/x", through).byte_size == len(PHOTO)
    for url in ("http://minio.internal:1/x", "http://minio.internal/x", f"http://127.0.0.1:{canary.port}/x"):
        refusal(url, through)
    assert canary.connections == 1


# What the other side may do


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
