"""A table with one row below its headings: a view that prints one item, each column headed by its label."""

from __future__ import annotations

from migration_spider.items import Entry
from migration_spider.pages.cells import label_of, values
from migration_spider.pages.outline import Block, Unit

FEWEST = 3
"""Columns; a table of the text may have one or two headings that sound like labels."""


def read_columns(top: Block, base_url: str) -> tuple[list[Entry], set[Unit]] | None:
    """The entries of such a table and the table; None when no table has labels as headings, but for one at most."""
    for table in top.blocks():
        if table.tag != "table" or table.in_body:
            continue
        rows = [block for block in table.blocks() if block.tag == "tr"]
        if len(rows) != 2:
            continue
        heads, cells = ([cell for cell in row.children if isinstance(cell, Block)] for row in rows)
        labels = [label_of(head.text) for head in heads if head.tag == "th"]
        known = len(labels) - labels.count(None)
        if known < FEWEST or labels.count(None) > 1 or len(set(labels)) != len(cells) or len(heads) != len(cells):
            continue
        entries = [Entry(label=label or head.text) for label, head in zip(labels, heads, strict=True)]
        for entry, cell in zip(entries, cells, strict=True):
            for line in cell.lines():
                entry.values.extend(values(line.pieces, base_url))
        return entries, {table}
    return None
