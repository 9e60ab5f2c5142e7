"""Label rows in groups: which of the rows of a page are those of its metadata block.

Rows of one container without running text between them are a group, and stand or fall together: `select` leaves out the
words of running text and the labels of other blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from migration_spider.pages.class_words import FIELD_LABEL
from migration_spider.pages.outline import Block, Line, Unit
from migration_spider.pages.prose import PROSE_TAGS
from migration_spider.vocabularies import is_generic_label

if TYPE_CHECKING:
    from migration_spider.pages.labels import Row, Sheet


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
    return (
        isinstance(unit, Line)
        or unit.tag in PROSE_TAGS
        or (not unit.classes and all(isinstance(child, Line) for child in unit.children))
    )


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
