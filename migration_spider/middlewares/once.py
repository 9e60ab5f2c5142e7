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
"""Flag of such an answer."""

MOST_SEEN = 16_384
"""Addresses of which is known here that they were passed on, the last ones: pages that are near name one another."""


class Answered(NamedTuple):
    """What an address answered in this run."""

    place: Span
    fetched_at: str


class OnceMiddleware:
    """Gives a request whose address has answered in this run that answer, out of the archive of the run.

    A second look at a page tells what the first one did, but for those who look: a row is news once its listing is
    found to be one of news, a page is evidence of the item that redirects to it. The duplicate filter cannot keep
    these apart from what needs asking, and files do not pass it at all.

    What the middlewares behind this one refused is not known here, and a retry is asked for its own sake: an error, a
    blocked page or one that was cut is asked again.
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
        """A redirect to a page that was asked for itself: the redirects on the way have answered, too."""
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
    """Drops what a page names and the duplicate filter would drop, right behind the spider: four requests in five.

    Every page names all its translations, every page of a listing the others. On its way to the duplicate filter such
    a request costs as much as one that is sent. Where there is a DEPTH_LIMIT, by which the first request of an address
    may be refused and a later one not, the duplicate filter is left alone with it.

    Stat: ``dupefilter/filtered``, as the duplicate filter counts them.
    """

    def __init__(self, crawler: Any) -> None:
        self.is_deep = not crawler.settings.getint("DEPTH_LIMIT")
        self.stats = crawler.stats
        self.seen: dict[str, None] = {}
        """Addresses of the requests that went on from here to the duplicate filter."""

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
        """Whether the duplicate filter goes by the address alone, and nobody hears of a request that it drops."""
        return not (request.dont_filter or request.body or "redirect_urls" in request.meta) and request.method == "GET"


class WireStats(DownloaderStats):
    """Scrapy's counts of answers and bytes, of what came over the network alone; the report rests on them."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> WireStats:
        return cls(crawler.stats)

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        if {FROM_ARCHIVE, ASKED_ONCE}.isdisjoint(response.flags):
            super().process_response(request, response)
        return response
