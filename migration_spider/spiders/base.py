"""The base of all spiders of the portal: options, scope, requests with priorities, counts, failures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import scrapy
from scrapy import signals
from scrapy.http import Response

from migration_spider import gone
from migration_spider.addresses import canonical
from migration_spider.config import Config
from migration_spider.exceptions import BlockedPageError, NotArchivedError, NotWantedError, in_words
from migration_spider.kept import Keys
from migration_spider.ledger import LISTS, REASONS, SETTLED, Fate, Ledger
from migration_spider.pages import Page
from migration_spider.pages.bounds import LARGEST_ANSWER
from migration_spider.pages.nodes import node_of
from migration_spider.relaunch import Held
from migration_spider.run import Run
from migration_spider.spiders import options as read_options
from migration_spider.spiders.options import Options
from migration_spider.spiders.scope import Scope
from migration_spider.state import Memory
from migration_spider.state.store import Item

# The order of a crawl. Rows come before the next listing page, so that `max_items` need not walk through all pagers.
ITEM, NEWS_LISTING, FEED, ROW, LISTING, SITEMAP, CANDIDATE, KNOWN = 200, 100, 90, 120, 50, 10, 0, -10

PLAIN_TYPES = frozenset(("page", "basic-page", "landing-page"))
"""Drupal content types (`Page.node_type`) of pages that are never news, regardless of what links to them."""

TRAIL = ("redirect_urls", "hops")
"""Keys in the ``meta`` of a request for the redirects on the way."""


class PortalSpider(scrapy.Spider):
    """A spider with the ``-a`` options of docs/crawl.md.

    ``cb_kwargs["found"]`` of a request tells how its page was found; a request without it is not for a page.
    """

    run: Run
    """The state that all components of this crawl share."""
    scope: Scope
    news_urls: Keys
    """Addresses (`canonical`) in a listing of news, or of known items."""
    hurried: set[str]
    """Addresses that were not due, but requested because a sitemap states that they have changed."""
    absences: list[gone.Absence]
    """Absences of items, which are judged at the end of the run."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        chosen = read_options.read(kwargs, Config.of(crawler.settings))
        for name, value in read_options.settings_for(chosen, crawler.settings).items():
            crawler.settings.set(name, value, priority="spider")
        spider = super().from_crawler(crawler, *args)
        config = Config.of(crawler.settings)
        spider.run = Run(crawler, chosen, config)
        spider.scope = Scope(chosen.site, chosen.languages, config.languages, config.excluded_paths)
        spider.news_urls, spider.hurried = Keys(spider.run.room), set()
        spider.absences = []
        spider.run.connect(spider.unreadable, signals.spider_error)
        spider.run.connect(spider.dropped, signals.request_dropped)
        return spider

    @property
    def options(self) -> Options:
        """The options of this crawl."""
        return self.run.options

    @property
    def ledger(self) -> Ledger:
        """The results for all addresses."""
        return self.run.ledger

    @property
    def memory(self) -> Memory | None:
        """The state of earlier runs; None in a plain crawl."""
        return self.run.memory

    @property
    def has_enough(self) -> bool:
        """Whether ``max_items`` is reached."""
        taken = self.run.counted("taken") + len(self.run.dates.held)
        return bool(self.options.max_items) and taken >= self.options.max_items

    @property
    def most_held(self) -> int:
        """Largest number of bytes of a response in memory, which applies to all requests that are not streamed."""
        return min(self.run.config.largest or LARGEST_ANSWER, LARGEST_ANSWER)

    def page(
        self,
        url: str,
        found: str,
        priority: int,
        *,
        names_news: bool = False,
        callback: Callable[..., Any] | None = None,
        **meta: Any,
    ) -> scrapy.Request:
        """Return the request of a page; with ``names_news``, all rows of that page count as news.

        ``meta``: ``discovery`` for pages that only link to others.
        """
        meta["download_maxsize"] = self.most_held
        return scrapy.Request(
            url,
            callback=callback or self.parse,
            errback=self.failed,
            priority=priority,
            cb_kwargs={"found": found, "names_news": names_news},
            meta=meta,
        )

    def start_page(self, url: str, priority: int, **how: Any) -> scrapy.Request:
        """Return the request of a start address. It may be a guess, so a 404 is not an error."""
        return self.page(url, "listing", priority, discovery=True, handle_httpstatus_list=[403, 404, 410], **how)

    def follow(self, url: str, found: str, priority: int, **how: Any) -> Iterator[scrapy.Request]:
        """Yield the request of a linked page if it is in scope; ``how`` as in `follow_all`."""
        # A page that only links to others may be a facet; other addresses lose their query, if no page was found there.
        is_page = not how.get("discovery")
        address, reason = self.scope.page(url, query=found == "state" if is_page else None, month=is_page)
        if address is None:
            self.count(f"skipped/{reason}")
        else:
            yield from self.ask(address, found, priority, **how)

    def follow_all(
        self, urls: Iterable[str], found: str, priority: int, *, host: str = "", **how: Any
    ) -> Iterator[scrapy.Request]:
        """Yield the requests of the addresses in one list that are in scope.

        ``news`` if the list is one of news, ``lastmods`` as in a sitemap, by printed address, ``host`` as in
        `Scope.page`; all others as in `page`.
        """
        lastmods = how.pop("lastmods", {})
        for url, address in self.placed(list(urls), host):
            yield from self.ask(address, found, priority, lastmod=lastmods.get(url), **how)

    def placed(self, urls: Collection[str], host: str = "") -> Iterator[tuple[str, str]]:
        """Yield (printed address, requested address) of those in one list that are in scope; count the others."""
        for url, (address, reason) in zip(urls, self.scope.pages(urls, host, month=True), strict=True):
            if address is None:
                self.count(f"skipped/{reason}")
            else:
                yield url, address

    def ask(
        self, address: str, found: str, priority: int, *, news: bool = False, lastmod: str | None = None, **how: Any
    ) -> Iterator[scrapy.Request]:
        """Yield the request of an address from `Scope`, and add it to the ledger, so that it needs a result."""
        if news:
            self.news_urls.add(canonical(address))
        if not how.get("discovery"):
            self.ledger.name(address, found, lastmod)
            if found in LISTS and self.is_told(address, named_as_news=news):
                return
        request = self.page(address, found, priority, **how)
        fate = self.ledger.fate(address)
        # Requested although it was not due: now a sitemap states that it has changed. A sitemap names a page once for
        # each translation.
        if lastmod and fate and fate.code == "not_due" and self.memory and self.memory.was_modified(address, lastmod):
            request = request.replace(dont_filter=request.url not in self.hurried)
            self.hurried.add(request.url)
        yield request

    def is_told(self, address: str, *, named_as_news: bool = False) -> bool:
        """Whether other pages already show the result for the system path of a node, ``/ru/node/7``; then settle it.

        A node that is not news in one language is not news in another; a translation that the others do not name does
        not exist, and a fallback page is shown instead.
        """
        node, fate = node_of(address), self.ledger.fate(address)
        detail = f"node {node}"
        if node is None or (fate and fate.detail != detail) or self.run.was_item(address):
            return False
        if node in self.ledger.other_nodes or (node in self.ledger.plain_nodes and not named_as_news):
            code = "not_news"
        elif self.ledger.lacks(node, address):
            code = "fallback"
        elif self.memory and self.memory.was_told(address):
            code = "not_due"
        else:
            return False
        if fate is None:
            self.ledger.settle(address, code, detail)
            self.count("told")
        return True

    def is_news_by_link(self, response: Any, page: Page) -> bool:
        """Whether this page is in a listing of news, by its address or by one that redirects to it.

        A redirect to a plain page, or from an item to another node, does not count: the old address is reused.
        """
        if self.news_urls.isdisjoint(map(canonical, addresses(response.request))):
            return False
        items = self.items_at(response.request)
        if page.node_type in PLAIN_TYPES:
            return False
        if canonical(response.url) in self.news_urls:
            return True
        if any(item.node_id is None for item in items):
            items = []
        return not items or page.node_id in {None, *(item.node_id for item in items)}

    def is_missing(self, response: Response) -> bool:
        """Whether the site does not have this start path, which is then logged."""
        if response.status < 400:
            return False
        self.ledger.absent.add(response.url)
        if response.status == 403:
            self.ledger.refused[canonical(response.url)] = f"answer {response.status}"
        self.count(f"start/{response.status}")
        self.logger.info("Start path %s was answered with %d: skipped", response.url, response.status)
        return True

    def items_at(self, request: scrapy.Request) -> list[Item]:
        """The known items at the address of ``request``, or at one that redirected to it."""
        return self.memory.items_at(addresses(request)) if self.memory else []

    def led(self, request: Any, url: str) -> None:
        """Record the place of a list or front page, or of the target of its redirect."""
        if request.meta.get("discovery"):
            self.ledger.places[canonical(addresses(request)[:2][-1])] = gone.place(url)

    def settle(self, request: Any, code: str, detail: str = "") -> None:
        """Record the result for the address of a request, and for those that redirected to it."""
        self.ledger.settle(request.url, code, detail)
        for url in request.meta.get("redirect_urls", ()):
            if url != request.url:
                self.ledger.settle(url, "redirected" if code in SETTLED else code, detail or request.url)

    def contradictions(self) -> list[Held]:
        """The items that waited because of contradictions; none if the site was relaunched.

        Stats: ``migration/items/relaunched``, ``migration/share/renumbered``, ``migration/share/moved``.
        """
        relaunch = self.run.relaunch
        held = relaunch.release()
        if relaunch.is_relaunch:
            self.run.note("share/renumbered", relaunch.share)
            for url, fate in self.ledger.fates.items():
                if fate.code == "relaunched":
                    # Without the id, by which `is_clear` would accept redirects to it.
                    self.ledger.fates[url] = Fate(fate.code)
        elif self.run.counted("items/relaunched"):
            self.run.note("items/relaunched", 0)
        if relaunch.moved_share > relaunch.limit:
            self.run.note("share/moved", relaunch.moved_share)
        return held

    def absences_that_count(self) -> list[gone.Absence]:
        """The absences that count; none if so many items are gone that the site has a problem, or was relaunched.

        Stats: ``migration/items/withheld``; ``migration/share/vanished`` when it is above MIGRATION_MAX_VANISHED, or
        ``migration/one_place``.
        """
        if self.memory is None or not self.absences:
            return []
        items = (item for item in self.memory.items() if self.scope.page(item.url)[0])
        judgement = gone.judge(self.absences, items, self.ledger, self.run.config.max_vanished)
        is_relaunch = self.run.relaunch.is_relaunch
        if not (judgement.is_too_much or is_relaunch) and self.run.counted("pages"):
            return judgement.absences
        if judgement.is_too_much and not is_relaunch:
            self.run.note("one_place" if judgement.place else "share/vanished", judgement.place or judgement.share)
        self.run.note("items/withheld", len(judgement.absences))
        for absence in judgement.absences:
            self.ledger.fates[canonical(absence.url)] = Fate("withheld", f"{absence.reason} ({absence.status})")
        return []

    def failed(self, failure: Any) -> None:
        """Errback of pages: a response of the site is counted; any other failure makes the run incomplete."""
        request, error = failure.request, failure.value
        response = getattr(error, "response", None)
        hops = request.meta.get("hops", [])
        facts = request.meta.get("archive") or (hops[-1] if hops else None)
        if response is not None:
            status, why = response.status, f"answer {response.status}"
        else:
            status, why = (facts or {}).get("status", 200), in_words(error)
        if response is not None and status < 500 and status != 429:
            self._refused(request, status, facts)
        elif isinstance(error, NotWantedError):
            self._not_wanted(request, error, hops)
        elif isinstance(error, BlockedPageError) and self.memory and self.memory.is_withdrawn(addresses(request)):
            self.count("answered/blocked")
            self.settle(request, "forbidden", str(error))
        else:
            self._not_fetched(request, error, why, status, facts)

    def _not_wanted(self, request: scrapy.Request, error: NotWantedError, hops: Sequence[Mapping[str, Any]]) -> None:
        """Settle a page that was not requested; items that redirect to another site are absent."""
        self.count("ignored")
        if error.code == "robots" or (error.code == "off-site" and request.meta.get("page_of")):
            self.lose(request, REASONS.get(error.code, error.code))
        if error.code == "off-site" and hops:
            self.settle(request, "redirected", request.url)
            self.led(request, request.url)
            self.absences += gone.of_page(self.items_at(request), None, hops, None, request.url)
        elif error.code != "stopped":
            self.settle(request, error.code, str(error))

    def _refused(self, request: scrapy.Request, status: int, facts: Any) -> None:
        """Settle a page for which the site returned an error."""
        self.count(f"answered/{status}")
        if request.meta.get("page_of") or status not in (404, 410):
            self.lose(request, f"answer {status}")
        code = "gone" if status in (404, 410) else "forbidden"
        # A dead link in a text is not an error of a list.
        is_list = self.ledger.named.get(canonical(request.url)) != "link"
        self.settle(request, code if is_list else "not_news", f"answer {status}")
        if self.options.urls and code == "gone":
            self.count("asked_gone")
            # A known item that is gone is reported as such.
            if not (self.memory and self.memory.items_at(addresses(request), withdrawn=True)):
                before = self.run.facts.get("migration/asked_in_vain")
                answer = f"{request.url} answers {status}"
                self.run.note("asked_in_vain", f"{before}, {answer}" if before else answer)
        self.absences += gone.of_status(self.items_at(request), status, facts)

    def lose(self, request: scrapy.Request, why: str) -> None:
        """Note that the rows of a listing, or of a further page of one, are not known."""
        url = request.meta.get("redirect_urls", [request.url])[0]
        if listing := self.ledger.listings.get(request.meta.get("page_of", "")):
            listing.lost[url] = why
        elif request.meta.get("discovery") or request.cb_kwargs.get("found") == "menu":
            self.ledger.refused[canonical(url)] = why

    def _not_fetched(self, request: scrapy.Request, error: Exception, why: str, status: int, facts: Any) -> None:
        """Settle a page of which nothing is known, so that the run is incomplete."""
        if isinstance(error, NotArchivedError):
            self.run.fail(str(error))
        self.count("failed")
        self.logger.warning("Not fetched: %s (%s)", request.url, why)
        self.settle(request, "blocked" if isinstance(error, BlockedPageError) else "failed", why)
        if isinstance(error, BlockedPageError) and not self.run.is_stopped:
            self.absences += gone.of_blocked(self.items_at(request), error.code, status, facts)

    def dropped(self, request: scrapy.Request) -> None:
        """Record a request that was dropped as a duplicate after a redirect, because no callback is called for it."""
        sources = request.meta.get("redirect_urls")
        if sources and not self.is_clear(request.url, sources):
            self.ledger.merged.append((request.url, {name: request.meta.get(name, []) for name in TRAIL}))

    def is_clear(self, url: str, sources: Sequence[str]) -> bool:
        """Whether ``url``, to which ``sources`` redirect, has the items that were there; then settle ``sources``."""
        fate = self.ledger.fate(url)
        items = self.memory.items_at(sources) if self.memory else []
        if fate is None or any(fate.detail != item.id for item in items):
            return False
        for source in sources:
            self.ledger.settle(source, "redirected", url)
        return True

    def unreadable(self, failure: Any, response: Any) -> None:
        """Handle an exception of a callback: an error in the code, or of the disk. The next run tries again."""
        if why := self.run.refusal(failure.value):
            self.run.cannot_write(why)
        facts = self.run.facts  # Scrapy has its own stat of that name
        facts["spider_exceptions/count"] = facts.get("spider_exceptions/count", 0) + 1
        if response is not None and response.request is not None:
            self.settle(response.request, "unreadable", f"{failure.type.__name__}: {failure.getErrorMessage()}")

    def parse_requisite(self, response: Response) -> None:
        """Count a style sheet or image, which is archived by the fetch; RequisitesMiddleware reads style sheets."""
        if response.status == 200:
            self.count("requisites/fetched")

    def requisite_failed(self, failure: Any) -> None:
        """Count a style sheet or image that could not be fetched; the page does not need it."""
        if not isinstance(failure.value, NotWantedError):
            self.count("requisites/failed")
            self.logger.info("Not fetched: %s (%s)", failure.request.url, in_words(failure.value))

    def count(self, name: str) -> None:
        """Add one to the stat ``migration/<name>``."""
        self.run.count(name)


def addresses(request: scrapy.Request | None) -> list[str]:
    """The address of a request and those that redirected to it."""
    return [request.url, *request.meta.get("redirect_urls", ())] if request is not None else []
