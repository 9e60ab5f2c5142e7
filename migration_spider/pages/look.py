"""How the label rows of one container look, by which the units between and beside them are judged.

A label that the vocabulary does not know is recognized by its likeness to known ones: :data:`NEW_LABELS`. Pages without
known labels may have a table of columns, or fields recognized by name or value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, groupby, islice, pairwise, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from migration_spider.items import Value
from migration_spider.pages.cells import DATE, LONGEST_LABEL, Cell, label_of, mark, unknown_label
from migration_spider.pages.class_words import ADDRESS, FIELD_ITEM, TERM
from migration_spider.pages.outline import FOLDS, HEADING_TAGS, Block, Line, Unit, ancestors
from migration_spider.pages.prose import values
from migration_spider.pages.words import only_shares
from migration_spider.text import Remembered, fold
from migration_spider.vocabularies import (
    VOCABULARIES,
    is_kosovo_footnote,
    lookup_named,
    machine_name_field,
    vocabularies_of,
)

if TYPE_CHECKING:
    from migration_spider.pages.labels import Row, Sheet

FEWEST = 3
"""Least number of labels, or of fields without one, that make a block by themselves: fewer may be chance."""

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Classes that name one field, not the kind of it.
_OF_ONE = re.compile(r"name-|type-|views-field-|\d|label-")
_KIND = Remembered(lambda classes: sorted(word for word in classes.split() if not _OF_ONE.search(word)))
_COLONS = (":", "：")
Signature = tuple[str, ...]


def signature(unit: Unit) -> Signature:
    """Return how ``unit`` looks among its siblings: its tag and the classes that name no single field."""
    if isinstance(unit, Line):
        tags = {piece.tag for piece in unit.pieces if piece.text.strip()}
        return ("line", tags.pop() if len(tags) == 1 else "")
    return (unit.tag, *_KIND[unit.classes])


class Look:
    """How the rows ``rows`` of ``container`` look, to judge its other children."""

    def __init__(self, sheet: Sheet, container: Block, rows: list[Row]) -> None:
        self.sheet = sheet
        self.container = container
        flat = [row for row in rows if row.shape == "flat"]
        self.boxes = {signature(row.unit) for row in rows if row.shape != "flat"}
        self.flat_labels = {signature(row.unit) for row in flat}
        self.colon = any(row.line.text.endswith(_COLONS) for row in flat)
        self.marks = {mark(row.line.pieces[0]) for row in rows if row.shape == "inline"}
        self.flat_values = set(map(signature, self._values_of(flat, {row.unit for row in rows})))
        self.box_labels = {_trail(row.line, row.unit) for row in rows if row.shape == "box"}

    def _values_of(self, flat: list[Row], rows: set[Unit]) -> Iterator[Unit]:
        """Yield the units right after the labels of ``flat`` that are no rows, no text and no headings."""
        for row in flat:
            unit = self.sheet.follower(row.unit)
            if unit is not None and not (unit in rows or self.sheet.has_prose(unit) or _heads(unit)):
                yield unit

    def is_empty_box(self, row: Row) -> bool:
        """Whether a label alone in its unit is a field without value, among fields that box label and value."""
        return signature(row.unit) in self.boxes and row.unit.tag not in ("", "p")

    def new_label(self, unit: Unit, *, is_below: bool) -> tuple[Cell, str, bool] | None:
        """Return a label unknown to the vocabulary at the beginning of ``unit``, why, and whether values may follow.

        ``is_below``: the unit may also be a value of the label above.
        """
        for entry in NEW_LABELS:
            cell = entry.label(self, unit)
            if cell is not None and not (is_below and cell.facts.isdisjoint(("alone", "element"))):
                is_open = "box" not in cell.facts and unit.tag in ("", "p")
                return cell, entry.why.format(cell.label), is_open or "alone" in cell.facts
        return None

    def bounds(self, labelled: list[int], by_unit: dict[Unit, Row]) -> tuple[int, int]:
        """Return the indexes of the first and the last child of the container that belong to the block."""
        children = self.container.children
        first, last = labelled[0], labelled[-1]
        while first > 0 and self._continues(children[first - 1]):
            first -= 1
        final, below = by_unit[children[last]], children[last + 1 :]
        if final.shape == "flat" and not self.is_empty_box(final):
            follow = self._values(below)
        else:
            # Lines beside a line, in containers without text.
            beside = final.unit.tag == "" and not self.sheet.has_prose(self.container)
            follow = takewhile(lambda unit: self._continues(unit) or (beside and unit.tag == ""), below)
        return first, last + len(list(follow))

    def _values(self, below: list[Unit]) -> Iterator[Unit]:
        """Yield the units of ``below``, those below a label, as long as they look like values or labels."""
        looks = set(self.flat_values)
        for unit in below:
            look = signature(unit)
            if is_foreign(self.sheet, unit) or (looks and look not in looks | self.flat_labels):
                return
            looks |= {look} - self.flat_labels
            yield unit

    def strays(self, labelled: list[int]) -> set[int]:
        """Return the children between labelled ones that are parts of a text there: a table, a list, a short line."""
        children = self.container.children
        beside_labels = self.flat_values | self.flat_labels
        strays: set[int] = set()
        for start, end in pairwise(labelled):
            gap = range(start + 1, end)
            if not any(self.sheet.has_prose(children[n]) for n in gap):
                continue
            below = takewhile(lambda n: signature(children[n]) in beside_labels, gap)
            above = takewhile(lambda n: self._continues(children[n]), reversed(gap))
            strays |= set(gap) - set(below) - set(above)
        return strays

    def _continues(self, unit: Unit) -> bool:
        """Whether ``unit`` at the edge of the rows is one more field."""
        if is_foreign(self.sheet, unit):
            return False
        lines = self.sheet.of(unit)
        is_new = _box_label(self, unit) is not None or _inline_label(self, unit) is not None
        if unit.tag in ("", "p", "li"):
            return is_new
        look = signature(unit)
        # Elements without classes only if they look like a value without label.
        return self._is_box(look) and (is_new or len(look) > 1 or _is_date(lines) or _are_known(lines))

    def _is_box(self, look: Signature) -> bool:
        return look in self.boxes or ("field" in look and any("field" in box for box in self.boxes))


def is_foreign(sheet: Sheet, unit: Unit) -> bool:
    """Whether ``unit`` is no field, regardless of what is around it.

    Running text, pictures alone, the body, the note on resolution 1244, the title, links that share the page.
    """
    lines = sheet.of(unit)
    if sheet.has_prose(unit) or all(map(only_shares, lines)):
        return True
    text = unit.text
    if not text:
        # A link or a date may be a value without text.
        return not any(piece.link is not None or piece.time is not None for line in lines for piece in line.pieces)
    if unit.tag and (unit.tag in ("h1", "figure") or unit.in_body or label_of(text) is not None):
        return True
    return is_kosovo_footnote(text)


class NewLabel(NamedTuple):
    """An entry of :data:`NEW_LABELS`."""

    why: str
    label: Callable[[Look, Unit], Cell | None]


def _flat_label(look: Look, unit: Unit) -> Cell | None:
    own = signature(unit)
    lines = look.sheet.of(unit)
    if own not in look.flat_labels or len(lines) != 1 or not 0 < len(lines[0].text) <= LONGEST_LABEL:
        return None
    text = lines[0].text
    is_label = own not in look.flat_values | look.boxes or (look.colon and text.endswith(_COLONS))
    return Cell(text.rstrip(":： "), {"alone"}) if is_label else None


def _inline_label(look: Look, unit: Unit) -> Cell | None:
    lines = look.sheet.of(unit)
    return unknown_label(lines[0], look.marks) if look.marks and lines else None


def _box_label(look: Look, unit: Unit) -> Cell | None:
    lines = look.sheet.of(unit)
    if unit.tag == "" or len(lines) < 2 or not 0 < len(lines[0].text) <= LONGEST_LABEL:
        return None
    trail = _trail(lines[0], unit)
    if trail not in look.box_labels or vocabularies_of(lines[0].text):
        return None
    if any(piece.link is not None or piece.time is not None for piece in lines[0].pieces):
        return None
    return Cell(lines[0].text.rstrip(":： "), {"box"})


NEW_LABELS = (
    NewLabel("{!r} stands alone as the known labels do", _flat_label),
    NewLabel("{!r} begins its line as the known labels do", _inline_label),
    NewLabel("{!r} heads a box as the known labels do", _box_label),
)
"""Kinds of rows whose beginning is a label although the vocabulary does not know it."""


def _is_date(lines: list[Line]) -> bool:
    """Whether ``lines`` are a short line with a year."""
    return len(lines) == 1 and len(lines[0].text) < 40 and _YEAR.search(lines[0].text) is not None


def _are_known(lines: list[Line]) -> bool:
    """Whether a vocabulary knows the first value in ``lines``: a field printed without its label."""
    first = next((value.text for line in lines for value in values(line.pieces, "")), "")
    return bool(vocabularies_of(first))


def _heads(unit: Unit) -> bool:
    """Whether the element of ``unit`` is a heading of what follows it."""
    return unit.tag in FOLDS or unit.tag == "th"


def _trail(line: Line, unit: Unit) -> tuple[Signature, ...]:
    """Signatures of the blocks from ``unit``, exclusive, down to ``line``."""
    trail: list[Signature] = []
    block: Block | None = line.parent
    while block is not None and block is not unit:
        trail.append(signature(block))
        block = block.parent
    return tuple(trail) or (signature(line),)


MOST = 200
"""Fields without a label side by side, and lines of one of them; more are a list."""

# Classes in which Drupal's themes, Views and Layout Builder print the machine name of a field.
_NAME = re.compile(r"(?:field-{1,2}name-|views-field-|block-field-block(?:node|node-?\w+?)(?=field))(field-[\w-]+)")
_NO_FIELD = HEADING_TAGS | {"", "p", "ul", "ol", "table", "blockquote", "figure", "pre"}

Column = tuple[Block, str, Block]
"""The cell of a heading, its text, and the cell below it."""


def table_of_one(sheet: Sheet) -> tuple[Block, list[Column]] | None:
    """Return a table with a row of headings and one row below, and its columns: a view of one item."""
    tables = (block for block in sheet.top.blocks() if block.tag == "table" and not block.in_body)
    return next(((table, found) for table in tables if (found := _columns(table))), None)


def _columns(table: Block) -> list[Column]:
    rows = [block for block in table.blocks() if block.tag == "tr"]
    if len(rows) != 2:
        return []
    heads, below = (row.inner for row in rows)
    labels = [label_of(head.text) for head in heads if head.tag == "th"]
    # A table of the text may have one or two headings that sound like labels.
    if len(labels) - labels.count(None) < FEWEST or not len(heads) == len(below) == len(set(labels)):
        return []
    return [(head, label or head.text, cell) for head, label, cell in zip(heads, labels, below, strict=True)]


def fields(sheet: Sheet, base_url: str) -> list[Block]:
    """Return fields without a printed label, recognized by their machine names or by the vocabularies.

    Two must belong to different vocabularies, and one more be known, as the date.
    """
    most: list[Block] = []
    for found in _rows_of_fields(sheet, base_url):
        most = max(most, found, key=len)
    return most


def _rows_of_fields(sheet: Sheet, base_url: str) -> Iterator[list[Block]]:
    for container in sheet.top.blocks():
        children = container.children
        if container.in_body or not FEWEST <= len(children) <= MOST:
            continue
        known = {n: found for n, child in enumerate(children) if (found := _fields_of(sheet, child, base_url))}
        named = set().union(*(found for found in known.values() if len(found) == 1)) - {"date"}
        if len(known) >= FEWEST and len(named) > 1:
            side_by_side = children[min(known) : max(known) + 1]
            yield [child for child in side_by_side if isinstance(child, Block) and not is_foreign(sheet, child)]


def _fields_of(sheet: Sheet, unit: Unit, base_url: str) -> set[str]:
    """Return ``date``, or the item fields to which all values of ``unit`` may belong."""
    if unit.tag in _NO_FIELD or is_foreign(sheet, unit):
        return set()
    if name := named_field(unit):
        return {"date" if name == "publication_date" else name}
    lines = sheet.of(unit)
    return _told_by(value for line in lines for value in values(line.pieces, base_url)) if len(lines) <= MOST else set()


def _told_by(printed: Iterator[Value]) -> set[str]:
    """Return ``date`` for one date, or the item fields to which all values ``printed`` may belong."""
    first = next(printed, None)
    if first is None:
        return set()
    second = next(printed, None)
    if second is None and (first.datetime or DATE.fullmatch(first.text)):
        return {"date"}
    shared = _vocabularies_of(first)
    for value in chain(() if second is None else (second,), printed):
        if not shared:
            break  # Most units are text with many lines.
        shared &= _vocabularies_of(value)
    return shared


def _vocabularies_of(value: Value) -> set[str]:
    return {name for name in VOCABULARIES if lookup_named(name, value.text)}


def named_field(unit: Unit) -> str | None:
    """Return the item field that the classes of ``unit`` name; None when they name none or several."""
    names = {match[1] for block in unit.blocks() for match in _NAME.finditer(block.classes)}
    return machine_name_field(names.pop()) if len(names) == 1 else None


def values_of(sheet: Sheet, lines: list[Line], base_url: str) -> list[Value]:
    """Return the values that ``lines``, all of one field, print; links are resolved against ``base_url``."""
    found: list[Value] = []
    named = _names_of_terms(lines) if sheet.has_terms else {}
    for item, own in groupby(lines, _address_around):
        if item is not None:
            found.append(Value(text=fold(" ".join(line.text for line in own))))
            continue
        for line in own:
            if named.get(line, line) is line:
                found.extend(values(line.pieces, base_url))
    return found


def _names_of_terms(lines: list[Line]) -> dict[Line, Line]:
    """Return the lines in the template of a term -> the line with its name, not with its icon or text."""
    by_term: dict[Block, list[Line]] = {}
    for line in lines:
        around = (block for block in islice(ancestors(line), 6) if "taxonomy-term" in block.classes)
        if (term := next((block for block in around if TERM[block.classes]), None)) is not None:
            by_term.setdefault(term, []).append(line)
    names: dict[Line, Line] = {}
    for lines_of_term in by_term.values():
        heads = [
            line for line in lines_of_term if any(block.tag in HEADING_TAGS for block in islice(ancestors(line), 3))
        ]
        names.update(
            dict.fromkeys(
                lines_of_term, next(chain(heads, (line for line in lines_of_term if line.linked)), lines_of_term[0])
            )
        )
    return names


def _address_around(line: Line) -> Block | None:
    """Return the item of a field of addresses that contains ``line``: all its lines are one value."""
    item, is_address = None, False
    for block in islice(ancestors(line), 6):
        is_address = is_address or ADDRESS[block.classes]
        item = item or (block if FIELD_ITEM[block.classes] else None)
    return item if is_address else None


# Elements that show something without text.
_SHOWN = ("img", "svg", "iframe", "object", "embed", "video", "canvas")


def is_unread(sheet: Sheet, row: Row) -> bool:
    """Whether the page prints more than the label of ``row``: a picture without words, a text taken for chrome."""
    following = sheet.follower(row.unit)
    end = None if following is None else following.element
    piece = row.line.pieces[-1]
    label: Any = row.unit.element if row.unit.tag else piece.path[0] if piece.path else piece.slot[0]
    after = takewhile(lambda sibling: sibling is not end and sibling.tag != "br", islice(label.itersiblings(), 20))
    parts = [element for element in (label, *after) if isinstance(element.tag, str)]
    text = fold("".join(text for part in parts for text in islice(part.itertext(), 100)))
    return len(text) > len(row.line.text) or any(next(part.iter(*_SHOWN), None) is not None for part in parts)
