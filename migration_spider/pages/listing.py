"""Pages that lead to items: listings, term pages, the hub, the front page.

Links with the same tags around them, in lists with the same classes around these, are candidates together
(`row_candidates`), and the best set gives the rows. A row then contains what is around its title up to the next title,
and, where rows have no separate boxes, what follows up to there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from heapq import nlargest
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from migration_spider.pages import pagers
from migration_spider.pages.base import Kind, Page
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.links import is_picture
from migration_spider.pages.row_candidates import (
    Candidates,
    above,
    candidates,
    cell_around,
    parts_of,
)
from migration_spider.pages.row_places import (
    HEADED,
    WORDED,
    Places,
    date_in,
    date_of,
    find_date,
    heading_date,
    text_of,
    up,
)
from migration_spider.pages.row_siblings import with_siblings
from migration_spider.pages.row_titles import Title, rank_of, title_in, title_of
from migration_spider.pages.totals import results_total
from migration_spider.text import absolute, path_of

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

MOST_LINKS = 5000


class Teaser(NamedTuple):
    """A row: its address, title, date as printed, and the elements that it takes up."""

    url: str
    title: str
    date: str | None
    parts: list[Any]


class Rows:
    """The rows below ``top``.

    Args:
        top: the element of the main content.
        chrome: decides what belongs to the site.
        address: returns the absolute URL of an ``href``; None if it leads to no other page.
    """

    def __init__(self, top: Any, chrome: Chrome, address: Callable[[str], str | None]) -> None:
        self.top, self.address = top, address
        self._places = Places(top, chrome)
        self._lines: dict[Any, str | None] = {}

    @cached_property
    def teasers(self) -> list[Teaser]:
        """In page order; a page to which two rows lead is included twice."""
        return [] if self._best is None else list(self._read(with_siblings(self._best, self._found)))

    @property
    def are_mere_links(self) -> bool:
        """Whether the rows have neither headings nor dates nor a class for rows."""
        best = self._best
        if best is None or best.marked or best.dated:
            return False
        return best.rank <= WORDED or best.different == 1

    @cached_property
    def _found(self) -> list[Title]:
        return list(self._titles())

    @cached_property
    def _best(self) -> Candidates | None:
        scored = [(group.score, group) for group in candidates(self._found, self.top)]
        highest, best = max(scored, key=lambda pair: pair[0], default=(0, None))
        if best is None or highest == 0:
            return None
        # The same rows with other links: the author's may be longer than the title.
        equal = [(group.rank, score, group) for score, group in scored if group.boxes == best.boxes]
        best = max(equal, key=lambda entry: entry[:2])[2]
        return next((group for group in _of_nodes(scored, best) if group.contains(best)), best)

    def _titles(self) -> Iterator[Title]:
        for link in islice(self.top.iter("a"), MOST_LINKS):
            href = link.get("href")
            place = None if href is None else self._places.of(link)
            url = None if place is None else self.address(href)
            if url is None or place is None:
                continue
            text = text_of(link)
            for around in up(place):
                around.linked += len(text)
            words = title_in(link) if len(link) else text
            if not words and is_picture(url):
                continue
            yield Title(link, url, words, rank_of(link, words, place), place, place)

    def _read(self, titles: list[Title]) -> Iterator[Teaser]:
        for around, group in groupby(titles, lambda title: title.box.above):
            rows = list(group)
            top = self.top if around is None else around.element
            beside = self._date_of_line(cell_around(around))
            over = next(filter(None, map(heading_date, above(rows[0].box, self.top))), None)
            for title, parts, before in parts_of(rows, top):
                over = next((found[0] for text in reversed(before) if (found := find_date(text))), over)
                date = date_of(parts, title.words) or beside or date_in(title.words) or over
                yield Teaser(title.url, title_of(title, parts), date, parts)

    def _date_of_line(self, cell: Any | None) -> str | None:
        """Return the date in the other cells of a table line that has several rows in one, ``cell``."""
        if cell is not None and cell not in self._lines:
            self._lines[cell] = date_of([other for other in islice(cell.getparent(), 30) if other is not cell], "")
        return self._lines.get(cell)


def _of_nodes(scored: list[tuple[float, Candidates]], best: Candidates) -> list[Candidates]:
    """Return the best candidates that are teasers of nodes: links in the texts of these are no rows, headings are."""
    if best.rank == HEADED:
        return []
    of_nodes = ((score, group) for score, group in scored if score > 0 and _are_nodes(group, best))
    return [group for _, group in nlargest(3, of_nodes, key=lambda pair: pair[0])]


def _are_nodes(group: Candidates, best: Candidates) -> bool:
    return group.are_nodes or (best.rank == WORDED and group.read_on_nodes and not best.urls <= group.urls)


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
    def row_urls(self) -> set[str]:
        return {row.url for row in self.rows}

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
            if page_numbers(url) is not None:
                continue  # the next page of a view that is shown
            chosen = [name for name, value in parse_qsl(urlsplit(url).query) if name != "page" and value != "All"]
            if len(chosen) == 1 and link.tag == "a":
                found.append((chosen[0], url))
        if self.main is not None:
            found += pagers.options(self.main, self.base_url, self._here)
            found += pagers.months(self.main, self.base_url, {row.url for row in self.rows})
        return found

    @cached_property
    def further_links(self) -> list[str]:
        """Absolute URLs of what leads to further rows by its ``rel``, class or words, in page order, each once."""
        found: dict[str, None] = {}
        for link in self._links:
            is_next = pagers.is_called_next(link)
            url = self._absolute(link)
            if url and (is_next or pagers.leads_on(link, url, self._here)):
                found.setdefault(url.partition("#")[0])
        if self.main is not None:
            found.update(dict.fromkeys(pagers.sent(self.main, self.base_url, self._here)))
        return [url for url in found if url != self.url]

    @cached_property
    def earlier_months(self) -> list[str]:
        """Absolute URL of the month before, if the page is one of a calendar."""
        return [] if self.main is None else list(pagers.earlier_months(self.main, self.url, self.base_url))

    @cached_property
    def out_of_reach(self) -> str:
        """How the listing hides further rows from a crawl, see `pagers.out_of_reach`; empty if it does not."""
        return "" if self.main is None else pagers.out_of_reach(self.main, self.boxes)

    @cached_property
    def next_url(self) -> str | None:
        """The next page of the listing: the link named next, else the link to the following number."""
        for link in chain(filter(pagers.has_next, self._links), filter(pagers.is_called_next, self._links)):
            return self._absolute(link)
        here = page_numbers(self.url) or (0,)
        following = (*here[:-1], here[-1] + 1)
        return next((url for url in self.pager_links if page_numbers(url) == following), None)


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
