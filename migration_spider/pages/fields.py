"""Where a page prints labels, and how far the field of each reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from migration_spider.pages.cells import LONGEST_LABEL, Cell, cells, has_label_class, is_list
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Unit, ancestors
from migration_spider.pages.text import reading_length, word_set
from migration_spider.vocabularies import is_kosovo_footnote, vocabularies_of

_SENTENCE_END = (".", "!", "?", "”", "…", "。", "؟", "۔", "»", ".)", '."')
# Elements that prose is made of: between them a label is a word of the text.
PROSE_TAGS = word_set("p blockquote ul ol pre figure table") | HEADING_TAGS

Shape = Literal["inline", "box", "flat"]


@dataclass(slots=True, eq=False)
class Field:
    """A label as printed with the part of the page that is surely its own."""

    cells: list[Cell]
    line: Line
    unit: Unit
    """Largest unit that holds nothing but this field (``inline``, ``box``) or nothing but its label (``flat``)."""

    shape: Shape
    """Values on the label's line, in the label's box, or in the siblings that follow."""

    @property
    def container(self) -> Block | None:
        return self.unit.parent

    @property
    def known(self) -> int:
        return sum(cell.known for cell in self.cells)


def is_site_note(text: str) -> bool:
    """Whether ``text`` is the note on Security Council resolution 1244, which every page of the portal prints."""
    return is_kosovo_footnote(text) or (text.startswith("*") and "1244" in text and len(text) < 400)


def is_prose(line: Line) -> bool:
    """Whether ``line`` reads as running text and not as a value: long, or a sentence of some length."""
    length = reading_length(line.text)
    if length < 60:
        return False
    if length > len(line.text) and line.text.endswith(_SENTENCE_END):
        # Chinese parts no words; names do not end in its full stop.
        return not is_site_note(line.text)
    linked = sum(len(piece.text) for piece in line.pieces if piece.link is not None)
    if linked > 0.8 * length:
        return False
    if is_site_note(line.text) or is_list(line.pieces):
        return False
    return length > 250 or (line.text.endswith(_SENTENCE_END) and line.text.count(" ") > 7) or _sentences(line.text)


def _sentences(text: str) -> bool:
    """Two sentences or a clause with a comma after lower-case words: no title of a term is like that."""
    return len(text) > 140 and re.search(r"[a-zà-ÿа-я]\. [A-ZÀ-ÝА-Я“«]", text) is not None


def has_prose(unit: Unit) -> bool:
    if isinstance(unit, Line):
        return is_prose(unit)
    return unit.weight >= 20 and any(is_prose(line) for line in unit.lines())


def in_body(unit: Unit) -> bool:
    """Whether a class around ``unit`` says that it is the body field."""
    return unit.in_body if isinstance(unit, Block) else unit.parent.in_body


def climb(unit: Unit, top: Block) -> Unit:
    """The largest unit that shows just what ``unit`` shows."""
    while unit.parent is not None and unit.parent is not top and unit.parent.weight == unit.weight:
        unit = unit.parent
    return unit


def find(top: Block) -> list[Field]:
    """The fields of the page in page order; label words of running text may be among them."""
    labelled = _one_style(top, list(_labelled_lines(top)))
    count = _count(line for line, _ in labelled)
    found: list[Field] = []
    for line, printed in labelled:
        unit = climb(line, top)
        if not all(cell.empty for cell in printed):
            whole = unit is line and count[line.parent] == 1 and _leads(line, line.parent) and line.parent is not top
            found.append(Field(printed, line, climb(line.parent, top) if whole else unit, "inline"))
        elif unit.parent is not None:
            box = _box(unit, top, count)
            found.append(
                Field(printed, line, unit if box is None else climb(box, top), "flat" if box is None else "box")
            )
    return found


def _count(lines: Iterable[Line]) -> dict[Block, int]:
    """Block -> how many of ``lines`` it holds."""
    count: dict[Block, int] = {}
    for line in lines:
        for block in ancestors(line):
            count[block] = count.get(block, 0) + 1
    return count


def _box(label: Unit, top: Block, count: dict[Block, int]) -> Block | None:
    """The block that holds ``label``, its values and nothing else; None when values stand beside other labels."""
    box = label.parent
    boxed = (
        box is not None
        and count[box] == 1
        and box is not top
        # A term list has its values beside the label even when it holds one label only.
        and box.tag not in ("dl", "main", "article", "body", "ul", "tbody", "table")
        and not any(child.tag == "h1" for child in box.children if isinstance(child, Block))
        and not has_prose(box)
        and not _heads_others(label, box)
    )
    return box if boxed else None


def _leads(line: Line, block: Block) -> bool:
    """Whether all of ``block`` is what its first line labels: further values after line breaks or in a list."""
    return (
        block.children[0] is line
        and block.tag in ("p", "li", "td", "dd", "div", "section")
        and not any(child.tag in HEADING_TAGS for child in block.children if isinstance(child, Block))
        and not has_prose(block)
    )


def _one_style(top: Block, labelled: list[tuple[Line, list[Cell]]]) -> list[tuple[Line, list[Cell]]]:
    """Without values that look like a label and a colon ("Working group: Return") where the page sets labels off."""
    plain = {line for line, printed in labelled if printed[0].set_off is False}
    if not plain:
        return labelled
    alone = [line for line, _ in labelled if line not in plain]
    count = _count(alone)
    boxes = {box: line for line in alone if (box := _box(climb(line, top), top, count)) is not None}
    values = {line for line in plain if any(block in boxes for block in ancestors(line))}
    firm = [line for line, printed in labelled if printed[0].set_off]
    known = {line for line in plain if vocabularies_of(line.text)}
    if len(plain) < len(firm) or known == plain:
        values |= known
    # Of labels that stand beside their values: those that have some on the lines below.
    flat = set(alone) - set(boxes.values())
    below = flat & _followed_by_values(top, {line for line, _ in labelled})
    loose = sum(printed[0].set_off is None and line in below for line, printed in labelled)
    if len(plain - values) < len(flat.intersection(firm)) + loose:
        values = plain
    return [one for one in labelled if one[0] not in values]


def _followed_by_values(top: Block, labels: set[Line]) -> set[Line]:
    """Those of ``labels`` after which something stands that is no other label and no running text."""
    found: set[Line] = set()
    before: Line | None = None
    for line in top.lines():
        if before in labels and line not in labels and not is_prose(line):
            found.add(before)
        before = line
    return found


def _heads_others(unit: Unit, box: Block) -> bool:
    """Whether ``box`` begins with content of its own, so that the label is one of several parts."""
    return unit not in box.children[:2]


def _labelled_lines(top: Block) -> Iterator[tuple[Line, list[Cell]]]:
    for line in top.lines():
        if line.parent.tag == "h1" or _column_heading(line):
            continue
        printed = cells(line)
        if not printed:
            if len(line.text) <= LONGEST_LABEL and line.text and _label_by_class(line):
                yield line, [Cell(line.text.rstrip(":： "), known=False)]
            continue
        if is_prose(line) and not any(cell.known for cell in printed):
            continue
        if any(_running_text(cell) for cell in printed):
            continue
        yield line, printed


def _column_heading(line: Line) -> bool:
    """Whether ``line`` stands in a table row of headings: it names a column of the text's table."""
    row = next((block for block, _ in zip(ancestors(line), range(4), strict=False) if block.tag == "tr"), None)
    if row is None:
        return False
    tags = [child.tag for child in row.children if isinstance(child, Block)]
    # Several pairs of a heading and its value in a row are no columns.
    return sum(tag == "th" for tag in tags) > 1 and tags != ["th", "td"] * (len(tags) // 2)


def _label_by_class(line: Line) -> bool:
    if any(piece.link is not None or piece.image for piece in line.pieces):
        return False
    if has_label_class(line.parent.classes):
        return True
    outer = line.pieces[0].path[0] if line.pieces[0].path else None
    return (
        outer is not None
        and has_label_class(outer.get("class") or "")
        and all(outer in piece.path for piece in line.pieces if piece.text.strip())
    )


def _running_text(cell: Cell) -> bool:
    """Whether what follows the label is a text and not values."""
    if is_list(cell.pieces):
        return False
    text = "".join(piece.text for piece in cell.pieces if piece.link is None and not piece.image).strip()
    return len(text) > 400 or (len(text) > 60 and text.endswith(_SENTENCE_END) and text.count(" ") > 9)
