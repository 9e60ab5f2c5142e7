"""The element of a page's main content, and its heading."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

from migration_spider.pages.bounds import Elements
from migration_spider.pages.class_words import BODY, SITE_NAME, TEXT_FIELD
from migration_spider.pages.nodes import ancestors_of
from migration_spider.pages.text import fold

_MAIN_IDS = frozenset(("main-content", "content", "main"))


def main_of(page: Elements) -> Any:
    """The element of the main content; ``<body>`` or the root when the theme names none; None without a root."""
    marked = page.chosen(page.tagged("main"), (element for element, role in page.having("role") if role == "main"))
    if marked:
        # A theme may mark the frame of an advertisement so, too.
        return marked[0] if len(marked) == 1 else _with_text(marked[:20])
    named = [element for element, name in page.having("id") if name in _MAIN_IDS]
    around = ancestors_of(page.tagged("h1"), page.tagged("article")) if named else ()
    found = (element for element in named if element in around)
    return next(found, next(iter(page.tagged("body")), page.root))


def heading_of(page: Elements, article: Any, main: Any, document: str = "") -> Any:
    """The ``<h1>`` of the page: in the ``article`` or the ``main`` content rather than in the site's header.

    Of several with the same place it is the first that ``document``, the title in the head, begins with.
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
    """Whether ``heading`` stands in a body field below a paragraph or beside another: it heads a part of the text."""
    around = next((one for one in islice(heading.iterancestors(), 6) if BODY[one.get("class") or ""]), None)
    parts = [] if around is None else [one for one in around.iter("p", "h1") if fold("".join(one.itertext()))]
    return (parts[:1] != [heading] and around is not None) or sum(one.tag == "h1" for one in parts) > 1


def _doubt(h1: Any) -> int:
    """How little speaks for ``h1`` as the title: 1 in what an editor wrote, 2 for the name of the site."""
    if h1.getparent().tag == "a" or SITE_NAME[f"{h1.get('class')} {h1.get('id')}"]:
        return 2
    around = [one.get("class") or "" for one in islice(h1.iterancestors(), 8)]
    return any(TEXT_FIELD[classes] or BODY[classes] for classes in around)


def _with_text(marked: list[Any]) -> Any:
    """Of several elements of the main content the one with the text; what holds all of them where several have some."""
    size = {element: len("".join(element.itertext())) for element in marked}
    first = max(marked, key=size.__getitem__)
    others = [one for one in marked if 5 * size[one] > size[first] and first not in (one, *one.iterancestors())]
    around = (first, *first.iterancestors())
    return next((up for up in around if all(up in (one, *one.iterancestors()) for one in others)), first)
