"""Metadata of a page without known labels of news: the columns of a table, or fields recognised by name or value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migration_spider.pages.cell_values import values
from migration_spider.pages.cells import DATE
from migration_spider.pages.label_marks import label_of
from migration_spider.pages.look import is_foreign
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Unit
from migration_spider.pages.sheet import Sheet
from migration_spider.vocabularies import VOCABULARIES, lookup_named, machine_name_field

FEWEST = 3
"""Least number of labels, or of fields without one, that make a block by themselves: fewer may be chance."""

MOST = 200
"""Fields without a label side by side; more are a list."""

# Classes in which Drupal's themes, Views and Layout Builder print the machine name of a field.
_NAME = re.compile(r"(?:field-{1,2}name-|views-field-|block-field-block(?:node|node-?\w+?)(?=field))(field-[\w-]+)")
_NO_FIELD = HEADING_TAGS | {"p", "ul", "ol", "table", "blockquote", "figure", "pre"}

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
    heads, below = ([cell for cell in row.children if isinstance(cell, Block)] for row in rows)
    labels = [label_of(head.text) for head in heads if head.tag == "th"]
    # A table of the text may have one or two headings that sound like labels.
    if len(labels) - labels.count(None) < FEWEST or not len(heads) == len(below) == len(set(labels)):
        return []
    return [(head, label or head.text, cell) for head, label, cell in zip(heads, labels, below, strict=True)]


def fields(sheet: Sheet, base_url: str) -> list[Block]:
    """Return fields without a printed label, recognised by their machine names or by the vocabularies.

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
    if isinstance(unit, Line) or unit.tag in _NO_FIELD or is_foreign(sheet, unit):
        return set()
    if name := named_field(unit):
        return {"date" if name == "publication_date" else name}
    printed = [value for line in sheet.of(unit) for value in values(line.pieces, base_url)]
    if len(printed) == 1 and (printed[0].datetime or DATE.fullmatch(printed[0].text)):
        return {"date"}
    return _vocabularies_of_all([value.text for value in printed])


def _vocabularies_of_all(texts: list[str]) -> set[str]:
    sets = [{name for name in VOCABULARIES if lookup_named(name, text)} for text in texts]
    return set.intersection(*sets) if sets else set()


def named_field(unit: Unit) -> str | None:
    """Return the item field that the classes of ``unit`` name; None when they name none or several."""
    if isinstance(unit, Line):
        return None
    names = {match[1] for block in unit.blocks() for match in _NAME.finditer(block.classes)}
    return machine_name_field(names.pop()) if len(names) == 1 else None
