"""Connections that go only where they may, and end when they must."""

from __future__ import annotations

import functools
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import certifi
import httpcore

from .addresses import is_public

CONNECT_S = 5.0
MOST_HEADER_BYTES = 128 * 1024
_MOST_ATTEMPTS = 3


class TooSlow(Exception):
    """The deadline has passed."""


class TooMuch(Exception):
    """The server sends more than any honest answer has."""


def resolve(host: str, timeout_s: float) -> list[str]:
    """Return the IP addresses of a host. Raises `OSError`; `TimeoutError` when that takes longer than `timeout_s`."""
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            answers.put([str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
        except OSError as error:
            answers.put(error)
        except UnicodeError:
            answers.put(socket.gaierror(socket.EAI_NONAME, "not a host name"))

    # The system's resolver cannot be told to hurry; a thread that waits for it in vain ends by itself.
    threading.Thread(target=ask, name=f"resolving {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty as error:
        raise TimeoutError(host) from error
    if isinstance(answer, OSError):
        raise answer
    return answer


@functools.cache
def trusted_authorities() -> ssl.SSLContext:
    """Return what certificates are verified with: the system's authorities and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True, slots=True)
class Network:
    """How names are resolved, connections made, certificates verified and private addresses told.

    Tests put their own parts in; everything that guards stays in force around them.
    """

    resolve: Callable[[str, float], Sequence[str]] = resolve
    backend: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    trust: Callable[[], ssl.SSLContext] = trusted_authorities
    is_public: Callable[[str], bool] = is_public


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, whatever the host's name may mean by now.

    Every step ends by the time `ends_at` (of `time.monotonic`), and what comes in is counted: at first only as much as
    headers may have, and what `allow` adds.
    """

    def __init__(self, backend: httpcore.NetworkBackend, addresses: Sequence[str], ends_at: float) -> None:
        self._backend = backend
        self._addresses = addresses
        self._ends_at = ends_at
        self._bytes_left = MOST_HEADER_BYTES

    def allow(self, byte_size: int) -> None:
        """Let the server send so many bytes more."""
        self._bytes_left += byte_size

    def count(self, received: int) -> None:
        """Note that bytes came in. Raises `TooMuch`."""
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooMuch

    def seconds_left(self) -> float:
        """Return how many seconds are left. Raises `TooSlow` when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TooSlow
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first of the checked addresses that answers."""
        failure: Exception | None = None
        for address in self._addresses[:_MOST_ATTEMPTS]:
            try:
                stream = self._backend.connect_tcp(address, port, min(CONNECT_S, self.seconds_left()))
                return _BoundedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("there is no address to connect to")


class _BoundedStream(httpcore.NetworkStream):
    """A connection that keeps to the limits of its backend."""

    def __init__(self, stream: httpcore.NetworkStream, limits: CheckedBackend) -> None:
        self._stream = stream
        self._limits = limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what is there, by the deadline."""
        content = self._stream.read(max_bytes, self._limits.seconds_left())
        self._limits.count(len(content))
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it, by the deadline."""
        self._stream.write(buffer, self._limits.seconds_left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the connection inside TLS, verified against the name that was asked for."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._limits.seconds_left())
        return _BoundedStream(stream, self._limits)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows about itself."""
        return self._stream.get_extra_info(info)
