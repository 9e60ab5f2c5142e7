"""The parts that hold the text of a page, each with its place: what many pages need to tell a template's words.

What stands at one place of many pages in the same words was written once, in a template or a block of the site; what
differs from page to page was written for the page. One page alone cannot tell them apart, `migration_spider.templates`
does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from migration_spider.pages.outline import Block, Line, ancestors
from migration_spider.pages.sizes import container

LONGEST = 1000
"""Characters; longer parts are not looked at: they are what the page is about."""

DEPTH = 4
"""Elements that make a place, those without a class of their own left out."""

# Classes that number, order or name what one page has, or say how it looks there.
_PASSING = re.compile(
    r".*\d.*|odd|even|first|last|active|clearfix|contextual-region|node--(?:promoted|sticky|unpublished)|is-.*|js-.*"
)


class Part(NamedTuple):
    """The text that stands in one element of a page."""

    place: str
    """Where: elements with their classes, innermost first, as ``p < div.field--name-body < article.node``."""

    text: str
    """All of it, a line each."""


def place_of(block: Block, depth: int = DEPTH) -> str:
    """Where ``block`` stands, as all pages of one template have it: ``depth`` elements."""
    named = []
    for around in (block, *ancestors(block)):
        words = sorted({word for word in around.classes.split() if not _PASSING.fullmatch(word)})
        if words or around is block:
            named.append(".".join((around.tag, *words)))
        if len(named) == depth:
            break
    return " < ".join(named)


def parts(lines: Iterable[Line]) -> dict[Part, list[Line]]:
    """The parts that ``lines``, those of a text in page order, stand in; no body field, which editors write."""
    found: dict[Block, list[Line]] = {}
    for line in lines:
        found.setdefault(container(line), []).append(line)
    return {
        Part(place_of(block), text): own
        for block, own in found.items()
        if not block.in_body and 0 < len(text := "\n".join(line.text for line in own)) <= LONGEST
    }
