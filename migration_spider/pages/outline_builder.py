"""Builds the outline of a page: a walk over its elements, then without teasers of other pages and sections of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from migration_spider.pages.chrome import Chrome, follows_label
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Unit, ancestors, local_name
from migration_spider.pages.outline_walk import Walk
from migration_spider.pages.prose import PROSE_TAGS, is_prose
from migration_spider.pages.words import leads_elsewhere

MOST_SECTIONS = 200
"""Only broken pages have more."""

LONGEST = 500
"""Characters of a single box that leads twice to another page."""


def prune(top: Block, chrome: Chrome) -> None:
    """Drop teasers of other pages, and sections whose heading announces other pages, such as "Latest news"."""
    for teaser in list(_teasers(top, chrome)):
        if teaser.parent is not None and teaser in teaser.parent.children:
            _drop([teaser], teaser.parent, chrome, "a teaser of another page")
            top.contents = None
    headings = [block for block in top.blocks() if _leads_elsewhere(block)][:MOST_SECTIONS]
    text = {line for line in top.lines() if is_prose(line)} if headings else set()
    for heading in headings:
        _drop_section(heading, chrome, text)
        top.contents = None


def _leads_elsewhere(block: Block) -> bool:
    if block.in_body or len(block.children) != 1 or not (block.tag in HEADING_TAGS or "title" in block.classes):
        return False
    text = block.text
    return 0 < len(text) < 60 and leads_elsewhere(text)


def _drop_section(heading: Block, chrome: Chrome, text: set[Line]) -> None:
    """Drop the section of ``heading``: the box that begins with it, else the units up to the next heading."""
    section, why = heading.parent, f"below the heading {heading.text!r}"
    # The heading may be alone in a wrapper.
    inner: Block = heading
    while section is not None and len(section.children) == 1 and not chrome.protects(section.element):
        inner, section = section, section.parent
    if section is None or inner not in section.children:
        return
    if heading.unseen and heading.element.getnext() in chrome.left_out:
        # A heading for screen readers, whose section is left out already, as the breadcrumb below "You are here".
        _drop([inner], section, chrome, why)
        return
    start = section.children.index(inner)
    before = section.children[:start]
    if not before and not chrome.protects(section.element) and section.parent is not None:
        # An article may begin with such a heading: "Latest updates".
        own = text.intersection(section.lines())
        if len(own) < 2 or own != text:
            _drop([section], section.parent, chrome, why)
        return
    if any(_is_paragraph(unit, text) for unit in before):
        # "See also" below paragraphs is the author's.
        return
    follow = takewhile(lambda unit: not _ends_section(unit, chrome), section.children[start + 1 :])
    _drop([inner, *follow], section, chrome, why)


def _drop(units: list[Unit], around: Block, chrome: Chrome, why: str) -> None:
    dropped = set(units)
    around.children = [child for child in around.children if child not in dropped]
    for unit in units:
        if isinstance(unit, Block):
            chrome.left_out[unit.element] = why
        else:
            chrome.dropped_texts.update(piece.slot for piece in unit.pieces if not piece.image)


def _ends_section(unit: Unit, chrome: Chrome) -> bool:
    if isinstance(unit, Block) and (unit.tag in HEADING_TAGS or chrome.protects(unit.element)):
        return True
    return chrome.is_label(next((line.text for line in unit.lines() if line.text), ""))


def _is_paragraph(unit: Unit, text: set[Line]) -> bool:
    """Whether ``unit`` is running text as an author writes it, without a template's wrapper."""
    return (isinstance(unit, Line) or unit.tag in PROSE_TAGS) and not text.isdisjoint(unit.lines())


def _teasers(top: Block, chrome: Chrome) -> Iterator[Block]:
    """Yield cards of other pages: boxes headed by a link, with others like them beside or with labels in them."""
    headings = [block for block in top.blocks() if block.tag in HEADING_TAGS]
    heads = Counter(around for heading in headings for around in ancestors(heading))
    boxes: dict[Block, list[tuple[Block, Block]]] = {}
    for heading in headings:
        if _is_linked(heading) and not heading.unseen:
            box = _box(heading, heads, chrome)
            if box is not heading and box.parent is not None:
                boxes.setdefault(box.parent, []).append((heading, box))
    for side_by_side in boxes.values():
        if follows_label(side_by_side[0][0].element):
            # A term printed by its own template, as the value of a field.
            continue
        yield from (box for _, box in side_by_side if len(side_by_side) > 1 or _is_other(box, chrome))


def _box(heading: Block, heads: Counter[Block], chrome: Chrome) -> Block:
    """Return the largest block around ``heading`` with no other heading in it, or ``heading`` in the page's text."""
    box = heading
    for around in ancestors(heading):
        if heads[around] > 1 or around.in_body or around.parent is None or chrome.protects(around.element):
            break
        box = around
    return box


def _is_linked(heading: Block) -> bool:
    """Whether the complete ``heading`` is a link to a page; a link within the page folds a section."""
    pieces = [piece for line in heading.lines() for piece in line.pieces if piece.text.strip()]
    return bool(pieces) and all(
        piece.link is not None and not (piece.link.get("href") or "#").startswith("#") for piece in pieces
    )


def _is_other(box: Block, chrome: Chrome) -> bool:
    """Whether a single box headed by a link has labels, or a second link to the same page.

    False if the link is the page's own title.
    """
    links = [piece.link for line in box.lines() for piece in line.pieces if piece.link is not None]
    first = links[0].get("href") if links else None
    if not first or chrome.is_own(first):
        return False
    again = any(link is not links[0] and link.get("href") == first for link in links)
    return (again and len(box.text) < LONGEST) or any(chrome.is_label(line.text) for line in box.lines())


def build(root: Any, chrome: Chrome, base_url: str) -> Block:
    """Return the outline of ``root`` without parts that ``chrome`` refuses; ``base_url`` resolves addresses."""
    top = Block(root, local_name(root), None, root.get("class") or "", root.get("id"))
    walk = Walk(top, chrome, base_url)
    walk.run()
    top.all_blocks = walk.blocks
    top.contents = walk.blocks, walk.lines
    prune(top, chrome)
    _weigh(top)
    return top


def _weigh(top: Block) -> None:
    """Set the weight of each block, and leave out blocks in which a reader would see nothing."""
    blocks, lines = list(top.blocks()), list(top.lines())
    for block in reversed(blocks):
        weights = [child.weight for child in block.children]
        block.weight = sum(weights)
        if 0 in weights:
            block.children = [child for child in block.children if child.weight]
    top.contents = [block for block in blocks if block.weight or block is top], lines
