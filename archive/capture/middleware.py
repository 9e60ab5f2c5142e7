"""Downloader middlewares: they prevent requests before the self-check has passed, and ensure that the evidence of each
response is correct.
"""

from __future__ import annotations

from collections.abc import Awaitable

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from archive.capture.extension import archiver_of
from archive.errors import ArchiveError

META_KEY = "archive"


class FreshEvidenceMiddleware:
    """Removes ``meta["archive"]`` from every request: redirects, retries and spiders copy the ``meta`` of a response.

    It is the first middleware, since a cache returns a response without calling later ones.
    """

    def process_request(self, request: Request) -> None:
        request.meta.pop(META_KEY, None)


class GuardMiddleware:
    """The last middleware: every request here goes to a download handler, and the response must have evidence.

    The self-check is awaited here and not only in the download handlers, which may have been replaced.

    Raises:
        ArchiveError: the archive has failed, or the response of a download handler is not archived.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._archiver = archiver_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Awaitable[None] | None:
        self._archiver.require()
        if urlparse_cached(request).scheme in {"http", "https"}:
            request.meta[META_KEY] = None  # Requested, not archived yet; responses from a cache lack this key.
        return None if self._archiver.is_checked else self._archiver.check()

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get(META_KEY, response) is None:
            missed = ArchiveError(
                f"{request.url}: the response is not archived: something replaced the "
                f"{urlparse_cached(request).scheme} download handler"
            )
            self._archiver.fail(missed)
            raise missed
        return response
