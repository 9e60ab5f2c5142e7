"""Whether a line is one of several paragraphs that an author wrote, by the wrappers around them."""

from __future__ import annotations

from collections import Counter

from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.prose import is_prose

MOST_BESIDE = 2000
"""Blocks beside a paragraph that are looked at."""


Shape = tuple[tuple[str, str], ...]
"""(tag, classes) of the blocks from a line's own to one around it."""


def among_prose(line: Line, known: dict[Block, Counter[Shape] | None]) -> bool:
    """Whether ``line`` is a paragraph beside paragraphs, in like wrappers or in none: written by the author.

    A single wrapper beside it may be the whole text. ``known`` keeps the shapes of the paragraphs in each block.
    """
    own: Block = line.parent
    shape: Shape = ()
    while own.parent is not None and (own.tag == "p" or (own.tag == "div" and own.id is None)):
        shape = (*shape, (own.tag, own.classes))
        if len(own.parent.children) > 1:
            if own.parent not in known:
                blocks = [child for child in own.parent.children[:MOST_BESIDE] if isinstance(child, Block)]
                known[own.parent] = Counter(map(_shape_of_prose, blocks)) if len(blocks) > 1 else None
            if (shapes := known[own.parent]) is not None:
                return shapes[shape] >= min(len(shape), 2)
        own = own.parent
    return False


def _shape_of_prose(block: Block) -> Shape:
    """The shape of ``block`` when all it holds is one paragraph of running text; else empty."""
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
