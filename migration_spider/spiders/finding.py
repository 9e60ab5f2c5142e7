"""Finds unknown listings, in rounds of visiting menus and trying listings, and pages that no list names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import scrapy

from migration_spider.addresses import canonical
from migration_spider.ledger import NEWS, Listing
from migration_spider.spiders.base import KNOWN, LISTING, ROW
from migration_spider.spiders.hubs import HubSpider

logger = logging.getLogger(__name__)


class FindingSpider(HubSpider):
    """A spider that finds listings of news by the pages of their rows, see `explore`."""

    values: set[str]
    """Addresses (`canonical`) that values of metadata blocks link to, which are term pages."""
    visited: int
    """Number of known items when links without a list were last visited; -1 before."""
    is_searched: bool
    """Whether the listings that were left have been walked after all."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.values = set()
        spider.visited = -1
        spider.is_searched = False
        return spider

    def _explore(self) -> Iterator[scrapy.Request]:
        """Yield the next round: rows of listings on trial and pages of decided listings, or else pages of menus."""
        if self.has_enough:
            return
        requests: list[scrapy.Request] = []
        for url, listing in self.explorer.trials():
            if rows := self.explorer.rows_to_read(listing):
                for row in rows:
                    requests += self.ask(row, "listing", ROW)
            else:
                requests += self._decided(url, listing)
        # In the order of the addresses: which of two listings was answered first must not decide what is read.
        for _, listing in sorted(self.ledger.listings.items(), key=itemgetter(0)):
            self.explorer.count(listing)
            requests += self._newly_named(listing)
            requests += self._sections(listing)
        # Rows that were requested before yield no request, but their results count.
        menus = [] if requests else list(self._unasked(self.explorer.take()))
        self.run.count("menus", len(menus))
        if self.explorer.left <= 0:
            self.run.note("menus/left", self.explorer.waiting)
            if left := self.explorer.left_out:
                self.ledger.doubts[self.run.fronts[0]] = (
                    f"has {left} more pages in its menus, which were not visited: raise MIGRATION_MENU_PAGES"
                )
        requests = requests or [self.page(url, "menu", LISTING) for url in menus]
        yield from requests or self._try_hubs()

    def _decided(self, url: str, listing: Listing) -> Iterator[scrapy.Request]:
        """Yield the requests for a listing after its trial: its last page to be sure, all of it, or nothing."""
        self.explorer.decide(listing)
        # A listing without news, or without news of its own, is left unless its last page has some.
        is_spare = self._is_spare(url, listing)
        further = self.explorer.further_page(listing) if listing.state == "left" or is_spare else None
        if further and (listing.news or listing.sampled < 1):
            listing.state, listing.sampled = "trial", listing.sampled + 1
            yield self.page(further, "menu", LISTING, origin=listing.origin)
        elif listing.state == "walked" and is_spare:
            listing.state = "left"
        elif listing.state == "walked":
            yield from self._walk(url, listing)

    def _is_spare(self, url: str, listing: Listing) -> bool:
        """Whether a listing is redundant, like that of a term: found by a link, and without news of its own."""
        if listing.origin != "link" or self.explorer.brings_news(listing):
            return False
        walked = {
            self.scope.path(other_url)
            for other_url, other in self.ledger.listings.items()
            if other.state == "walked" and other.origin != "settings" and other_url != url
        }
        return self.scope.path(url) not in walked

    def _walk(self, url: str, listing: Listing) -> Iterator[scrapy.Request]:
        """Yield all rows and pages of a listing of news, and offer the same listing in the other languages."""
        yield from self._rows(listing, listing.rows)
        if listing.news:
            logger.info("A listing of news: %s (%d of %d rows read are news)", url, listing.news, listing.read)
        yield from self._pager(listing, listing.pager)
        yield from self._kin(url)
        self.explorer.offer(self._in_other_languages(url), 1, 0)

    def _in_other_languages(self, url: str) -> Iterator[str]:
        path = self.scope.path(url)
        return (self.scope.start(path, language) for language in self.options.languages)

    def _newly_named(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Yield the rows again that become news because their listing is now known as one of news."""
        if listing.state != "walked" or listing.origin == "settings":
            return
        if not listing.names_news:
            self.explorer.decide(listing)
        if listing.names_news:
            rows = [row for row in listing.rows if canonical(row) in self.explorer.would_be]
            for row in rows:
                del self.explorer.would_be[canonical(row)]
            for row in rows:
                for request in self.ask(row, "news_listing", ROW, news=True):
                    yield request.replace(dont_filter=True)

    def _typed(self) -> Iterator[scrapy.Request]:
        """Yield the pages again that are of a content type of news, as other pages have shown."""
        for url in self.explorer.of_known_types():
            for request in self.ask(url, self.ledger.named.get(canonical(url), "link"), ROW, news=True):
                yield request.replace(dont_filter=True)

    def _unvisited(self) -> dict[str, str]:
        """Address that only texts link to and that is due -> when it was last visited."""
        last: dict[str, str] = {}
        for url, _ in self.ledger.all_links():
            key = canonical(url)
            if key in self.ledger.named or self.explorer.depth_of(url) is not None:
                continue
            if key in self.ledger.fates or self.is_told(url):
                continue
            page = self.memory.page(url) if self.memory else None
            if self.memory is None or self.memory.is_other_due(page):
                last[url] = page.checked if page else ""
        return last

    def _unlisted(self) -> Iterator[scrapy.Request]:
        """Yield pages that texts link to and no list names: a sample, and more of them while some are news.

        The pages found may have links to further pages and listings.
        """
        if requests := list(self._explore()):
            yield from requests
            return
        if requests := list(self._search()):
            yield from requests
            return
        found = sum(fate.code in NEWS for fate in self.ledger.fates.values())
        if self.has_enough or found == self.visited:
            return
        self.visited = found
        facets = self._facets()
        last = self._unvisited()
        # Of those never visited, links in items come first, because many links in listings are not news.
        oldest = sorted(last, key=lambda url: (last[url], self.ledger.links.get(url) in self.ledger.listings))
        terms = [url for url in oldest if canonical(url) in self.values]
        texts = [url for url in oldest if canonical(url) not in self.values]
        most = max(0, self.run.config.link_sample - len(facets))
        # Half of each kind, if there are enough.
        chosen = texts[: max(most // 2, most - len(terms))]
        chosen += terms[: most - len(chosen)]
        self.run.note("links/unvisited", len(oldest) - len(chosen))
        yield from facets
        for url in chosen:
            yield from self.ask(url, "link", KNOWN, origin="link")

    def _search(self) -> Iterator[scrapy.Request]:
        """Yield all pages of the listings that were left after a trial, once there are items that no list names."""
        if self.is_searched or not any(self.ledger.unlisted()):
            return
        self.is_searched = True
        for url, listing in list(self.ledger.listings.items()):
            if listing.state == "left" and listing.origin != "link":
                listing.state = "walked"
                yield from self._walk(url, listing)

    def _facets(self) -> list[scrapy.Request]:
        """Some filtered views of each listing of news, as of a year; all views by a parameter that had new rows.

        They show whether the listing without a filter has all rows.
        """
        requests: list[scrapy.Request] = []
        for key, listing in self.ledger.listings.items():
            self.explorer.count(listing)
            how: dict[str, Any] = {"view_of": key}
            for name, values in listing.facets.items() if listing.state == "walked" and listing.news else ():
                if name not in listing.parts:
                    if len(requests) < self.run.config.link_sample // 2:
                        listing.parts[name] = False
                        urls = list(values)
                        # The first or the last may be the default view.
                        sample = dict.fromkeys((urls[0], urls[len(urls) // 2], urls[-1]))
                        requests += [self.page(url, "facet", KNOWN, origin=name, **how) for url in sample]
                elif listing.parts[name]:
                    listing.parts[name] = False
                    requests += [self.page(url, "facet", KNOWN, origin=name, **how) for url in values]
        return requests
