"""Requests each page once per run, whatever names it: a link, a file, a row of a listing, or a redirect."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

from scrapy import Request, signals
from scrapy.downloadermiddlewares.stats import DownloaderStats
from scrapy.http import Response

from archive import ArchiveError, Span
from archive.replay import answer
from migration_spider.addresses import canonical
from migration_spider.kept import Table
from migration_spider.middlewares.incremental import FROM_ARCHIVE

logger = logging.getLogger(__name__)

ASKED_ONCE = "asked-once"
"""Flag of a response from the archive of this run."""

MOST_SEEN = 16_384
"""Addresses of the last requests that are remembered; enough, because neighbouring pages link to each other."""


class Answered(NamedTuple):
    """The response of an address in this run."""

    place: Span
    fetched_at: str


class OnceMiddleware:
    """Answers a repeated request from the archive of this run.

    A page may be needed a second time: as a row that is news because its listing is now known as one of news, or as
    evidence for an item that redirects to it. The duplicate filter cannot distinguish these requests from others, and
    requests for files do not pass through it.

    Responses that later middlewares refused are not stored here, and retries are always sent, so errors, blocked and
    incomplete pages are requested again.
    """

    def __init__(self, crawler: Any) -> None:
        self.directory = Path(crawler.settings["ARCHIVE_DIR"])
        self.answered: MutableMapping[str, Answered] = Table(crawler.spider.run.room, _dump, _load)
        crawler.spider.run.connect(self.dropped, signals.request_dropped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> OnceMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        is_anew = request.meta.get("retry_times") or request.meta.get("whole")
        known = None if is_anew else self.answered.get(canonical(request.url))
        if known is None or request.method != "GET":
            return None
        try:
            response, facts = answer(
                self.directory, request.url, known.place, known.place, known.fetched_at, flag=ASKED_ONCE
            )
        except ArchiveError as error:
            logger.warning("Requested a second time: %s", error)
            return None
        request.meta["archive"] = facts
        return response

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status < 500 and response.status != 429 and (facts := request.meta.get("archive")):
            self.answered[canonical(request.url)] = _answered(facts)
        self._remember_hops(request)
        return response

    def dropped(self, request: Request) -> None:
        """Store the redirects that led to a page that was requested before."""
        self._remember_hops(request)

    def _remember_hops(self, request: Request) -> None:
        for facts in request.meta.get("hops", ()):
            self.answered.setdefault(canonical(facts["target_uri"]), _answered(facts))


def _answered(facts: dict[str, Any]) -> Answered:
    return Answered(Span(facts["file"], facts["offset"], facts["length"]), facts["fetched_at"])


def _dump(known: Answered) -> str:
    place, fetched_at = known
    return "\n".join((fetched_at, str(place.offset), str(place.length), place.file))


def _load(text: str | None) -> Answered:
    fetched_at, offset, length, file = (text or "").split("\n", 3)
    return Answered(Span(file, int(offset), int(length)), fetched_at)


class NamedAgainMiddleware:
    """Drops duplicate requests, four of five, directly after the spider, before the duplicate filter would.

    Every page links to all its translations, and every page of a listing to the others; on its way to the duplicate
    filter, such a request costs as much as one that is sent. With a DEPTH_LIMIT, which may refuse the first request of
    an address but not a later one, nothing is dropped here.

    Stat: ``dupefilter/filtered``, as the duplicate filter counts them.
    """

    def __init__(self, crawler: Any) -> None:
        self.is_deep = not crawler.settings.getint("DEPTH_LIMIT")
        self.stats = crawler.stats
        self.seen: dict[str, None] = {}
        """Addresses of the requests that were passed on."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> NamedAgainMiddleware:
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for output in result:
            if self.is_deep and isinstance(output, Request) and self._is_plain(output):
                if output.url in self.seen:
                    self.stats.inc_value("dupefilter/filtered")
                    continue
                self.seen[output.url] = None
                if len(self.seen) > MOST_SEEN:
                    del self.seen[next(iter(self.seen))]
            yield output

    @staticmethod
    def _is_plain(request: Request) -> bool:
        """Whether the duplicate filter decides by the address alone, and no code needs to know of a dropped request."""
        return not (request.dont_filter or request.body or "redirect_urls" in request.meta) and request.method == "GET"


class WireStats(DownloaderStats):
    """Scrapy's counts of responses and bytes, without those from the archive; used by the report."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> WireStats:
        return cls(crawler.stats)

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        if {FROM_ARCHIVE, ASKED_ONCE}.isdisjoint(response.flags):
            super().process_response(request, response)
        return response
