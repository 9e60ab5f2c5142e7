"""Pages that lead to items: listings, term pages, the hub, the front page."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from migration_spider.pages.base import Kind, Page
from migration_spider.pages.outline import HEADING_TAGS, local_name
from migration_spider.pages.text import absolute, fold, path_of

_DATE = re.compile(
    r"\d{1,2}(?:er|st|nd|rd|th|º)?\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"  # 01 Jun 2023
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+(?:19|20)\d\d"  # Sep 13, 2022
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d"
    r"|(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
)
_ROW_CLASS = re.compile(
    r"(?:^|\s)(?:views-row|views-col|teaser|node--view-mode-teaser|node-teaser|search-result|card)(?:$|\s)"
)
# The grid of Views: each "row" holds several teasers, side by side in columns.
_GRID_CELL = re.compile(r"(?:^|\s)views-col(?:$|\s)")
_READ_ON = re.compile(
    r"read more|lire la suite|en savoir plus|leer más|more|\+|»|→|подробнее|اقرأ المزيد|阅读更多", re.IGNORECASE
)

DEEPEST = 200
"""How far up from its heading the box of a teaser may reach; only broken pages nest deeper."""


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
        return list(self._teasers[0].values())

    @property
    def shown(self) -> int:
        """How many teasers there are, also of a URL that the same list has already: Views does so where it joins."""
        return self._teasers[1]

    @cached_property
    def _teasers(self) -> tuple[dict[str, Row], int]:
        found: dict[str, Row] = {}
        lists: dict[str, Any] = {}
        shown = 0
        for element in self._row_elements():
            row = self._row(element)
            if row is not None:
                found.setdefault(row.url, row)
                # In another list it is another teaser, such as one of the block of the latest.
                shown += lists.setdefault(row.url, element.getparent()) is element.getparent()
        return found, shown

    @property
    def is_empty(self) -> bool:
        """Whether the listing has no rows, as one asked for a page past its end."""
        return not self.rows

    @cached_property
    def pager_links(self) -> list[str]:
        """Absolute URLs of the other pages of this listing that the pager links, in page order.

        Drupal counts pages from 0; a page with several pagers has them all in one parameter: ``page=,2``.
        """
        here = path_of(self.url).rstrip("/")
        found: dict[str, None] = {}
        for link in self._xpath("//a[@href] | //link[@href][@rel='next' or @rel='prev']")[:5000]:
            href = link.get("href")
            if "page=" not in href:
                continue
            url = absolute(self.url if href.startswith("?") else self.base_url, href)
            if url is None or path_of(url).rstrip("/") != here:
                continue
            if page_numbers(url) is not None:
                found.setdefault(url.partition("#")[0])
        return list(found)

    @cached_property
    def facets(self) -> list[tuple[str, str]]:
        """(parameter, absolute URL) of the links to this listing that select by one parameter, as ``?year=2020``."""
        here = path_of(self.url).rstrip("/")
        found: dict[str, str] = {}
        for link in self._xpath("//a[contains(@href, '?')]")[:5000]:
            href = link.get("href")
            url = absolute(self.url if href.startswith("?") else self.base_url, href)
            if url is None or path_of(url).rstrip("/") != here:
                continue
            chosen = [name for name, value in parse_qsl(urlsplit(url).query) if name != "page" and value != "All"]
            if len(chosen) == 1:
                found.setdefault(url.partition("#")[0], chosen[0])
        return [(name, url) for url, name in found.items()]

    @cached_property
    def next_url(self) -> str | None:
        """The next page of the listing: what the pager calls next, else the link to the following number."""
        for link in self._xpath("//a[@rel][@href] | //link[@rel][@href]"):
            if "next" in link.get("rel").lower().split():
                return absolute(self.url if link.get("href").startswith("?") else self.base_url, link.get("href"))
        for link in self._xpath(
            "//li[contains(@class, 'pager') and contains(@class, 'next')]//a[@href]"
            "| //a[contains(@class, 'pager') and contains(@class, 'next')][@href]"
        ):
            return absolute(self.url if link.get("href").startswith("?") else self.base_url, link.get("href"))
        here = page_numbers(self.url) or (0,)
        following = (*here[:-1], here[-1] + 1)
        return next((url for url in self.pager_links if page_numbers(url) == following), None)

    def _row_elements(self) -> list[Any]:
        if self.main is None:
            return []
        chrome = {element for element in self.chrome.parts(self.main, "header") if not self._in_teaser(element)}
        refused = _inside(self.main, chrome)
        marked = {
            element
            for element in self.main.iter("div", "article", "li", "section", "tr")
            if _ROW_CLASS.search(element.get("class") or "") and element not in refused
        }
        marked -= _around({element for element in marked if _GRID_CELL.search(element.get("class") or "")})
        nested = _inside(self.main, marked)
        rows = {element for element in marked if element.getparent() not in nested}
        for candidates in (self._headed(refused), self._repeated(refused), self._dated(refused)):
            taken, around = _inside(self.main, rows), _around(rows)
            rows.update([one for one in candidates if one not in taken and one not in around])
        return [element for element in self.main.iter() if element in rows]

    def _headed(self, refused: set[Any]) -> list[Any]:
        """The boxes of headings that are links: the largest element around each that holds no other such heading.

        A link may be inside its heading, or around a whole card with its heading.
        """
        cards = _inside(self.main, {link for link in islice(self.main.iter("a"), 2000) if _is_block(link)})
        links = [
            heading
            for heading in list(self.main.iter("h2", "h3", "h4", "h5"))[:500]
            if (heading in cards or next(heading.iter("a"), None) is not None) and heading not in refused
        ]
        count: dict[Any, int] = {}
        for heading in links:
            for around in islice(heading.iterancestors(), DEEPEST):
                count[around] = count.get(around, 0) + 1
        found = []
        for heading in links:
            box = heading
            for around in islice(heading.iterancestors(), DEEPEST):
                if count[around] > 1 or around is self.main or self.chrome.protects(around):
                    break
                box = around
            found.append(box)
        return found

    def _dated(self, refused: set[Any]) -> list[Any]:
        """Elements of one link and a date, as "Title Resource 06 Jul 2019"."""
        found = []
        for link in list(self.main.iter("a"))[:2000]:
            if link in refused or len(_words(link)) < 5:
                continue
            for around, _ in zip(link.iterancestors("li", "div", "p", "tr"), range(3), strict=False):
                if (
                    around is self.main
                    or self.chrome.protects(around)
                    or len({one.get("href") for one in around.iter("a")}) > 1
                ):
                    break
                text = _words(around).replace(_words(link), " ", 1)
                if len(text) < 300 and _DATE.search(text):
                    found.append(around)
                    break
        return found

    def _in_teaser(self, element: Any) -> bool:
        parent = element.getparent()
        return local_name(element) in ("header", "footer") and parent is not None and local_name(parent) == "article"

    def _repeated(self, refused: set[Any]) -> list[Any]:
        """Children of lists, tables and other parents that hold at least two alike, each with one link to read."""
        found: list[Any] = []
        taken: set[Any] = set()
        for parent in self.main.iter("ul", "ol", "tbody", "table", "div", "section"):
            if parent in taken or parent in refused:
                continue
            children = [
                child
                for child in parent
                if (name := local_name(child)) in ("li", "tr", "div", "article", "section")
                or (name == "a" and _is_block(child))
            ]
            if len(children) < 2 or len({(child.tag, _shape(child)) for child in children}) > 2:
                continue
            linked = [child for child in children if self._row(child) is not None]
            if any(map(self.chrome.protects, linked)):
                continue
            linked = self._grid(linked) or linked
            if 2 <= len(linked) >= 0.8 * len(children) and not _holds_list(linked):
                found.extend(linked)
                taken.update(
                    one for child in linked for one in child.iter("ul", "ol", "div", "section", "tbody", "table")
                )
        return found

    def _grid(self, rows: list[Any]) -> list[Any]:
        """The cells of ``rows`` when these hold teasers side by side: all alike, each with a link of its own."""
        cells = [
            cell
            for row in rows
            for cell in row
            if local_name(cell) in ("td", "div", "li", "article", "section") and len(cell)
        ]
        if len(cells) < 2 * len(rows) - 1 or len({(cell.tag, _unnumbered(cell)) for cell in cells}) > 1:
            return []
        found = [self._row(cell) for cell in cells]
        return cells if None not in found and len({row.url for row in found if row}) == len(cells) else []

    def _row(self, element: Any) -> Row | None:
        links = [link for link in element.iter("a") if link.get("href")][:30]
        if not links:
            # The whole teaser may be inside one link.
            links = [link for link in islice(element.iterancestors("a"), 1) if link.get("href")]
        if not links:
            return None
        headings = {link for heading in element.iter(*HEADING_TAGS) for link in heading.iter("a")}
        within = [link for link in links if link in headings or next(link.iter(*HEADING_TAGS), None) is not None]
        named = [
            link for link in links if link.get("rel") == "bookmark" or "title" in (link.getparent().get("class") or "")
        ]
        worded = [link for link in links if (text := _words(link)) and not _READ_ON.fullmatch(text)]
        link = next(iter([*within, *named, *worded]), links[0])
        url = absolute(self.base_url, link.get("href"))
        if url is None or path_of(url).rstrip("/") == path_of(self.url).rstrip("/"):
            # The listing itself, sorted, filtered or further on.
            return None
        heading = next((_words(one) for one in element.iter(*HEADING_TAGS)), "")
        title = (heading if _is_block(link) else "") or _words(link) or heading
        return Row(url=url.partition("#")[0], title=title, date=_date(element, title))


def page_numbers(url: str) -> tuple[int, ...] | None:
    """The 0-based page of each pager in ``?page=``; None without one."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return None
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "page" and re.fullmatch(r"[\d,]{1,40}", unquote(value)):
            return tuple(int(part) if part else 0 for part in unquote(value).split(","))
    return None


def _words(element: Any) -> str:
    return fold("".join(element.itertext()))


def _date(row: Any, title: str) -> str | None:
    for time in row.iter("time"):
        return _words(time) or fold(time.get("datetime")) or None
    texts = [fold(text) for text in row.itertext()]
    for text in texts:
        if text != title and len(text) < 60 and (match := _DATE.search(text)):
            return match[0]
    match = _DATE.search(" ".join(text for text in texts if text != title)[-200:])
    return match[0] if match else None


def _inside(top: Any, elements: set[Any]) -> set[Any]:
    """``elements`` below ``top`` and all that they hold."""
    found: set[Any] = set()
    for element in top.iter():
        if element in elements or element.getparent() in found:
            found.add(element)
    return found


def _around(elements: set[Any]) -> set[Any]:
    """All that holds one of ``elements``."""
    found: set[Any] = set()
    for element in elements:
        for ancestor in element.iterancestors():
            if ancestor in found:
                break
            found.add(ancestor)
    return found


def _is_block(link: Any) -> bool:
    """Whether ``link`` is around a whole teaser, not around words."""
    return next(link.iter("div", "p", "article", "section", *HEADING_TAGS), None) is not None


def _shape(element: Any) -> str:
    return _unnumbered(element).split(" ")[0]


def _unnumbered(element: Any) -> str:
    """The classes of ``element`` without numbers: ``col-1`` and ``col-2`` are alike."""
    return re.sub(r"\d+", "", element.get("class") or "")


def _holds_list(elements: list[Any]) -> bool:
    """Whether the elements are sections of a page rather than rows: half of them with several links of their own."""
    return sum(_listed(element) > 3 for element in elements) * 2 >= len(elements)


def _listed(element: Any) -> int:
    """How many different pages the headings, list items and table rows in ``element`` link to."""
    first = (next((link.get("href") for link in one.iter("a")), None) for one in element.iter("h2", "h3", "li", "tr"))
    return len(set(first) - {None})
