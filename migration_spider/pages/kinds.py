"""What kind of page a page is: one table of what tells it, in the order in which it is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from parsel import Selector

from migration_spider.pages.attachments import is_file
from migration_spider.pages.base import Page
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage
from migration_spider.pages.outline import Line, ancestors
from migration_spider.pages.prose import is_prose
from migration_spider.pages.text import fold, path_of, word_set
from migration_spider.vocabularies import is_generic_label, label_kind

NEWS_TYPES = word_set(
    "news news-item news-article article-news statement statements press-release press-releases pressrelease resource "
    "resources hub-resource story news-story"
)
OTHER_TYPES = word_set(
    "event events practice practices good-practice repository-practice pledge pledges discussion discussion-space "
    "forum topic webform project mptf-project video videos"
)
_OTHER_PATHS = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]+)?/)?(?:events?|practices?|pledges?|projects?|comment|webform"
    r"|hub/(?:discussion-space|events|repository-of-practices))/",
    re.IGNORECASE,
)
_REPLY = re.compile(r"/comment/reply/(?:node/)?(\d+)")
_OTHER_KINDS = word_set("event practice pledge discussion")

FEWEST_ROWS = 5
"""Of a page of which nothing but its rows tells what it is."""

P = TypeVar("P", bound=Page)
Tells = Literal["news", "one", "listing"]


@dataclass(frozen=True)
class Evidence:
    tells: Tells
    """``one``: a page of one thing that is no news; with a pager it is a listing all the same."""

    word: str
    """As in `told_by`."""

    holds: Callable[[Facts], bool]
    why: str


class Facts:
    """What the evidence looks at, and what it tells; each fact is read when it is asked for.

    ``named_as_news``: whether a news listing named the page, or what tells it of the page. ``known``: ``named`` or
    ``plain`` -> place in `EVIDENCE` of what tells then, -1 for nothing; what is found is added.
    """

    def __init__(
        self,
        page: Page,
        *,
        named_as_news: bool | Callable[[Page], bool],
        known: MutableMapping[str, int] | None = None,
    ) -> None:
        self.page = read_as(NewsPage, page)
        self.known = {} if known is None else known
        self.named_as_news = named_as_news(self.page) if callable(named_as_news) else named_as_news
        self.read_as_listing: ListingPage | None = None
        """The page as a listing, if somebody asked."""

    @cached_property
    def told(self) -> Evidence | None:
        """The first of the evidence that holds."""
        return self._first()

    @property
    def result(self) -> Page:
        """The page as what it is; see `page_for`."""
        found = self.told
        if found is not None and found.tells == "news":
            return self.page
        is_listing = found is not None and (found.tells == "listing" or bool(self.listing.pager_links))
        return self.listing if is_listing else read_as(Page, self.page)

    @property
    def is_news_if_named(self) -> bool:
        """Whether `page_for` takes the page for news as soon as a listing of news names it."""
        found = self.told
        if not self.named_as_news:
            self.named_as_news = True
            found = self._first()
        return found is not None and found.tells == "news"

    def _first(self) -> Evidence | None:
        how = "named" if self.named_as_news else "plain"
        if how not in self.known:
            self.known[how] = next((place for place, one in enumerate(EVIDENCE) if one.holds(self)), -1)
        place = self.known[how]
        return None if place < 0 else EVIDENCE[place]

    @property
    def listing(self) -> ListingPage:
        self.read_as_listing = self.read_as_listing or read_as(ListingPage, self.page)
        return self.read_as_listing

    @property
    def labels(self) -> list[str]:
        """None are looked for where a pager says that it goes on: whatever they are, it is read as a listing.

        What is printed again and again labels the rows of one.
        """
        if self.is_list_of_no_node:
            return []
        counted = Counter(entry.label for entry in self.page.block.entries)
        return [label for label, count in counted.items() if count == 1]

    @property
    def fields(self) -> set[str]:
        """Item fields that the labels of the page stand for; none for the labels of filters or of many rows."""
        if self.is_list_of_no_node:
            return set()
        block = self.page.block
        # The filters of a listing have some of the labels.
        is_many = not self._is_node and (bool(self.listing.pager_links) or block.is_filter)
        return set() if is_many else block.fields

    @property
    def is_node(self) -> bool:
        page = self.page
        return self._is_node or page.article is not None or page.node_type is not None or self._is_commented

    @property
    def _is_commented(self) -> bool:
        """Whether the page has one place for comments; a listing has one for each row."""
        hrefs = (href for link, href in self.page.elements.having("href") if link.tag == "a")
        return len({found[1] for href in hrefs if "/comment/reply/" in href and (found := _REPLY.search(href))}) == 1

    @property
    def _is_node(self) -> bool:
        return self.page.node_id is not None or bool(self.page.alternates)

    @cached_property
    def is_list_of_no_node(self) -> bool:
        return bool(self.listing.pager_links) and not self.is_node

    @property
    def is_list_with_pager(self) -> bool:
        return bool(self.listing.pager_links and self.listing.rows) and not self.is_text_with_links

    @property
    def says_something(self) -> bool:
        """Whether the page prints running text, fields with labels or files to download."""
        page = self.page
        if page.block.entries or all(is_file(row.url) for row in self.listing.rows):
            return True
        return page.outline is not None and any(map(is_prose, page.outline.lines()))

    @property
    def is_of_other_section(self) -> bool:
        return _OTHER_PATHS.match(path_of(self.page.url)) is not None

    @property
    def is_all_rows(self) -> bool:
        """Whether a page that is no node has many rows and hardly any running text beside them."""
        if self.is_node or len(self.listing.rows) < FEWEST_ROWS:
            return False
        text, rows = self._sizes
        return 5 * text < rows

    @property
    def is_text_with_links(self) -> bool:
        """Whether a node has more running text beside its rows than the rows themselves are."""
        if not self.is_node or self.page.outline is None:
            return False
        text, rows = self._sizes
        return text > max(500, 2 * rows)

    @property
    def is_text_of_no_node(self) -> bool:
        """Whether a page that is no node is a long text in which some lines link to pages."""
        text, rows = self._sizes
        return text > max(2000, 5 * rows)

    @property
    def leads_to_other_sites(self) -> bool:
        """Whether its rows are mere links, most of them each to a site of its own, none to that of the page."""
        if not self.listing.has_mere_links:
            return False
        sites = {urlsplit(row.url).netloc for row in self.listing.rows}
        return urlsplit(self.page.url).netloc not in sites and 2 * len(sites) > len(self.listing.rows)

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        """Characters of the running text beside the rows, and of the rows."""
        boxes = set(self.listing.boxes)
        text, rows = 0, sum(len(fold("".join(box.itertext()))) for box in boxes)
        for line in filter(is_prose, () if self.page.outline is None else self.page.outline.lines()):
            if not any(block.element in boxes for block in ancestors(line)):
                text += len(line.text)
            elif _has_link_within(line):
                text += len(line.text)
                rows -= len(line.text)
        return text, rows


def _has_link_within(line: Line) -> bool:
    """Whether ``line`` is a sentence with a link in it; the title of a row stands in front of what is said of it."""
    return line.has_link and line.linked < 0.5 * len(line.text) and line.pieces[0].link is None


EVIDENCE = (
    Evidence("news", "type", lambda facts: facts.page.node_type in NEWS_TYPES,
             "the theme prints the content type: nothing is surer"),
    Evidence("one", "type", lambda facts: facts.page.node_type in OTHER_TYPES,
             "the same for what is no news"),
    Evidence("one", "address", lambda facts: facts.is_of_other_section and not facts.is_all_rows,
             "sections of the portal whose pages have labels of the news block beside their own"),
    Evidence("one", "labels", lambda facts: any(
        label_kind(label) in _OTHER_KINDS and not is_generic_label(label) for label in facts.labels),
             "labels that only pages of that kind have: an organizer, a pledging initiative"),
    Evidence("news", "labels", lambda facts: not facts.fields.isdisjoint(("publication_date", "material_type")),
             "labels that only news and resources have"),
    Evidence("listing", "pager", lambda facts: facts.named_as_news and facts.is_list_with_pager,
             "a landing page among the rows of a listing; the pager of an item turns its comments"),
    Evidence("news", "named", lambda facts: facts.named_as_news and facts.is_node,
             "a listing of news named it, and it is a node: other sites print no block"),
    Evidence("one", "labels", lambda facts: any(label_kind(label) in _OTHER_KINDS for label in facts.labels),
             "everyday words, as Date and Venue, tell only what nothing else does"),
    Evidence("news", "labels", lambda facts: len(facts.fields) >= 3,
             "labels that news shares with others, and nothing of these"),
    Evidence("listing", "pager", lambda facts: bool(facts.listing.pager_links),
             "it goes on"),
    Evidence("one", "text", lambda facts: bool(facts.listing.rows) and facts.is_text_with_links,
             "a page of text with a list of other pages below it"),
    Evidence("one", "text", lambda facts: facts.is_node and facts.listing.has_mere_links and facts.says_something,
             "a node whose text and fields link to pages: a list of them has titles, dates or classes of rows"),
    Evidence("one", "text", lambda facts: bool(facts.listing.rows) and facts.leads_to_other_sites,
             "partners, sponsors: pages of others with nothing said of them"),
    Evidence("one", "text", lambda facts: bool(facts.listing.rows) and facts.is_text_of_no_node,
             "a glossary, a programme: a long text with a link here and there"),
    Evidence("listing", "rows", lambda facts: bool(facts.listing.rows),
             "it leads to pages"),
)  # fmt: skip
"""In the order in which it is asked; what holds first, tells."""


def read_as(kind: type[P], page: Page) -> P:
    """``page`` as one of ``kind``, with what was read of it that this kind has, too; each has an outline of its own."""
    if type(page) is kind:
        return page
    other = kind(page.url, page.source)
    other.__dict__.update((name, read) for name, read in page.__dict__.items() if hasattr(kind, name))
    other.__dict__.pop("outline", None)
    return other


def page_for(url: str, selector: Selector, *, named_as_news: bool = False) -> Page:
    """The page class that reads ``selector``.

    Args:
        url: the address that answered.
        named_as_news: whether a news listing named the page; then a node page without any metadata is news, too.
    """
    facts = facts_of(url, selector, named_as_news)
    page = facts.result
    if page is not facts.page:
        facts.page.forget()
    return page


def facts_of(
    url: str,
    selector: Selector | Callable[[], Selector],
    named_as_news: bool | Callable[[Page], bool],
    known: MutableMapping[str, int] | None = None,
) -> Facts:
    """What `page_for` goes by, for who asks more of the same page; who has asked lets ``page`` forget what it read."""
    return Facts(NewsPage(url, selector), named_as_news=named_as_news, known=known)


def told_by(page: Page) -> str:
    """What told the kind of a page that `page_for` made: ``type``, ``address``, ``labels``, ``named`` (by a listing),
    ``pager``, ``text``, ``rows``, or ``nothing``."""
    tells = {"news": "news", "listing": "listing", "other": "one"}[page.kind]
    for named in (False, True):
        found = Facts(page, named_as_news=named).told
        if found is not None and found.tells == tells:
            return found.word
    return "pager" if tells == "listing" else "nothing"
