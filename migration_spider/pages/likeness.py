"""Which parts of a page look alike, and which of them belong to another text than the main one."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from migration_spider.pages.class_words import FIELD
from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.sizes import Size, container, weight

LEAST = 0.4
"""Least share of running text, 0 to 1, in a part of the text; the rest is links and lines of templates."""


SMALL = 0.3
"""Running text that a part which looks unlike the main one must have to belong to its text, as a share of it."""


# Classes of the layout, which say nothing about the content.
_LAYOUT = re.compile(
    r"(?:col|row|grid|flex|span|container|clearfix|block|field|item|items|content|inner|wrapper|section|even|odd|first"
    r"|last|[\w-]+-(?:first|last|odd|even)|large|medium|small|field__items?|layout|table-responsive|(?:text-)?align-\w+)"
    r"(?:[-_]?\d.*|-(?:xs|sm|md|lg|xl)\b.*)?$"
)


# The part of a class that names one field or kind: "field--name-field-date", "paragraph--type--quote".
_NAME = re.compile(r"(\b(?:name|type|mode|id|label)-{1,2}|block-(?:field|inline)-block).+")


def foreign_parts(running: list[Line], sizes: dict[Block, Size], inside: AbstractSet[Block]) -> dict[Block, bool]:
    """Return the parts beside the main one -> whether they belong to another text: full of links, or small and unlike.

    Parts ``inside`` the article of the page may be small and look otherwise.
    """
    by_container: dict[Block, float] = {}
    for line in running:
        around = container(line)
        by_container[around] = by_container.get(around, 0) + weight(line)
    if len(by_container) < 2:
        return {}
    core = max(by_container, key=by_container.__getitem__)
    shared = {core, *ancestors(core)}
    known: dict[Block, bool] = {}
    is_above = True
    for line in running:
        part = line.parent
        while part not in shared and part.parent is not None and part.parent not in shared:
            part = part.parent
        is_above = is_above and part not in shared and part.parent is not core
        if part in shared:
            continue
        if part not in known:
            known[part] = _is_foreign(part, core, shared, sizes, is_above or part in inside)
    return known


def _is_foreign(part: Block, core: Block, shared: set[Block], sizes: dict[Block, Size], is_kept: bool) -> bool:
    if part.parent is not None and part.parent.in_body:
        # Both stand in one body field: a list or a box of its text.
        return False
    size = sizes[part]
    if size.running < LEAST * (size.running + size.other):
        return True
    if part.parent is core or part.parent is None or is_kept or FIELD[part.classes]:
        return False
    beside = next(child for child in part.parent.children if child in shared)
    return size.running < SMALL * sizes[core].running and bool(LOOK[part.classes]) and not are_alike(part, beside)


def face(block: Block) -> Block:
    """Return ``block``, or the only block in it if its own classes are those of the layout."""
    while (
        block.classes and not LOOK[block.classes] and len(block.children) == 1 and isinstance(block.children[0], Block)
    ):
        block = block.children[0]
    return block


def are_alike(first: Block, second: Block) -> bool:
    """Whether two blocks have the same tag and at least half of their classes in common, names left out."""
    first, second = face(first), face(second)
    looks, other_looks = LOOK[first.classes], LOOK[second.classes]
    return first.tag == second.tag and 2 * len(looks & other_looks) >= len(looks | other_looks)


LOOK = Remembered(
    lambda classes: frozenset(_NAME.sub(r"\1", word) for word in classes.split() if not _LAYOUT.fullmatch(word))
)
"""The set of classes in a class attribute, without those of the layout."""
