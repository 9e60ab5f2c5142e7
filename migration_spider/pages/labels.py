"""Label rows: which lines of a page are labels of its metadata block, and how far the values of each reach.

A label is found by its words (see cells.py); its row by structure: the unit that holds it and its values and nothing
else. What speaks against a label, and against the rows of one container, are tables: :data:`REFUSALS`,
:data:`TEXT_SIGNS`.
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

Shape = Literal["inline", "box", "flat"]


class Sheet:
    """The lines of an outline by number, and what each unit of it holds, told in one step however large it is."""

    def __init__(self, top: Block) -> None:
        self.top = top
        self.lines = list(top.lines())
        self.span: dict[Unit, tuple[int, int]] = {line: (n, n + 1) for n, line in enumerate(self.lines)}
        for block in reversed(list(top.blocks())):
            inner = block.children
            self.span[block] = (self.span[inner[0]][0], self.span[inner[-1]][1]) if inner else (0, 0)
        self.media = {block for block in top.blocks() if MEDIA[block.classes]}
        self.has_terms = any("taxonomy-term" in block.classes for block in top.blocks())
        """Whether a template prints terms, as their own pages or as values."""
        self.prose = {line for line in self.lines if is_prose(line)}
        self._count_prose = self.counter(self.prose)

    def of(self, unit: Unit) -> list[Line]:
        """The lines of ``unit``."""
        start, end = self.span[unit]
        return self.lines[start:end]

    def counter(self, lines: Iterable[Line]) -> Callable[[Unit], int]:
        """A function that tells how many of ``lines`` a unit holds."""
        chosen, spans = set(lines), self.span
        sums = list(accumulate((line in chosen for line in self.lines), initial=0))

        def count(unit: Unit) -> int:
            start, end = spans[unit]
            return sums[end] - sums[start]

        return count

    def has_prose(self, unit: Unit) -> bool:
        return self._count_prose(unit) > 0

    def follower(self, unit: Unit) -> Unit | None:
        """The next child of the block that holds ``unit``."""
        end = self.span[unit][1]
        if unit.parent is None or end >= self.span[unit.parent][1]:
            return None
        unit_after: Unit = self.lines[end]
        for block in ancestors(self.lines[end]):
            if block is unit.parent:
                break
            unit_after = block
        return unit_after


@dataclass(slots=True, eq=False)
class Row:
    """A label as printed with the part of the page that is surely its own."""

    cells: list[Cell]
    line: Line
    unit: Unit
    """Largest unit that holds nothing but the label and its values (``inline``, ``box``) or the label (``flat``)."""

    shape: Shape
    """Values on the label's line, in the label's box, or in the siblings that follow."""

    container: Block
    is_media: bool
    """Whether it labels a picture or a film, which are no metadata."""

    names: dict[str, str | None]
    """Of the labels that the vocabulary knows: item field, or else the label -> kind of page that prints it."""


class Refusal(NamedTuple):
    """An entry of :data:`REFUSALS`."""

    why: str
    applies: Callable[[Sheet, Line, list[Cell]], bool]


def _is_column_heading(sheet: Sheet, line: Line, printed: list[Cell]) -> bool:
    row = next((block for block in islice(ancestors(line), 4) if block.tag == "tr"), None)
    if row is None:
        return False
    tags = [child.tag for child in row.children if isinstance(child, Block)]
    # Several pairs of a heading and its value in a row are no columns.
    return sum(tag == "th" for tag in tags) > 1 and tags != ["th", "td"] * (len(tags) // 2)


def _heads_running_text(sheet: Sheet, line: Line, printed: list[Cell]) -> bool:
    for cell in printed:
        text = "".join(piece.text for piece in cell.pieces if piece.link is None and not piece.image).strip()
        if len(text) > 400 or (text.endswith(SENTENCE_END) and text.count(" ") > 9):
            return True
    return False


REFUSALS = (
    Refusal("the title", lambda sheet, line, printed: line.parent.tag == "h1"),
    Refusal("a column of a table", _is_column_heading),
    Refusal("the beginning of a text", _heads_running_text),
    Refusal(
        "bold words of a text",
        lambda sheet, line, printed: line in sheet.prose and not any(cell.known for cell in printed),
    ),
)
"""What a line is that only looks like a label."""


def climb(unit: Unit, top: Block) -> Unit:
    """The largest unit that shows just what ``unit`` shows."""
    while unit.parent is not None and unit.parent is not top and unit.parent.weight == unit.weight:
        unit = unit.parent
    return unit


def find(sheet: Sheet) -> list[Row]:
    """The rows of the page in page order; label words of running text may be among them."""
    labelled = {
        line: printed
        for line in sheet.lines
        if not _is_media(sheet, line)
        and (printed := cells(line))
        and not any(one.applies(sheet, line, printed) for one in REFUSALS)
    }
    dated = [line for line, printed in labelled.items() if "date" in printed[0].facts]
    if len({line.text for line in dated}) > 1:
        # A page says once when it was published; a list of others says it often.
        labelled = {line: printed for line, printed in labelled.items() if line not in dated}
    labelled = _one_style(sheet, labelled)
    count = sheet.counter(labelled)
    found = (_row(sheet, line, printed, count) for line, printed in labelled.items())
    return [row for row in found if row is not None]


def _is_media(sheet: Sheet, line: Line) -> bool:
    return bool(sheet.media) and not sheet.media.isdisjoint(islice(ancestors(line), 5))


def _shows_media(sheet: Sheet, unit: Unit) -> bool:
    return bool(sheet.media) and isinstance(unit, Block) and not sheet.media.isdisjoint(unit.blocks())


def _row(sheet: Sheet, line: Line, printed: list[Cell], count: Callable[[Unit], int]) -> Row | None:
    unit, shape = _extent(sheet, line, printed, count)
    known = [cell.label for cell in printed if cell.known]
    is_media = label_kind(printed[0].label) == "media" or (
        shape == "box" and not any(map(label_field, known)) and _shows_media(sheet, unit)
    )
    names = {} if is_media else {label_field(label) or label: label_kind(label) for label in known}
    return None if unit.parent is None else Row(printed, line, unit, shape, unit.parent, is_media, names)


def _extent(sheet: Sheet, line: Line, printed: list[Cell], count: Callable[[Unit], int]) -> tuple[Unit, Shape]:
    """The largest unit that is the row's own, and its shape."""
    top = sheet.top
    if not all(cell.empty for cell in printed):
        unit = climb(line, top)
        is_first = unit is line and line.parent is not top and count(line.parent) == 1 and _leads(sheet, line)
        return climb(line.parent, top) if is_first else unit, "inline"
    box = _box(sheet, climb(line, top), count)
    return (climb(line, top), "flat") if box is None else (climb(box, top), "box")


def _box(sheet: Sheet, label: Unit, count: Callable[[Unit], int]) -> Block | None:
    """The block that holds ``label``, its values and nothing else; None when values stand beside other labels."""
    box = label.parent
    if (
        box is None
        or box is sheet.top
        or count(box) != 1
        # A term list has its values beside the label even when it holds one label only.
        or box.tag in ("dl", "main", "article", "body", "ul", "tbody", "table")
        or sheet.has_prose(box)
        # It begins with content of its own, so that the label is one of several parts.
        or label not in box.children[:2]
    ):
        return None
    return box


def _leads(sheet: Sheet, line: Line) -> bool:
    """Whether all of its block is what ``line`` labels: further values after line breaks or in a list."""
    block = line.parent
    return (
        block.children[0] is line
        and block.tag in ("p", "li", "td", "dd", "div", "section")
        and not sheet.has_prose(block)
    )


def _one_style(sheet: Sheet, labelled: dict[Line, list[Cell]]) -> dict[Line, list[Cell]]:
    """Without values that look like a label and a colon ("Working group: Return") where the page sets labels off."""
    plain = {line for line, printed in labelled.items() if printed[0].facts.isdisjoint(("alone", "element", "date"))}
    if not plain:
        return labelled
    alone = [line for line in labelled if line not in plain]
    boxes = _boxes(sheet, alone)
    boxed = set(boxes.values())
    values = {line for line in plain if not boxed.isdisjoint(ancestors(line)) or vocabularies_of(line.text)}
    flat = [line for line in alone if line not in boxes]
    if len(plain - values) < _have_values(sheet, flat, labelled):
        values = plain
    return {line: printed for line, printed in labelled.items() if line not in values}


def _boxes(sheet: Sheet, labels: list[Line]) -> dict[Line, Block]:
    """Those of ``labels`` that have a box with their values -> it."""
    count = sheet.counter(labels)
    found = ((line, _box(sheet, climb(line, sheet.top), count)) for line in labels)
    return {line: box for line, box in found if box is not None}


def _have_values(sheet: Sheet, flat: list[Line], labelled: dict[Line, list[Cell]]) -> int:
    """How many of ``flat``, labels that stand beside their values, surely have some."""
    ends = [sheet.span[line][1] for line in flat]
    return sum(end < len(sheet.lines) and sheet.lines[end] not in labelled for end in ends)


# Which rows are of the block.


class Group:
    """Rows of one container that no running text parts."""

    def __init__(self, container: Block, rows: list[Row], *, before: bool, after: bool) -> None:
        self.container = container
        self.rows = rows
        self.before = before
        """Whether running text stands before them in the container."""
        self.after = after
        self.known = sum(cell.known for row in rows for cell in row.cells if not row.is_media)
        self.names = {name for row in rows for name in row.names}
        self.kinds = {kind for row in rows for kind in row.names.values()}
        self.is_of_other_pages = bool(self.kinds) and self.kinds.isdisjoint(("news", "file"))
        """Whether the labels are of events and the like, never of news: "Date:" and "Venue:" begin many a text."""
        self.is_in_body = all(row.line.parent.in_body for row in rows)
        self.is_everyday = all(is_generic_label(cell.label) for row in rows for cell in row.cells if cell.known)


def select(sheet: Sheet, found: list[Row]) -> list[Row]:
    """The rows of the block among ``found``: words of running text and other blocks' labels left out."""
    outside = [row for row in found if not row.line.parent.in_body]
    if any(row.names for row in outside):
        found = outside
    groups = _credible(sheet, found)
    if not any(group.known for group in groups):
        return _by_class(sheet, groups)
    best = max(groups, key=lambda group: (len(group.names), "publication_date" in group.names))
    taken = set(best.names)
    kept = set(best.rows)
    for group in groups:
        is_same = group is not best and group.container is best.container
        if is_same or (group is not best and _joins(group, best.container, taken)):
            kept.update(group.rows)
            taken |= group.names
    return [row for row in found if row in kept]


def _credible(sheet: Sheet, found: list[Row]) -> list[Group]:
    groups = [group for group in _groups(sheet, found) if _is_plausible(sheet, group)]
    if all(group.is_of_other_pages and group.is_everyday for group in groups):
        groups = [group for group in groups if not (group.before or group.after or group.is_in_body)]
    if all(group.kinds <= {"file"} for group in groups):
        # "Annexes", as a part of the text names it.
        groups = [group for group in groups if not group.is_in_body]
    return groups


def _by_class(sheet: Sheet, groups: list[Group]) -> list[Row]:
    """No label is known: a language or wording never met. Classes that say label must do."""
    rows = [row for group in groups for row in group.rows if not (row.line.parent.in_body or _heads_prose(sheet, row))]
    return rows if len(rows) > 1 or any(map(_is_field, rows)) else []


def _joins(group: Group, best: Block, taken: set[str]) -> bool:
    """Whether the rows of ``group`` are of the block of which ``best`` holds the most; it has ``taken`` so far."""
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
    return (
        isinstance(unit, Line)
        or unit.tag in PROSE_TAGS
        or (not unit.classes and all(isinstance(child, Line) for child in unit.children))
    )


def _is_plausible(sheet: Sheet, group: Group) -> bool:
    if not group.known:
        if _is_between_paragraphs(sheet, group.container):
            return False
        # Fields are fields, too, where a theme prints them and the text in one element.
        return not (group.before or group.after) or (group.before != group.after and all(map(_is_field, group.rows)))
    if group.known > 1 or not (group.before or group.after):
        return True
    if group.before and group.after:
        return False
    # One label word beside running text: a heading of the text unless it carries a value.
    return any(row.shape != "flat" or _is_followed(sheet, row) for row in group.rows if row.names)


def _is_between_paragraphs(sheet: Sheet, container: Block) -> bool:
    """Whether ``container`` is a paragraph or a list beside those of a text: "When: at noon", as its author put it."""
    if container.tag not in ("p", "ul", "ol") or container.parent is None:
        return False
    return any(child is not container and _is_wall(sheet, child) for child in container.parent.children)


def _is_field(row: Row) -> bool:
    """Whether Drupal's own classes say that ``row`` is a field, with its label and its value."""
    return row.shape == "box" and not row.is_media and FIELD_LABEL[row.line.parent.classes]


def _heads_prose(sheet: Sheet, row: Row) -> bool:
    follower = sheet.follower(row.unit) if row.shape == "flat" else None
    return follower is not None and sheet.has_prose(follower)


def _is_followed(sheet: Sheet, row: Row) -> bool:
    follower = sheet.follower(row.unit)
    return follower is not None and not sheet.has_prose(follower)
