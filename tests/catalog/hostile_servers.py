"""Web servers on this machine that behave well or badly, and a network in which they have public addresses.

The guards stay as they are in production: only names (the resolver) and the last step of the connection are ours. An
address of the network is mapped to a local port; one that is not mapped is really connected to.
"""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from catalog.photos.network import Network

PUBLIC, OTHER_PUBLIC = "93.184.215.14", "151.101.1.140"

type Behaviour = Callable[[socket.socket, bytes], None]


class Server:
    """Answers each connection with a behaviour, until the block ends; keeps the requests that came in."""

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour, self.tls = behaviour, tls
        self.requests: list[bytes] = []
        self.server_names: list[str | None] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (received := connection.recv(65536)):
                        return
                    request += received
                self.requests.append(request)
                self.behaviour(connection, request)


def answer(
    body: bytes, content_type: str = "image/jpeg", status: str = "200 OK", headers: Sequence[str] = ()
) -> Behaviour:
    """Send a whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    return behave


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    return answer(b"", status=status, headers=[f"Location: {location}"])


def by_path(**behaviours: Behaviour) -> Behaviour:
    """Behave as the first part of the path says; "redirect" of a path /redirect/x is behaviours["redirect"]."""

    def behave(connection: socket.socket, request: bytes) -> None:
        name = request.split(b" ")[1].decode().strip("/").split("/")[0].split("?")[0]
        behaviours[name](connection, request)

    return behave


def raw(content: bytes) -> Behaviour:
    return lambda connection, request: connection.sendall(content)


def drop_by_drop(head: bytes, drop: bytes, pause_s: float = 0.05) -> Behaviour:
    """Send a byte now and then, for ever: each read is quick, and the whole never ends."""

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(drop)
            time.sleep(pause_s)

    return behave


def silence(connection: socket.socket, request: bytes) -> None:
    time.sleep(30)


def flood(head: bytes, piece: bytes) -> Behaviour:
    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def gzip_bomb(megabytes: int) -> Behaviour:
    body = gzip.compress(bytes(megabytes * 2**20))
    return answer(body, headers=["Content-Encoding: gzip"])


class Wires(httpcore.NetworkBackend):
    """Connects mapped addresses to local ports, and keeps what was asked for."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports = ports
        self.asked: list[tuple[str, int]] = []
        self._real = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **_: Any) -> httpcore.NetworkStream:
        self.asked.append((host, port))
        if host in self.ports:
            host, port = "127.0.0.1", self.ports[host]
        return self._real.connect_tcp(host, port, timeout)


class Names:
    """A resolver that answers from a table; a list of lists gives another answer each time."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.asked: list[str] = []

    def __call__(self, host: str, timeout_s: float) -> Sequence[str]:
        self.asked.append(host)
        found = self.table.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        if found and isinstance(found[0], list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


class Authority:
    """A certificate authority of the tests' own, and certificates that it has signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")])
        self.certificate = self._signed(self.name, self.key, x509.BasicConstraints(True, None), None)
        (folder / "ca.pem").write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))

    def server_context(self, *hosts: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        certificate = self._signed(subject, key, x509.BasicConstraints(False, None), names)
        path = self.folder / f"{hosts[0]}.pem"
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(certificate.public_bytes(pem) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        basic: x509.BasicConstraints,
        names: x509.SubjectAlternativeName | None,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(basic, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if basic.ca:
            usage = dict.fromkeys(
                ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
                 "decipher_only"), False,
            )  # fmt: skip
            builder = builder.add_extension(
                x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True
            )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def serving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(behaviour, tls)
    try:
        yield server
    finally:
        server.close()


def network(authority: Authority, server: Server, names: dict[str, Any] | None = None, **changes: Any) -> Network:
    """A network in which shop.example has a public address, at which `server` is."""
    parts: dict[str, Any] = {
        "resolve": Names({"shop.example": [PUBLIC], **(names or {})}),
        "backend": Wires({PUBLIC: server.port, OTHER_PUBLIC: server.port}),
        "trust": authority.trust,
    }
    return Network(**{**parts, **changes})
