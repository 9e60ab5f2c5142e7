"""Pages that lead to items: listings, term pages, the hub, the front page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from migration_spider.pages.base import Kind, Page
from migration_spider.pages.results import results_total
from migration_spider.pages.rows import MOST_LINKS, Rows, Teaser
from migration_spider.pages.text import absolute, path_of


class Row(NamedTuple):
    """One teaser of a listing."""

    url: str
    """Absolute."""

    title: str
    date: str | None
    """As printed."""


class ListingPage(Page):
    """A page of teasers, with a pager when there are more."""

    kind: Kind = "listing"

    @cached_property
    def rows(self) -> list[Row]:
        """The teasers in page order, each URL once."""
        found: dict[str, Row] = {}
        for teaser in self._teasers:
            found.setdefault(teaser.url, Row(teaser.url, teaser.title, teaser.date))
        return list(found.values())

    @cached_property
    def shown(self) -> int:
        """The number of teasers, including repeated URLs: Views repeats rows when it joins tables."""
        return len(self._teasers)

    @cached_property
    def total(self) -> int | None:
        """The total number of results as printed, see `results_total`."""
        return results_total(self)

    @property
    def boxes(self) -> list[Any]:
        """The elements of the rows."""
        return [part for teaser in self._teasers for part in teaser.parts]

    @property
    def has_mere_links(self) -> bool:
        """Whether the rows are links without headings, dates or classes of rows, as an editor's links are."""
        return self._read[1]

    @property
    def _teasers(self) -> list[Teaser]:
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[list[Teaser], bool]:
        """The teasers, and whether they are mere links."""
        # `Rows` is not stored: it refers to the page.
        found = None if self.main is None else Rows(self.main, self.chrome, self._other_page)
        return ([], False) if found is None else (found.teasers, found.are_mere_links)

    def _other_page(self, href: str) -> str | None:
        """Return the page to which ``href`` leads; None if it is this listing, sorted, filtered or continued."""
        url = absolute(self.base_url, href)
        return None if url is None or path_of(url).rstrip("/") == self._here else url.partition("#")[0]

    @cached_property
    def _here(self) -> str:
        return path_of(self.url).rstrip("/")

    @property
    def is_empty(self) -> bool:
        """Whether the listing has no rows, as a page past its end."""
        return not self.rows

    @cached_property
    def _own_links(self) -> dict[str, Any]:
        """Absolute URL -> link, for links with a query to this listing, each once, in page order."""
        found: dict[str, Any] = {}
        for link in self._links:
            if "?" in link.get("href") and (url := self._absolute(link)) and path_of(url).rstrip("/") == self._here:
                found.setdefault(url.partition("#")[0], link)
        return found

    @cached_property
    def _links(self) -> list[Any]:
        """Links of the page and of its head."""
        links = (element for element, _ in self.elements.having("href") if element.tag in ("a", "link"))
        return list(islice(links, MOST_LINKS))

    def _absolute(self, link: Any) -> str | None:
        href = link.get("href")
        return absolute(self.url if href.startswith("?") else self.base_url, href)

    @cached_property
    def pager_links(self) -> list[str]:
        """Absolute URLs of the other pages of this listing that the pager links, in page order.

        Drupal counts pages from 0; a page with several pagers has them all in one parameter: ``page=,2``.
        """
        return [url for url in self._own_links if page_numbers(url) is not None and url != self.url]

    @cached_property
    def facets(self) -> list[tuple[str, str]]:
        """(parameter, absolute URL) of the links to this listing that select by one parameter, as ``?year=2020``."""
        found = []
        for url, link in self._own_links.items():
            chosen = [name for name, value in parse_qsl(urlsplit(url).query) if name != "page" and value != "All"]
            if len(chosen) == 1 and link.tag == "a":
                found.append((chosen[0], url))
        return found

    @cached_property
    def next_url(self) -> str | None:
        """The next page of the listing: the link named next, else the link to the following number."""
        for link in chain(filter(_is_called_next, self._links), filter(_is_next_in_pager, self._links)):
            return self._absolute(link)
        here = page_numbers(self.url) or (0,)
        following = (*here[:-1], here[-1] + 1)
        return next((url for url in self.pager_links if page_numbers(url) == following), None)


def _relations(link: Any) -> list[str]:
    return str(link.get("rel") or "").lower().split()


def _is_called_next(link: Any) -> bool:
    return "next" in _relations(link)


def _is_next_in_pager(link: Any) -> bool:
    around: Iterator[Any] = islice(link.iterancestors("li"), 3)
    classes = (element.get("class") or "" for element in (link, *around))
    return any("pager" in words and "next" in words for words in classes)


def page_numbers(url: str) -> tuple[int, ...] | None:
    """Return the 0-based page of each pager in ``?page=``; None without one."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return None
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "page" and re.fullmatch(r"[\d,]{1,40}", unquote(value)):
            return tuple(int(part) if part else 0 for part in unquote(value).split(","))
    return None
