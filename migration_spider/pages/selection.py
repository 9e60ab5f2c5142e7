"""Which of the labels on a page are those of its metadata block: not the words of a text, not another block's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migration_spider.pages.fields import PROSE_TAGS, Field, has_prose, in_body
from migration_spider.pages.outline import Block, Line
from migration_spider.vocabularies import label_field


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
    taken = set(_names(best[1]))
    kept = list(best[1])
    for group in candidates:
        container, fields, before, after = group
        if group is best:
            continue
        names = set(_names(fields))
        if container is not best[0] and (before or after or (names and names <= taken)):
            continue
        if container is not best[0] and not any(one.known for one in fields) and not _near(container, best[0]):
            continue
        kept.extend(fields)
        taken |= names
    order = {one: place for place, one in enumerate(found)}
    return sorted(kept, key=order.__getitem__)


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
    walls = [
        number
        for child, number in place.items()
        if child not in units
        and (isinstance(child, Line) or child.tag in PROSE_TAGS or (not child.classes and _plain(child)))
        and has_prose(child)
    ]
    parts: dict[int, list[Field]] = {}
    for one in fields:
        parts.setdefault(sum(wall < place[one.unit] for wall in walls), []).append(one)
    for number, part in parts.items():
        yield part, (number > 0, number < len(walls))


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
