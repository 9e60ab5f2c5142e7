"""Explains a page line by line, for people who want to see why something was read or not.

All printed text is listed in the order of the document: the lines of the outline with their roles, and the parts that
the outline leaves out, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lxml import etree

from migration_spider.items import Entry
from migration_spider.pages import ListingPage, NewsPage
from migration_spider.pages.outline import Line, local_name
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.places import Slot, entries
from migration_spider.pages.text import absolute, fold
from migration_spider.vocabularies import label_field

FIELDS = {
    "title": "title",
    "lead": "summary",
    "text": "body_text",
    "heading": "body_text",
    "caption": "body_text",
    "file": "attachments",
}
"""Role -> the item field that lines with it are read into; those of the metadata block are told by their labels."""

ROW = "links to a page, like the lines next to it"
"""The evidence for a row."""

DEEP = 3
"""Steps of an element's path that are told."""


class Told(NamedTuple):
    """One line, one part that was left out, or one row of a listing."""

    role: str
    """One of `roles.ROLES`."""

    why: str
    """The evidence for the role."""

    text: str
    path: str
    """The last elements down to it, without divs of no id or class: ``article > div.field__item``."""

    field: str | None
    """The item field that it is read into; ``metadata`` for what no other field takes."""

    slots: tuple[Slot, ...] = ()
    """Where the text of a line stands."""

    element: Any = None
    """What was left out."""

    url: str | None = None
    date: str | None = None
    """Of a row, as printed."""


def lines(page: NewsPage) -> list[Told]:
    """All that the page prints, in document order."""
    if page.root is None or page.main is None:
        return []
    order = _order(page.root)
    found = list(_of_lines(page, order))
    taken = {slot for _, one in found for slot in one.slots}
    for element, role, why in _left_out(page, taken):
        if text := shown_text(element):
            told = Told(role, why, text, path(element), FIELDS.get(role), element=element)
            found.append((order[element, False], told))
    for slot in page.chrome.dropped_texts:
        element, is_tail = slot
        if text := fold(element.tail if is_tail else element.text):
            told = Told("chrome", "next to parts that were left out", text, path(element), None, (slot,))
            found.append((order.get(slot, 0), told))
    found.sort(key=lambda pair: pair[0])
    return [one for _, one in found]


def _of_lines(page: NewsPage, order: Mapping[Slot, int]) -> Iterator[tuple[int, Told]]:
    """The lines of the outline, each with its place in the document."""
    fields = {piece: field_of(entry) for piece, entry in entries(page).items()}
    for line, role, why in _lines(page):
        slots = tuple(piece.slot for piece in line.pieces if not piece.image and fold(piece.text))
        field = FIELDS.get(role)
        if role in ("label", "value"):
            field = next((fields[piece] for piece in line.pieces if piece in fields), "metadata")
        text = line.text or fold(" ".join(piece.text for piece in line.pieces))
        place = order.get(line.pieces[0].slot, 0)
        yield place, Told(role, why, text, path(line.parent.element), field, slots)


def rows(page: ListingPage) -> list[Told]:
    """The rows of a listing, in page order."""
    links: dict[str, Any] = {}
    for link in page.main.iter("a") if page.main is not None else ():
        if url := absolute(page.base_url, link.get("href")):
            links.setdefault(url.partition("#")[0], link)
    return [
        Told("row", ROW, row.title, path(links.get(row.url)), None, url=row.url, date=row.date) for row in page.rows
    ]


def field_of(entry: Entry) -> str:
    """The item field that an entry of the metadata block is read into."""
    return label_field(entry.label) or entry.field_name or "metadata"


def path(element: Any) -> str:
    """Where ``element`` stands, in few words."""
    steps: list[str] = []
    while element is not None and len(steps) < DEEP:
        step = _step(element)
        if step and (not steps or step not in ("div", "span", "a")):
            steps.append(step)
        element = element.getparent()
    return " > ".join(reversed(steps))


def _step(element: Any) -> str:
    name, own = local_name(element), (element.get("id") or "").split()
    if own:
        return f"{name}#{own[0]}"
    # "field--name-body" tells more than "clearfix".
    classes = sorted((element.get("class") or "").split(), key=lambda word: ("name-" in word, len(word)))
    return f"{name}.{classes[-1]}" if classes else name


def _order(root: Any) -> dict[Slot, int]:
    """Where in the document the text of each element begins, and the text behind it."""
    walk = etree.iterwalk(root, events=("start", "end"))
    return {(element, event == "end"): number for number, (event, element) in enumerate(walk)}


def _lines(page: NewsPage) -> Iterator[tuple[Line, str, str]]:
    for line in page.lines:
        yield line, line.role, line.why
    if page._beside is not None and page.block is page._beside[1]:
        own = page.block.lines
        for line in page._beside[0].lines():
            if line in own and line.text:
                yield line, "value", "of the metadata block, in a column next to the article"


def _left_out(page: NewsPage, taken: set[Slot]) -> Iterator[tuple[Any, str, str]]:
    """Elements without a line of their own, each once, with what they are taken for and why."""
    read: set[Any] = set()
    for element, _ in taken:
        _add_chain(element, read)
    heading = page.heading
    if heading is not None and heading not in read:
        yield heading, "title", "the heading of the page, outside the main content"
        _add_chain(heading, read)
    reasons: dict[Any, str] = dict(page.chrome.left_out)
    around = page.main
    while (parent := around.getparent()) is not None and local_name(around) != "body":
        reasons.update(dict.fromkeys((child for child in parent if child is not around), "outside the main content"))
        around = parent
    pending = [(one, why) for one, why in reasons.items() if reasons.keys().isdisjoint(one.iterancestors())]
    while pending:
        element, why = pending.pop()
        if element not in read:
            yield element, "chrome", why
        elif element is not heading:
            # A line stands in it: its other parts are told one by one.
            pending.extend((child, reasons.get(child, why)) for child in element)


def _add_chain(element: Any, known: set[Any]) -> None:
    """Add ``element`` and all around it to ``known``."""
    while element is not None and element not in known:
        known.add(element)
        element = element.getparent()
