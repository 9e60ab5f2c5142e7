"""The title of a page: its heading and what its head says, each checked against the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from migration_spider.pages.base import Page
from migration_spider.pages.outline import Block, Line
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.prose import is_prose

_TITLES = frozenset(("twitter:title", "dcterms.title")), frozenset(("og:title",))
_SITE_PARTS = re.compile(r"\s+[|–—·-]\s+")
_BETWEEN = " :–—|-"


def title_of(page: Page) -> str:
    """The heading of the page; else what its head says, without the name of the site."""
    return next(filter(None, _candidates(page)), "")


def title_lines(top: Block, title: str, heading: Any) -> list[Line]:
    """The lines of the ``heading``, and above the text those that print ``title``: many pages print it twice.

    Args:
        top: the outline.
        heading: its element; None when the page has none.
    """
    found = []
    above = True
    # Line of an h1 -> whether it is the heading.
    headed: dict[Line, bool] = {}
    for block in top.blocks():
        if block.tag == "h1":
            is_heading = block.element is heading
            headed.update((line, is_heading or headed.get(line, False)) for line in block.lines())
    for line in top.lines():
        above = above and (line.text == title or not is_prose(line))
        is_h1 = line in headed and not line.parent.in_body
        if headed.get(line) or (above and (is_h1 or line.text == title)):
            found.append(line)
    return found


def _candidates(page: Page) -> Iterator[str]:
    """The surest first."""
    heading = "" if page.heading is None else _once(_shown(page.heading))
    shared, document = page.meta(*_TITLES) or "", page.document_title
    named = list(filter(None, (shared, *_beginnings(document))))
    # Some print the name of the site as the heading of each page.
    own = "" if heading == document.rpartition(" | ")[2] else heading
    if own:
        yield from _parts_of_heading(page.heading, named, shared)
        if not document or document.startswith(own):
            yield own
    # A theme may keep the h1 for the section's or the site's name and print the title below.
    yield from filter({_shown(found) for found in islice(page.elements_with("h1", "h2"), 40)}.__contains__, named)
    # Above the main content a site prints its own name.
    if own and page.main in page.heading.iterancestors():
        yield own
    if page.outline is not None:
        yield from filter({line.text for line in page.outline.lines()}.__contains__, named)
    yield from (own, shared, document.rpartition(" | ")[0], *named[-1:], heading)


def _parts_of_heading(heading: Any, named: list[str], shared: str) -> Iterator[str]:
    """What the head names, where the heading has it and an element of its own besides: a kicker above, a line below."""
    whole = _shown(heading)
    inside = [text for part in islice(heading, 10) if (text := _shown(part))]
    kickers = [(text, whole[len(text) :].lstrip(_BETWEEN)) for text in inside if whole.startswith(text)]
    yield from (text for text in named if text in {rest for _, rest in kickers})
    # Both, with a sign between them that the heading leaves to its look: "Harbour: Ferry towns agree".
    yield from (text for text in named if any(rest and _parted(text, kicker) == rest for kicker, rest in kickers))
    once = _once(whole)
    if shared in {once[: -len(text)].rstrip(_BETWEEN) for text in inside if once.endswith(text)}:
        yield shared


def _parted(named: str, kicker: str) -> str:
    """What stands in ``named`` behind ``kicker`` and a sign."""
    return named[len(kicker) :].lstrip(_BETWEEN) if named.startswith(kicker) else ""


def _shown(heading: Any) -> str:
    return shown_text(heading, is_title=True)


def _beginnings(document: str) -> list[str]:
    """What of the title of a document may be the page's: all, or up to a sign that parts it from the site's name."""
    return [document, *(document[: match.start()] for match in reversed(list(_SITE_PARTS.finditer(document))))][:10]


def _once(text: str) -> str:
    """``text`` once when it is printed twice in a row."""
    half = len(text) // 2
    return text[:half] if len(text) > 8 and text[half : half + 1] == " " and text[:half] == text[half + 1 :] else text
