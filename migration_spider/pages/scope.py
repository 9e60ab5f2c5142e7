"""Where on a page the article's text stands: its running text, and what is beside it or a part like it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from migration_spider.pages.class_words import CUSTOM_BLOCK, FIELD
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Unit, ancestors
from migration_spider.pages.prose import PROSE_TAGS, SENTENCE_END, is_prose
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.text import word_set

WRITTEN = PROSE_TAGS | word_set("li dl dt dd tr td th tbody thead tfoot caption figcaption")
"""Elements that an editor writes, rather than a template."""

_HEADS = HEADING_TAGS | {"summary"}

SHORTEST = 40
"""Characters of a sentence that may be all there is of a text."""

FEWEST = 15
"""The same where nothing marks the node."""

LEAST = 0.4
"""Share, 0 to 1, of running text in a part of the page that is text; the rest is links and lines of templates."""

SMALL = 0.3
"""Share of the main part's running text, from 0, that a part unlike it must have to be of the same text."""

# Classes of the layout, which say nothing of what stands there.
_LAYOUT = re.compile(
    r"(?:col|row|grid|flex|span|container|clearfix|block|field|item|items|content|inner|wrapper|section|even|odd|first"
    r"|last|large|medium|small|field__items?|layout|table-responsive|(?:text-)?align-\w+)(?:[-_]?\d.*|-(?:xs|sm|md|lg|xl)\b.*)?$"
)
# What of a class names one field or kind: "field--name-field-date", "paragraph--type--quote".
_NAME = re.compile(r"((?:name|type|mode|id|label)-{1,2}|block-(?:field|inline)-block).+")


@dataclass(slots=True)
class Size:
    """What stands in a block, in characters."""

    running: float = 0
    """Of the article's running text."""

    other: float = 0
    """Of links, and of short lines in elements that editors do not write."""

    all: int = 0
    linked: int = 0
    links: int = 0
    """Number of lines that are links."""


class Scope:
    """Of one page.

    Args:
        top: the outline.
        article: the element of the page's own node; None when the theme marks none.
        rest: the lines that are nothing else, in page order.
    """

    def __init__(self, top: Block, article: Any, rest: list[Line]) -> None:
        self.top = top
        self.inside = _inside(top, article)
        self.custom = {block for block in top.blocks() if _is_custom(block)}
        self.order = {line: number for number, line in enumerate(rest)}
        running = self._of_article(self._running(article, rest), article, rest)
        self.sizes = _sizes(top, rest, set(running))
        foreign = _foreign(running, self.sizes)
        self.foreign = {block for block, is_foreign in foreign.items() if is_foreign}
        self.running = {line for line in running if not self._is_foreign(line)}
        if self.foreign:
            self.sizes = _sizes(top, rest, self.running)
        self.containers = {container(line) for line in self.running}
        self.looks = {(line.parent.tag, line.parent.classes) for line in self.running}
        places = [self.order[line] for line in self.running]
        self.first = min(places, default=0)
        self.last = max(places, default=len(rest) if article is not None else -1)

    def _running(self, article: Any, rest: list[Line]) -> list[Line]:
        """The running text, or where there is none what may be: sentences, and long lines; not the site's own."""
        found = [line for line in rest if is_prose(line)] or [line for line in rest if weight(line) >= SHORTEST]
        if not found and article is None:
            found = [line for line in rest if weight(line) >= FEWEST and line.text.endswith(SENTENCE_END)]
        own = [line for line in found if not self._is_in_custom_block(line, article)]
        return own if own or article is not None else found

    def _of_article(self, running: list[Line], article: Any, rest: list[Line]) -> list[Line]:
        """Those of ``running`` in the article, when it holds half of them; and a lead between title and article."""
        inside = {line for line in running if line.parent in self.inside}
        # A film or a few words may be all of its text.
        has_body = not inside and self._has_body(rest)
        is_most = bool(inside) and 2 * sum(map(weight, inside)) >= sum(map(weight, running))
        self.article = article if is_most or has_body or not running else None
        if not is_most:
            return [] if has_body else running
        first = next(number for number, line in enumerate(rest) if line.parent in self.inside)
        return [line for line in running if line in inside or self.order[line] < first]

    def _has_body(self, rest: list[Line]) -> bool:
        return any(line.parent.in_body and line.parent in self.inside for line in rest)

    def holds(self, line: Line) -> bool:
        if line in self.running:
            return True
        return (self.article is None or line.parent in self.inside) and not self._is_foreign(line)

    def _is_foreign(self, line: Line) -> bool:
        return bool(self.foreign) and not self.foreign.isdisjoint(ancestors(line))

    def _is_in_custom_block(self, line: Line, article: Any) -> bool:
        """Whether ``line`` stands in a block that the site places beside its nodes (Drupal's block_content)."""
        for block in ancestors(line) if self.custom else ():
            if block.element is article:
                return False
            if block in self.custom:
                return True
        return False

    def is_in_body(self, line: Line) -> bool:
        """Whether ``line`` is in a body field of the node."""
        return line.parent.in_body and self.holds(line) and not self._is_in_custom_block(line, None)

    def is_of_site(self, line: Line) -> bool:
        """Whether ``line`` stands in a block of the site while the text does not."""
        return bool(self.running) and self._is_in_custom_block(line, self.article)

    def is_above(self, line: Line) -> bool:
        return self.order[line] < self.first

    def is_between(self, line: Line) -> bool:
        return self.first <= self.order[line] <= self.last

    def is_beside(self, line: Line) -> bool:
        """Whether ``line`` is a sibling of running text, or in a list, table or heading that is one."""
        return container(line) in self.containers

    def part(self, line: Line) -> Unit:
        """The largest unit around ``line`` without running text: a sibling of what has some."""
        unit: Unit = line
        while unit.parent is not None and self.sizes[unit.parent].running == 0:
            unit = unit.parent
        return unit

    def is_alike(self, part: Unit) -> bool:
        """Whether ``part`` looks like a sibling of it that holds running text, by more than its tag and place."""
        if isinstance(part, Line) or part.parent is None or not LOOK[_face(part).classes]:
            return False
        return any(
            isinstance(child, Block) and child is not part and self.sizes[child].running > 0 and _are_alike(part, child)
            for child in part.parent.children
        )

    def is_menu(self, line: Line) -> bool:
        """Whether ``line`` stands in an element of a template that holds little but links, two at least."""
        for around in ancestors(line):
            size = self.sizes[around]
            if size.running or around is self.top:
                return False
            if around.tag not in PROSE_TAGS and size.links > 1 and LOOK[around.classes]:
                return size.linked > 0.6 * size.all and not self.is_alike(self.part(line))
        return False


def _is_custom(block: Block) -> bool:
    return CUSTOM_BLOCK[block.classes] or (block.id or "").startswith("block-block-")


def _sizes(top: Block, rest: list[Line], running: set[Line]) -> dict[Block, Size]:
    found = {block: Size() for block in top.blocks()}
    for line in rest:
        length, linked = len(line.text), line.linked
        own = found[line.parent]
        if line in running:
            own.running += weight(line)
        else:
            own.other += linked if line.parent.tag in WRITTEN else length
            own.links += linked > 0.8 * length
        own.all += length
        own.linked += linked
    for block, own in reversed(found.items()):
        if own.all and block is not top and block.parent is not None:
            around = found[block.parent]
            around.running += own.running
            around.other += own.other
            around.all += own.all
            around.linked += own.linked
            around.links += own.links
    return found


def _foreign(running: list[Line], sizes: dict[Block, Size]) -> dict[Block, bool]:
    """Parts of the page beside the main one -> whether they are another's: full of links, or small and unlike it."""
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
        if part in shared:
            is_above = False
            continue
        if part not in known:
            known[part] = _is_foreign(part, core, shared, sizes, is_above)
    return known


def _is_foreign(part: Block, core: Block, shared: set[Block], sizes: dict[Block, Size], is_above: bool) -> bool:
    if part.parent is not None and part.parent.in_body:
        # Both stand in one body field: a list or a box of its text.
        return False
    size = sizes[part]
    if size.running < LEAST * (size.running + size.other):
        return True
    if part.parent is core or part.parent is None or is_above or FIELD[part.classes]:
        return False
    beside = next(child for child in part.parent.children if child in shared)
    return size.running < SMALL * sizes[core].running and bool(LOOK[part.classes]) and not _are_alike(part, beside)


def _face(block: Block) -> Block:
    """``block``, or what stands alone in it when its own classes are of the layout."""
    while (
        block.classes and not LOOK[block.classes] and len(block.children) == 1 and isinstance(block.children[0], Block)
    ):
        block = block.children[0]
    return block


def _are_alike(one: Block, other: Block) -> bool:
    """Whether two blocks are of one kind: the same element, and half of their classes the same, names left out."""
    one, other = _face(one), _face(other)
    own, others = LOOK[one.classes], LOOK[other.classes]
    return one.tag == other.tag and 2 * len(own & others) >= len(own | others)


LOOK = Remembered(
    lambda classes: frozenset(_NAME.sub(r"\1", word) for word in classes.split() if not _LAYOUT.fullmatch(word))
)
"""What classes say of how an element looks, without those of the layout."""


def lines_of(unit: Unit) -> list[Line]:
    return list(unit.lines()) if isinstance(unit, Block) else [unit]


def _inside(top: Block, element: Any) -> set[Block]:
    """The block of ``element`` and all inside."""
    found: set[Block] = set()
    for block in top.blocks() if element is not None else ():
        if block.element is element or block.parent in found:
            found.add(block)
    return found


def container(line: Line) -> Block:
    """The block whose parts ``line`` is one of: around its paragraph, its list or its bare ``<div>``."""
    block = line.parent
    while block.tag in WRITTEN and block.parent is not None:
        block = block.parent
    if block is line.parent and block.parent is not None:
        if block.holds_only_lines is None:
            block.holds_only_lines = all(isinstance(child, Line) for child in block.children)
        block = block.parent if block.holds_only_lines else block
    return block


def is_heading(line: Line) -> bool:
    """Whether ``line`` is a heading, or in a block inside of one."""
    around = line.parent
    return around.tag in _HEADS or (around.parent is not None and around.parent.tag in _HEADS)


def is_linked(line: Line) -> bool:
    """Whether nearly all of ``line`` is links."""
    return line.linked > 0.8 * len(line.text)


def weight(line: Line) -> float:
    """How much of a text ``line`` is: its characters; names and links count little."""
    length = line.length
    if line.linked > 0.6 * len(line.text):
        return 0.1 * length
    return length if length >= 60 or line.text.endswith((".", "!", "?", "”", "»", "。", "؟")) else 0.25 * length
