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
    """A private name is missing: this version of Scrapy or Twisted is not supported."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not there in Scrapy {scrapy.__version__} and Twisted {twisted.__version__}, and the capture "
            "needs it: install versions that the archive was tried with (scrapy>=2.19,<2.20 and twisted>=25.5,<27)"
        )


def probe() -> None:
    """Check for the private names that can be checked before a handler is created.

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
    """Return the connection pool of a download handler."""
    return _attribute(handler, _POOL)


def set_pool(handler: HTTP11DownloadHandler, pool: Any) -> None:
    """Make ``handler`` use the connection pool ``pool``."""
    _attribute(handler, _POOL)
    setattr(handler, _POOL, pool)


@contextmanager
def policy(handler: HTTP11DownloadHandler, replacement: Any) -> Iterator[None]:
    """Make ``handler`` use the ``IPolicyForHTTPS`` that ``replacement`` returns for its original one."""
    original = _attribute(handler, _CONTEXT_FACTORY)
    setattr(handler, _CONTEXT_FACTORY, replacement(original))
    try:
        yield
    finally:
        setattr(handler, _CONTEXT_FACTORY, original)


def lengthen_lines(protocol: HTTP11ClientProtocol, length: int) -> None:
    """Allow header lines of ``length`` bytes in the response that ``protocol`` waits for; Twisted's limit is 16 KB."""
    parser: Any = getattr(protocol, _PARSER)
    if parser is not None:
        parser.MAX_LENGTH = length


def overlook_names(protocol: HTTP11ClientProtocol) -> None:
    """Ignore fields with invalid names in the response that ``protocol`` waits for, as browsers do.

    Twisted would reject the response.
    """
    parser: Any = getattr(protocol, _PARSER)
    if parser is None:
        return
    header_received = parser.headerReceived

    def add_valid(name: bytes, value: bytes) -> None:
        with suppress(ValueError):  # InvalidHeaderName
            header_received(name, value)

    parser.headerReceived = add_valid
