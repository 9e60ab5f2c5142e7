"""The tap: copies of the bytes that Twisted's HTTP/1 client writes and reads, before anything parses them.

Twisted and Scrapy have no public hook at this place: the names with an underscore are those of Twisted 25.5 to 26 and
Scrapy 2.19. `archive.capture.selfcheck` proves before each crawl that they still do what is expected of them here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web._newclient import HTTP11ClientProtocol, ParseError
from twisted.web.client import HTTPConnectionPool, _RetryingHTTP11ClientProtocol

from archive.capture.exchange import Call, Connection, Exchange, next_connection_id

# At a line of more than 16 KB Twisted would close the connection; Chromium takes 256 KB of header.
_LONGEST_LINE = 1 << 18

# Seconds to listen on after an answer that is not understood; a server that is done with it closes earlier.
_PATIENCE = 2.0


class CurrentCall:
    """Holds a call while it lasts: timers keep their context, and what is in it, long after they were cancelled."""

    __slots__ = ("call",)

    def __init__(self, call: Call | None) -> None:
        self.call = call


CURRENT_CALL: ContextVar[CurrentCall] = ContextVar("archive_current_call", default=CurrentCall(None))  # noqa: B039
"""The call in whose first step a connection is asked for."""


class _TappedTransport:
    """A transport that copies what is written to it."""

    def __init__(self, transport: Any, sent: bytearray) -> None:
        self._transport = transport
        self._sent = sent

    def write(self, data: bytes) -> None:
        self._sent += data
        self._transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:  # noqa: N802  (ITransport)
        data = b"".join(pieces)
        self._sent += data
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _tls_handle(transport: Any) -> Any:
    """The pyOpenSSL connection of ``transport``; None without TLS, when the handle is a socket."""
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    return handle if hasattr(handle, "get_cipher_name") else None


def _lets_through(transport: Any) -> bool:
    """Whether what was written has left: before the end of a TLS handshake it waits in a buffer."""
    # After STARTTLS, as behind a CONNECT, the TLS layer is the protocol of the TCP transport.
    layers = (transport, getattr(transport, "protocol", None))
    return all(getattr(layer, "_handshakeDone", True) for layer in layers)


def _describe(transport: Any) -> Connection:
    peer = getattr(transport.getPeer(), "host", None)
    ip = peer.partition("%")[0] if peer else None
    handle = _tls_handle(transport)
    if handle is None:
        return Connection(ip, None, None, None)
    certificate = handle.get_peer_certificate(as_cryptography=True)
    version = handle.get_protocol_version_name()
    return Connection(
        ip,
        version.removeprefix("TLSv") if handle.get_cipher_name() else None,
        handle.get_cipher_name(),
        hashlib.sha256(_der(certificate)).hexdigest() if certificate is not None else None,
    )


def _der(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    der: bytes = certificate.public_bytes(Encoding.DER)
    return der


class Tap(HTTP11ClientProtocol):
    """A client protocol that tells its exchange what passes; mixed into the protocol class of the fallback handler."""

    tapped_call: Call | None = None
    _tapped_id: int | None = None
    _exchange: Exchange | None = None
    _described: Connection | None = None
    _lost: Failure | None = None
    _misunderstood: Failure | None = None
    """What the parser could not go on from."""
    _patience: Any = None
    """The timer that ends listening after that."""

    def request(self, request: Any) -> Deferred[Any]:
        call, self.tapped_call = self.tapped_call, None
        if call is None or self._state != "QUIESCENT":
            return super().request(request)
        if self._tapped_id is None:
            self._tapped_id = next_connection_id()
        transport = self.transport
        exchange = self._exchange = call.exchange(
            request.method,
            request.uri,
            self._tapped_id,
            lambda: _lets_through(transport),
        )
        write_to = request.writeTo
        request.writeTo = lambda transport: write_to(_TappedTransport(transport, exchange.sent))
        try:
            answer = super().request(request)
            self._lengthen_lines()
            return answer
        finally:
            # The same request is written again when a pooled connection turns out to be stale.
            del request.writeTo

    def _lengthen_lines(self) -> None:
        """Let header lines be as long as in browsers."""
        parser: Any = self._parser
        if parser is not None:
            parser.MAX_LENGTH = _LONGEST_LINE
            parser.lineLengthExceeded = self._line_too_long

    def _line_too_long(self, line: bytes) -> None:
        self._giveUp(Failure(ParseError(f"a line of more than {_LONGEST_LINE} bytes", line[:100])))  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (IProtocol)
        exchange = self._exchange
        if exchange is not None:
            if exchange.connection is None:
                # Earlier the handshake is not over; later the handle may be gone.
                self._described = self._described or _describe(self.transport)
                exchange.connection = self._described
            exchange.receive(data)
        if self._misunderstood is None:
            super().dataReceived(data)  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802  (Twisted's name)
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.received.drop_end(len(rest))
            exchange.surplus = rest
            if self._lost is None or isinstance(self._lost.value, ConnectionDone):
                exchange.finish("complete")
            else:
                # A body delimited by the end of the connection, and that end was none.
                exchange.finish("disconnect", self._lost.value)
        super()._finishResponse(rest)

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802  (Twisted's name)
        if self._exchange is None or self._misunderstood is not None:
            super()._giveUp(reason)  # type: ignore[no-untyped-call]
            return
        # The parser understands no more, but what the server goes on to send is part of its answer all the same.
        from twisted.internet import reactor

        clock: Any = reactor
        transport: Any = self.transport
        self._misunderstood = reason
        self._patience = clock.callLater(_PATIENCE, self._stop_listening)
        transport.resumeProducing()

    def _stop_listening(self) -> None:
        reason, self._misunderstood = self._misunderstood, None
        if reason is not None:
            if self._patience.active():
                self._patience.cancel()
            self._end("unspecified", reason)
            self._giveUp(reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  (IProtocol)
        self._stop_listening()
        self._lost = reason
        exchange = self._exchange
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        if exchange is not None and isinstance(reason.value, ConnectionAborted):
            exchange.closed_by_us = True
            self._exchange = None  # The call ends soon, and knows why.
        self._end("disconnect", reason)

    def _end(self, end: str, reason: Failure) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.finish(end, reason.value)


@cache
def _tapped(protocol_class: Any) -> Any:
    return type(f"Tapped{protocol_class.__name__}", (Tap, protocol_class), {})


def tapped_factory(factory_class: Any) -> Any:
    """A subclass of a client factory whose protocols are tapped."""

    class TappedFactory(factory_class):  # type: ignore[misc]
        def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: N802  (IProtocolFactory)
            protocol = super().buildProtocol(addr)
            protocol.__class__ = _tapped(protocol.__class__)
            return protocol

    return TappedFactory


class TappedPool(HTTPConnectionPool):
    """A connection pool like ``pool``, that tells each connection handed out which call it is for."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        super().__init__(pool._reactor, pool.persistent)  # type: ignore[no-untyped-call]
        self.maxPersistentPerHost = pool.maxPersistentPerHost
        self.cachedConnectionTimeout = pool.cachedConnectionTimeout
        self.retryAutomatically = pool.retryAutomatically
        self._factory = tapped_factory(pool._factory)

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:  # noqa: N802  (Twisted's name)
        return super().getConnection(key, endpoint).addCallback(_tell, CURRENT_CALL.get().call)


def _tell(connection: Any, call: Call | None) -> Any:
    if isinstance(connection, _RetryingHTTP11ClientProtocol):
        connection._clientProtocol.tapped_call = call
        fresh: Callable[[], Deferred[Any]] = connection._newConnection
        connection._newConnection = lambda: fresh().addCallback(_tell, call)
    else:
        connection.tapped_call = call
    return connection
