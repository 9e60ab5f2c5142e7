"""The wire tap: copies the bytes of the connections of Twisted's HTTP/1 client before anything parses them.

It uses public interfaces of Twisted. The pool gets a connection from an endpoint (`HTTPConnectionPool.getConnection`),
and this endpoint connects with a wrapped protocol (`twisted.protocols.policies`). The wrapper is inside TLS and inside
the tunnel of a proxy (CONNECT), so it sees the bytes that the HTTP client writes and reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener, IStreamClientEndpoint
from twisted.internet.protocol import connectionDone
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.capture.exchange import Call, Connection, Exchange, next_connection_id
from archive.capture.framing import LONGEST_LINE, Framing, OverlongError
from archive.capture.handing import HandedOn
from archive.capture.private import lengthen_lines, overlook_names

# Seconds to continue reading after a malformed response; a server that has sent all of it closes earlier.
_PATIENCE = 2.0
# Bytes of such a response that are recorded: it is evidence of a fault, and not a page.
_LONGEST_UNKNOWN = 1 << 20


class CurrentCall:
    """Refers to a call only while it lasts: timers keep their context, and its contents, long after cancellation."""

    __slots__ = ("call",)

    def __init__(self, call: Call | None) -> None:
        self.call = call


CURRENT_CALL: ContextVar[CurrentCall] = ContextVar("archive_current_call", default=CurrentCall(None))  # noqa: B039
"""The current call: set while a connection is requested, and written to if the pool has one."""


@implementer(IHandshakeListener)
class Tap(ProtocolWrapper):
    """Sits between a connection and its HTTP client, and passes all bytes to the exchange, too."""

    def __init__(self, factory: Any, wrapped: Any) -> None:
        super().__init__(factory, wrapped)
        self.transport: Any
        self._id = next_connection_id()
        self._call: Call | None = factory.call
        """The call that this connection was made for, until its request is written."""
        self._exchange: Exchange | None = None
        """The exchange whose response has not ended yet."""
        self._framing = Framing(b"GET")
        self._handed_on: HandedOn | None = None
        """Computes the bytes for the client if the response may be withheld from it; None: it gets all bytes."""
        self._described: Connection | None = None
        self._handshaken = False
        self._reading = False
        """Whether the client is processing received bytes."""
        self._stopped = False
        """Whether the client stopped reading a valid response."""
        self._patience: Any = None
        """The timer that ends reading a response that the client could not parse; None while the client reads."""

    # ---- what the client sends ----

    def write(self, data: bytes) -> None:
        self._note(data)
        self.transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:  # noqa: N802  (ITransport)
        self.write(b"".join(pieces))

    def _note(self, data: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            call = self._call or CURRENT_CALL.get().call
            self._call = None
            if call is None:
                return  # The handler notices that there is no exchange.
            method, _, rest = data.partition(b" ")
            is_tls = _tls_handle(self.transport) is not None
            is_closing = self._stopped  # The pool may hand out a connection that a stopped download is closing.
            exchange = call.exchange(
                method,
                rest.partition(b" ")[0],
                self._id,
                lambda: not is_closing and (self._handshaken or not is_tls),
            )
            self._exchange = exchange
            self._framing = Framing(method)
            self._handed_on = HandedOn(call, self._framing) if call.largest_stream and method == b"GET" else None
        exchange.sent += data

    def handshakeCompleted(self) -> None:  # noqa: N802  (IHandshakeListener)
        """Note that all bytes written before have been sent by now."""
        self._handshaken = True

    # ---- what the client receives ----

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (IProtocol)
        exchange = self._exchange
        if exchange is not None:
            if exchange.connection is None:
                # Earlier, the handshake is not complete; later, the handle may be gone.
                self._described = self._described or _describe(self.transport)
                exchange.connection = self._described
                lengthen_lines(self.wrappedProtocol, LONGEST_LINE)
                overlook_names(self.wrappedProtocol)
            count = self._framing.feed(data)
            mine, surplus = data[:count], data[count:]
            exchange.receive(mine)
            passed_on = mine if self._handed_on is None else self._handed_on.of(mine)
            if problem := self._too_long(exchange):
                self._end("length", problem)
                self.abortConnection()
                return
            if self._framing.is_complete:
                exchange.surplus = surplus
                self._end("complete")
            data = passed_on + surplus
        if self._patience is None:
            self._reading = True
            try:
                super().dataReceived(data)  # type: ignore[no-untyped-call]
            finally:
                self._reading = False
        elif self._exchange is None:
            self._hang_up()  # The response is complete, although the client could not parse it.

    def _too_long(self, exchange: Exchange) -> OverlongError | None:
        """Return the error if the response exceeds a limit, else None. DOWNLOAD_MAXSIZE limits the body separately."""
        if self._handed_on is not None and self._handed_on.problem:
            return self._handed_on.problem
        if self._framing.is_complete:
            return None
        if isinstance(self._framing.problem, OverlongError):
            return self._framing.problem
        if self._patience is not None and exchange.received.size > _LONGEST_UNKNOWN:
            return OverlongError(f"more than {_LONGEST_UNKNOWN} bytes that are not an HTTP/1 answer")
        return None

    def _end(self, end: str, error: BaseException | None = None) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.finish(end, error)

    # ---- how it ends ----

    def loseConnection(self) -> None:  # noqa: N802  (ITransport)
        exchange = self._exchange
        if exchange is None or self._stopped:
            super().loseConnection()  # type: ignore[no-untyped-call]
        elif not self._reading:
            self._abandon()
            super().loseConnection()  # type: ignore[no-untyped-call]
        elif self._patience is None:
            # The client cannot parse the rest, but the bytes that the server still sends are part of its response.
            from twisted.internet import reactor

            clock: Any = reactor
            exchange.listen_on()
            self._patience = clock.callLater(_PATIENCE, self._hang_up)
            self.transport.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802  (IPushProducer)
        """The client stops reading a valid response."""
        self._abandon()
        self.transport.stopProducing()

    def abortConnection(self) -> None:  # noqa: N802  (ITransport)
        self._abandon()
        self.transport.abortConnection()

    def _abandon(self) -> None:
        """Note that the client closes the connection before the end of the response; the call has the reason."""
        self._stopped = True
        if self._patience is not None and self._patience.active():
            self._patience.cancel()
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.abandon()

    def _hang_up(self) -> None:
        if self._patience.active():
            self._patience.cancel()
        self._end("unspecified", self._framing.problem)
        self.transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  (IProtocol)
        is_followed = self._patience is None and not self._stopped
        if self._handed_on is not None and (rest := self._handed_on.rest()) and is_followed:
            super().dataReceived(rest)  # type: ignore[no-untyped-call]
        if self._patience is not None:
            if self._patience.active():
                self._patience.cancel()
            self._end("unspecified", self._framing.problem)
        elif self._framing.problem is not None:
            self._end("unspecified", self._framing.problem)
        elif self._framing.ends_with_connection and isinstance(reason.value, ConnectionDone):
            self._end("complete")
        else:
            self._end("disconnect", reason.value)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class TappingFactory(WrappingFactory):
    """Builds the protocols of ``factory``, wrapped in a `Tap`, for ``call``."""

    protocol = Tap
    noisy = False

    def __init__(self, factory: Any, call: Call | None) -> None:
        super().__init__(factory)  # type: ignore[no-untyped-call]
        self.call = call


@implementer(IStreamClientEndpoint)
class TappedEndpoint:
    """Connects like ``endpoint``, for one call; Twisted uses it again if a pooled connection was stale."""

    def __init__(self, endpoint: Any, call: Call | None) -> None:
        self._endpoint = endpoint
        self._call = call

    def connect(self, factory: Any) -> Deferred[Any]:
        """Connect; the result is the protocol that ``factory`` builds, with a `Tap` as its transport."""
        connecting: Deferred[Any] = self._endpoint.connect(TappingFactory(factory, self._call))
        return connecting.addCallback(lambda tap: tap.wrappedProtocol)

    def __repr__(self) -> str:
        return repr(self._endpoint)


class TappedPool:
    """Wraps the connection pool ``pool``, so that its connections are tapped."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:  # noqa: N802  (HTTPConnectionPool)
        """Like that of the pool."""
        connection: Deferred[Any] = self._pool.getConnection(key, TappedEndpoint(endpoint, CURRENT_CALL.get().call))
        return connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


def _tls_handle(transport: Any) -> Any:
    """Return the pyOpenSSL connection of ``transport``; None without TLS, where the handle is a socket."""
    handle = transport.getHandle() if hasattr(transport, "getHandle") else None
    return handle if hasattr(handle, "get_cipher_name") else None


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
        hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest() if certificate is not None else None,
    )
