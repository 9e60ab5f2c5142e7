"""The metadata block in a column beside the article, where the article has none."""

from __future__ import annotations

from itertools import chain
from typing import Any

from migration_spider.pages import metadata_block
from migration_spider.pages.bounds import Elements
from migration_spider.pages.chrome import Chrome, label_count
from migration_spider.pages.entries import MetadataBlock
from migration_spider.pages.outline import HEADING_TAGS, Block
from migration_spider.pages.outline_builder import build

MOST_COLUMNS = 20
"""Columns of one page that are examined."""


def block_beside(elements: Elements, chrome: Chrome, base_url: str) -> tuple[Block, MetadataBlock] | None:
    """Return the outline of the first column with the complete block of one item, and the block."""
    for element in _columns(elements)[:MOST_COLUMNS]:
        if label_count(element) < 3:
            continue
        top = build(element, chrome, base_url)
        found = metadata_block.read(top, base_url)
        if found.is_of_one_item and not any(map(_is_linked, top.blocks())):
            return top, found
        top.release()
    return None


def _columns(page: Elements) -> list[Any]:
    """Return elements in which themes print what belongs to an article, and much that does not."""
    named = chain(page.having("class"), page.having("id"))
    return page.chosen(
        page.tagged("aside"),
        (element for element, role in page.having("role") if role == "complementary"),
        (element for element, words in named if "sidebar" in words),
    )


def _is_linked(block: Block) -> bool:
    """Whether ``block`` is a heading that is a link, as above a teaser of another page."""
    pieces = [piece for line in block.lines() for piece in line.pieces] if block.tag in HEADING_TAGS else []
    return bool(pieces) and all(piece.link is not None for piece in pieces if piece.text.strip())
