"""The values in the lines of one field: of a term its name only, of an address all lines together; and whether a label
heads something that the outline does not contain.
"""

from __future__ import annotations

from itertools import chain, groupby, islice, takewhile

from migration_spider.items import Value
from migration_spider.pages.class_words import ADDRESS, FIELD_ITEM, TERM
from migration_spider.pages.labels import Row, Sheet
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, ancestors
from migration_spider.pages.prose import values
from migration_spider.pages.text import fold


def values_of(sheet: Sheet, lines: list[Line], base_url: str) -> list[Value]:
    """Return the values that ``lines``, all of one field, print; links are resolved against ``base_url``."""
    found: list[Value] = []
    named = _names_of_terms(lines) if sheet.has_terms else {}
    for item, own in groupby(lines, _address_around):
        if item is not None:
            found.append(Value(text=fold(" ".join(line.text for line in own))))
            continue
        for line in own:
            if named.get(line, line) is line:
                found.extend(values(line.pieces, base_url))
    return found


def _names_of_terms(lines: list[Line]) -> dict[Line, Line]:
    """Return the lines in the template of a term -> the line with its name, not with its icon or text."""
    by_term: dict[Block, list[Line]] = {}
    for line in lines:
        around = (block for block in islice(ancestors(line), 6) if "taxonomy-term" in block.classes)
        if (term := next((block for block in around if TERM[block.classes]), None)) is not None:
            by_term.setdefault(term, []).append(line)
    names: dict[Line, Line] = {}
    for lines_of_term in by_term.values():
        heads = [
            line for line in lines_of_term if any(block.tag in HEADING_TAGS for block in islice(ancestors(line), 3))
        ]
        names.update(
            dict.fromkeys(
                lines_of_term, next(chain(heads, (line for line in lines_of_term if line.linked)), lines_of_term[0])
            )
        )
    return names


def _address_around(line: Line) -> Block | None:
    """Return the item of a field of addresses that contains ``line``: all its lines are one value."""
    around = list(islice(ancestors(line), 6))
    if not any(ADDRESS[block.classes] for block in around):
        return None
    return next((block for block in around if FIELD_ITEM[block.classes]), None)


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
