"""All private names of Scrapy and Twisted that the capture uses, in one place.

`probe` checks for them before a crawl and reports those that are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import scrapy
import twisted
from twisted.web._newclient import HTTP11ClientProtocol, HTTPClientParser

from archive.errors import ArchiveError

if TYPE_CHECKING:  # its import takes half a second
    from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

_POOL = "_pool"
_CONTEXT_FACTORY = "_contextFactory"
_PARSER = "_parser"


class UnsupportedVersionError(ArchiveError):
    """A private name is not there: this version of Scrapy or Twisted was never tried."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not there in Scrapy {scrapy.__version__} and Twisted {twisted.__version__}, and the capture "
            "needs it: install versions that the archive was tried with (scrapy>=2.19,<2.20 and twisted>=25.5,<27)"
        )


def probe() -> None:
    """Look for the private names that can be seen before a handler is made.

    Raises:
        UnsupportedVersionError: one is missing.
    """
    if not hasattr(HTTP11ClientProtocol, _PARSER):
        raise UnsupportedVersionError(f"twisted.web._newclient.HTTP11ClientProtocol.{_PARSER}")
    if not hasattr(HTTPClientParser, "MAX_LENGTH"):
        raise UnsupportedVersionError("twisted.web._newclient.HTTPClientParser.MAX_LENGTH")


def _attribute(handler: HTTP11DownloadHandler, name: str) -> Any:
    if not hasattr(handler, name):
        raise UnsupportedVersionError(f"{type(handler).__module__}.{type(handler).__qualname__}.{name}")
    return getattr(handler, name)


def pool_of(handler: HTTP11DownloadHandler) -> Any:
    """The connection pool of a download handler."""
    return _attribute(handler, _POOL)


def set_pool(handler: HTTP11DownloadHandler, pool: Any) -> None:
    """Have ``handler`` ask ``pool`` for its connections."""
    _attribute(handler, _POOL)
    setattr(handler, _POOL, pool)


@contextmanager
def policy(handler: HTTP11DownloadHandler, of: Any) -> Iterator[None]:
    """Have ``handler`` use the ``IPolicyForHTTPS`` that ``of`` makes of its own."""
    own = _attribute(handler, _CONTEXT_FACTORY)
    setattr(handler, _CONTEXT_FACTORY, of(own))
    try:
        yield
    finally:
        setattr(handler, _CONTEXT_FACTORY, own)


def lengthen_lines(protocol: HTTP11ClientProtocol, length: int) -> None:
    """Let the header lines of the answer that ``protocol`` waits for have ``length`` bytes; Twisted stops at 16 KB."""
    parser: Any = getattr(protocol, _PARSER)
    if parser is not None:
        parser.MAX_LENGTH = length


def overlook_names(protocol: HTTP11ClientProtocol) -> None:
    """Let the answer that ``protocol`` waits for have fields whose name is none: browsers leave out the line.

    Twisted would leave out the page.
    """
    parser: Any = getattr(protocol, _PARSER)
    if parser is None:
        return
    received = parser.headerReceived

    def known(name: bytes, value: bytes) -> None:
        with suppress(ValueError):  # InvalidHeaderName
            received(name, value)

    parser.headerReceived = known
