"""The exchanges of one call of the download handler: none, one or several, as bytes on the wire."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred

from archive.capture.framing import OverlongError
from archive.warc.record import Block

_PIECE = 1 << 18


@dataclass(slots=True)
class FilePart:
    """``size`` bytes of an open file from ``start`` on; an `archive.warc.record.Stream`."""

    file: IO[bytes]
    start: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from the start; may be called again."""
        self.file.seek(self.start)
        remaining = self.size
        while remaining:
            piece = self.file.read(min(remaining, _PIECE))
            if not piece:
                raise OSError("the end of a spooled body is lost")
            remaining -= len(piece)
            yield piece


class Wire:
    """Received bytes: in memory up to ``limit`` bytes, then in an unnamed file in ``directory``."""

    __slots__ = ("_directory", "_file", "_limit", "_pieces", "size")

    def __init__(self, limit: int, directory: Path) -> None:
        self.size = 0
        self._limit = limit
        self._directory = directory
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None

    def append(self, data: bytes) -> None:
        """Add bytes.

        Raises:
            OSError: they cannot be written to disk.
        """
        self.size += len(data)
        if self._file is None:
            self._pieces.append(data)
            if self.size <= self._limit:
                return
            self._file = tempfile.TemporaryFile(dir=self._directory, buffering=_PIECE)  # noqa: SIM115  (see close)
            data = b"".join(self._pieces)
            self._pieces = []
        self._file.write(data)

    def start(self, size: int) -> bytes:
        """Return the first ``size`` bytes, or fewer."""
        if self._file is None:
            return b"".join(self._pieces)[: min(size, self.size)]
        self._file.seek(0)
        return self._file.read(min(size, self.size))

    def part(self, start: int) -> Block:
        """Return the bytes from ``start`` on."""
        if self._file is None:
            return b"".join(self._pieces)[start : self.size]
        return FilePart(self._file, start, self.size - start)

    def close(self) -> None:
        """Free the memory or the file."""
        self._pieces = []
        if self._file is not None:
            with suppress(OSError):  # An error of a full disk was reported before.
                self._file.close()


@dataclass(frozen=True, slots=True)
class Connection:
    """Facts about a connection, collected when its first byte arrives."""

    ip: str | None
    """Address of the peer, which may be a proxy."""

    tls_version: str | None
    """``1.3`` for TLS 1.3; None without TLS."""

    cipher: str | None
    """OpenSSL's name of the cipher suite."""

    certificate_sha256: str | None
    """SHA-256 of the server's certificate (DER), in hex."""


class Exchange:
    """A request written to a connection, and the bytes received in response.

    ``end`` is None until its end, then ``complete`` or the value of ``WARC-Truncated`` (ISO 28500:2017, 5.13).
    """

    __slots__ = (
        "_is_open",
        "closed_by_us",
        "connection",
        "connection_id",
        "date",
        "end",
        "ended",
        "error",
        "first_byte",
        "listening",
        "method",
        "received",
        "sent",
        "spool_error",
        "started",
        "surplus",
        "target",
        "written",
    )

    def __init__(
        self, method: bytes, target: bytes, connection_id: int, received: Wire, is_open: Callable[[], bool]
    ) -> None:
        self.method = method
        self.target = target
        """The request target, as in the request line."""
        self.connection_id = connection_id
        self.connection: Connection | None = None
        self.date = datetime.now(timezone.utc)
        self.started = monotonic()
        self.first_byte: float | None = None
        self.ended: float | None = None
        self.sent = bytearray()
        self.written = True
        """Whether ``sent`` left this machine; False if the TLS handshake failed."""
        self._is_open = is_open
        self.received = received
        self.surplus = b""
        """Bytes that arrived with the end of the message but do not belong to it."""
        self.closed_by_us = False
        """Whether the client closed the connection before the end of the message; the call has the reason."""
        self.listening: Deferred[None] | None = None
        """Fires when a response that the client stopped reading has ended; None while the client reads it."""
        self.end: str | None = None
        self.error: BaseException | None = None
        self.spool_error: OSError | None = None

    def receive(self, data: bytes) -> None:
        """Add received bytes; bytes after the end are ignored."""
        if self.end is not None or self.spool_error is not None:
            return
        if self.first_byte is None:
            self.first_byte = monotonic()
        try:
            self.received.append(data)
        except OSError as error:
            # Raised here, it would only be logged by Twisted; the handler raises it when the call ends.
            self.spool_error = error

    def finish(self, end: str, error: BaseException | None = None) -> None:
        """Set the end; only the first call has an effect."""
        if self.end is None:
            self.written = self.first_byte is not None or self._is_open()
            self.end = end
            self.error = error
            self.ended = monotonic()
            self._stop_listening()

    def milliseconds_to(self, moment: float | None) -> int | None:
        """Return the time from ``started`` to ``moment``, one of its other times; None if ``moment`` is None."""
        return None if moment is None else round((moment - self.started) * 1000)

    def abandon(self) -> None:
        """Note that the client closed the connection; the reason follows with the end of the call."""
        self.closed_by_us = True
        self._stop_listening()

    def listen_on(self) -> None:
        """Note that the client stopped reading; all further bytes are still part of the response."""
        self.listening = Deferred()

    def _stop_listening(self) -> None:
        if self.listening is not None and not self.listening.called:
            self.listening.callback(None)


_END_OF_HOST = re.compile(r"[/?#]")
_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")


def without_userinfo(text: str) -> str:
    """Return ``text`` without the credentials in its URLs, which must not be archived."""
    return _USERINFO.sub("", text)


_connection_ids = itertools.count(1)


def next_connection_id() -> int:
    """Return a number for a new connection, unique in the process."""
    return next(_connection_ids)


class Call:
    """One call of ``download_request``. Twisted may make two exchanges for it, or fail before the first."""

    __slots__ = (
        "_requested",
        "date",
        "error",
        "exchanges",
        "facts",
        "is_withheld",
        "largest_stream",
        "proxied",
        "spool_directory",
        "spool_size",
        "started",
    )

    def __init__(
        self,
        url: str,
        *,
        proxied: bool,
        facts: list[tuple[str, str]],
        spool_size: int,
        spool_directory: Path,
        largest_stream: int = 0,
    ) -> None:
        self._requested = url
        self.proxied = proxied
        self.facts = facts
        """Facts about the request from the crawler, as fields for the metadata record."""
        self.spool_size = spool_size
        self.spool_directory = spool_directory
        self.largest_stream = largest_stream
        """Maximum size of a body that is archived without being passed on; 0: every body is passed on."""
        self.is_withheld = False
        """Whether the body of the last response was not passed on."""
        self.date = datetime.now(timezone.utc)
        self.started = monotonic()
        self.exchanges: list[Exchange] = []
        self.error: BaseException | None = None

    @property
    def url(self) -> str:
        """The requested URL, without credentials and fragment."""
        parts = urlsplit(without_userinfo(self._requested))
        return parts._replace(path=parts.path or "/", fragment="").geturl()

    def exchange(self, method: bytes, target: bytes, connection_id: int, is_open: Callable[[], bool]) -> Exchange:
        """Begin an exchange; ``is_open`` returns whether the connection transmits bytes at the time of its call."""
        exchange = Exchange(method, target, connection_id, Wire(self.spool_size, self.spool_directory), is_open)
        self.exchanges.append(exchange)
        return exchange

    def target_uri(self, exchange: Exchange) -> str:
        """Return the URI of the request line: absolute, as for a proxy, or completed from the request."""
        target = exchange.target.decode("ascii", "replace")
        if not target.startswith("/"):
            return target
        scheme, _, rest = without_userinfo(self._requested).partition("://")
        return f"{scheme}://{_END_OF_HOST.split(rest, 1)[0]}{target}"

    def finish(self, end: str, error: BaseException | None = None) -> None:
        """Note that the call has ended; an exchange that has not ended gets ``end``."""
        self.error = error
        for exchange in self.exchanges:
            exchange.finish("unspecified" if end == "disconnect" and exchange.closed_by_us else end, error)
        if self.exchanges and self.exchanges[-1].error is None and end == "disconnect":
            self.exchanges[-1].error = error  # The response ended, but the client could not parse it.

    @property
    def overlong(self) -> OverlongError | None:
        """The error because of which we cut off the last response, unless its body was too long."""
        error = self.exchanges[-1].error if self.exchanges else None
        return error if isinstance(error, OverlongError) else None

    @property
    def listening(self) -> list[Deferred[None]]:
        """Deferreds to wait for before `finish`: responses that the client stopped reading and that still arrive."""
        return [exchange.listening for exchange in self.exchanges if exchange.listening is not None]

    @property
    def spool_error(self) -> OSError | None:
        """The error of spooling a body to disk, or None."""
        return next((exchange.spool_error for exchange in self.exchanges if exchange.spool_error), None)

    def close(self) -> None:
        """Free the received bytes."""
        for exchange in self.exchanges:
            exchange.received.close()
