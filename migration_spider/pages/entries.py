"""The metadata block as it was read: its entries, the units that it takes up, and the role of each of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from migration_spider.items import Entry
from migration_spider.pages.outline import Line, Piece, Unit

FEWEST = 3
"""Least number of labels, or of fields without one, that make a block by themselves: fewer may be chance."""


class Role(NamedTuple):
    """The role of a line of the block."""

    role: Literal["label", "value", "caption", "copy"]
    entry: int | None
    """Number of the entry, from 0; None for a line that belongs to no single entry."""

    why: str


@dataclass(slots=True, eq=False)
class MetadataBlock:
    entries: list[Entry] = field(default_factory=list)
    """In page order."""

    units: set[Unit] = field(default_factory=set)
    """The units of the outline that belong to the block."""

    lines: set[Line] = field(default_factory=set)
    """All lines in them."""

    roles: dict[Line, Role] = field(default_factory=dict)
    """The role of each line of the block, in the order read."""

    owners: dict[Piece, int] = field(default_factory=dict)
    """A piece that prints a label or a value -> number of its entry."""

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
