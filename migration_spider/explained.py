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
from migration_spider.text import absolute, fold
from migration_spider.vocabularies import label_field

FIELDS = {
    "title": "title",
    "lead": "summary",
    "text": "body_text",
    "heading": "body_text",
    "caption": "body_text",
    "file": "attachments",
}
"""Role -> the item field of lines with that role; in the metadata block, the field depends on the label."""

ROW = "links to a page, like the lines next to it"
"""The evidence for a row."""

DEEP = 3
"""Elements in the path of an element, at most."""


class ExplainedLine(NamedTuple):
    """One line, one part that was left out, or one row of a listing."""

    role: str
    """One of `roles.ROLES`."""

    why: str
    """The evidence for the role."""

    text: str
    path: str
    """The innermost elements that contain it, without divs that have no id or class: ``article > div.field__item``."""

    field: str | None
    """The item field that it is read into; ``metadata`` if there is no other."""

    slots: tuple[Slot, ...] = ()
    """Where the text of a line is in the document."""

    element: Any = None
    """The element that was left out."""

    url: str | None = None
    date: str | None = None
    """Date of a row, as printed."""


def lines(page: NewsPage) -> list[ExplainedLine]:
    """Return all printed text of the page, in document order."""
    if page.root is None or page.main is None:
        return []
    order = _order(page.root)
    placed = list(_of_lines(page, order))
    taken = {slot for _, line in placed for slot in line.slots}
    for element, role, why in _left_out(page, taken):
        if text := shown_text(element):
            line = ExplainedLine(role, why, text, path(element), FIELDS.get(role), element=element)
            placed.append((order[element, False], line))
    for slot in page.chrome.dropped_texts:
        element, is_tail = slot
        if text := fold(element.tail if is_tail else element.text):
            line = ExplainedLine("chrome", "next to parts that were left out", text, path(element), None, (slot,))
            placed.append((order.get(slot, 0), line))
    placed.sort(key=lambda pair: pair[0])
    return [line for _, line in placed]


def _of_lines(page: NewsPage, order: Mapping[Slot, int]) -> Iterator[tuple[int, ExplainedLine]]:
    """Yield the lines of the outline, each with its place in the document."""
    fields = {piece: field_of(entry) for piece, entry in entries(page).items()}
    for line, role, why in _lines(page):
        slots = tuple(piece.slot for piece in line.pieces if not piece.image and fold(piece.text))
        field = FIELDS.get(role)
        if role in ("label", "value"):
            field = next((fields[piece] for piece in line.pieces if piece in fields), "metadata")
        text = line.text or fold(" ".join(piece.text for piece in line.pieces))
        place = order.get(line.pieces[0].slot, 0)
        # In the metadata block a reason says what it is the reason for: "label: a class says ...".
        yield place, ExplainedLine(role, why.removeprefix(f"{role}: "), text, path(line.parent.element), field, slots)


def rows(page: ListingPage) -> list[ExplainedLine]:
    """Return the rows of a listing, in page order."""
    links: dict[str, Any] = {}
    for link in page.main.iter("a") if page.main is not None else ():
        if url := absolute(page.base_url, link.get("href")):
            links.setdefault(url.partition("#")[0], link)
    return [
        ExplainedLine("row", ROW, row.title, path(links.get(row.url)), None, url=row.url, date=row.date)
        for row in page.rows
    ]


def field_of(entry: Entry) -> str:
    """The item field that an entry of the metadata block is read into."""
    return label_field(entry.label) or entry.field_name or "metadata"


def path(element: Any) -> str:
    """The last `DEEP` elements on the way to ``element``."""
    steps: list[str] = []
    while element is not None and len(steps) < DEEP:
        step = _step(element)
        if step and (not steps or step not in ("div", "span", "a")):
            steps.append(step)
        element = element.getparent()
    return " > ".join(reversed(steps))


def _step(element: Any) -> str:
    name, ids = local_name(element), (element.get("id") or "").split()
    if ids:
        return f"{name}#{ids[0]}"
    # "field--name-body" says more than "clearfix".
    classes = sorted((element.get("class") or "").split(), key=lambda word: ("name-" in word, len(word)))
    return f"{name}.{classes[-1]}" if classes else name


def _order(root: Any) -> dict[Slot, int]:
    """The position in the document of the text in each element, and of the text after it."""
    walk = etree.iterwalk(root, events=("start", "end"))
    return {(element, event == "end"): number for number, (event, element) in enumerate(walk)}


def _lines(page: NewsPage) -> Iterator[tuple[Line, str, str]]:
    for line in page.lines:
        yield line, line.role, line.why
    if page._beside is not None and page.block is page._beside[1]:
        in_block = page.block.lines
        for line in page._beside[0].lines():
            if line in in_block and line.text:
                yield line, "value", "of the metadata block, in a column next to the article"


def _left_out(page: NewsPage, taken: set[Slot]) -> Iterator[tuple[Any, str, str]]:
    """Yield the elements without a line, each once, with role and reason."""
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
    pending = [(left, why) for left, why in reasons.items() if reasons.keys().isdisjoint(left.iterancestors())]
    while pending:
        element, why = pending.pop()
        if element not in read:
            yield element, "chrome", why
        elif element is not heading:
            # It contains a line, so its other children are listed separately.
            pending.extend((child, reasons.get(child, why)) for child in element)


def _add_chain(element: Any, known: set[Any]) -> None:
    """Add ``element`` and its ancestors to ``known``."""
    while element is not None and element not in known:
        known.add(element)
        element = element.getparent()
