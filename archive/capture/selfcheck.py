"""The self-check: proves with exchanges on the loop-back interface that the capture is exact, before the first
request.

The exchanges use the engine's download handlers, as all requests do. If another handler replaces the capture,
they are not recorded, and the check fails.
"""

from __future__ import annotations

import datetime
import ipaddress
from contextlib import suppress
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import Certificate, PrivateCertificate, optionsForClientTLS, trustRootFromCertificates
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from archive.capture.exchange import Call
from archive.errors import ArchiveError

# Contains everything that a parsed copy of the response loses: case, padding, duplicates, chunk framing, a trailer.
_ANSWER = (
    b"HTTP/1.1 200  Fine \r\nx-MiXed:  1 \r\nX-Other: a\r\nx-mixed: 2\r\nno colon\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;name=value\r\nab\r\n0\r\nTrailer: t\r\n\r\n"
)
_TIMEOUT = 10
_FETCH_TIMEOUT = 60
"""Seconds for one fetch as a whole: a component in between may never respond."""
_META_KEY = "archive_self_check"
_HOST = "127.0.0.1"

_WAYS = (("http", False), ("https", False), ("http", True), ("https", True))
"""(scheme, whether through a proxy); https through a proxy uses CONNECT."""


class _Server(Protocol):
    """Responds to all requests; drops the third on a connection, as servers do with connections that idled too long."""

    def connectionMade(self) -> None:  # noqa: N802  (IProtocol)
        self._count = 0
        self._request = b""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  (IProtocol)
        transport: Any = self.transport
        factory: Any = self.factory
        self._request += data
        if not self._request.endswith(b"\r\n\r\n"):
            return
        request, self._request = self._request, b""
        if request.startswith(b"CONNECT "):
            transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
            transport.startTLS(factory.options, factory)
            return
        self._count += 1
        dropped = self._count == 3
        factory.log.append((request, b"" if dropped else _ANSWER))
        if dropped:
            transport.loseConnection()
        else:
            transport.write(_ANSWER)


class SelfCheck:
    """The state that the capture and the self-check of its crawl share."""

    def __init__(self) -> None:
        self.token: object | None = None
        """Marks the requests of the check; None when it is not running."""
        self.certificate: Certificate | None = None
        """The certificate of its server; None when it is not running."""
        self.calls: list[Call] = []
        """The recorded calls of the current request."""

    def has_asked(self, request: Request) -> bool:
        """Whether ``request`` is part of the check: it is recorded but not archived."""
        return self.token is not None and request.meta.get(_META_KEY) is self.token

    def trusting(self, policy: Any) -> Any:
        """Return the policy for the connections of the check, which trusts the certificate of its server."""
        return policy if self.certificate is None else _Trusting(self.certificate)


async def check_capture(crawler: Crawler, check: SelfCheck) -> None:
    """Fetch from a local server and compare both directions byte for byte.

    Raises:
        ArchiveError: the capture is not exact: this version of Scrapy or Twisted is not supported, or a component
            replaced a download handler. Any other error has one of these reasons, too.
    """
    from twisted.internet import reactor as installed

    reactor: Any = installed  # zope interfaces say too little about listenTCP
    factory: Any = Factory.forProtocol(_Server)
    factory.noisy = False
    factory.log = []
    key_and_certificate: Any = _new_certificate()
    factory.options = key_and_certificate.options()
    check.certificate = Certificate(key_and_certificate.original)  # type: ignore[no-untyped-call]
    check.token = object()
    ports = {
        "http": reactor.listenTCP(0, factory, interface=_HOST),
        "https": reactor.listenSSL(0, factory, factory.options, interface=_HOST),
    }
    numbers = {scheme: port.getHost().port for scheme, port in ports.items()}
    try:
        for scheme, is_proxied in _WAYS:
            meta: dict[str, Any] = {"download_timeout": _TIMEOUT, _META_KEY: check.token}
            if is_proxied:
                meta["proxy"] = f"http://{_HOST}:{numbers['http']}"
            for number in range(3):
                url = f"{scheme}://{_HOST}:{numbers[scheme]}/self-check/{number}"
                request = Request(url, headers={"X-Self-Check": "1"}, meta=meta)
                fetching = deferred_from_coro(_fetch(crawler, request))
                await maybe_deferred_to_future(fetching.addTimeout(_FETCH_TIMEOUT, reactor))
                calls, check.calls = check.calls, []
                _compare(f"{scheme}{' through a proxy' if is_proxied else ''}", scheme, calls, factory.log)
                factory.log.clear()
    finally:
        check.token = check.certificate = None
        for port in ports.values():
            await maybe_deferred_to_future(port.stopListening())


async def _fetch(crawler: Crawler, request: Request) -> None:
    with suppress(StopDownload):  # A rule of the project; the bytes until then were recorded.
        await crawler.engine.downloader.handlers.download_request_async(request)


def _compare(way: str, scheme: str, calls: list[Call], log: list[tuple[bytes, bytes]]) -> None:
    if not calls:
        raise ArchiveError(
            f"the self-check of the capture failed for {way}: something replaced the {scheme} download handler"
        )
    seen = [
        (bytes(exchange.sent), exchange.received.start(len(_ANSWER) + 1), exchange.end)
        for call in calls
        for exchange in call.exchanges
        if exchange.written
    ]
    for call in calls:
        call.close()
    if not log or seen != [(request, response, "complete" if response else "disconnect") for request, response in log]:
        raise ArchiveError(
            f"the self-check of the capture failed for {way}: it is not exact with these versions of Scrapy and "
            "Twisted, or with another component that handles requests; install the versions that the project names"
        )


@implementer(IPolicyForHTTPS)
class _Trusting:
    """Trusts one certificate, and no other."""

    def __init__(self, certificate: Certificate) -> None:
        self._roots = trustRootFromCertificates([certificate])  # type: ignore[no-untyped-call]

    def creatorForNetloc(self, hostname: Any, port: int) -> Any:  # noqa: N802  (IPolicyForHTTPS)
        name = hostname.decode("ascii") if isinstance(hostname, bytes) else hostname
        return optionsForClientTLS(name, trustRoot=self._roots)


def _new_certificate() -> PrivateCertificate:
    """Return a temporary key and a certificate for `_HOST`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-check")])
    utc = datetime.timezone.utc
    # Valid regardless of the clock, even if it is changed meanwhile (RFC 5280, 4.1.2.5: the last is "no end").
    first, last = datetime.datetime(1970, 1, 1, tzinfo=utc), datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(_HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    loaded: PrivateCertificate = PrivateCertificate.loadPEM(pem)  # type: ignore[no-untyped-call]
    return loaded
