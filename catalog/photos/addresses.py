"""PURE. Where may a file be fetched from: what is wrong with a web address, or with a place in the network?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

MOST_CHARACTERS = 2000
_PORTS = {"https": 443, "http": 80}
_BAD_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\\]")
_LABELS = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$")
_ENDS_IN_NUMBER = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)$")
_KEPT = "/%:@!$&'()*+,;=~-._?"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SEEMINGLY_PUBLIC = (
    ipaddress.IPv4Network("168.63.129.16/32"),  # a cloud's own service to the machines in it
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays into private IPv6, given up by RFC 7526
)


class Wrong(StrEnum):
    """Why an address is refused before anything is asked there."""

    TOO_LONG = "too long"
    NO_ADDRESS = "no address"
    NOT_HTTPS = "not https"
    USER = "user"
    HOST = "host"
    PORT = "port"
    PRIVATE = "private"
    NOT_ALLOWED = "not allowed"


class WrongAddress(ValueError):
    """An address that files are not fetched from; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Place:
    """A web address taken apart: host in ASCII without a final dot, path and query percent-encoded.

    `is_internal` is true where the operator said that this host and port may be private.
    """

    scheme: str
    host: str
    port: int
    target: str
    is_internal: bool = False

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"

    @property
    def netloc(self) -> str:
        """Host and port as they stand in an address: IPv6 in brackets, the scheme's own port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def has_number(self) -> bool:
        """Whether the host is an IP address rather than a name."""
        return ":" in self.host or bool(_ENDS_IN_NUMBER.search(self.host))


def place_of(
    address: str, *, allowed_hosts: Collection[str] | None = None, internal_hosts: Collection[str] = ()
) -> Place:
    """Return the parts of an address from which a file may be fetched, as far as can be told without the network.

    It must be https on port 443, without user name and password, and not a private IP address; with `allowed_hosts` it
    must be one of these (".example.com" means every host below it). `internal_hosts` are "host:port" pairs of the
    operator's own, which may also be plain http, another port, or private. Raises `WrongAddress`.
    """
    place = _taken_apart(address.strip())
    if allowed_hosts is not None and not any(_is_within(place.host, allowed) for allowed in allowed_hosts):
        raise WrongAddress(Wrong.NOT_ALLOWED)
    if f"{place.host}:{place.port}" in internal_hosts:
        return replace(place, is_internal=True)
    if place.scheme != "https":
        raise WrongAddress(Wrong.NOT_HTTPS)
    if place.port != _PORTS["https"]:
        raise WrongAddress(Wrong.PORT)
    if place.has_number and not is_public(place.host):
        raise WrongAddress(Wrong.PRIVATE)
    return place


def redirected(place: Place, location: str) -> str:
    """Return the address to which a redirect at `place` leads; it has yet to be checked like any other."""
    try:
        return urljoin(str(place), location.strip())
    except ValueError as error:
        raise WrongAddress(Wrong.NO_ADDRESS) from error


def is_public(address: str) -> bool:
    """Return whether an IP address is one that anybody on the internet can reach.

    False for private, loopback, link-local, shared, reserved and multicast ones, also where IPv6 wraps them (mapped,
    6to4, NAT64; Teredo always), and for what is not an IP address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SEEMINGLY_PUBLIC)
    if ip.scope_id or ip.teredo:
        return False
    wrapped = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
    if wrapped is not None:
        return is_public(str(wrapped))
    return ip in _GLOBAL_UNICAST and ip.is_global and not ip.is_multicast


def _taken_apart(address: str) -> Place:
    if len(address) > MOST_CHARACTERS:
        raise WrongAddress(Wrong.TOO_LONG)
    # Such characters are read in different ways by different programs.
    if _BAD_CHARACTERS.search(address):
        raise WrongAddress(Wrong.NO_ADDRESS)
    try:
        parts = urlsplit(address)
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError as error:
        raise WrongAddress(Wrong.NO_ADDRESS) from error
    if scheme not in _PORTS:
        raise WrongAddress(Wrong.NOT_HTTPS if scheme and ":" in address else Wrong.NO_ADDRESS)
    if "@" in parts.netloc:
        raise WrongAddress(Wrong.USER)
    if port == 0:
        raise WrongAddress(Wrong.PORT)
    return Place(scheme, _host_of(parts), port or _PORTS[scheme], _target_of(parts))


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise WrongAddress(Wrong.HOST) from error
    try:
        plain = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise WrongAddress(Wrong.HOST) from error
    plain = plain.removesuffix(".")
    if not _LABELS.match(plain):
        raise WrongAddress(Wrong.HOST)
    if _ENDS_IN_NUMBER.search(plain):
        # Numbers in other forms (2130706433, 0x7f.1, 0177.0.0.1) are addresses to some programs and names to others.
        try:
            return str(ipaddress.IPv4Address(plain))
        except ValueError as error:
            raise WrongAddress(Wrong.HOST) from error
    return plain


def _target_of(parts: SplitResult) -> str:
    target = quote(parts.path or "/", safe=_KEPT)
    return f"{target}?{quote(parts.query, safe=_KEPT)}" if parts.query else target


def _is_within(host: str, allowed: str) -> bool:
    plain = allowed.lower()
    return host.endswith(plain) if plain.startswith(".") else host == plain
