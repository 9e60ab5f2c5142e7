"""What a page says, as printed: no network, no clock, no guesses.

``page_for`` is the table "which page class reads this page", shared by crawl and reparse.
"""

from __future__ import annotations

import re

from parsel import Selector

from migration_spider.pages.base import Page
from migration_spider.pages.bounds import bounded
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage
from migration_spider.pages.text import path_of, word_set

__all__ = ["ListingPage", "NewsPage", "Page", "is_news_if_named", "page_for", "told_by"]

NEWS_TYPES = word_set(
    "news news-item news-article article-news statement statements press-release press-releases pressrelease resource "
    "resources hub-resource story news-story"
)
OTHER_TYPES = word_set(
    "event events practice practices good-practice repository-practice pledge pledges discussion discussion-space "
    "forum topic webform project mptf-project video videos"
)
# Sections of the portal whose pages have labels of the news block beside their own.
_OTHER_PATHS = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]+)?/)?(?:events?|practices?|pledges?|projects?|comment|webform"
    r"|hub/(?:discussion-space|events|repository-of-practices))/",
    re.IGNORECASE,
)


def page_for(url: str, selector: Selector, *, named_as_news: bool = False) -> Page:
    """The page class that reads ``selector``.

    Args:
        url: the address that answered.
        named_as_news: whether a news listing named the page; then a node page without any metadata is news, too.
    """
    selector = bounded(selector)
    news = NewsPage(url, selector)
    if _is_news(news, named_as_news=named_as_news):
        return news
    listing = ListingPage(url, selector)
    if listing.pager_links or (not _is_other(news) and listing.rows):
        return listing
    return Page(url, selector)


def is_news_if_named(page: Page) -> bool:
    """Whether `page_for` takes the page for news as soon as a listing of news names it."""
    return _is_news(NewsPage(page.url, page.selector), named_as_news=True)


def _is_news(page: NewsPage, *, named_as_news: bool) -> bool:
    if page.node_type in NEWS_TYPES:
        return True
    if _is_other(page):
        return False
    return _has_block(page) or (named_as_news and _is_node(page))


def _is_other(page: NewsPage) -> bool:
    """Whether the page is one thing that is no news: an event, a practice, a pledge, a discussion."""
    if page.node_type in OTHER_TYPES or _OTHER_PATHS.match(path_of(page.url)):
        return True
    return not page.block.kinds.isdisjoint(("event", "practice", "pledge", "discussion"))


def _has_block(page: NewsPage) -> bool:
    """Whether the labels are those of the portal's news and resources and the page is about one thing.

    The filters of a listing have some of the labels, but neither date nor type and no node.
    """
    fields = page.block.fields
    if page.node_id is None and not page.alternates:
        listing = ListingPage(page.url, page.selector)
        if page.block.is_filter or listing.pager_links:
            return False
    return len(fields) >= 3 or bool(fields & {"publication_date", "material_type"})


def _is_node(page: NewsPage) -> bool:
    return page.node_id is not None or page.article is not None or bool(page.alternates)


def told_by(page: Page) -> str:
    """What told the kind of a page that `page_for` made: ``type``, ``address``, ``labels``, ``named`` (by a listing),
    ``pager``, ``rows``, or ``nothing``."""
    if isinstance(page, ListingPage):
        return "pager" if page.pager_links else "rows"
    if isinstance(page, NewsPage):
        return "type" if page.node_type in NEWS_TYPES else "labels" if _has_block(page) else "named"
    if page.node_type in OTHER_TYPES:
        return "type"
    if _OTHER_PATHS.match(path_of(page.url)):
        return "address"
    return "labels" if _is_other(NewsPage(page.url, page.selector)) else "nothing"
