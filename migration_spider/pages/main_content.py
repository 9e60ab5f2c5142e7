"""The element of the main content of a page, and its heading."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from migration_spider.pages.bounds import Elements
from migration_spider.pages.class_words import BODY, SITE_NAME, TEXT_FIELD
from migration_spider.pages.nodes import ancestors_of
from migration_spider.pages.text import fold

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
    shown = {h1: text for h1 in page.tagged("h1")[:20] if (text := fold("".join(h1.itertext())))}
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
    parts = [] if body is None else [part for part in body.iter("p", "h1") if fold("".join(part.itertext()))]
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
