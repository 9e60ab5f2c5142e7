"""Limits of what is read of a page."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree
from parsel import Selector

# A page of the portal has some thousand elements; the limit is for broken ones, so that no page takes seconds.
MAX_ELEMENTS = 12_000

# Bytes of a page, feed or sitemap, decoded: a sitemap may have 50 MB (sitemaps.org protocol 0.9). Files may have more.
LARGEST_ANSWER = 64 << 20

# A page of ours has 100 KB; as a tree it takes thirty times its length in memory, where it is one tag after the other.
LARGEST_PAGE = 5_000_000

# The beginning of a page may hold more of its elements than of its length.
MOST_CUTS = 2

# libxml2 looks every attribute of an element up among those before it: 400,000 of them take minutes.
MAX_ATTRIBUTES = 5_000
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")


def is_parseable(markup: str) -> bool:
    """Whether an HTML parser gets through ``markup`` in time and memory that a page may take."""
    return len(markup) <= LARGEST_PAGE and all(
        tag[0].count("=") + tag[0].count(" ") < MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(markup)
    )


class Elements:
    """The elements of a page, in page order, for all who look for some of them."""

    def __init__(self, root: Any, nodes: list[Any], *, is_cut: bool = False) -> None:
        self.is_cut = is_cut
        """Whether the page has more than these."""
        self.root = root
        """The ``<html>`` element (lxml); None when the answer is no HTML."""
        # Not only for the loops: as long as somebody has lxml's Python objects, it does not make them again.
        self.all: list[Any] = [node for node in nodes if isinstance(node.tag, str)]
        self._by_tag: dict[str, list[Any]] = {}
        for element in self.all:
            self._by_tag.setdefault(element.tag, []).append(element)

    def tagged(self, tag: str) -> list[Any]:
        """All ``tag`` elements."""
        return self._by_tag.get(tag, [])


# Crawl and pages ask several times, with the selector that the response keeps.
_known: WeakKeyDictionary[Selector, Elements] = WeakKeyDictionary()


def elements_of(selector: Selector) -> Elements:
    """What :func:`bounded` leaves of the page in ``selector``; found once."""
    selector = bounded(selector)
    return _known.get(selector) or Elements(None, [])


def bounded(selector: Selector) -> Selector:
    """``selector`` as HTML, or the beginning of a page that is far larger than any page of the portal."""
    if selector in _known:
        return selector
    if selector.type == "xml":
        # "<?xml ..." before XHTML: parsel takes it for XML, where a missing end tag cuts the page.
        selector = Selector(text=selector.get() or "", type="html")
    if not isinstance(getattr(selector.root, "tag", None), str):
        return selector
    nodes = _nodes(selector.root)
    is_cut = len(nodes) > MAX_ELEMENTS
    for _ in range(MOST_CUTS):
        if len(nodes) <= MAX_ELEMENTS:
            break
        markup = etree.tostring(selector.root, encoding="unicode", method="html")
        share = MAX_ELEMENTS / selector.root.xpath("count(//*)")
        selector = Selector(text=markup[: max(10_000, int(len(markup) * share))], type="html")
        nodes = _nodes(selector.root)
    _known[selector] = Elements(selector.root, nodes, is_cut=is_cut)
    return selector


def _nodes(root: Any) -> list[Any]:
    """What a page consists of besides text, one more than is read at most."""
    return list(islice(root.iter(), MAX_ELEMENTS + 1))
