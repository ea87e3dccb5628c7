"""Where files are not fetched from: private places, however one is led there, and hosts that are not allowed."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.photos.fetch_errors import FetchRefused
from catalog.photos.fetching import check_address
from tests.catalog.fetches import PHOTO, URL, failure, get, refusal
from tests.catalog.fetches import canary as canary
from tests.catalog.fetches import tls as tls
from tests.catalog.hostile_servers import (
    PUBLIC,
    Authority,
    Server,
    Wires,
    answer,
    network,
    redirect,
    serving,
)


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
