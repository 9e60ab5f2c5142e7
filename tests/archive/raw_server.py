"""A server that sends exactly the bytes it is told to, over TCP or TLS, and remembers what came and what it sent."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(kw_only=True)
class Case:
    """An answer, and how the server treats the connection around it."""

    name: str
    pieces: list[bytes]
    """Sent one after the other, with ``pause`` seconds between them."""
    pause: float = 0.0
    after: str = "keep"
    """``keep`` the connection, ``close`` it, ``reset`` it, ``stall``, or ``drop`` the next request on it unanswered."""
    extra: int = 0
    """Bytes at the end of the pieces that do not belong to the message."""
    end: str = "complete"
    """What the archive says of the end: ``complete``, or the value of WARC-Truncated."""
    entity: bytes | None = None
    """The entity; None when there is none to be had."""
    interim: int = 0
    """Bytes of 1xx responses at the start."""

    @property
    def message(self) -> bytes:
        """What belongs into the response block."""
        data = b"".join(self.pieces)
        return data[self.interim : len(data) - self.extra]


@dataclass
class Logged:
    """One exchange as the server saw it."""

    case: str
    received: bytes
    sent: bytes
    connection: int


@dataclass
class RawServer:
    """Serves ``cases`` by the first part of the path; use as a context manager."""

    cases: dict[str, Case]
    tls: ssl.SSLContext | None = None
    log: list[Logged] = field(default_factory=list)

    def __enter__(self) -> RawServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.base = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        shut_down(self._listener)
        for connection in self._sockets:
            shut_down(connection)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, len(self._sockets)))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket, number: int) -> None:
        connection = plain
        try:
            if self.tls:
                connection = self.tls.wrap_socket(plain, server_side=True)
                self._sockets.append(connection)
            while request := read_request(connection):
                path = request.split(b" ", 2)[1].decode().removeprefix(self.base)
                case = self.cases[path.strip("/").split("/")[0].split("?")[0]]
                if not self._answer(connection, case, request, number):
                    return
        except OSError:
            return
        finally:
            shut_down(connection)

    def _answer(self, connection: socket.socket, case: Case, request: bytes, number: int) -> bool:
        entry = Logged(case.name, request, b"", number)
        self.log.append(entry)
        for piece in case.pieces:
            connection.sendall(piece)
            entry.sent += piece
            if case.pause:
                time.sleep(case.pause)
        if case.after == "reset":
            time.sleep(0.1)  # Else the reset overtakes what was sent.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        elif case.after == "stall":
            connection.recv(1)
        elif case.after == "drop":
            self.log.append(Logged("dropped", read_request(connection), b"", number))
        elif case.after == "close" and isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
        return case.after == "keep"


def shut_down(connection: socket.socket) -> None:
    """Close, also under a thread that waits on the socket."""
    with suppress(OSError):  # Closed by the other side.
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def read_request(connection: socket.socket) -> bytes:
    """One request with its body; empty at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    size = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < size:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def self_signed(directory: Path) -> ssl.SSLContext:
    """A server context with a certificate of its own for 127.0.0.1, below ``directory``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class Proxy:
    """An HTTP proxy on 127.0.0.1: absolute request lines and CONNECT; use as a context manager."""

    def __enter__(self) -> Proxy:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        shut_down(self._listener)
        for connection in self._sockets:
            shut_down(connection)
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        request = read_request(connection)
        if not request:
            return
        self.requests.append(request)
        method, target = request.split(b" ", 2)[:2]
        address = (target if method == b"CONNECT" else target.split(b"/")[2]).decode()
        host, _, port = address.partition(":")
        upstream = socket.create_connection((host, int(port)))
        self._sockets.append(upstream)
        if method == b"CONNECT":
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            upstream.sendall(request)
        self._start(self._pump, upstream, connection)
        self._pump(connection, upstream)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass  # Either side has gone: so does the tunnel.
        shut_down(target)
