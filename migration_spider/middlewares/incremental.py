"""Avoids requests that are not needed: pages that are not due, have not changed, or were requested in this harvest
before.
"""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Request
from scrapy.http import Response

from archive import ArchiveError, Span
from archive.capture.settings import read_settings
from archive.index import LastAnswer
from archive.replay import answer
from migration_spider.addresses import canonical, led_to
from migration_spider.exceptions import NotAnsweredError, NotWantedError
from migration_spider.middlewares.politeness import is_robots
from migration_spider.state import Memory

logger = logging.getLogger(__name__)

PASSING = frozenset((302, 303, 307))
"""Temporary redirects (RFC 9110, section 15.4)."""

VALIDATORS = ("If-None-Match", "If-Modified-Since")
NOT_MODIFIED = "not-modified"
FROM_ARCHIVE = "from-archive"


class IncrementalMiddleware:
    """Answers or drops requests by the state of earlier runs; does nothing in a plain crawl.

    - A page that was fetched in an earlier part of this harvest, before it was interrupted, is answered from the
      archive, so the crawl takes the same way again and finds the same pages. A temporary redirect is used only if its
      target is also in the archive, because one to a login, a maintenance page or another host may have ended.
    - A page that is not due fails its request with ``NotWantedError``, code ``not_due``.
    - All other requests have the validators of the last response (RFC 9110, sections 13.1.2 and 13.1.3; Drupal returns
      304 only if both match). A 304 is replaced by the archived response; if there is none, the page is requested
      again, once.

    Stats: ``migration/from_archive``, ``migration/not_modified``, ``migration/not_due``.
    """

    def __init__(self, crawler: Any) -> None:
        self.run = crawler.spider.run
        # Without deduplication, a 304 could not refer to an archived response.
        self.asks_conditionally = read_settings(crawler.settings).dedup

    @classmethod
    def from_crawler(cls, crawler: Any) -> IncrementalMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        memory = self.run.memory
        if memory is None:
            return None
        # Redirects copy the headers of the request they come from.
        for name in VALIDATORS:
            request.headers.pop(name, None)
        page = memory.page(request.url)
        if request.meta.get("whole"):
            return None  # the last response cannot be used
        if page is not None and memory.is_current(page) and not is_robots(request):
            response = self._from_archive(memory, request, page)
            if response is not None:
                return response
            # The page is due, regardless of its age, because the response of this harvest cannot be used.
            page = None
        if not self._is_due(memory, request, page):
            self.run.count("not_due")
            raise NotWantedError(f"{request.url}: not due", "not_due")
        if page is not None and page.status == 200 and self.asks_conditionally:
            for name, value in zip(VALIDATORS, (page.etag, page.last_modified), strict=True):
                if value:
                    request.headers[name] = value.encode("latin-1", "replace")  # byte for byte
        return None

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 304:
            return response
        memory = self.run.memory
        facts = request.meta.get("archive") or {}
        if memory is not None and facts.get("revisit"):
            place = Span(facts["file"], facts["offset"], facts["length"])
            try:
                stored, _ = answer(
                    memory.pages.directory, request.url, place, place, facts["fetched_at"], flag=NOT_MODIFIED
                )
            except ArchiveError as error:
                logger.warning("Requested again unconditionally: %s", error)
            else:
                self.run.count("not_modified")
                return stored
        if not request.meta.get("whole"):
            return request.replace(dont_filter=True, meta={**request.meta, "whole": True})
        if is_robots(request):
            return response  # handled by PolitenessMiddleware
        raise NotAnsweredError(f"{request.url}: answered 304 twice, although the request was unconditional")

    def _is_due(self, memory: Memory, request: Request, page: LastAnswer | None) -> bool:
        """Whether a request is due; always for listings, feeds, sitemaps, robots.txt and attachments."""
        if request.meta.get("requisite"):
            return memory.is_requisite_due(page)
        if request.meta.get("discovery") or request.cb_kwargs.get("found") in (None, "urls", "state"):
            return True
        is_lead = request.cb_kwargs.get("found") in ("menu", "facet", "link")
        if is_lead and not memory.items_at([request.url], withdrawn=True):
            return memory.is_other_due(page)
        if memory.items_at(request.meta.get("redirect_urls", ())):
            # The target of a redirect from an item shows what happened to the item.
            return True
        return memory.is_page_due(request.url, page, self.run.ledger.lastmods.get(canonical(request.url)))

    def _from_archive(self, memory: Memory, request: Request, page: LastAnswer) -> Response | None:
        fetched_at = f"{page.checked[:19]}Z"
        try:
            response, facts = answer(
                memory.pages.directory, request.url, page.head, page.body, fetched_at, flag=FROM_ARCHIVE
            )
        except ArchiveError as error:
            logger.warning("Fetched once more: %s", error)
            return None
        if response.status in PASSING and not self._is_followed(memory, response):
            return None
        request.meta["archive"] = facts
        self.run.count("from_archive")
        return response

    def _is_followed(self, memory: Memory, response: Response) -> bool:
        target = memory.page(led_to(response.url, response.headers.get("Location") or b""))
        return target is not None and memory.is_current(target)
