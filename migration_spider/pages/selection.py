"""Which of the labels on a page are those of its metadata block: not the words of a text, not another block's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_spider.pages.fields import PROSE_TAGS, Field, has_prose, in_body
from migration_spider.pages.outline import Block, Line, Unit, ancestors
from migration_spider.vocabularies import label_field, label_kind


def select(found: list[Field]) -> list[Field]:
    """The fields of the block among ``found``: words of running text and other blocks' labels left out."""
    outside = [one for one in found if not in_body(one.unit)]
    if any(one.known for one in outside):
        found = outside
    groups: list[tuple[Block, list[Field], bool, bool]] = []
    by_container: dict[Block, list[Field]] = {}
    for one in found:
        if one.container is not None:
            by_container.setdefault(one.container, []).append(one)
    for container, fields in by_container.items():
        groups.extend((container, part, *sides) for part, sides in _segments(container, fields))
    candidates = [group for group in groups if _plausible(*group)]
    if not any(one.known for group in candidates for one in group[1]):
        # No label is known: a language or wording never met. Classes that say label must do.
        fields = [one for group in candidates for one in group[1]]
        return fields if len(fields) > 1 else []
    best = max(candidates, key=lambda group: _rank(group[1]))
    walls: dict[Block, list[int]] = {}
    taken = set(_names(best[1]))
    kept = list(best[1])
    for group in candidates:
        container, fields, before, after = group
        if group is best:
            continue
        names = set(_names(fields))
        if container is not best[0]:
            if names and names <= taken:
                continue
            if before or (after and not _opens(fields, taken)):
                continue
            sides = _sides(container, best[0], walls)
            if all(sides) or (any(sides) and _of_other_pages(fields)):
                continue
        if container is not best[0] and not any(one.known for one in fields) and not _near(container, best[0]):
            continue
        kept.extend(fields)
        taken |= names
    order = {one: place for place, one in enumerate(found)}
    return sorted(kept, key=order.__getitem__)


def _sides(container: Block, best: Block, walls: dict[Block, list[int]]) -> tuple[bool, bool]:
    """Whether running text stands before and after ``container``, looked for up to the block that also holds ``best``.

    ``walls`` keeps what is known of each block.
    """
    around = {best, *ancestors(best)}
    block, before, after = container, False, False
    while block.parent is not None and block not in around:
        parent = block.parent
        if parent not in walls:
            walls[parent] = [n for n, child in enumerate(parent.children) if _is_wall(child)]
        place = parent.children.index(block) if walls[parent] else 0
        before = before or any(wall < place for wall in walls[parent])
        after = after or any(wall > place for wall in walls[parent])
        block = parent
    return before, after


def _opens(fields: list[Field], taken: set[str]) -> bool:
    """Whether ``fields`` right above a text are of the block: labels of news that it lacks, beside their values."""
    names = [label_field(cell.label) for one in fields for cell in one.cells if cell.known]
    return bool(names) and all(names) and taken.isdisjoint(names) and not any(map(_heads, fields))


def _of_other_pages(fields: list[Field]) -> bool:
    """Whether the labels are those of events and the like, never of news: "Date:" and "Venue:" begin many a text."""
    kinds = {label_kind(cell.label) for one in fields for cell in one.cells if cell.known}
    return bool(kinds) and kinds.isdisjoint(("news", "file"))


def _heads(one: Field) -> bool:
    """Whether the label is a heading, or a line, whose values are not parted from what follows them."""
    return one.shape == "flat" and not (isinstance(one.unit, Block) and one.unit.tag == "dt")


def _near(one: Block, other: Block) -> bool:
    return one.parent is other.parent or one.parent is other or other.parent is one


def _names(fields: Iterable[Field]) -> Iterator[str]:
    for one in fields:
        for cell in one.cells:
            if cell.known:
                yield label_field(cell.label) or cell.label


def _rank(fields: list[Field]) -> tuple[int, int]:
    names = set(_names(fields))
    return len(names), int("publication_date" in names)


def _segments(container: Block, fields: list[Field]) -> Iterator[tuple[list[Field], tuple[bool, bool]]]:
    """``fields`` of one container parted by paragraphs of running text; each with: is there text before, after."""
    place = {child: number for number, child in enumerate(container.children)}
    units = {one.unit for one in fields}
    walls = [number for child, number in place.items() if child not in units and _is_wall(child)]
    parts: dict[int, list[Field]] = {}
    for one in fields:
        parts.setdefault(sum(wall < place[one.unit] for wall in walls), []).append(one)
    for number, part in parts.items():
        yield part, (number > 0, number < len(walls))


def _is_wall(unit: Unit) -> bool:
    """Whether ``unit`` is a paragraph of running text."""
    return (isinstance(unit, Line) or unit.tag in PROSE_TAGS or (not unit.classes and _plain(unit))) and has_prose(unit)


def _plain(block: Block) -> bool:
    """Whether ``block`` is a paragraph printed as a bare ``<div>``."""
    return all(isinstance(child, Line) for child in block.children)


def _plausible(container: Block, fields: list[Field], before: bool, after: bool) -> bool:
    known = sum(one.known for one in fields)
    if not known and not (before or after):
        return True
    if before and after and known < 2:
        return False
    if known < 2 and (before or after):
        # One label word beside running text: a heading of the text unless it carries a value.
        return any(one.shape != "flat" or _followed(container, one) for one in fields if one.known)
    return bool(known)


def _followed(container: Block, one: Field) -> bool:
    place = container.children.index(one.unit) + 1
    follower = container.children[place] if place < len(container.children) else None
    return follower is not None and not has_prose(follower) and follower.weight < 200
