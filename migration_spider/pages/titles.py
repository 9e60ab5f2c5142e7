"""The title of a page, its heading and the titles in its head checked against each other; and the summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from migration_spider.pages.class_words import CUSTOM_BLOCK, LEAD, SITE_NAME, SUMMARY, TEXT_FIELD
from migration_spider.pages.outline import HEADING_TAGS, Block, Line
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.prose import is_prose
from migration_spider.text import text_in

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

_TITLES = frozenset(("twitter:title", "dcterms.title")), frozenset(("og:title",))
_SITE_PARTS = re.compile(r"\s+[|–—·-]\s+")
_BETWEEN = " :–—|-"


def title_of(page: Page) -> str:
    """Return the heading of the page, else the title in its head without the name of the site."""
    return next(filter(None, _candidates(page)), "")


def title_lines(top: Block, title: str, heading: Any) -> list[Line]:
    """Return the lines of ``heading``, and those above the text that print ``title``: many pages print it twice.

    Args:
        top: the outline.
        heading: its element; None when the page has none.
    """
    headed = _headed(top, heading)
    # Where the heading is the name of the site, the title may stand below a notice of the site.
    of_title = next((line for line in top.lines() if line.text == title and line.parent.tag in HEADING_TAGS), None)
    is_other = of_title is not None and not any(_are_related(line.text, title) for line, own in headed.items() if own)
    own = set(_headings(top, title, headed))
    if of_title is not None and is_other:
        # Below the title it heads a part of the text.
        above = set(takewhile(lambda line: line is not of_title, top.lines()))
        own = {of_title, *(line for line in own if line in above or not headed.get(line))}
    return [line for line in top.lines() if line in own]


def _headings(top: Block, title: str, headed: dict[Line, bool]) -> Iterator[Line]:
    """Yield the lines of the heading, and those above the text that print ``title`` or are in another ``<h1>``."""
    above, below_heading = True, False
    for line in top.lines():
        above = above and (line.text == title or not is_prose(line))
        # The first h1 of a theme that prints its title otherwise heads a part of the text.
        is_heading = headed.get(line) and (not line.in_body or _are_related(line.text, title))
        is_outer = line in headed and not (line.in_body or below_heading)
        if is_heading or (above and (is_outer or line.text == title)):
            yield line
        below_heading = below_heading or bool(is_heading)


def _are_related(text: str, title: str) -> bool:
    return text in title or title in text


def _headed(top: Block, heading: Any) -> dict[Line, bool]:
    """Return each line of an ``<h1>`` -> whether this is ``heading``."""
    headed: dict[Line, bool] = {}
    for block in top.blocks():
        if block.tag == "h1":
            is_first = block.element is heading
            headed.update((line, is_first or headed.get(line, False)) for line in block.lines())
    return headed


def _candidates(page: Page) -> Iterator[str]:
    """Yield candidates for the title, the most reliable first; some are empty."""
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
    if page.outline is not None:
        yield from filter({line.text for line in page.outline.lines()}.__contains__, named)
    of_head = (shared, document.rpartition(" | ")[0], *named[-1:])
    is_site = own and SITE_NAME[f"{page.heading.get('class')} {page.heading.get('id')}"]
    yield from (*of_head, heading) if is_site else (own, *of_head, heading)


def _parts_of_heading(heading: Any, named: list[str], shared: str) -> Iterator[str]:
    """Yield titles in the head that are a part of the heading, beside an element with a kicker or a subtitle."""
    whole = _shown(heading)
    inside = [text for part in islice(heading, 10) if (text := _shown(part))]
    kickers = [(text, whole[len(text) :].lstrip(_BETWEEN)) for text in inside if whole.startswith(text)]
    yield from (text for text in named if text in {rest for _, rest in kickers})
    # Both, with a sign between them that the heading does not print: "Harbour: Ferry towns agree".
    yield from (text for text in named if any(rest and _parted(text, kicker) == rest for kicker, rest in kickers))
    once = _once(whole)
    if shared in {once[: -len(text)].rstrip(_BETWEEN) for text in inside if once.endswith(text)}:
        yield shared


def _parted(named: str, kicker: str) -> str:
    """Return the rest of ``named`` after ``kicker`` and a sign; empty if it does not begin with it."""
    return named[len(kicker) :].lstrip(_BETWEEN) if named.startswith(kicker) else ""


def _shown(heading: Any) -> str:
    return shown_text(heading, is_title=True)


def _beginnings(document: str) -> list[str]:
    """Return the parts of a document's title that may be the page's: all, or up to a sign before the site's name."""
    return [document, *(document[: match.start()] for match in reversed(list(_SITE_PARTS.finditer(document))))][:10]


def _once(text: str) -> str:
    """Return ``text``, or half of it if it is the same text twice."""
    half = len(text) // 2
    return text[:half] if len(text) > 8 and text[half : half + 1] == " " and text[:half] == text[half + 1 :] else text


DESCRIPTIONS = frozenset(("description",)), frozenset(("og:description",))
"""Names and properties of the ``<meta>`` that describe a page."""


LEAST_LEAD = 40
"""Characters of the shortest lead outside of the main content."""


SENTENCE = 20
"""Letters of a sentence; fewer may be an abbreviation."""


_SENTENCES = re.compile(r"(?<=[.!?…])\s+")


def summary_lines(top: Block, block_lines: AbstractSet[Line]) -> list[Line]:
    """Return the lines of the first field for a lead outside the metadata block, whose lines are ``block_lines``."""
    for block in top.blocks():
        if SUMMARY[block.classes] and not any(line in block_lines for line in block.lines()):
            return [line for line in block.lines() if line.text and not _labels(line)]
    return []


def lead_above(page: Page) -> str:
    """Return the lead that a theme prints between the heading and the main content, outside of both; else empty."""
    heading, main = page.heading, page.main
    if heading is None or main is None or main in heading.iterancestors():
        return ""
    inside = {main, heading, *main.iterancestors(), *heading.iterancestors()}
    places = {element: number for number, element in enumerate(page.elements.all)}
    for element, classes in page.elements.having("class"):
        is_between = element not in inside and places[heading] < places[element] < places[main]
        if LEAD[classes] and not TEXT_FIELD[classes] and is_between and not _is_of_site(element):
            text = text_in(element)
            if len(text) > LEAST_LEAD and next(element.iter("a", "form", "ul"), None) is None:
                return text
    return ""


def _is_of_site(element: Any) -> bool:
    return any(CUSTOM_BLOCK[outer.get("class") or ""] for outer in islice(element.iterancestors(), 6))


def is_of_body(description: str, body_text: str) -> bool:
    """Whether ``description``, or most of its sentences, is in the body."""
    body = _letters(body_text)
    if description in body_text or _letters(description) in body:
        return True
    sentences = [letters for part in _SENTENCES.split(description) if len(letters := _letters(part)) > SENTENCE]
    known = sum(letters in body for letters in sentences)
    return len(sentences) > 2 and known > 0.6 * len(sentences)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _labels(line: Line) -> bool:
    return "label" in line.parent.classes or line.parent.tag in HEADING_TAGS
