"""The amount of text in the parts of a page, and how much of it is running text."""

from __future__ import annotations

from dataclasses import dataclass

from migration_spider.pages.outline import HEADING_TAGS, Block, Line
from migration_spider.pages.prose import PROSE_TAGS
from migration_spider.pages.text import word_set

WRITTEN = PROSE_TAGS | word_set("li dl dt dd tr td th tbody thead tfoot caption figcaption")
"""Elements written by editors rather than templates."""


_HEADS = HEADING_TAGS | {"summary"}


@dataclass(slots=True)
class Size:
    """The amount of text in a block, in characters."""

    running: float = 0
    """Of the article's running text."""

    other: float = 0
    """Of links, and of short lines in elements that editors do not write."""

    all: int = 0
    linked: int = 0
    links: int = 0
    """Number of lines that are links."""


def sizes_of(top: Block, rest: list[Line], running: set[Line]) -> dict[Block, Size]:
    sizes = {block: Size() for block in top.blocks()}
    for line in rest:
        length, linked = len(line.text), line.linked
        own = sizes[line.parent]
        if line in running:
            own.running += weight(line)
        else:
            own.other += linked if line.parent.tag in WRITTEN else length
            own.links += linked > 0.8 * length
        own.all += length
        own.linked += linked
    for block, own in reversed(sizes.items()):
        if own.all and block is not top and block.parent is not None:
            outer = sizes[block.parent]
            outer.running += own.running
            outer.other += own.other
            outer.all += own.all
            outer.linked += own.linked
            outer.links += own.links
    return sizes


def container(line: Line) -> Block:
    """Return the block around the paragraph, the list or the bare ``<div>`` of ``line``."""
    block = line.parent
    while block.tag in WRITTEN and block.parent is not None:
        block = block.parent
    if block is line.parent and block.parent is not None:
        if block.holds_only_lines is None:
            block.holds_only_lines = all(isinstance(child, Line) for child in block.children)
        block = block.parent if block.holds_only_lines else block
    return block


def is_heading(line: Line) -> bool:
    """Whether ``line`` is a heading, or in a block inside one."""
    around = line.parent
    return around.tag in _HEADS or (around.parent is not None and around.parent.tag in _HEADS)


def is_linked(line: Line) -> bool:
    """Whether nearly all text of ``line`` is in links."""
    return line.linked > 0.8 * len(line.text)


def weight(line: Line) -> float:
    """Return how much ``line`` contributes to a text: its characters; names and links count little."""
    length = line.length
    if line.linked > 0.6 * len(line.text):
        return 0.1 * length
    return length if length >= 60 or line.text.endswith((".", "!", "?", "”", "»", "。", "؟")) else 0.25 * length
