"""Gets a file from an address that somebody wrote down, without being led to private places or held up.

The host is resolved once; every address that it resolves to must be public, and the connection goes to one of those
that were checked, so that a name server that answers differently the next time (DNS rebinding) has no next time. TLS
is still verified against the name. Each redirect starts from scratch. One deadline covers everything, names included.
"""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from .addresses import Place, Wrong, WrongAddress, place_of, redirected
from .fetch_errors import FetchFailed, FetchRefused, explained, failure_of, refusal_of, shown
from .kinds import HEAD_BYTES, agrees, kind_of
from .network import CheckedBackend, Network, TooSlow

MOST_REDIRECTS = 3
_KEPT_IN_MEMORY = 2**20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_USER_AGENT = b"Shopadmin (fetches what merchants list)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched whole, at its beginning; close it, or use it in a `with` block.

    `url` is where it was found in the end, `content_type` a media type that its bytes do not speak against.
    """

    file: IO[bytes]
    content_type: str
    url: str
    sha256: str
    byte_size: int

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


def fetch(
    url: str,
    *,
    most_bytes: int,
    content_types: Collection[str],
    allowed_hosts: Collection[str] | None = None,
    deadline_s: float = 20.0,
    network: Network | None = None,
) -> Fetched:
    """Fetch the file at `url`, of at most `most_bytes` and of one of the media types `content_types`.

    `allowed_hosts` narrows where it may be (".example.com" means every host below it). `deadline_s` bounds the whole,
    redirects included. Hosts of the setting `FETCH_INTERNAL_HOSTS` ("host:port") may be private and plain http.
    Raises `FetchRefused` and `FetchFailed`, with messages for the merchant, and nothing else.
    """
    errand = _Errand(most_bytes, frozenset(content_types), time.monotonic() + deadline_s, network or Network())
    place = _checked(url, allowed_hosts)
    for _hop in range(MOST_REDIRECTS + 1):
        with explained(place):
            found = errand.ask(place)
        if isinstance(found, Fetched):
            return found
        try:
            place = _checked(found, allowed_hosts)
        except FetchRefused as error:
            values = {"url": shown(url), "reason": error}
            raise FetchRefused(_("%(url)s leads to another address. %(reason)s") % values) from error
    message = _("%(url)s leads on and on to other addresses. Use the address of the file itself.")
    raise FetchFailed(message % {"url": shown(url)}, is_temporary=False)


def check_address(url: str, allowed_hosts: Collection[str] | None = None) -> str:
    """Return the host of an address from which `fetch` would fetch. Raises `FetchRefused`; does not use the network."""
    return _checked(url, allowed_hosts).host


def _checked(url: str, allowed_hosts: Collection[str] | None) -> Place:
    internal_hosts = settings.SHOPADMIN["FETCH_INTERNAL_HOSTS"]
    try:
        return place_of(url, allowed_hosts=allowed_hosts, internal_hosts=internal_hosts)
    except WrongAddress as error:
        raise refusal_of(error.wrong, url) from error


@dataclass(frozen=True, slots=True)
class _Errand:
    """What holds for all steps of fetching one file."""

    most_bytes: int
    content_types: frozenset[str]
    ends_at: float
    network: Network

    def ask(self, place: Place) -> Fetched | str:
        """Return the file at a place, or the address to which the place redirects."""
        backend = CheckedBackend(self.network.backend, self._addresses(place), self.ends_at)
        origin = httpcore.Origin(place.scheme.encode(), place.host.encode(), place.port)
        url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=place.target.encode())
        trust = self.network.trust() if place.scheme == "https" else None
        with (
            httpcore.HTTPConnection(origin, ssl_context=trust, network_backend=backend) as connection,
            connection.stream("GET", url, headers=self._headers(place)) as response,
        ):
            headers = {name.lower(): value.decode("latin-1") for name, value in reversed(response.headers)}
            if response.status in _REDIRECTS and headers.get(b"location"):
                return _redirect_of(place, headers[b"location"])
            if response.status != 200:
                raise failure_of(response.status, place)
            self._judge_headers(place, headers)
            backend.allow(self.most_bytes + self.most_bytes // 4)
            return self._kept(place, headers.get(b"content-type", ""), response.iter_stream())

    def _addresses(self, place: Place) -> list[str]:
        addresses = [place.host] if place.has_number else self._resolved(place.host)
        if not place.is_internal and not all(self.network.is_public(address) for address in addresses):
            raise refusal_of(Wrong.PRIVATE, str(place))
        return addresses

    def _resolved(self, host: str) -> list[str]:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TooSlow
        addresses = list(dict.fromkeys(self.network.resolve(host, left)))
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the host has no addresses")
        return addresses

    def _headers(self, place: Place) -> list[tuple[bytes, bytes]]:
        return [
            (b"Host", place.netloc.encode()),
            (b"User-Agent", _USER_AGENT),
            (b"Accept", ", ".join((*sorted(self.content_types), "*/*;q=0.1")).encode()),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
        ]

    def _judge_headers(self, place: Place, headers: dict[bytes, str]) -> None:
        if headers.get(b"content-encoding", "").strip().lower() not in {"identity", ""}:
            message = _("%(url)s sends the file packed, although it was asked not to. Use another address.")
            raise FetchRefused(message % {"url": shown(str(place))})
        length = headers.get(b"content-length", "")
        if length.isdecimal() and int(length) > self.most_bytes:
            raise self._too_large(place)

    def _kept(self, place: Place, declared: str, pieces: Iterator[bytes]) -> Fetched:
        file = SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY)  # noqa: SIM115 - the caller gets it open
        digest, size, head, kind = hashlib.sha256(), 0, b"", ""
        try:
            for piece in pieces:
                size += len(piece)
                if size > self.most_bytes:
                    raise self._too_large(place)
                if not kind:
                    head += piece[: HEAD_BYTES - len(head)]
                    kind = self._kind(place, declared, head) if len(head) == HEAD_BYTES else ""
                digest.update(piece)
                file.write(piece)
            kind = kind or self._kind(place, declared, head)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return Fetched(file, kind, str(place), digest.hexdigest(), size)

    def _kind(self, place: Place, declared: str, head: bytes) -> str:
        found = kind_of(head)
        if agrees(declared, found, self.content_types):
            return found if found in self.content_types else declared.partition(";")[0].strip().lower()
        values = {"url": shown(str(place)), "found": found, "declared": declared.partition(";")[0][:50] or "?"}
        if found == "text/html":
            raise FetchRefused(_("%(url)s is a web page. Use the address of the file itself.") % values)
        message = _("%(url)s is not a file of a kind that is taken here: it is called %(declared)s and is %(found)s.")
        raise FetchRefused(message % values)

    def _too_large(self, place: Place) -> FetchRefused:
        values = {"url": shown(str(place)), "megabytes": f"{self.most_bytes / 2**20:.3g}"}
        return FetchRefused(_("The file at %(url)s is larger than %(megabytes)s MB. Make it smaller.") % values)


def _redirect_of(place: Place, location: str) -> str:
    try:
        return redirected(place, location)
    except WrongAddress as error:
        raise refusal_of(error.wrong, location) from error
