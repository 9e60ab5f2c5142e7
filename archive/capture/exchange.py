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
    """The bytes of an open file from ``start`` on: a `archive.warc.record.Stream`."""

    file: IO[bytes]
    start: int
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the start; may be called again."""
        self.file.seek(self.start)
        left = self.size
        while left:
            piece = self.file.read(min(left, _PIECE))
            if not piece:
                raise OSError("the end of a spooled body is lost")
            left -= len(piece)
            yield piece


class Wire:
    """Received bytes: in memory up to ``limit`` bytes, beyond it in a file without a name in ``directory``."""

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
            OSError: the disk does not take them.
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
        """The first ``size`` bytes, or fewer."""
        if self._file is None:
            return b"".join(self._pieces)[: min(size, self.size)]
        self._file.seek(0)
        return self._file.read(min(size, self.size))

    def part(self, start: int) -> Block:
        """The bytes from ``start`` on."""
        if self._file is None:
            return b"".join(self._pieces)[start : self.size]
        return FilePart(self._file, start, self.size - start)

    def close(self) -> None:
        """Free the memory or the file."""
        self._pieces = []
        if self._file is not None:
            with suppress(OSError):  # What a full disk does not take was missed before.
                self._file.close()


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of a connection once its first byte has come."""

    ip: str | None
    """Address of the peer; the proxy's when there is one."""

    tls_version: str | None
    """``1.3`` for TLS 1.3; None without TLS."""

    cipher: str | None
    """Name of the cipher suite as OpenSSL prints it."""

    certificate_sha256: str | None
    """SHA-256 of the server's certificate (DER), in hex."""


class Exchange:
    """A request written to a connection, and what came back.

    ``end`` is None while it goes on, then ``complete`` or the value of ``WARC-Truncated`` (ISO 28500:2017, 5.13).
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
        """As in the request line."""
        self.connection_id = connection_id
        self.connection: Connection | None = None
        self.date = datetime.now(timezone.utc)
        self.started = monotonic()
        self.first_byte: float | None = None
        self.ended: float | None = None
        self.sent = bytearray()
        self.written = True
        """Whether ``sent`` left this machine: not so when the TLS handshake failed."""
        self._is_open = is_open
        self.received = received
        self.surplus = b""
        """What came with the end of the message and does not belong to it."""
        self.closed_by_us = False
        """Whether the client ended the connection before the end of the message; the call knows why."""
        self.listening: Deferred[None] | None = None
        """Fires when an answer that the client gave up on has come to its end; None while it follows."""
        self.end: str | None = None
        self.error: BaseException | None = None
        self.spool_error: OSError | None = None

    def receive(self, data: bytes) -> None:
        """Take bytes off the wire; those that come after the end are nobody's."""
        if self.end is not None or self.spool_error is not None:
            return
        if self.first_byte is None:
            self.first_byte = monotonic()
        try:
            self.received.append(data)
        except OSError as error:
            # Raised here it would end in Twisted's log; the handler raises it when the call ends.
            self.spool_error = error

    def finish(self, end: str, error: BaseException | None = None) -> None:
        """Note the end; the first one counts."""
        if self.end is None:
            self.written = self.first_byte is not None or self._is_open()
            self.end = end
            self.error = error
            self.ended = monotonic()
            self._stop_listening()

    def milliseconds_to(self, moment: float | None) -> int | None:
        """From its start to ``moment``, one of its own; None before that came."""
        return None if moment is None else round((moment - self.started) * 1000)

    def abandon(self) -> None:
        """The client ended the connection, and the call will say why."""
        self.closed_by_us = True
        self._stop_listening()

    def listen_on(self) -> None:
        """The client has given up; what comes is part of the answer all the same."""
        self.listening = Deferred()

    def _stop_listening(self) -> None:
        if self.listening is not None and not self.listening.called:
            self.listening.callback(None)


_END_OF_HOST = re.compile(r"[/?#]")
_USERINFO = re.compile(r"(?<=//)[^/?#\s]*@")


def without_userinfo(text: str) -> str:
    """``text`` without the credentials of the URLs in it, which stay out of the archive."""
    return _USERINFO.sub("", text)


_connection_ids = itertools.count(1)


def next_connection_id() -> int:
    """A number for a new connection, unique in the process."""
    return next(_connection_ids)


class Call:
    """One call of ``download_request``: Twisted may make two exchanges of it, or fail before the first."""

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
        """What the crawler knows of the request, as fields for the metadata record."""
        self.spool_size = spool_size
        self.spool_directory = spool_directory
        self.largest_stream = largest_stream
        """Bytes of a body that is archived without being handed on; 0: every body is handed on."""
        self.is_withheld = False
        """Whether the body of the last answer was not handed on."""
        self.date = datetime.now(timezone.utc)
        self.started = monotonic()
        self.exchanges: list[Exchange] = []
        self.error: BaseException | None = None

    @property
    def url(self) -> str:
        """The URL asked for, without credentials and fragment."""
        parts = urlsplit(without_userinfo(self._requested))
        return parts._replace(path=parts.path or "/", fragment="").geturl()

    def exchange(self, method: bytes, target: bytes, connection_id: int, is_open: Callable[[], bool]) -> Exchange:
        """Begin an exchange; ``is_open`` tells whether the connection lets bytes through by now."""
        exchange = Exchange(method, target, connection_id, Wire(self.spool_size, self.spool_directory), is_open)
        self.exchanges.append(exchange)
        return exchange

    def target_uri(self, exchange: Exchange) -> str:
        """The URI of the request line: absolute as a proxy gets it, or completed from the request."""
        target = exchange.target.decode("ascii", "replace")
        if not target.startswith("/"):
            return target
        scheme, _, rest = without_userinfo(self._requested).partition("://")
        return f"{scheme}://{_END_OF_HOST.split(rest, 1)[0]}{target}"

    def finish(self, end: str, error: BaseException | None = None) -> None:
        """Note that the call is over; an exchange that has not come to its end gets ``end``."""
        self.error = error
        for exchange in self.exchanges:
            exchange.finish("unspecified" if end == "disconnect" and exchange.closed_by_us else end, error)
        if self.exchanges and self.exchanges[-1].error is None and end == "disconnect":
            self.exchanges[-1].error = error  # The answer came to its end, and the client made nothing of it.

    @property
    def overlong(self) -> OverlongError | None:
        """Why the last answer was cut off by us, when it was no body that was too long."""
        error = self.exchanges[-1].error if self.exchanges else None
        return error if isinstance(error, OverlongError) else None

    @property
    def listening(self) -> list[Deferred[None]]:
        """What to wait for before `finish`: answers that the client gave up on and that still come."""
        return [exchange.listening for exchange in self.exchanges if exchange.listening is not None]

    @property
    def spool_error(self) -> OSError | None:
        """What the disk said when a body was spooled."""
        return next((exchange.spool_error for exchange in self.exchanges if exchange.spool_error), None)

    def close(self) -> None:
        """Free what was received."""
        for exchange in self.exchanges:
            exchange.received.close()
