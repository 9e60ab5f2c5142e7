"""Label rows: which lines of a page are labels of its metadata block, and the extent of the values of each.

A label is found by its words (see cells.py), its row by structure: the unit that contains the label, its values and
nothing else. Lines that only look like labels are excluded by a table, :data:`REFUSALS`. Rows of one container without
running text between them are a group, and stand or fall together: `select` leaves out the words of running text and the
labels of other blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Literal, NamedTuple

from migration_spider.pages.cells import Cell, cells
from migration_spider.pages.class_words import FIELD_LABEL, MEDIA
from migration_spider.pages.outline import Block, Line, Unit, ancestors
from migration_spider.pages.prose import PROSE_TAGS, SENTENCE_END, is_prose
from migration_spider.vocabularies import is_generic_label, label_field, label_kind, vocabularies_of


class Sheet:
    """The lines of an outline by number, and the range of numbers of each unit."""

    def __init__(self, top: Block) -> None:
        self.top = top
        self.lines = list(top.lines())
        self.span: dict[Unit, tuple[int, int]] = {line: (n, n + 1) for n, line in enumerate(self.lines)}
        for block in reversed(list(top.blocks())):
            inner = block.children
            self.span[block] = (self.span[inner[0]][0], self.span[inner[-1]][1]) if inner else (0, 0)
        self.media = {block for block in top.blocks() if MEDIA[block.classes]}
        self.has_terms = any("taxonomy-term" in block.classes for block in top.blocks())
        """Whether the template of terms is used, as for values."""
        self.prose = {line for line in self.lines if is_prose(line)}
        self._count_prose = self.counter(self.prose)

    def of(self, unit: Unit) -> list[Line]:
        """Return the lines of ``unit``."""
        start, end = self.span[unit]
        return self.lines[start:end]

    def counter(self, lines: Iterable[Line]) -> Callable[[Unit], int]:
        """Return a function that counts how many of ``lines`` are in a unit."""
        chosen, spans = set(lines), self.span
        sums = list(accumulate((line in chosen for line in self.lines), initial=0))

        def count(unit: Unit) -> int:
            start, end = spans[unit]
            return sums[end] - sums[start]

        return count

    def has_prose(self, unit: Unit) -> bool:
        return self._count_prose(unit) > 0

    def follower(self, unit: Unit) -> Unit | None:
        """Return the child after ``unit`` of the block around it."""
        end = self.span[unit][1]
        if unit.parent is None or end >= self.span[unit.parent][1]:
            return None
        unit_after: Unit = self.lines[end]
        for block in ancestors(self.lines[end]):
            if block is unit.parent:
                break
            unit_after = block
        return unit_after


Shape = Literal["inline", "box", "flat"]


@dataclass(slots=True, eq=False)
class Row:
    """A label as printed, with the part of the page that surely belongs to it."""

    cells: list[Cell]
    line: Line
    unit: Unit
    """Largest unit that contains only the label and its values (``inline``, ``box``) or only the label (``flat``)."""

    shape: Shape
    """Where the values are: on the label's line, in the label's box, or in the siblings that follow."""

    container: Block
    is_media: bool
    """Whether it labels a picture or a film: no metadata."""

    names: dict[str, str | None]
    """Item field, or else the label -> kind of page that prints it; for the labels that the vocabulary knows."""


class Refusal(NamedTuple):
    """An entry of :data:`REFUSALS`."""

    why: str
    applies: Callable[[Sheet, Line, list[Cell]], bool]


def _is_column_heading(sheet: Sheet, line: Line, printed: list[Cell]) -> bool:
    row = next((block for block in islice(ancestors(line), 4) if block.tag == "tr"), None)
    if row is None:
        return False
    tags = [child.tag for child in row.inner]
    # Several pairs of a heading and its value in a row are no columns.
    return sum(tag == "th" for tag in tags) > 1 and tags != ["th", "td"] * (len(tags) // 2)


def _heads_running_text(sheet: Sheet, line: Line, printed: list[Cell]) -> bool:
    for cell in printed:
        text = "".join(piece.text for piece in cell.pieces if piece.link is None and not piece.image).strip()
        if len(text) > 400 or (text.endswith(SENTENCE_END) and text.count(" ") > 9):
            return True
    return False


def _is_tag(sheet: Sheet, line: Line, printed: list[Cell]) -> bool:
    return line.parent.tag == "li" and line.linked >= len(line.text) and label_kind(printed[0].label) == "media"


REFUSALS = (
    Refusal("the title", lambda sheet, line, printed: line.parent.tag == "h1"),
    Refusal("a column of a table", _is_column_heading),
    Refusal("the beginning of a text", _heads_running_text),
    Refusal("a tag: a link named as a picture or a film", _is_tag),
    Refusal(
        "bold words of a text",
        lambda sheet, line, printed: line in sheet.prose and not any(cell.known for cell in printed),
    ),
)
"""Kinds of lines that only look like labels."""


def climb(unit: Unit, top: Block) -> Unit:
    """Return the largest unit around ``unit`` with the same content."""
    while unit.parent is not None and unit.parent is not top and unit.parent.weight == unit.weight:
        unit = unit.parent
    return unit


def find(sheet: Sheet) -> list[Row]:
    """Return the label rows of the page in page order; label words of running text may be among them."""
    labelled = {
        line: printed
        for line in sheet.lines
        if not _is_media(sheet, line)
        and (printed := cells(line))
        and not any(refusal.applies(sheet, line, printed) for refusal in REFUSALS)
    }
    dated = [line for line, printed in labelled.items() if "date" in printed[0].facts]
    if len({line.text for line in dated}) > 1:
        # A page prints its date of publication once; a list of other pages prints many.
        labelled = {line: printed for line, printed in labelled.items() if line not in dated}
    labelled = _one_style(sheet, labelled)
    count = sheet.counter(labelled)
    rows = (_row(sheet, line, printed, count) for line, printed in labelled.items())
    return [row for row in rows if row is not None]


def _is_media(sheet: Sheet, line: Line) -> bool:
    return bool(sheet.media) and not sheet.media.isdisjoint(islice(ancestors(line), 5))


def _shows_media(sheet: Sheet, unit: Unit) -> bool:
    return bool(sheet.media) and not sheet.media.isdisjoint(unit.blocks())


def _row(sheet: Sheet, line: Line, printed: list[Cell], count: Callable[[Unit], int]) -> Row | None:
    unit, shape = _extent(sheet, line, printed, count)
    known = [cell.label for cell in printed if cell.known]
    is_media = label_kind(printed[0].label) == "media" or (
        shape == "box" and not any(map(label_field, known)) and _shows_media(sheet, unit)
    )
    names = {} if is_media else {label_field(label) or label: label_kind(label) for label in known}
    return None if unit.parent is None else Row(printed, line, unit, shape, unit.parent, is_media, names)


def _extent(sheet: Sheet, line: Line, printed: list[Cell], count: Callable[[Unit], int]) -> tuple[Unit, Shape]:
    """Return the largest unit that belongs to the row only, and the row's shape."""
    top = sheet.top
    if not all(cell.empty for cell in printed):
        unit = climb(line, top)
        is_first = unit is line and line.parent is not top and count(line.parent) == 1 and _leads(sheet, line)
        return climb(line.parent, top) if is_first else unit, "inline"
    box = _box(sheet, climb(line, top), count)
    return (climb(line, top), "flat") if box is None else (climb(box, top), "box")


def _box(sheet: Sheet, label: Unit, count: Callable[[Unit], int]) -> Block | None:
    """Return the block with ``label``, its values and nothing else; None if the values are beside other labels."""
    box = label.parent
    if (
        box is None
        or box is sheet.top
        or count(box) != 1
        # A term list has its values beside the label, even with a single label.
        or box.tag in ("dl", "main", "article", "body", "ul", "tbody", "table")
        or sheet.has_prose(box)
        # The block begins with other content, so that the label is one of several parts.
        or label not in box.children[:2]
    ):
        return None
    return box


def _leads(sheet: Sheet, line: Line) -> bool:
    """Whether ``line`` labels the rest of its block: further values after line breaks or in a list."""
    block = line.parent
    return (
        block.children[0] is line
        and block.tag in ("p", "li", "td", "dd", "div", "section")
        and not sheet.has_prose(block)
    )


def _one_style(sheet: Sheet, labelled: dict[Line, list[Cell]]) -> dict[Line, list[Cell]]:
    """Return ``labelled`` without values that look like a label with colon ("Working group: Return"), on pages that set
    labels off from values."""
    plain = {line for line, printed in labelled.items() if printed[0].facts.isdisjoint(("alone", "element", "date"))}
    if not plain:
        return labelled
    set_off = [line for line in labelled if line not in plain]
    boxes = _boxes(sheet, set_off)
    boxed = set(boxes.values())
    values = {line for line in plain if not boxed.isdisjoint(ancestors(line)) or vocabularies_of(line.text)}
    flat = [line for line in set_off if line not in boxes]
    if len(plain - values) < _have_values(sheet, flat, labelled):
        values = plain
    return {line: printed for line, printed in labelled.items() if line not in values}


def _boxes(sheet: Sheet, labels: list[Line]) -> dict[Line, Block]:
    """Return those of ``labels`` that share a box with their values -> the box."""
    count = sheet.counter(labels)
    boxes = ((line, _box(sheet, climb(line, sheet.top), count)) for line in labels)
    return {line: box for line, box in boxes if box is not None}


def _have_values(sheet: Sheet, flat: list[Line], labelled: dict[Line, list[Cell]]) -> int:
    """Return how many of ``flat``, labels that are siblings of their values, surely have values."""
    ends = [sheet.span[line][1] for line in flat]
    return sum(end < len(sheet.lines) and sheet.lines[end] not in labelled for end in ends)


class Group:
    """Rows of one container without running text between them."""

    def __init__(self, container: Block, rows: list[Row], *, before: bool, after: bool) -> None:
        self.container = container
        self.rows = rows
        self.before = before
        """Whether running text comes before them in the container."""
        self.after = after
        """Whether running text comes after them."""
        self.known = sum(cell.known for row in rows for cell in row.cells if not row.is_media)
        self.names = {name for row in rows for name in row.names}
        self.kinds = {kind for row in rows for kind in row.names.values()}
        self.is_of_other_pages = bool(self.kinds) and self.kinds.isdisjoint(("news", "file"))
        """Whether the labels are of events and the like, never of news: "Date:" and "Venue:" begin many a text."""
        self.is_in_body = all(row.line.parent.in_body for row in rows)
        self.is_everyday = all(is_generic_label(cell.label) for row in rows for cell in row.cells if cell.known)


def select(sheet: Sheet, found: list[Row]) -> list[Row]:
    """Return the rows of the block among ``found``, without words of running text and labels of other blocks."""
    found = _without_texts(sheet, found)
    groups = _credible(sheet, found)
    if not any(group.known for group in groups):
        return _by_class(sheet, groups)
    kept = _of_one_block(groups)
    return [row for row in found if row in kept]


def _without_texts(sheet: Sheet, found: list[Row]) -> list[Row]:
    """Return ``found`` without names of fields of text, and without words of the text if other rows have labels."""
    # A label that no vocabulary knows names the field of a text; known ones are printed above no value, too.
    found = [row for row in found if row.names or not _heads_prose(sheet, row)]
    outside = [row for row in found if not row.line.parent.in_body]
    return outside if any(row.names for row in outside) else found


def _of_one_block(groups: list[Group]) -> set[Row]:
    """Return the rows of the group with the most labels, and of those that belong to the same block."""
    best = max(groups, key=lambda group: (len(group.names), "publication_date" in group.names))
    taken = set(best.names)
    kept = set(best.rows)
    for group in groups:
        if group is not best and (group.container is best.container or _joins(group, best.container, taken)):
            kept.update(group.rows)
            taken |= group.names
    return kept


def _credible(sheet: Sheet, found: list[Row]) -> list[Group]:
    groups = [group for group in _groups(sheet, found) if _is_plausible(sheet, group)]
    if all(group.is_of_other_pages and group.is_everyday for group in groups):
        groups = [group for group in groups if not group.is_in_body and _is_apart(group)]
    if all(group.kinds <= {"file"} for group in groups):
        # "Annexes": a word of the text.
        groups = [group for group in groups if not group.is_in_body]
    return groups


def _is_apart(group: Group) -> bool:
    """Return whether no running text stands beside the rows of ``group``, or Drupal marks them as fields."""
    return not (group.before or group.after) or all(map(_is_field, group.rows))


def _by_class(sheet: Sheet, groups: list[Group]) -> list[Row]:
    """Return rows by the classes of labels, where no label is known: a language or wording never met."""
    rows = [row for group in groups for row in group.rows if not row.line.parent.in_body]
    return rows if len(rows) > 1 or any(map(_is_field, rows)) else []


def _joins(group: Group, best: Block, taken: set[str]) -> bool:
    """Whether ``group`` belongs to the block with the main container ``best`` and so far the labels ``taken``."""
    if (group.names and group.names <= taken) or group.before or group.after:
        return False
    own = group.container
    return bool(group.known) or own.parent in (best, best.parent) or best.parent is own


def _groups(sheet: Sheet, found: list[Row]) -> Iterator[Group]:
    by_container: dict[Block, list[Row]] = {}
    for row in found:
        by_container.setdefault(row.container, []).append(row)
    for container, rows in by_container.items():
        by_unit: dict[Unit, list[Row]] = {}
        for row in rows:
            by_unit.setdefault(row.unit, []).append(row)
        parts: list[list[Row]] = [[]]
        for child in container.children:
            if child in by_unit:
                parts[-1].extend(by_unit[child])
            elif _is_wall(sheet, child):
                parts.append([])
        for number, part in enumerate(parts):
            if part:
                yield Group(container, part, before=number > 0, after=number < len(parts) - 1)


def _is_wall(sheet: Sheet, unit: Unit) -> bool:
    """Whether ``unit`` is a paragraph of running text, maybe printed as a bare ``<div>``."""
    if not sheet.has_prose(unit):
        return False
    return unit.tag == "" or unit.tag in PROSE_TAGS or (not unit.classes and isinstance(unit, Block) and unit.is_flat)


def _is_plausible(sheet: Sheet, group: Group) -> bool:
    if not group.known:
        if _is_between_paragraphs(sheet, group.container):
            return False
        # A theme may print fields and text in one element.
        return not (group.before or group.after) or (group.before != group.after and all(map(_is_field, group.rows)))
    if group.known > 1 or not (group.before or group.after):
        return True
    if group.before and group.after:
        return False
    # One label word beside running text is a heading of the text unless it has a value.
    return any(row.shape != "flat" or _is_followed(sheet, row) for row in group.rows if row.names)


def _is_between_paragraphs(sheet: Sheet, container: Block) -> bool:
    """Whether ``container`` is a paragraph or a list among those of a text, as with "When: at noon" in it."""
    if container.tag not in ("p", "ul", "ol") or container.parent is None:
        return False
    return any(child is not container and _is_wall(sheet, child) for child in container.parent.children)


def _is_field(row: Row) -> bool:
    """Whether Drupal's own classes mark ``row`` as a field with label and value."""
    return row.shape == "box" and not row.is_media and FIELD_LABEL[row.line.parent.classes]


def _heads_prose(sheet: Sheet, row: Row) -> bool:
    follower = sheet.follower(row.unit) if row.shape == "flat" else None
    return follower is not None and sheet.has_prose(follower)


def _is_followed(sheet: Sheet, row: Row) -> bool:
    follower = sheet.follower(row.unit)
    return follower is not None and not sheet.has_prose(follower)
