"""Whether a label of the page has a value that was not read."""

from __future__ import annotations

from itertools import islice, takewhile

from migration_spider.pages.labels import Row
from migration_spider.pages.outline import Block
from migration_spider.pages.sheet import Sheet
from migration_spider.pages.text import fold

# Elements that show something without text.
_SHOWN = ("img", "svg", "iframe", "object", "embed", "video", "canvas")


def is_unread(sheet: Sheet, row: Row) -> bool:
    """Whether the page prints more than the label of ``row``: a picture without words, a text taken for chrome."""
    following = sheet.follower(row.unit)
    end = following.element if isinstance(following, Block) else None
    piece = row.line.pieces[-1]
    label = row.unit.element if isinstance(row.unit, Block) else piece.path[0] if piece.path else piece.slot[0]
    after = takewhile(lambda sibling: sibling is not end and sibling.tag != "br", islice(label.itersiblings(), 20))
    parts = [element for element in (label, *after) if isinstance(element.tag, str)]
    text = fold("".join(text for part in parts for text in islice(part.itertext(), 100)))
    return len(text) > len(row.line.text) or any(next(part.iter(*_SHOWN), None) is not None for part in parts)
