"""The block of labels and values of an article, read from any theme.

Labels are found by meaning (the label vocabulary), the bounds of the block by structure: the containers of the labels,
the shape of their rows and the running text around them (labels.py). This module turns rows into
entries: those with a label, and between them those with a new label or none, which must look like the others (look.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any

from migration_spider.items import Entry
from migration_spider.pages.cells import LONGEST_LABEL, Cell, label_of
from migration_spider.pages.chrome import Chrome, label_count
from migration_spider.pages.class_words import CAPTION
from migration_spider.pages.labels import Row, Sheet, find, select
from migration_spider.pages.look import (
    FEWEST,
    Look,
    fields,
    is_foreign,
    is_unread,
    named_field,
    table_of_one,
    values_of,
)
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Piece, Unit, ancestors
from migration_spider.pages.outline_builder import build, is_linked
from migration_spider.pages.prose import values
from migration_spider.pages.words import is_site_label
from migration_spider.text import fold
from migration_spider.vocabularies import label_kind

if TYPE_CHECKING:
    from migration_spider.pages.bounds import Elements


@dataclass(slots=True, eq=False)
class MetadataBlock:
    entries: list[Entry] = field(default_factory=list)
    """In page order."""

    units: set[Unit] = field(default_factory=set)
    """The units of the outline that belong to the block."""

    lines: set[Line] = field(default_factory=set)
    """All lines in them."""

    roles: dict[Line, tuple[str, str]] = field(default_factory=dict)
    """Each line of the block, in the order read -> its role, for a copy ``chrome``, and why."""

    owners: dict[Piece, Entry] = field(default_factory=dict)
    """A piece that prints a label or a value -> its entry, also if this is none of `entries`."""

    @property
    def fields(self) -> set[str]:
        """Item fields that the labels name."""
        return {entry.field_name for entry in self.entries if entry.label and entry.field_name}

    @property
    def is_of_one_item(self) -> bool:
        """Whether this is the complete block of one item: date or type once, no label twice, no list of filters."""
        named = [entry for entry in self.entries if entry.label and entry.field_name]
        is_single = any(
            len(entry.values) == 1 for entry in named if entry.field_name in ("publication_date", "material_type")
        )
        return len(named) == len(self.fields) >= FEWEST and is_single and not self.is_filter

    @property
    def is_filter(self) -> bool:
        """Whether all values are links that filter a listing: ``?gcm_objectives=279``."""
        values = [value for entry in self.entries for value in entry.values]
        return bool(values) and all(value.url is not None and "=" in value.url.partition("?")[2] for value in values)


def read(top: Block, base_url: str) -> MetadataBlock:
    """Return the metadata block in the outline ``top``; links are resolved against ``base_url``."""
    reader = _Reader(Sheet(top), base_url)
    rows = select(reader.sheet, find(reader.sheet))
    is_of_news = any(_field(cell.label) for row in rows for cell in row.cells)
    # Otherwise there are no labels, or those of other kinds of pages: "Date" and "Venue" in a table of the text.
    if is_of_news or not reader.unlabelled(is_any=bool(rows)):
        reader.rows(rows)
    return reader.finish()


def _field(label: str) -> str | None:
    return Entry(label=label).field_name


class _Reader:
    """Makes the entries of one page, and notes the role of every line of the block."""

    def __init__(self, sheet: Sheet, base_url: str) -> None:
        self.sheet = sheet
        self.base_url = base_url
        self.block = MetadataBlock()
        self.labelled: list[tuple[Entry, Row]] = []

    # Entries and their lines.

    def label(self, line: Line, printed: list[Cell], why: str) -> Entry:
        """Add the entries whose labels ``line`` prints, with the values beside them; return the last."""
        entry = Entry(label="")
        starts = [cell.start for cell in printed[1:]]
        for cell, end in zip(printed, [*starts, len(line.pieces)], strict=True):
            entry = Entry(label=cell.label, values=values(cell.pieces, self.base_url))
            self.block.entries.append(entry)
            begin = 0 if cell is printed[0] else cell.start
            self.block.owners.update(dict.fromkeys(line.pieces[begin:end], entry))
        self.block.roles[line] = "label", why
        return entry

    def values(self, entry: Entry, lines: Iterable[Line], why: str) -> None:
        lines = list(lines)
        entry.values.extend(values_of(self.sheet, lines, self.base_url))
        for line in lines:
            self.block.roles[line] = "value", why
            self.block.owners.update(dict.fromkeys(line.pieces, entry))

    # Pages with known labels.

    def rows(self, rows: list[Row]) -> None:
        self.by_unit = {row.unit: row for row in rows}
        self.containers: dict[Block, list[Row]] = {}
        for row in rows:
            self.containers.setdefault(row.container, []).append(row)
        self.holders = {block for container in self.containers for block in (container, *ancestors(container))}
        self._container(self.sheet.top)
        self._captions()

    def _container(self, container: Block) -> None:
        children = container.children
        labelled = [n for n, child in enumerate(children) if child in self.by_unit]
        if all(self.by_unit[children[n]].is_media for n in labelled):
            # No labels, or those of pictures: they tell nothing of the fields beside them.
            for child in children:
                if (row := self.by_unit.get(child)) is not None:
                    self._picture(row)
                elif child in self.holders:
                    self._container(child)
            return
        look = Look(self.sheet, container, self.containers[container])
        first, last = look.bounds(labelled, self.by_unit)
        strays = look.strays(labelled)
        open_entry: Entry | None = None
        for number, child in enumerate(children):
            row = self.by_unit.get(child)
            if row is not None:
                open_entry = self._row(row, look)
            elif child in self.holders:
                self._container(child)
                open_entry = None
            elif number in strays or self.sheet.has_prose(child):
                open_entry = None
            elif first <= number <= last and not is_foreign(self.sheet, child):
                open_entry = self._beside(child, look, open_entry)

    def _picture(self, row: Row) -> None:
        self.block.units.add(row.line)
        self.block.roles[row.line] = "label", f"label: of a picture or film, {row.cells[0].label!r}"

    def _row(self, row: Row, look: Look) -> Entry | None:
        """Add the entries of a labelled row; return the last if values may follow in the siblings."""
        if row.is_media:
            self._picture(row)
            return None
        self.block.units.add(row.unit)
        entry = self.label(row.line, row.cells, f"label: {row.cells[0].why}")
        self.labelled.append((entry, row))
        if row.shape == "flat":
            return None if look.is_empty_box(row) else entry
        lines = self.sheet.of(row.unit)
        place = lines.index(row.line)
        others = lines[place + 1 :] or lines[:place]
        self.values(entry, others, f"value: in the box of the label {entry.label!r}")
        is_open = row.shape == "inline" and row.unit.tag in ("", "p")
        return entry if is_open else None

    def _beside(self, child: Unit, look: Look, open_entry: Entry | None) -> Entry | None:
        """Add ``child``, a sibling of labelled rows; return the entry to which the units after it belong."""
        self.block.units.add(child)
        lines = self.sheet.of(child)
        new = look.new_label(child, is_below=open_entry is not None)
        if new is not None:
            cell, why, is_open = new
            entry = self.label(lines[0], [cell], f"label: {why}")
            self.values(entry, lines[1:], f"value: in the box of the label {entry.label!r}")
            return entry if is_open else None
        if open_entry is not None:
            self.values(open_entry, lines, f"value: below the label {open_entry.label!r}")
            return open_entry
        last = self.block.entries[-1] if self.block.entries else None
        if last is not None and not last.values and label_kind(last.label) == "file" and _is_link(lines):
            self.values(last, lines, f"value: a file below the label {last.label!r}")
        else:
            self.bare(child, "value: a field without label, which looks like the fields beside it")
        return None

    def bare(self, unit: Unit, why: str) -> None:
        """Add the entry of a field without label."""
        self.block.units.add(unit)
        entry = Entry(label="", field_name=named_field(unit))
        self.values(entry, self.sheet.of(unit), why)
        if entry.values:
            self.block.entries.append(entry)

    def unlabelled(self, *, is_any: bool) -> bool:
        """Read the columns of a table, else fields if no label is known; return whether there are any."""
        table = table_of_one(self.sheet)
        if table is not None:
            self.block.units.add(table[0])
            for head, label, cell in table[1]:
                entry = self.label(self.sheet.of(head)[0], [Cell(label, set())], "label: heads a column of the table")
                self.values(entry, self.sheet.of(cell), f"value: in the column of the label {label!r}")
            return True
        units = [] if is_any else fields(self.sheet, self.base_url)
        for unit in units:
            self.bare(unit, "value: a field without label, among fields that the vocabularies know")
        return bool(units)

    # Other parts of the block.

    def _captions(self) -> None:
        """Add the heading of the block ("Details"): of a box, a fieldset or a table without other content."""
        taken = self._lines()
        for container in self.containers:
            block: Block | None = container
            while block is not None and block.parent is not None and block.tag not in ("article", "main"):
                lines = [line for line in self.sheet.of(block) if line.text]
                above = list(takewhile(lambda line: line not in taken, lines))
                if not all(line in taken for line in lines[len(above) :]) or not all(map(_is_caption, above)):
                    break
                self.block.units.update(above)
                self.block.roles.update(dict.fromkeys(above, ("label", "caption: heads the block")))
                taken.update(above)
                block = block.parent

    def finish(self) -> MetadataBlock:
        block = self.block
        for copy in copies(self.sheet, self._lines()):
            block.units.add(copy)
            block.roles.update(dict.fromkeys(self.sheet.of(copy), ("chrome", "copy: the same once more")))
        block.lines = self._lines()
        for entry, row in self.labelled:
            entry.unread = not entry.values and is_unread(self.sheet, row)
        # Settings of the layout that are printed on the page, such as "Full width banner: Off", are no metadata.
        block.entries = [entry for entry in block.entries if not is_site_label(entry.label)]
        return block

    def _lines(self) -> set[Line]:
        """Return the lines of the units so far."""
        return {line for unit in self.block.units for line in self.sheet.of(unit)}


def _is_caption(line: Line) -> bool:
    """Whether ``line`` is a heading, but not the title of the page."""
    around = line.parent
    return len(line.text) <= LONGEST_LABEL and (
        around.tag in ("legend", "summary", "caption", "h2", "h3", "h4", "h5", "h6") or CAPTION[around.classes]
    )


def _is_link(lines: list[Line]) -> bool:
    pieces = [piece for line in lines for piece in line.pieces if piece.image or fold(piece.text)]
    return any(piece.link is not None for piece in pieces[:1])


LONGEST_COPIED = 20_000
"""Characters; no block of one item is longer."""


def copies(sheet: Sheet, taken: set[Line]) -> Iterator[Block]:
    """Yield the parts of the page that only repeat the block, whose lines are ``taken``."""
    labels, others = _printed_again(sheet, taken)
    if len(labels) < 2:
        return
    count_labels, count_others = map(sheet.counter, (labels, others))
    inside: set[Block] = set()
    for block in sheet.top.blocks():
        if block.parent in inside:
            inside.add(block)
        elif count_others(block) == 0 and count_labels(block) > 1:
            inside.add(block)
            yield block


def _printed_again(sheet: Sheet, taken: set[Line]) -> tuple[set[Line], set[Line]]:
    """Return the lines that begin with a label and repeat text of lines in ``taken``, and all lines with other text.

    Both are empty where no copy can be.
    """
    rest = [line for line in sheet.lines if line not in taken] if taken else []
    labels = {line for line in rest if label_of(line.text[: 2 * LONGEST_LABEL].partition(":")[0]) is not None}
    own = "".join(map(_letters, filter(taken.__contains__, sheet.lines))) if len(labels) > 1 else ""
    if not 0 < len(own) <= LONGEST_COPIED:
        return set(), set()
    printed = {line: letters for line in sheet.lines if (letters := _letters(line))}
    alike = {line for line in rest if line in printed and printed[line] in own}
    return labels & alike, printed.keys() - alike


def _letters(line: Line) -> str:
    return "".join(filter(str.isalnum, line.text))


MOST_COLUMNS = 20
"""Columns of one page that are examined."""


def block_beside(elements: Elements, chrome: Chrome, base_url: str) -> tuple[Block, MetadataBlock] | None:
    """Return the outline of the first column with the complete block of one item, and the block."""
    for element in _columns(elements)[:MOST_COLUMNS]:
        if label_count(element) < 3:
            continue
        top = build(element, chrome, base_url)
        found = read(top, base_url)
        if found.is_of_one_item and not any(block.tag in HEADING_TAGS and is_linked(block) for block in top.blocks()):
            return top, found
        top.release()
    return None


def _columns(page: Elements) -> list[Any]:
    """Return elements in which themes print what belongs to an article, and much that does not."""
    named = chain(page.having("class"), page.having("id"))
    return page.chosen(
        page.tagged("aside"),
        (element for element, role in page.having("role") if role == "complementary"),
        (element for element, words in named if "sidebar" in words),
    )
