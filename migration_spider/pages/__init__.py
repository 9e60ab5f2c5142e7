"""Reads pages as printed: no network, no clock, no guesses.

``page_for`` returns a page as an object of the class for its kind; crawl and reparse share it. The modules in the order
in which a page goes through them, which is the order to read them in:

1. bounds, nodes, base: the elements of a page, which node it is, its language, its main content.
2. this module, then listing or news: a table of evidence, `EVIDENCE`, decides the kind of the page by the first entry
   that applies, and so the class that reads it.
3. class_words, chrome: the parts of the site; a table of marks, and one of excuses.
4. outline, outline_builder: the main content as blocks and lines, without these parts.
5. prose, cells, labels, look, metadata_block: the labels and values in it, or in a column beside it.
6. words, links, scope, roles: the role of each line; two tables of evidence.
7. titles, body, parts, places: fields of the item, most from lines with a role.
8. row_places, row_titles, row_candidates, row_siblings, pagers, totals, scripted, listing: the rows of a listing, and
   what may hide more of them; menu: links to other listings.

They stand on five floors: a module imports only from floors below its own. `migration_spider.text` holds what they all
ask of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlsplit

from parsel import Selector

from migration_spider.pages.base import Kind, Page
from migration_spider.pages.links import is_file
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage
from migration_spider.pages.outline import Line, ancestors
from migration_spider.pages.prose import is_prose
from migration_spider.text import path_of, text_in, word_set
from migration_spider.vocabularies import is_generic_label, label_kind

__all__ = ["Facts", "ListingPage", "NewsPage", "Page", "facts_of", "is_likely_type", "page_for", "told_by"]

NEWS_TYPES = word_set(
    "news news-item news-article article-news statement statements press-release press-releases pressrelease resource "
    "resources hub-resource story news-story"
)
OTHER_TYPES = word_set(
    "event events practice practices good-practice repository-practice pledge pledges discussion discussion-space "
    "forum topic webform project mptf-project video videos"
)
_LIKELY = re.compile(
    r"(?:^|-)(?:news|newsletter|article|blog|post|story|stories|press|release|statement|announcement|updates?|dispatch"
    r"|speech|op-?ed|opinion|interview|insights?|bulletin)(?:-|$)"
)
_OTHER_PATHS = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]+)?/)?(?:events?|practices?|pledges?|projects?|comment|webform"
    r"|hub/(?:discussion-space|events|repository-of-practices))/",
    re.IGNORECASE,
)
_REPLY = re.compile(r"/comment/reply/(?:node/)?(\d+)")
_OTHER_KINDS = word_set("event practice pledge discussion")

FEWEST_ROWS = 5
"""Rows of a page that is recognized as a listing by nothing else."""

P = TypeVar("P", bound=Page)


@dataclass(frozen=True)
class Evidence:
    kind: Kind
    """``other``: a page about one thing that is no news; with a pager it is a listing nevertheless."""

    word: str
    """What `told_by` returns."""

    applies: Callable[[Facts], bool]
    why: str


def is_likely_type(node_type: str | None) -> bool:
    """Whether pages of a content type are news if a list has nothing but such pages: ``article``, ``blog-post``."""
    return node_type is not None and node_type not in OTHER_TYPES and _LIKELY.search(node_type) is not None


class Facts:
    """The facts about a page that `EVIDENCE` looks at, each computed on first use, and the resulting kind.

    Args:
        page: any page object.
        named_as_news: whether a news listing named the page, or a function that returns this for the page.
        known: a cache, to which results are added: ``named`` or ``plain`` (whether a listing named the page) -> index
            in `EVIDENCE` of the entry that decides then, -1 for none.
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
        """The page as a listing, once that was needed."""

    @cached_property
    def evidence(self) -> Evidence | None:
        """The first entry of the evidence that applies."""
        return self._first()

    @property
    def result(self) -> Page:
        """The page as an object of its kind; see `page_for`."""
        evidence = self.evidence
        if evidence is not None and evidence.kind == "news":
            return self.page
        is_listing = evidence is not None and (evidence.kind == "listing" or bool(self.listing.pager_links))
        return self.listing if is_listing else read_as(Page, self.page)

    @property
    def is_news_if_named(self) -> bool:
        """Whether `page_for` takes the page for news as soon as a listing of news names it."""
        evidence = self.evidence
        if not self.named_as_news:
            self.named_as_news = True
            evidence = self._first()
        return evidence is not None and evidence.kind == "news"

    def _first(self) -> Evidence | None:
        case = "named" if self.named_as_news else "plain"
        if case not in self.known:
            self.known[case] = next((number for number, entry in enumerate(EVIDENCE) if entry.applies(self)), -1)
        number = self.known[case]
        return None if number < 0 else EVIDENCE[number]

    @property
    def listing(self) -> ListingPage:
        self.read_as_listing = self.read_as_listing or read_as(ListingPage, self.page)
        return self.read_as_listing

    @property
    def labels(self) -> list[str]:
        """Labels that the page prints once; those printed several times label the rows of a listing.

        Empty for a page with a pager that is no node: it is read as a listing regardless of its labels.
        """
        if self.is_list_of_no_node or self._is_block_of_row:
            return []
        counts = Counter(entry.label for entry in self.page.block.entries)
        return [label for label, count in counts.items() if count == 1]

    @property
    def fields(self) -> set[str]:
        """Item fields that the labels of the page name; empty for labels of filters or of several rows."""
        if self.is_list_of_no_node:
            return set()
        block = self.page.block
        # The filters of a listing have some of the labels.
        is_many = not self._is_node and (bool(self.listing.pager_links) or block.is_filter)
        return set() if is_many or self._is_block_of_row else block.fields

    @cached_property
    def _is_block_of_row(self) -> bool:
        """Whether the labels are in a row of a list with dates, on a page that is no node."""
        if self.is_node or not self._has_repeated_label or not self._has_dated_rows:
            return False
        boxes = set(self.listing.boxes)
        elements = (piece.slot[0] for piece in self.page.block.owners)
        return any(not boxes.isdisjoint((element, *element.iterancestors())) for element in elements)

    @property
    def _has_repeated_label(self) -> bool:
        """Whether a label of the block comes again and again; without that the rows need not be read."""
        text = "" if self.page.main is None else str(self.page.main.xpath("string()"))
        labels = (entry.label for entry in self.page.block.entries if entry.label and entry.field_name)
        return any(text.count(label) >= FEWEST_ROWS for label in labels)

    @property
    def _has_dated_rows(self) -> bool:
        rows = self.listing.rows
        return len(rows) >= FEWEST_ROWS and 2 * sum(row.date is not None for row in rows) >= len(rows)

    @property
    def is_node(self) -> bool:
        page = self.page
        return self._is_node or page.article is not None or page.node_type is not None or self._is_commented

    @property
    def _is_commented(self) -> bool:
        """Whether the page has one place for comments; a listing has one for each row."""
        hrefs = (href for link, href in self.page.elements.having("href") if link.tag == "a")
        return len({match[1] for href in hrefs if "/comment/reply/" in href and (match := _REPLY.search(href))}) == 1

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
    def has_content(self) -> bool:
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
        """Whether a node has more running text beside its rows than in them."""
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
        """Whether the rows are mere links, none to the site of the page and most of them to different sites."""
        if not self.listing.has_mere_links:
            return False
        sites = {urlsplit(row.url).netloc for row in self.listing.rows}
        return urlsplit(self.page.url).netloc not in sites and 2 * len(sites) > len(self.listing.rows)

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        """Characters of the running text beside the rows, and of the rows."""
        boxes = set(self.listing.boxes)
        text, rows = 0, sum(len(text_in(box)) for box in boxes)
        for line in filter(is_prose, () if self.page.outline is None else self.page.outline.lines()):
            if not any(block.element in boxes for block in ancestors(line)):
                text += len(line.text)
            elif _has_link_within(line):
                text += len(line.text)
                rows -= len(line.text)
        return text, rows


def _has_link_within(line: Line) -> bool:
    """Whether ``line`` is a sentence with a link in it; a row begins with its title."""
    return line.has_link and line.linked < 0.5 * len(line.text) and line.pieces[0].link is None


EVIDENCE = (
    Evidence("news", "type", lambda facts: facts.page.node_type in NEWS_TYPES,
             "the theme prints the content type: nothing is surer"),
    Evidence("other", "type", lambda facts: facts.page.node_type in OTHER_TYPES,
             "the same for what is no news"),
    Evidence("other", "address", lambda facts: facts.is_of_other_section and not facts.is_all_rows,
             "sections of the portal whose pages have labels of the news block beside their own"),
    Evidence("other", "labels", lambda facts: any(
        label_kind(label) in _OTHER_KINDS and not is_generic_label(label) for label in facts.labels),
             "labels that only pages of that kind have: an organizer, a pledging initiative"),
    Evidence("news", "labels", lambda facts: not facts.fields.isdisjoint(("publication_date", "material_type")),
             "labels that only news and resources have"),
    Evidence("listing", "pager", lambda facts: facts.named_as_news and facts.is_list_with_pager,
             "a landing page among the rows of a listing; the pager of an item turns its comments"),
    Evidence("news", "named", lambda facts: facts.named_as_news and facts.is_node,
             "a listing of news named it, and it is a node: other sites print no block"),
    Evidence("other", "labels", lambda facts: any(label_kind(label) in _OTHER_KINDS for label in facts.labels),
             "everyday words, as Date and Venue, decide only where nothing above does"),
    Evidence("news", "labels", lambda facts: len(facts.fields) >= 3,
             "labels that news shares with others, and nothing of these"),
    Evidence("listing", "pager", lambda facts: bool(facts.listing.pager_links),
             "it goes on"),
    Evidence("other", "text", lambda facts: bool(facts.listing.rows) and facts.is_text_with_links,
             "a page of text with a list of other pages below it"),
    Evidence("other", "text", lambda facts: facts.is_node and facts.listing.has_mere_links and facts.has_content,
             "a node whose text and fields link to pages: a list of them has titles, dates or classes of rows"),
    Evidence("other", "text", lambda facts: bool(facts.listing.rows) and facts.leads_to_other_sites,
             "partners, sponsors: links to other sites without any description"),
    Evidence("other", "text", lambda facts: bool(facts.listing.rows) and facts.is_text_of_no_node,
             "a glossary, a programme: a long text with a link here and there"),
    Evidence("listing", "rows", lambda facts: bool(facts.listing.rows),
             "it leads to pages"),
)  # fmt: skip
"""The first entry that applies decides."""


def read_as(kind: type[P], page: Page) -> P:
    """Return ``page`` as an object of class ``kind``, with the values read so far except the outline."""
    if type(page) is kind:
        return page
    other = kind(page.url, page.source)
    other.__dict__.update((name, value) for name, value in page.__dict__.items() if hasattr(kind, name))
    other.__dict__.pop("outline", None)
    return other


def page_for(url: str, selector: Selector, *, named_as_news: bool = False) -> Page:
    """Return the page in ``selector`` as an object of the class that reads its kind.

    Args:
        url: the address that answered.
        named_as_news: whether a news listing named the page; then a node without any metadata is news, too.
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
    """Return the facts by which `page_for` decides, for callers that need more of them.

    Callers call ``page.forget()`` when they are done.
    """
    return Facts(NewsPage(url, selector), named_as_news=named_as_news, known=known)


def told_by(page: Page) -> str:
    """Return by what `page_for` recognized the kind of ``page``: ``type``, ``address``, ``labels``, ``named`` (by a
    listing), ``pager``, ``text``, ``rows``, or ``nothing``."""
    for named in (False, True):
        evidence = Facts(page, named_as_news=named).evidence
        if evidence is not None and evidence.kind == page.kind:
            return evidence.word
    return "pager" if page.kind == "listing" else "nothing"
