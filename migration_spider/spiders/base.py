"""What a spider of the portal shares: options, scope, requests with their order, counts, failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.http import Response

from migration_spider import gone
from migration_spider.config import Config
from migration_spider.exceptions import BlockedPageError, NotArchivedError, NotWantedError
from migration_spider.ledger import SETTLED, Fate, Ledger
from migration_spider.pages import Page
from migration_spider.run import Run
from migration_spider.spiders import options as read_options
from migration_spider.spiders.options import Options
from migration_spider.spiders.scope import Scope
from migration_spider.state import Memory
from migration_spider.state.store import Item

PLAIN_TYPES = frozenset(("page", "basic-page", "landing-page"))
"""Drupal content types, as `Page.node_type` gives them, of pages that are no news whatever leads to them."""

TRAIL = ("redirect_urls", "hops")
"""What the ``meta`` of a request knows of the redirects on the way."""


class PortalSpider(scrapy.Spider):
    """A spider with the ``-a`` options of docs/crawl.md.

    ``cb_kwargs["found"]`` of a request says how its page was found; a request without it is no page.
    """

    run: Run
    """What all components of this crawl share."""
    scope: Scope
    news_urls: set[str]
    """URLs that a news listing named, or that were items before."""
    absences: list[gone.Absence]
    """Items found not to be where they were, until the end of the run tells what that means."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        chosen = read_options.read(kwargs, Config.of(crawler.settings))
        for name, value in read_options.settings_for(chosen, crawler.settings).items():
            crawler.settings.set(name, value, priority="spider")
        spider = super().from_crawler(crawler, *args)
        config = Config.of(crawler.settings)
        spider.run = Run(crawler, chosen, config)
        spider.scope = Scope(chosen.site, chosen.languages, config.languages, config.excluded_paths)
        spider.news_urls = set()
        spider.absences = []
        spider.run.connect(spider.unreadable, signals.spider_error)
        spider.run.connect(spider.dropped, signals.request_dropped)
        return spider

    @property
    def options(self) -> Options:
        """What this crawl was asked for."""
        return self.run.options

    @property
    def ledger(self) -> Ledger:
        """What became of each address."""
        return self.run.ledger

    @property
    def memory(self) -> Memory | None:
        """What is known of earlier runs; None in a plain crawl."""
        return self.run.memory

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
        """The request of a page; ``names_news`` when the rows of that page are news by name.

        ``meta``: ``discovery`` for pages that only lead to others.
        """
        return scrapy.Request(
            url,
            callback=callback or self.parse,
            errback=self.failed,
            priority=priority,
            cb_kwargs={"found": found, "names_news": names_news},
            meta=meta,
        )

    def start_page(self, path: str, language: str, priority: int, **how: Any) -> scrapy.Request:
        """The request of a start path, which may be a guess: its 404 is an answer, not a fault."""
        codes = [403, 404, 410]
        url = self.scope.start(path, language)
        return self.page(url, "listing", priority, discovery=True, handle_httpstatus_list=codes, **how)

    def follow(
        self, url: str, found: str, priority: int, *, news: bool = False, lastmod: str | None = None, **how: Any
    ) -> Iterator[scrapy.Request]:
        """The request of a linked page when it is in scope, else nothing.

        ``news`` when the link names it as news, ``lastmod`` as a sitemap has it; the others are those of `page`.
        """
        address, reason = self.scope.page(url)
        if address is None:
            self.count(f"skipped/{reason}")
            return
        if news:
            self.news_urls.add(address)
        if not how.get("discovery"):
            self.ledger.name(address, found, lastmod)
        request = self.page(address, found, priority, **how)
        fate = self.ledger.fates.get(address)
        # Named before, when nothing said that it was changed.
        if lastmod and fate and fate.code == "not_due" and self.memory and self.memory.was_modified(address, lastmod):
            request = request.replace(dont_filter=True)
        yield request

    def is_news_by_link(self, response: Any) -> bool:
        """Whether a news listing named this page, by its address or by one that redirects to it.

        A plain page is not named by what redirects to it, nor another node by an item: its address was given away.
        """
        if response.url in self.news_urls:
            return True
        if self.news_urls.isdisjoint(addresses(response.request)):
            return False
        page, items = Page(response.url, response.selector), self.items_at(response.request)
        if any(item.node_id is None for item in items):
            items = []
        return page.node_type not in PLAIN_TYPES and (
            not items or page.node_id in {None, *(item.node_id for item in items)}
        )

    def is_missing(self, response: Response) -> bool:
        """Whether the site does not have this start path; says so once."""
        if response.status < 400:
            return False
        self.ledger.absent.add(response.url)
        self.count(f"start/{response.status}")
        self.logger.info("Start path %s answers %d: skipped", response.url, response.status)
        return True

    def items_at(self, request: scrapy.Request) -> list[Item]:
        """The items that stood at the address of ``request`` or at one that redirected to it, as far as is known."""
        return self.memory.items_at(addresses(request)) if self.memory else []

    def settle(self, request: Any, code: str, detail: str = "") -> None:
        """What became of a request's address; those that redirected to it are settled with it."""
        self.ledger.settle(request.url, code, detail)
        for url in request.meta.get("redirect_urls", ()):
            if url != request.url:
                self.ledger.settle(url, "redirected" if code in SETTLED else code, detail or request.url)

    def absences_that_count(self) -> list[gone.Absence]:
        """The absences that count: none when so much is gone that the site itself is the matter.

        Stats: ``migration/items/withheld``, and ``migration/share/vanished`` when it is above MIGRATION_MAX_VANISHED.
        """
        if self.memory is None or not self.absences:
            return []
        items = (item for item in self.memory.items() if self.scope.page(item.url)[0])
        found = gone.judge(self.absences, items, self.ledger, self.run.config.max_vanished)
        if not found.is_too_much and self.run.counted("pages"):
            return found.absences
        if found.is_too_much:
            self.run.note("share/vanished", found.share)
        self.run.note("items/withheld", len(found.absences))
        for one in found.absences:
            self.ledger.fates[one.url] = Fate("withheld", f"{one.reason} ({one.status})")
        return []

    def failed(self, failure: Any) -> None:
        """A page that could not be had: an answer of the site is counted, anything else makes the run incomplete."""
        request, error = failure.request, failure.value
        response = getattr(error, "response", None)
        hops = request.meta.get("hops", [])
        facts = request.meta.get("archive") or (hops[-1] if hops else None)
        if response is not None and response.status < 500 and response.status != 429:
            self.count(f"answered/{response.status}")
            code = "gone" if response.status in (404, 410) else "forbidden"
            self.settle(request, code, f"answer {response.status}")
            self.absences += gone.of_status(self.items_at(request), response.status, facts)
        elif isinstance(error, NotWantedError):
            self.count("ignored")
            if error.code == "off-site" and hops:
                self.settle(request, "redirected", request.url)
                self.absences += gone.of_page(self.items_at(request), None, hops, None)
            elif error.code != "stopped":
                self.settle(request, error.code, str(error))
        elif isinstance(error, BlockedPageError) and self.memory and self.memory.is_withdrawn(addresses(request)):
            self.count("answered/blocked")
            self.settle(request, "forbidden", str(error))
        else:
            if isinstance(error, NotArchivedError):
                self.run.fail(str(error))
            self.count("failed")
            why = f"answer {response.status}" if response is not None else failure.getErrorMessage()
            self.logger.warning("Not fetched: %s (%s)", request.url, why or failure.type.__name__)
            is_blocked = isinstance(error, BlockedPageError)
            self.settle(request, "blocked" if is_blocked else "failed", why or failure.type.__name__)
            if isinstance(error, BlockedPageError) and not self.run.is_stopped:
                status = response.status if response is not None else (facts or {}).get("status", 200)
                self.absences += gone.of_blocked(self.items_at(request), error.code, status, facts)

    def dropped(self, request: scrapy.Request) -> None:
        """A request that the duplicate filter dropped: when a redirect led there, nobody else hears of it."""
        if request.meta.get("redirect_urls"):
            self.ledger.merged.append((request.url, {name: request.meta.get(name, []) for name in TRAIL}))

    def unreadable(self, failure: Any, response: Any) -> None:
        """An error in the code that reads pages: the address is asked again in the next run."""
        facts = self.run.facts  # Scrapy has its own stat of that name
        facts["spider_exceptions/count"] = facts.get("spider_exceptions/count", 0) + 1
        if response is not None and response.request is not None:
            self.settle(response.request, "unreadable", f"{failure.type.__name__}: {failure.getErrorMessage()}")

    def parse_requisite(self, response: Response) -> None:
        """A style sheet or image is archived by being fetched; RequisitesMiddleware reads style sheets for more."""

    def requisite_failed(self, failure: Any) -> None:
        """One that could not be had: the page is news without it."""
        if not isinstance(failure.value, NotWantedError):
            self.count("requisites/failed")
            self.logger.info("Not fetched: %s (%s)", failure.request.url, failure.getErrorMessage())

    def count(self, name: str) -> None:
        """Add one to the stat ``migration/<name>``."""
        self.run.count(name)


def addresses(request: scrapy.Request | None) -> list[str]:
    """The address of a request and those that redirected to it."""
    return [request.url, *request.meta.get("redirect_urls", ())] if request is not None else []
