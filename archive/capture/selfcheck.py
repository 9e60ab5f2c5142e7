"""Prove on one loop-back exchange that the capture is exact, before anything is fetched."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.protocol import Factory, Protocol

from archive.capture.handler import CaptureHandler
from archive.errors import ArchiveError

# Everything that a parsed copy of the answer loses: case, padding, duplicates, chunk framing, a trailer.
_ANSWER = (
    b"HTTP/1.1 200  Fine \r\nx-MiXed:  1 \r\nX-Other: a\r\nx-mixed: 2\r\nno colon\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;name=value\r\nab\r\n0\r\nTrailer: t\r\n\r\n"
)
_TIMEOUT = 10


class _Server(Protocol):
    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (IProtocol)
        transport: Any = self.transport
        factory: Any = self.factory
        factory.received += data
        if factory.received.endswith(b"\r\n\r\n"):
            transport.write(_ANSWER)
            transport.loseConnection()


async def check_capture(handler: CaptureHandler) -> None:
    """Fetch from a server of our own through ``handler`` and compare both directions, byte for byte.

    Raises:
        ArchiveError: the capture is not exact: this version of Scrapy or Twisted is not supported.
    """
    from twisted.internet import reactor as installed

    reactor: Any = installed  # zope interfaces say too little about listenTCP
    factory: Any = Factory.forProtocol(_Server)
    factory.noisy = False
    factory.received = bytearray()
    port: Any = reactor.listenTCP(0, factory, interface="127.0.0.1")
    try:
        url = f"http://127.0.0.1:{port.getHost().port}/self-check"
        request = Request(url, headers={"X-Self-Check": "1"}, meta={"download_timeout": _TIMEOUT})
        call = handler.begin(request)
        await handler.fetch(request, call)
        exchanges = call.exchanges
        exact = (
            len(exchanges) == 1
            and bytes(exchanges[0].sent) == bytes(factory.received)
            and exchanges[0].received.start(len(_ANSWER) + 1) == _ANSWER
            and exchanges[0].end == "complete"
        )
        call.close()
    finally:
        await maybe_deferred_to_future(port.stopListening())
    if not exact:
        raise ArchiveError(
            "the self-check of the capture failed: it is not exact with these versions of Scrapy and Twisted; "
            "install those that the project names"
        )
