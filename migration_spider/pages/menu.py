"""Links that may lead to listings of news: menus, "all news" links, feeds named in the head."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from migration_spider.text import absolute, text_in
from migration_spider.vocabularies import key, phrases

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

MAX_LINKS = 3000
MAX_ELEMENTS = 20_000
MOST_EMBEDDED = 10
"""Pages embedded in one page that are returned."""

_MEDIA = frozenset(("img", "source", "video", "audio", "picture", "embed", "object", "script", "link"))
_LOADED_FROM = ("hx-get", "data-src", "data-url", "data-href", "data-ajax-url", "data-content-url", "data-load-url")
"""Attributes with the address of what scripts load into an element."""


FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))


def news_listings(page: Page) -> list[str]:
    """Return the absolute URLs of links of ``page``, menus included, whose text names a listing of news; each once."""
    return list(dict.fromkeys(url for url, text in _links(page) if key(text) in phrases("news_listings")))


def links(page: Page) -> tuple[list[str], list[str]]:
    """Return the absolute URLs linked in the menus of ``page``, and those in its text that are no rows; each once."""
    rows, content = page.row_urls, {url for url, _ in page.links}
    found = dict.fromkeys(url for url, _ in _links(page))
    return [url for url in found if url not in content], [url for url in found if url in content and url not in rows]


def embedded(page: Page) -> list[str]:
    """Return the absolute URLs of what the main content of ``page`` embeds: frames, and parts that a script loads."""
    found: dict[str, None] = {}
    for element in () if page.main is None else islice(page.main.iter(), MAX_ELEMENTS):
        names = ("src",) if element.tag == "iframe" else () if element.tag in _MEDIA else _LOADED_FROM
        for address in filter(None, map(element.get, names)):
            if (url := absolute(page.base_url, address)) and len(found) < MOST_EMBEDDED:
                found.setdefault(url)
    return list(found)


def feeds(page: Page) -> list[str]:
    """Return the absolute URLs of the feeds named in the head (RSS Advisory Board, "RSS Autodiscovery")."""
    found: dict[str, None] = {}
    for link in islice(page.root.iter("link"), MAX_LINKS) if page.root is not None else ():
        if (link.get("type") or "").strip().lower() in FEED_TYPES:
            url = absolute(page.base_url, link.get("href"))
            if url is not None:
                found.setdefault(url)
    return list(found)


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for link in islice(page.root.iter("a"), MAX_LINKS) if page.root is not None else ():
        url = absolute(page.base_url, link.get("href"))
        if url is not None:
            yield url.partition("#")[0], text_in(link)
