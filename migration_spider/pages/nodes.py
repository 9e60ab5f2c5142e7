"""The nodes that a page prints: its own, and complete or shortened ones of other pages beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from itertools import chain, islice
from typing import Any

from migration_spider.pages.bounds import Elements
from migration_spider.pages.class_words import OF_NODE
from migration_spider.pages.text import fold

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
        return {_words(h1) for h1 in self.page.tagged("h1")[:20]}

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
        link = None if heading is None or _has_text_before(element, heading) else next(heading.iter("a"), None)
        href = "" if link is None or not _is_all(link, heading) else link.get("href") or ""
        # A link into the page folds a section.
        if href == "" or href.startswith("#"):
            return False
        return not self.is_own(href) or (bool(self._titles) and _words(heading) not in self._titles)


def _words(element: Any) -> str:
    return fold("".join(element.itertext()))


def ancestors_of(*groups: list[Any]) -> set[Any]:
    """Return all ancestors of the elements in ``groups``."""
    outer: set[Any] = set()
    for group in groups:
        for element in group:
            around = element.getparent()
            while around is not None and around not in outer:
                outer.add(around)
                around = around.getparent()
    return outer


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
