"""Limits on the size of a page, and its elements within them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import chain, islice
from typing import Any
from weakref import WeakKeyDictionary

from lxml import etree
from parsel import Selector

# A page of the portal has some thousand elements; the limit is for broken ones, so that no page takes seconds.
MAX_ELEMENTS = 12_000

# Bytes of a page, feed or sitemap, decoded: a sitemap may have 50 MB (sitemaps.org protocol 0.9). Files may have more.
LARGEST_ANSWER = 64 << 20

# A page of the portal has 100 KB; its tree takes up to thirty times its length in memory.
LARGEST_PAGE = 5_000_000

# The beginning of a page may have a larger share of its elements than of its length.
MOST_CUTS = 2

# Of such a page no more than a tenth is read; its complete tree takes 300 MB if it is nothing but tags, and a loop over
# its comments takes seconds.
MOST_TAGS = 200_000

# libxml2 compares each attribute of an element with those before it: 40,000 of them take seconds, 400,000 minutes.
MAX_ATTRIBUTES = 5_000

# Characters of tags that are searched for that, four times those of the largest page.
MOST_LOOKED_AT = 4 * LARGEST_PAGE

# libxml2 silently drops elements below 2,048 others, and all that follows them.
DEEPEST = 2_000

INDEXED = (
    *("class", "id", "role", "href", "style", "aria-controls"),
    *("data-history-node-id", "data-drupal-link-system-path"),
)
"""Attributes by which elements are looked for."""
# A start tag: a sign of its end is none in a quoted value (HTML Standard, section 13.2.5.32 and following).
_TAG = re.compile(r"""<[a-zA-Z][^>=]*(?:=\s*(?:"[^"]*"|'[^']*')?[^>=]*)*""")
# The tags of the page itself, and what only looks like one: in comments and scripts.
_OUTER_TAG = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1|$)|<(html|body)(\s[^<>]+)>", re.DOTALL | re.IGNORECASE
)
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_PARTED = re.compile(r"[\s/]+")


def is_parseable(markup: str) -> bool:
    """Whether an HTML parser can read ``markup`` within the time and memory that a page may take."""
    return why_unread(markup) == ""


def why_unread(markup: str) -> str:
    """Return why ``markup`` is not given to the HTML parser, which would take too long; empty if it is."""
    if len(markup) > LARGEST_PAGE:
        return f"a page of {len(markup)} characters: no more than {LARGEST_PAGE} are read"
    if (tags := markup.count("<")) > MOST_TAGS:
        return f"a page of {tags} tags and comments: no more than {MOST_TAGS} are read"
    return _crowded(markup)


# Cached: several components check the same page in turn.
@lru_cache(maxsize=2)
def _crowded(markup: str) -> str:
    found = _TAG.findall(markup)
    # True for most pages, and takes 0.4 of the time of the loop below.
    if "".join(found).count("<") == len(found) and max(map(len, found), default=0) <= 2 * MAX_ATTRIBUTES:
        return ""
    remaining = MOST_LOOKED_AT
    for tag in _tags(markup):
        start, end = tag.span()
        remaining -= end - start
        if end - start > 2 * MAX_ATTRIBUTES and len(_PARTED.findall(_VALUE.sub(" ", tag[0]))) > MAX_ATTRIBUTES:
            return f"a tag with more than {MAX_ATTRIBUTES} attributes: its page is not read"
        if remaining < 0:
            return "tags in the values of tags: its page is not read"
    return ""


def _tags(markup: str) -> Iterator[re.Match[str]]:
    """Yield all that a parser may take for a tag, also within a value, since the value may be text of a script."""
    for tag in _TAG.finditer(markup):
        yield tag
        place, end = tag.span()
        while (place := markup.find("<", place + 1, end)) >= 0:
            if inner := _TAG.match(markup, place):
                yield inner


class Attributes(dict[Any, dict[str, str]]):
    """Element -> its attributes, read once: lxml takes as long for one as for all."""

    def __init__(self, read: Mapping[Any, list[tuple[str, str]]]) -> None:
        self._read = read

    def __missing__(self, element: Any) -> dict[str, str]:
        attributes = self[element] = dict(self._read[element] if element in self._read else element.items())
        return attributes


class Elements:
    """The elements of a page, in page order, with indexes by tag and by attribute."""

    def __init__(self, root: Any, nodes: list[Any], *, is_cut: bool = False) -> None:
        self.is_cut = is_cut
        """Whether the page has more than these, or nests deeper than a tree of it may."""
        self.root = root
        """The ``<html>`` element (lxml); None when the answer is no HTML."""
        # Also keeps lxml's Python objects alive: otherwise lxml creates them again on each access.
        self.all = [element for element in nodes if isinstance(element.tag, str)]
        read = {element: element.items() for element in self.all}
        self.attributes = Attributes(read)
        self._by_tag: dict[str, list[Any]] = defaultdict(list)
        self._by_attribute: dict[str, dict[Any, str]] = {name: {} for name in INDEXED}
        by_tag, indexed = self._by_tag, self._by_attribute
        for element, attributes in read.items():
            by_tag[element.tag].append(element)
            for name, value in attributes:
                if name in indexed:
                    indexed[name][element] = value

    def tagged(self, tag: str) -> list[Any]:
        """Return all ``tag`` elements."""
        return self._by_tag.get(tag, [])

    def having(self, attribute: str) -> Iterable[tuple[Any, str]]:
        """Return all elements with ``attribute``, one of `INDEXED`, each with its value."""
        return self._by_attribute[attribute].items()

    def chosen(self, *groups: Iterable[Any]) -> list[Any]:
        """Return the elements in ``groups``, each once, in page order."""
        wanted = set(chain(*groups))
        return [element for element in self.all if element in wanted] if len(wanted) > 1 else list(wanted)


# Crawl and pages call it several times with the selector of the response.
_known: WeakKeyDictionary[Selector, Elements] = WeakKeyDictionary()


def elements_of(selector: Selector) -> Elements:
    """Return the elements of the page in ``selector`` within the limits, see :func:`bounded`; cached."""
    selector = bounded(selector)
    return _known.get(selector) or Elements(None, [])


def bounded(selector: Selector) -> Selector:
    """Return ``selector`` as HTML, or the beginning of a page that is far larger than those of the portal."""
    if selector in _known:
        return selector
    if selector.type == "xml":
        # "<?xml ..." before XHTML: parsel takes it for XML, where a missing end tag cuts the page.
        selector = Selector(text=selector.get() or "", type="html")
    if not isinstance(getattr(selector.root, "tag", None), str):
        return selector
    _restore(selector)
    nodes = _nodes(selector.root)
    is_cut = len(nodes) > MAX_ELEMENTS or (len(nodes) > DEEPEST and _depth(nodes) > DEEPEST)
    for _ in range(MOST_CUTS):
        if len(nodes) <= MAX_ELEMENTS:
            break
        markup = etree.tostring(selector.root, encoding="unicode", method="html")
        share = MAX_ELEMENTS / selector.root.xpath("count(//*)")
        selector = Selector(text=markup[: max(10_000, int(len(markup) * share))], type="html")
        nodes = _nodes(selector.root)
    for template in selector.root.iter("template"):
        # Browsers show it in place of the element around it (HTML Standard, 4.12.3).
        if template.get("shadowrootmode") in ("open", "closed"):
            template.tag = "div"
    _known[selector] = Elements(selector.root, nodes, is_cut=is_cut)
    return selector


def _restore(selector: Selector) -> None:
    """Give ``<html>`` and ``<body>`` the attributes of their tags where these come too late, as browsers do.

    If a text or an element is printed before a tag, libxml2 drops the tag, and so language and type of the page (HTML
    Standard, section 13.2.6.4.7, start tags "html" and "body").
    """
    root = selector.root
    bodies = root.iterchildren("body")
    dropped = {element.tag: element for element in (root, *islice(bodies, 1)) if not element.keys()}
    # parsel's own name for the text that it has parsed; there is no public one.
    for tag in _OUTER_TAG.finditer(getattr(selector, "_text", None) or "") if dropped else ():
        element = dropped.pop((tag[2] or "").lower(), None)
        if element is not None:
            for name, value in Selector(text=f"<{tag[2]}{tag[3]}>.", type="html").css(tag[2].lower()).attrib.items():
                with suppress(ValueError):  # no name that lxml lets anyone set
                    element.set(name, value)


def _nodes(root: Any) -> list[Any]:
    """Return the elements and comments of a page, at most one more than the limit."""
    # parsel uses lxml.html's parser, which calls Python for the class of every element. Here lxml's own class is
    # enough, and the elements of a page are created and freed in half the time.
    root.getroottree().parser.set_element_class_lookup()
    return list(islice(root.iter(), MAX_ELEMENTS + 1))


def _depth(nodes: list[Any]) -> int:
    depths = {None: 0}
    for node in nodes:
        depths[node] = depths.get(node.getparent(), 0) + 1
    return max(depths.values())


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
