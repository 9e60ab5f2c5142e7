"""Whether a line is one of several paragraphs written by an author, judged by the wrappers around them."""

from __future__ import annotations

from collections import Counter

from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.prose import is_prose

MOST_BESIDE = 2000
"""Blocks beside a paragraph that are examined."""


Shape = tuple[tuple[str, str], ...]
"""(tag, classes) of the blocks from a line's own to one around it."""


def among_prose(line: Line, known: dict[Block, Counter[Shape] | None]) -> bool:
    """Whether ``line`` is a paragraph beside paragraphs, in like wrappers or in none: written by the author.

    A single wrapper beside it may contain the complete text. ``known`` caches the shapes of the paragraphs by block.
    """
    block: Block = line.parent
    shape: Shape = ()
    while block.parent is not None and (block.tag == "p" or (block.tag == "div" and block.id is None)):
        shape = (*shape, (block.tag, block.classes))
        if len(block.parent.children) > 1:
            if block.parent not in known:
                blocks = [child for child in block.parent.children[:MOST_BESIDE] if isinstance(child, Block)]
                known[block.parent] = Counter(map(_shape_of_prose, blocks)) if len(blocks) > 1 else None
            if (shapes := known[block.parent]) is not None:
                return shapes[shape] >= min(len(shape), 2)
        block = block.parent
    return False


def _shape_of_prose(block: Block) -> Shape:
    """Return the shape of ``block`` if it contains only a paragraph of running text; else empty."""
    lines = list(block.lines())
    shape: Shape = ()
    if block.id is not None or not lines or not all(map(is_prose, lines)):
        return shape
    if len({id(line.parent) for line in lines}) > 1:
        return shape
    for around in ancestors(lines[0]):
        shape = (*shape, (around.tag, around.classes))
        if around is block:
            break
    return shape
