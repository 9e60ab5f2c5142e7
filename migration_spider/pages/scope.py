"""Where the text of the article is on a page: its running text, the lines beside it, and parts like it."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

from migration_spider.pages.class_words import CUSTOM_BLOCK, VIEWED
from migration_spider.pages.outline import Block, Line, Unit, ancestors
from migration_spider.pages.prose import PROSE_TAGS, SENTENCE_END, Size, container, is_prose, sizes_of, weight
from migration_spider.text import Remembered

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
        if part not in shared and part not in known:
            known[part] = _is_foreign(part, core, shared, sizes, is_above or part in inside)
    return known


def _is_foreign(part: Block, core: Block, shared: set[Block], sizes: dict[Block, Size], is_kept: bool) -> bool:
    if part.parent is not None and part.parent.in_body:
        # Both stand in one body field: a list or a box of its text.
        return False
    size = sizes[part]
    if size.running < LEAST * (size.running + size.other):
        return True
    if part.parent is core or part.parent is None or is_kept:
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
    return 2 * len(looks & other_looks) >= len(looks | other_looks)


LOOK = Remembered(
    lambda classes: frozenset(_NAME.sub(r"\1", word) for word in classes.split() if not _LAYOUT.fullmatch(word))
)
"""The set of classes in a class attribute, without those of the layout."""


SHORTEST = 40
"""Characters of the shortest sentence that may be a complete text."""

LONG = 500
"""Characters in a body field that make it the text, regardless of how much from other pages is below it."""

FEWEST = 15
"""The same as `SHORTEST` where nothing marks the node."""


class Scope:
    """The extent of the article's text among the lines of one page.

    Args:
        top: the outline.
        article: the element of the page's own node; None when the theme marks none.
        rest: the lines without a role so far, in page order.
        untitled: the lines above the title.
    """

    def __init__(self, top: Block, article: Any, rest: list[Line], untitled: frozenset[Line] = frozenset()) -> None:
        self.top = top
        self.untitled = untitled
        self.inside = _inside(top, article)
        self.custom = {block for block in top.blocks() if _is_custom(block)} | _bodies_of_others(top)
        self.order = {line: number for number, line in enumerate(rest)}
        running = self._of_article(self._running(article, rest), article, rest)
        self.sizes = sizes_of(top, rest, set(running))
        foreign = foreign_parts(running, self.sizes, set() if self.article is None else self.inside)
        self.foreign = {block for block, is_foreign in foreign.items() if is_foreign}
        self.running = {line for line in running if not self._is_foreign(line)}
        if self.foreign:
            self.sizes = sizes_of(top, rest, self.running)
        self.containers = {container(line) for line in self.running}
        self.looks = {(line.parent.tag, line.parent.classes) for line in self.running}
        places = [self.order[line] for line in self.running]
        self.first = min(places, default=0)
        self.last = max(places, default=len(rest) if article is not None else -1)

    def _running(self, article: Any, rest: list[Line]) -> list[Line]:
        """Lines of running text, or else sentences and long lines; without those in blocks of the site."""
        lines = [line for line in rest if is_prose(line)] or [line for line in rest if weight(line) >= SHORTEST]
        if not lines and article is None:
            lines = [line for line in rest if weight(line) >= FEWEST and line.text.endswith(SENTENCE_END)]
        own = [line for line in lines if not self._is_in_custom_block(line, article)]
        return own if own or article is not None else lines

    def _of_article(self, running: list[Line], article: Any, rest: list[Line]) -> list[Line]:
        """Those of ``running`` in the article, if it contains half of them, and a lead between title and article."""
        inside = [line for line in running if line.parent in self.inside]
        # A film or a few words may be the complete text.
        has_body = not inside and self._has_body(rest)
        is_most = _is_most(inside, running)
        self.article = article if is_most or has_body or not running else None
        if not is_most:
            return [] if has_body else running
        first = next(number for number, line in enumerate(rest) if line.parent in self.inside)
        above = (line for line in running if self.order[line] < first and line not in self.untitled)
        return [*above, *inside]

    def _has_body(self, rest: list[Line]) -> bool:
        return any(line.parent.in_body and line.parent in self.inside for line in rest)

    def contains(self, line: Line) -> bool:
        if line in self.running:
            return True
        return (self.article is None or line.parent in self.inside) and not self._is_foreign(line)

    def _is_foreign(self, line: Line) -> bool:
        return bool(self.foreign) and not self.foreign.isdisjoint(ancestors(line))

    def _is_in_custom_block(self, line: Line, article: Any) -> bool:
        """Whether ``line`` is in a block that the site places beside its nodes (Drupal's block_content)."""
        for block in ancestors(line) if self.custom else ():
            if block.element is article:
                return False
            if block in self.custom:
                return True
        return False

    def is_in_body(self, line: Line) -> bool:
        """Whether ``line`` is in a body field of the node."""
        return line.parent.in_body and self.contains(line) and not self._is_in_custom_block(line, None)

    def is_of_site(self, line: Line) -> bool:
        """Whether ``line`` is in a block of the site while the text is not."""
        return bool(self.running) and self._is_in_custom_block(line, self.article)

    def is_above(self, line: Line) -> bool:
        return self.order[line] < self.first

    def is_between(self, line: Line) -> bool:
        return self.first <= self.order[line] <= self.last

    def is_beside(self, line: Line) -> bool:
        """Whether ``line``, or the list, table or heading that contains it, is a sibling of running text."""
        return container(line) in self.containers

    def part(self, line: Line) -> Unit:
        """Return the largest unit around ``line`` without running text."""
        unit: Unit = line
        while unit.parent is not None and self.sizes[unit.parent].running == 0:
            unit = unit.parent
        return unit

    def is_alike(self, part: Unit) -> bool:
        """Whether ``part`` has the classes of a sibling with running text."""
        if isinstance(part, Line) or part.parent is None or not LOOK[face(part).classes]:
            return False
        return any(
            isinstance(child, Block) and child is not part and self.sizes[child].running > 0 and are_alike(part, child)
            for child in part.parent.children
        )

    def is_menu(self, line: Line) -> bool:
        """Whether ``line`` is in an element of a template with little but links, two at least."""
        for around in ancestors(line):
            size = self.sizes[around]
            if size.running or around is self.top:
                return False
            if around.tag not in PROSE_TAGS and size.links > 1 and LOOK[around.classes]:
                return size.linked > 0.6 * size.all and not self.is_alike(self.part(line))
        return False


def _is_most(inside: list[Line], running: list[Line]) -> bool:
    """Whether ``inside`` is half of the lines ``running``, or text enough in a body field.

    Below such a text may be more text of other pages than the page itself has.
    """
    own = sum(map(weight, inside))
    if inside and 2 * own >= sum(map(weight, running)):
        return True
    return own >= LONG and sum(weight(line) for line in inside if line.parent.in_body) >= 0.5 * own


def _is_custom(block: Block) -> bool:
    return CUSTOM_BLOCK[block.classes] or (block.id or "").startswith("block-block-")


def _bodies_of_others(top: Block) -> set[Block]:
    """Return the body fields in rows of views on a page that prints a body field of its own."""
    bodies = [block for block in top.blocks() if block.in_body and not (block.parent and block.parent.in_body)]
    of_views = {block for block in bodies if VIEWED[block.classes]}
    return of_views if len(of_views) < len(bodies) else set()


def _inside(top: Block, element: Any) -> set[Block]:
    """Return the block of ``element`` and all blocks in it."""
    blocks: set[Block] = set()
    for block in top.blocks() if element is not None else ():
        if block.element is element or block.parent in blocks:
            blocks.add(block)
    return blocks
