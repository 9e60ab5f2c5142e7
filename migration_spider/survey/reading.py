"""Reads the pages among the archived responses of a run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from scrapy.http import TextResponse

from archive import ArchiveError
from migration_spider.items import NewsItem
from migration_spider.normalize.block import BlockResult
from migration_spider.normalize.identity import item_id
from migration_spider.normalize.item import SiteOrders, normalize
from migration_spider.pages import NewsPage, Page, page_for, told_by
from migration_spider.pages.bounds import is_parseable
from migration_spider.pages.parts import Part
from migration_spider.responses.blocked import CODES
from migration_spider.site_profile import SiteProfile
from migration_spider.survey.answers import Answer, Answers
from migration_spider.survey.model import (
    Blocked,
)
from migration_spider.whole import code_of


@dataclass(eq=False)
class Read:
    """One page of the site, as it was read."""

    answer: Answer
    page: Page
    told_by: str
    item: NewsItem | None = None
    """The normalized item of a page that is news and not a fallback."""
    found: BlockResult | None = None
    parts: frozenset[Part] = frozenset()
    """The parts of the text of such a page."""


@dataclass(eq=False)
class Site:
    """All pages that were read, for survey.json."""

    answers: Answers
    url: str
    """Scheme and host."""
    agent: str
    """Product name in the user agent."""
    settings_paths: Collection[str] = ()
    """Addresses of the sitemaps and feeds in the settings."""
    pages: list[Read] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    profile: SiteProfile = field(default_factory=SiteProfile)
    day_first: dict[str, bool] = field(default_factory=dict)
    """Language -> order of numeric dates, if it is settled."""

    @classmethod
    def read(
        cls,
        answers: Answers,
        url: str,
        *,
        agent: str,
        named: Collection[str],
        in_settings: Collection[str],
        day_first: bool | None,
    ) -> Site:
        """Read all pages among ``answers``.

        Args:
            url: Scheme and host of the site.
            agent: Product name in the user agent, as used in robots.txt.
            named: Addresses in listings of news.
            in_settings: Addresses of the sitemaps and feeds in the settings.
            day_first: The setting MIGRATION_DAY_FIRST.
        """
        site = cls(answers, url, agent, in_settings)
        for answer in answers:
            if answer.leads_to or not answer.url.startswith(url + "/"):
                continue
            try:
                response = answer.response()
            except ArchiveError:
                continue
            text = response.text if isinstance(response, TextResponse) else ""
            code = code_of(response)
            if not site.is_page(answer):
                if answer.url == f"{url}/robots.txt" and "html" in answer.media_type:
                    site._block(answer, code)
                continue
            if site._block(answer, code) or answer.status != 200 or not is_parseable(text):
                continue
            page = page_for(answer.url, response.selector, named_as_news=answer.url in named)  # type: ignore[attr-defined]
            site._take(Read(answer, page, told_by(page)))
        site._normalize(day_first)
        return site

    def _take(self, read: Read) -> None:
        """Add a page, and its evidence for the site profile if it is news."""
        page = read.page
        if isinstance(page, NewsPage) and not page.is_fallback:
            name = item_id(page.node_id, page.canonical_url or page.url, page.language)
            self.profile.templates.add(name, page.language, page.parts)
            read.parts = frozenset(page.parts)
            item = read.item = page.to_item()
            self.profile.add(name, item.language, item.metadata)
        self.pages.append(read)

    def _normalize(self, day_first: bool | None) -> None:
        """Normalize the items by the evidence of all pages: without the words of templates, with the order of dates."""
        self.day_first = {name: order.day_first for name, order in self.profile.orders().items()}
        if day_first is not None:
            self.day_first = dict.fromkeys(self.profile.languages, day_first)
        orders, template = SiteOrders("", self.day_first), self.profile.templates.template_parts()
        for read in self.pages:
            if read.item is not None and isinstance(read.page, NewsPage):
                read.page.template = template.get(read.item.language, frozenset())
                if not read.parts.isdisjoint(read.page.template):
                    read.item = read.page.to_item()
                read.found = normalize(read.item, day_first=day_first, site=orders)

    def is_page(self, answer: Answer) -> bool:
        """Whether the response is a page, not robots.txt, a feed or an embedded file."""
        path = urlsplit(answer.url).path
        return "html" in answer.media_type and path not in ("/robots.txt", "/jsonapi")

    def _block(self, answer: Answer, code: str | None) -> bool:
        if code:
            self.blocked.append({"url": answer.url, "status": answer.status, "code": code, "meaning": CODES[code]})
        return code is not None

    @cached_property
    def news(self) -> list[Read]:
        """Pages with an item, each item once."""
        by_id: dict[str, Read] = {}
        for read in self.pages:
            if read.item is not None:
                by_id.setdefault(read.item.id, read)
        return list(by_id.values())

    @cached_property
    def by_url(self) -> dict[str, Read]:
        return {read.answer.url: read for read in self.pages}

    def at(self, url: str) -> Read | None:
        """The page at ``url`` in any spelling, after redirects; without its query if that was not requested."""
        answer = self.answers.get(url) or self.answers.get(url.partition("?")[0])
        return self.by_url.get(answer.url) if answer else None
