"""The block of labels and values of an article, read from any theme.

Labels are found by meaning (the label vocabulary), the bounds of the block by structure: the containers that hold the
labels, the shape of their fields, and the running text around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from migration_spider.items import Entry
from migration_spider.pages.cells import LONGEST_LABEL, label_of, values
from migration_spider.pages.columns import read_columns
from migration_spider.pages.fields import Field, find, has_prose
from migration_spider.pages.look import Look, is_foreign
from migration_spider.pages.outline import Block, Line, Unit
from migration_spider.pages.selection import select
from migration_spider.pages.text import fold
from migration_spider.pages.unlabelled import named_field, read_unlabelled
from migration_spider.vocabularies import is_generic_label, label_field, label_kind

# What themes call the element above the fields of a box, as Bootstrap's "card-header".
_CAPTION = re.compile(r"(?:^|[\s_-])(?:title|header|heading|caption|legend)(?:$|\s)")


FEWEST_OF_COPY = 3
"""Lines that a copy of the block has; fewer may be a heading and a word of the text."""

LONGEST_COPIED = 20_000
"""Characters; no block of one item is longer."""


@dataclass(slots=True, eq=False)
class MetadataBlock:
    entries: list[Entry] = field(default_factory=list)
    """In page order."""

    units: set[Unit] = field(default_factory=set)
    """The parts of the outline that the block takes up."""

    @property
    def fields(self) -> set[str]:
        """Item fields that the labels stand for."""
        return {name for entry in self.entries if entry.label and (name := label_field(entry.label))}

    @property
    def is_of_one_item(self) -> bool:
        """Whether the block is the whole one of one item: its date or type once, no label twice, no list of filters."""
        named = [label_field(entry.label) for entry in self.entries if entry.label]
        known = [name for name in named if name]
        single = [entry for entry in self.entries if label_field(entry.label) in ("publication_date", "material_type")]
        return (
            len(known) == len(set(known)) >= 3
            and any(len(entry.values) == 1 for entry in single)
            and not self.is_filter
        )

    @property
    def is_filter(self) -> bool:
        """Whether all values are links that filter a listing: ``?gcm_objectives=279``."""
        values = [value for entry in self.entries for value in entry.values]
        return bool(values) and all(value.url is not None and "=" in value.url.partition("?")[2] for value in values)

    @property
    def kinds(self) -> set[str]:
        """Kinds of pages that the labels belong to; beside a date or type everyday words as ``Date`` do not tell."""
        is_dated = bool(self.fields & {"publication_date", "material_type"})
        found = {label_kind(entry.label) for entry in self.entries if not (is_dated and is_generic_label(entry.label))}
        return {kind for kind in found if kind is not None}


def read(top: Block, base_url: str) -> MetadataBlock:
    """The metadata block in the outline ``top``; links are resolved against ``base_url``."""
    kept = select(find(top))
    if not any(label_field(cell.label) for one in kept for cell in one.cells):
        # Nothing, or label words of other kinds of pages: "Date" and "Venue" in a table of the text.
        found = read_columns(top, base_url) or (None if kept else read_unlabelled(top, base_url))
        if found is not None or not kept:
            return MetadataBlock() if found is None else MetadataBlock(*found)
    block = _Reader(kept, base_url).read()
    block.units.update(_copies(top, block))
    return block


def _copies(top: Block, block: MetadataBlock) -> Iterator[Block]:
    """Parts of the page that print nothing but what ``block`` does: the same block for narrow screens."""
    taken = {line for unit in block.units for line in _lines(unit)}
    own = "".join(_letters(line) for line in top.lines() if line in taken)
    if len(own) > LONGEST_COPIED:
        return
    # Block -> number of lines that are no copy, of all, of those with a label.
    counts: dict[Block, tuple[int, int, int]] = {}
    found: set[Block] = set()
    for outer in reversed(list(top.blocks())):
        inner = [
            counts[unit] if isinstance(unit, Block) else _count_of_copy(unit, taken, own) for unit in outer.children
        ]
        others, lines, labels = (sum(count[n] for count in inner) for n in range(3))
        counts[outer] = others, lines, labels
        if others == 0 and lines >= FEWEST_OF_COPY and labels > 1:
            found.add(outer)
    yield from (block for block in found if block.parent not in found)


def _count_of_copy(line: Line, taken: set[Line], own: str) -> tuple[int, int, int]:
    letters = _letters(line)
    if not letters:
        return 0, 0, 0
    alike = line not in taken and letters in own
    return int(not alike), 1, int(alike and label_of(line.text.partition(":")[0]) is not None)


def _letters(line: Line) -> str:
    return "".join(filter(str.isalnum, line.text))


def _lines(unit: Unit) -> list[Line]:
    return list(unit.lines()) if isinstance(unit, Block) else [unit]


def _is_caption(line: Line) -> bool:
    """Whether ``line`` heads what follows it and is not the page's title."""
    around = line.parent
    return len(line.text) <= LONGEST_LABEL and (
        around.tag in ("legend", "summary", "caption", "h2", "h3", "h4", "h5", "h6")
        or _CAPTION.search(around.classes) is not None
    )


class _Reader:
    """Reads the containers of the selected fields in page order."""

    def __init__(self, kept: list[Field], base_url: str) -> None:
        self.base_url = base_url
        self.by_unit = {one.unit: one for one in kept}
        self.containers: dict[Block, list[Field]] = {}
        for one in kept:
            assert one.container is not None  # noqa: S101 - select keeps no others
            self.containers.setdefault(one.container, []).append(one)
        self.holders: set[Block] = set()
        for container in self.containers:
            block: Block | None = container
            while block is not None and block not in self.holders:
                self.holders.add(block)
                block = block.parent
        self.block = MetadataBlock()

    def read(self) -> MetadataBlock:
        for container in self.containers:
            if not self._held(container):
                self._container(container)
        self._captions()
        # Settings of the layout that leak into the page, such as "Full width banner: Off", are no metadata.
        self.block.entries = [entry for entry in self.block.entries if label_kind(entry.label) != "chrome"]
        return self.block

    def _held(self, container: Block) -> bool:
        block = container.parent
        while block is not None:
            if block in self.containers:
                return True
            block = block.parent
        return False

    def _container(self, container: Block) -> None:
        fields = self.containers.get(container, [])
        children = container.children
        labelled = [n for n, child in enumerate(children) if child in self.by_unit]
        if not labelled:
            for child in children:
                if isinstance(child, Block) and child in self.holders:
                    self._container(child)
            return
        look = Look(container, fields)
        first, last = look.bounds(labelled, self.by_unit)
        strays = look.strays(labelled)
        open_entry: Entry | None = None
        for number, child in enumerate(children):
            one = self.by_unit.get(child)
            if one is not None:
                open_entry = self._field(one, look)
                continue
            if isinstance(child, Block) and child in self.holders:
                self._container(child)
                open_entry = None
                continue
            if not first <= number <= last or number in strays or has_prose(child) or is_foreign(child):
                if number in strays or has_prose(child):
                    open_entry = None
                continue
            open_entry = self._unlabelled(child, look, open_entry)

    def _captions(self) -> None:
        """Takes in the heading of the block ("Details"): of a box, a fieldset or a table that holds nothing else."""
        own = {line for unit in self.block.units for line in _lines(unit)}
        for container in self.containers:
            block: Block | None = container
            while block is not None and block.parent is not None and block.tag not in ("article", "main"):
                lines = [line for line in block.lines() if line.text]
                above = list(takewhile(lambda line: line not in own, lines))
                if not all(line in own for line in lines[len(above) :]) or not all(map(_is_caption, above)):
                    break
                self.block.units.update(above)
                own.update(above)
                block = block.parent

    def _field(self, one: Field, look: Look) -> Entry | None:
        """Entries of a labelled field; returned open when values may follow in the siblings."""
        self.block.units.add(one.unit)
        entry = Entry(label="")
        for cell in one.cells:
            entry = Entry(label=cell.label, values=values(cell.pieces, self.base_url))
            self.block.entries.append(entry)
        if one.shape == "box":
            own = list(one.unit.lines()) if isinstance(one.unit, Block) else []
            place = own.index(one.line)
            for line in own[place + 1 :] or own[:place]:
                entry.values.extend(values(line.pieces, self.base_url))
            return None
        if one.shape == "inline":
            own = list(one.unit.lines()) if isinstance(one.unit, Block) else []
            for line in own:
                if line is not one.line:
                    entry.values.extend(values(line.pieces, self.base_url))
            return entry if isinstance(one.unit, Line) or one.unit.tag == "p" else None
        return None if look.is_empty_box(one) else entry

    def _is_file_below_label(self, lines: list[Line]) -> bool:
        """Whether ``lines`` are links right below a label of files that has nothing in its own box."""
        last = self.block.entries[-1] if self.block.entries else None
        texts = [piece for line in lines for piece in line.pieces if piece.image or fold(piece.text)]
        return (
            last is not None
            and not last.values
            and label_kind(last.label) == "file"
            and any(piece.link is not None for piece in texts[:1])
        )

    def _unlabelled(self, child: Unit, look: Look, open_entry: Entry | None) -> Entry | None:
        self.block.units.add(child)
        lines = list(child.lines()) if isinstance(child, Block) else [child]
        if look.is_label(child):
            entry = Entry(label=lines[0].text.rstrip(":： "))
            self.block.entries.append(entry)
            return entry
        if (cell := look.unknown_inline(lines)) is not None and (open_entry is None or cell.set_off):
            entry = Entry(label=cell.label, values=values(cell.pieces, self.base_url))
            open_entry = entry if isinstance(child, Line) or child.tag == "p" else None
            self.block.entries.append(entry)
            lines = lines[1:]
        elif open_entry is not None:
            entry = open_entry
        elif self._is_file_below_label(lines):
            entry = self.block.entries[-1]
        elif isinstance(child, Block) and look.is_unknown_box(child, lines):
            entry = Entry(label=lines[0].text.rstrip(":： "))
            self.block.entries.append(entry)
            lines = lines[1:]
        else:
            entry = Entry(label="", field_name=named_field(child))
            self.block.entries.append(entry)
        for line in lines:
            entry.values.extend(values(line.pieces, self.base_url))
        if not entry.label and not entry.values:
            self.block.entries.remove(entry)
        return open_entry
