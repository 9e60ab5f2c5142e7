"""The parts of a page that contain its text, each with its place, for the comparison of many pages.

Text with the same words at the same place of many pages was written once, in a template or a block of the site; text
that differs from page to page was written for the page. A single page does not show the difference;
`migration_spider.templates` compares many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.prose import container

LONGEST = 1000
"""Characters of a part that is compared: longer parts belong to the page."""

DEPTH = 4
"""Number of elements that make up a place; elements without a class are not counted."""

# Classes that differ between pages of one template: numbers, positions, states.
_PASSING = re.compile(
    r".*\d.*|odd|even|first|last|active|clearfix|contextual-region|node--(?:promoted|sticky|unpublished)|is-.*|js-.*"
)


class Part(NamedTuple):
    """The text in one element of a page."""

    place: str
    """Elements with their classes, innermost first, as ``p < div.field--name-body < article.node``."""

    text: str
    """The complete text, one line of the page per line."""


def place_of(block: Block, depth: int = DEPTH) -> str:
    """Return the place of ``block``, the same on all pages of one template: ``depth`` elements."""
    named = []
    for around in (block, *ancestors(block)):
        words = sorted({word for word in around.classes.split() if not _PASSING.fullmatch(word)})
        if words or around is block:
            named.append(".".join((around.tag, *words)))
        if len(named) == depth:
            break
    return " < ".join(named)


def parts(lines: Iterable[Line]) -> dict[Part, list[Line]]:
    """Return the parts with the ``lines`` of a text, in page order, without body fields, which editors write."""
    by_container: dict[Block, list[Line]] = {}
    for line in lines:
        by_container.setdefault(container(line), []).append(line)
    return {
        Part(place_of(block), text): part_lines
        for block, part_lines in by_container.items()
        if not block.in_body and 0 < len(text := "\n".join(line.text for line in part_lines)) <= LONGEST
    }
