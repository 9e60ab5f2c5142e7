"""The nodes that a page prints, its own and those of other pages beside it; its main content, and its heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Any

from migration_spider.pages.bounds import Elements, ancestors_of
from migration_spider.pages.class_words import BODY, OF_NODE, SITE_NAME, TEXT_FIELD
from migration_spider.text import absolute, fold, path_of, text_in

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

_PATH = re.compile(r"(?:^|/)node/(\d{1,10})(?:/(?:edit|delete|revisions|translations|view)?)?$")
_BODY_CLASS = re.compile(r"(?:^|\s)page-node-(\d{1,10})(?=\s|$)")
_ARTICLE_CLASS = re.compile(r"(?:^|\s)(?:page-node|node|node--id|node-id|nid)-(\d{1,10})(?=\s|$)")
_CURRENT_PATH = re.compile(r'"currentPath"\s*:\s*"node\\?/(\d{1,10})"')
# Actions of Drupal's forms for comments and for logging in, which name the node of the page.
_FORM = re.compile(
    r"/comment/reply/(?:node/)?(\d{1,10})(?=[/?#]|$)|[?&]destination=/?node(?:/|%2F)(\d{1,10})(?=[&#]|$)", re.IGNORECASE
)
_OWN_RELATIONS = frozenset(("edit-form", "revision", "delete-form"))


def node_of(url: str | None) -> int | None:
    """Return the node id in a system path such as ``/es/node/7756``; None for any other address."""
    match = _PATH.search(path_of(url).rstrip("/")) if url else None
    return int(match[1]) if match else None


def node_id_of(page: Page) -> int | None:
    """Return the Drupal node id of the page itself, never that of a teaser on it."""
    return next((number for number in _numbers(page) if number is not None), None)


def form_node(elements: Elements) -> int | None:
    """Return the node to which a form for comments, or one to log in, leads back."""
    actions = (elements.attributes[form].get("action", "") for form in elements.tagged("form"))
    return next((int(match[1] or match[2]) for match in map(_FORM.search, actions) if match), None)


def _numbers(page: Page) -> Iterator[int | None]:
    """Yield the numbers that the parts of ``page`` name, the most reliable part first; some are None."""
    elements = page.elements
    yield node_of(absolute(page.base_url, page.linked("shortlink")))
    # ``path.currentPath`` of drupalSettings: the system path, also on pages with an alias.
    scripts = (script.text for script in elements.tagged("script") if "currentPath" in (script.text or ""))
    yield next((number for text in scripts if (number := _number(_CURRENT_PATH, text[:100_000])) is not None), None)
    yield from (_number(_BODY_CLASS, body.get("class")) for body in elements.tagged("body"))
    for element, path in elements.having("data-drupal-link-system-path"):
        # Core marks the links of the language switcher and of local tasks with the system path of the page.
        yield node_of("/" + path) if "hreflang" in elements.attributes[element] else None
    if (article := page.article) is not None:
        history = article.get("data-history-node-id") or ""
        yield int(history) if history.isdecimal() and len(history) < 11 else None
        yield _number(_ARTICLE_CLASS, article.get("class"))
        yield _number(_ARTICLE_CLASS, article.get("id"))
        yield node_of(absolute(page.base_url, article.get("about")))
    yield node_of(page.url)
    yield node_of(page.canonical_url)
    for element, href in elements.having("href"):
        if _leads_to_own_node(element.tag, elements.attributes[element]):
            yield node_of(absolute(page.base_url, href))
    yield form_node(elements)


def _number(pattern: re.Pattern[str], words: str | None) -> int | None:
    match = pattern.search(words or "")
    return int(match[1]) if match else None


def _leads_to_own_node(name: str, attributes: dict[str, str]) -> bool:
    """Whether this is an ``<a>`` or ``<link>`` that Drupal prints with the page's system path."""
    if name == "link":
        return attributes.get("rel") in _OWN_RELATIONS
    href = attributes["href"]
    return name == "a" and "/node/" in href and ("/edit" in href or "/translations" in href)


_ROW = re.compile(r"(?:^|\s)views-row(?:$|\s)").search
# A teaser, a row, or a node of the type "block", which sites place beside others.
_NOT_WHOLE = re.compile(r"teaser|view-mode-card|views-row|\s(?:node-|node--type-)block\s").search
MOST_ABOVE = 80
"""Characters above the title of a teaser, at most."""


class Nodes:
    """The nodes of the page with ``elements``; ``is_own(href)`` is whether an ``href`` leads to the page itself.

    ``node_id``: the node named by a form on the page, if any.
    """

    def __init__(self, elements: Elements, is_own: Callable[[str | None], bool], node_id: int | None = None) -> None:
        self.page = elements
        self.is_own = is_own
        self.node_id = node_id

    @cached_property
    def elements(self) -> list[Any]:
        """The elements in which a theme prints a node, in page order: an ``<article>`` or another element."""
        page = self.page
        nodes = page.chosen(
            page.tagged("article"),
            (element for element, _ in page.having("data-history-node-id")),
            self._named,
        )
        outside = (node for node in nodes or self._numbered if not _is_beside(node))
        return [element for element in islice(outside, 200) if not _is_part(element)]

    @cached_property
    def _named(self) -> list[Any]:
        """The elements with the class "node"."""
        named = self.page.having("class")
        return [element for element, words in named if "node" in words and " node " in f" {words} "]

    @property
    def _numbered(self) -> list[Any]:
        """The element whose class has the number of the page's node after another word: "article article-33"."""
        if self.node_id is None:
            return []
        number = re.compile(rf"(?:^|\s)(?:node|article|post|entry|story|content)-{self.node_id}(?:$|\s)")
        return [element for element, words in self.page.having("class") if number.search(words)][:1]

    @cached_property
    def _beside(self) -> list[Any]:
        """The elements of nodes in an aside, which a site places beside its pages."""
        beside = (element for element in self._named if _is_beside(element) and not _is_part(element))
        return list(islice(beside, 50))

    @cached_property
    def own(self) -> Any:
        """The element of the page's own node, else None."""
        best, best_score = None, 0
        for order, candidate in enumerate(self.elements):
            words = f" {candidate.get('class') or ''} "
            if _NOT_WHOLE(words) or self._is_row(candidate):
                continue
            score = 1
            score += 40 * ("view-mode-full" in words or "node--full" in words or "node-full" in words)
            score += 20 * (candidate in self._around_h1)
            score += 10 * (order == 0)
            score -= 30 * self._is_headed_by_link(candidate)
            if score > best_score:
                best, best_score = candidate, score
        return best

    @cached_property
    def _around_h1(self) -> set[Any]:
        """All elements with an ``<h1>`` inside."""
        return ancestors_of(self.page.tagged("h1")[:20])

    @cached_property
    def _titles(self) -> set[str]:
        """The texts of the ``<h1>``."""
        return {text_in(h1) for h1 in self.page.tagged("h1")[:20]}

    def _is_row(self, element: Any) -> bool:
        """Whether ``element`` is in one of several rows of a view, which may print complete nodes."""
        row = next((outer for outer in element.iterancestors("div", "li") if _ROW(outer.get("class") or "")), None)
        return row is not None and any(
            _ROW(sibling.get("class") or "") for sibling in chain(row.itersiblings(), row.itersiblings(preceding=True))
        )

    def others(self, node_id: int | None) -> frozenset[Any]:
        """Return the elements of other nodes than the page's: with another id than ``node_id``, or headed by a link."""
        kept = set() if self.own is None else {self.own, *self.own.iterancestors()}
        return frozenset(
            element
            for element in (*self.elements, *self._beside)
            if element not in kept and (_has_other_id(element, node_id) or self._is_headed_by_link(element))
        )

    def _is_headed_by_link(self, element: Any) -> bool:
        """Whether the first heading in ``element`` is a link, as above a teaser.

        A link to the page itself may be its title: on a page without h1, or with the words of one.
        """
        if element in self._around_h1:
            return False
        heading = next(element.iter("h2", "h3", "h4"), None)
        if heading is not None and next(heading.itersiblings(heading.tag), None) is not None:
            # One of several beside each other: each heads a part of the text.
            return False
        link = None if heading is None or _has_text_before(element, heading) else next(heading.iter("a"), None)
        href = "" if link is None or not _is_all(link, heading) else link.get("href") or ""
        # A link into the page folds a section.
        if href == "" or href.startswith("#"):
            return False
        return not self.is_own(href) or (bool(self._titles) and text_in(heading) not in self._titles)


def _is_beside(element: Any) -> bool:
    return next(element.iterancestors("aside", "nav", "footer"), None) is not None


def _is_part(element: Any) -> bool:
    """Whether ``element`` prints a part of a node: a comment, a picture or film, the author.

    Core's templates print them as ``<article>``, too; without a class those of an author without picture are empty.
    """
    if OF_NODE[element.get("class") or ""] or (element.get("about") or "").startswith("/user/"):
        return True
    return not any(text.strip() for text in element.itertext())


def _has_text_before(element: Any, heading: Any) -> bool:
    """Whether ``element`` has more than a date or a kicker above ``heading``, which then heads only a part."""
    around = set(heading.iterancestors())
    length = 0
    for node in element.iter():
        if node is heading or length > MOST_ABOVE:
            break
        if isinstance(node.tag, str):
            length += len(fold(node.text))
        if node not in around:
            length += len(fold(node.tail))
    return length > MOST_ABOVE


def _is_all(link: Any, heading: Any) -> bool:
    """Whether ``link`` contains most letters of ``heading``, or no words but a picture."""
    linked, total = (sum(map(str.isalnum, "".join(element.itertext()))) for element in (link, heading))
    return not linked or 2 * linked > total


def _has_other_id(element: Any, node_id: int | None) -> bool:
    printed = element.get("data-history-node-id")
    return printed is not None and node_id is not None and printed != str(node_id)


_MAIN_IDS = frozenset(("main-content", "content", "main"))


def main_of(page: Elements) -> Any:
    """Return the element of the main content; ``<body>`` or the root when the theme names none; None without a root."""
    marked = page.chosen(page.tagged("main"), (element for element, role in page.having("role") if role == "main"))
    if marked:
        # A theme may use this mark for the frame of an advertisement, too.
        return marked[0] if len(marked) == 1 else _with_text(marked[:20])
    named = [element for element, name in page.having("id") if name in _MAIN_IDS]
    around = ancestors_of(page.tagged("h1"), page.tagged("article")) if named else ()
    found = (element for element in named if element in around)
    return next(found, next(iter(page.tagged("body")), page.root))


def heading_of(page: Elements, article: Any, main: Any, document: str = "") -> Any:
    """Return the ``<h1>`` of the page: in the ``article`` or the ``main`` content rather than in the site's header.

    Of several in the same element, those with which ``document``, the title in the head, begins come first.
    """
    shown = {h1: text for h1 in page.tagged("h1")[:20] if (text := text_in(h1))}
    headings = [h1 for h1 in shown if not _is_in_text(h1)]
    doubts = {h1: _doubt(h1) for h1 in headings}
    headings.sort(key=lambda h1: (doubts[h1], not document.startswith(shown[h1])))
    for doubt, element, h1 in product(range(3), (article, main), headings):
        if doubts[h1] == doubt and element in h1.iterancestors():
            return h1
    named = [h1 for h1 in headings if "title" in (h1.get("class") or "")]
    return next(iter(named or headings), None)


def _is_in_text(heading: Any) -> bool:
    """Whether ``heading`` is in a body field below a paragraph, or one of several: it heads a part of the text."""
    body = next((outer for outer in islice(heading.iterancestors(), 6) if BODY[outer.get("class") or ""]), None)
    parts = [] if body is None else [part for part in body.iter("p", "h1") if text_in(part)]
    return (parts[:1] != [heading] and body is not None) or sum(part.tag == "h1" for part in parts) > 1


def _doubt(h1: Any) -> int:
    """Return how unlikely ``h1`` is the title: 1 in text written by an editor, 2 for the name of the site, else 0."""
    if names_site(h1):
        return 2
    around = [element.get("class") or "" for element in islice(h1.iterancestors(), 8)]
    return any(TEXT_FIELD[classes] or BODY[classes] for classes in around)


def names_site(h1: Any) -> bool:
    """Whether ``h1`` is a link or is called the name or the logo of the site."""
    return h1.getparent().tag == "a" or SITE_NAME[f"{h1.get('class')} {h1.get('id')}"]


def _with_text(marked: list[Any]) -> Any:
    """Return the one of several ``marked`` elements with the text; the element around all that have some."""
    size = {element: len("".join(element.itertext())) for element in marked}
    first = max(marked, key=size.__getitem__)
    large = [element for element in marked if 5 * size[element] > size[first]]
    others = [element for element in large if first not in (element, *element.iterancestors())]
    around = (first, *first.iterancestors())
    shared = (outer for outer in around if all(outer in (one, *one.iterancestors()) for one in others))
    return next(shared, first)
