"""The values on a line of a page, and lines of running text: their amount and their wrappers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migration_spider.items import Value
from migration_spider.text import absolute, fold, word_set
from migration_spider.vocabularies import is_kosovo_footnote

if TYPE_CHECKING:
    from migration_spider.pages.outline import Block, Line, Piece

LONGEST_NAME = 200
# Elements that print values side by side.
_LISTED = word_set("span img time a li label")
# Text between values.
_SEPARATORS = re.compile(r"[\s\u00a0,;|/•·∙‣–—،、؛，；-]*")


def values(pieces: Sequence[Piece], base_url: str) -> list[Value]:
    """Return the values in ``pieces`` of one line: one per link or sibling element, else one for the complete line."""
    pieces = _trimmed(pieces)
    groups = (_by_link(pieces) or _by_element(pieces)) if len(pieces) > 1 else None
    if groups is not None:
        return [value for part in groups if (value := _value(part, base_url)) is not None]
    value = _value(pieces, base_url)
    return [] if value is None else [value]


def is_list(pieces: Sequence[Piece]) -> bool:
    """Whether ``pieces`` print names side by side, each in a separate element, maybe after a label in another.

    Running text in several elements is no such list: its parts begin or end within a sentence.
    """
    if len(pieces) < 2:
        return False
    pieces = _trimmed(pieces)
    groups = _by_element(pieces)
    if groups is None and len(pieces) > 2 and pieces[0].path:
        after = next(
            (n for n, piece in enumerate(pieces) if not piece.path or piece.path[0] is not pieces[0].path[0]), 0
        )
        groups = _by_element(_trimmed(pieces[after:])) if after else None
    return groups is not None and all(_is_name(fold("".join(piece.text for piece in group))) for group in groups)


def _trimmed(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return ``pieces`` without the separators at both ends."""
    first, last = 0, len(pieces)
    while first < last and _separates(pieces[first]):
        first += 1
    while last > first and _separates(pieces[last - 1]):
        last -= 1
    return pieces[first:last]


def _separates(piece: Piece) -> bool:
    return piece.link is None and _is_separator(piece)


def _is_separator(piece: Piece) -> bool:
    return not piece.image and _SEPARATORS.fullmatch(piece.text.lstrip(":： ")) is not None


def _by_link(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """Return ``pieces`` by link if there are several and only separators between them."""
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if piece.link is None:
            if _is_separator(piece):
                current = None
                continue
            return None
        if piece.link is not current:
            groups.append([])
            current = piece.link
        groups[-1].append(piece)
    return groups if len(groups) > 1 else None


def _by_element(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """Return ``pieces`` by sibling inline elements of one kind, as ``<span>A</span> <span>B</span>``."""
    depth = 0
    while all(len(piece.path) > depth for piece in pieces) and len({piece.path[depth] for piece in pieces}) == 1:
        depth += 1
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if len(piece.path) <= depth:
            if _is_separator(piece):
                current = None
                continue
            return None
        element = piece.path[depth]
        first = groups[0][0].path[depth] if groups else element
        if element.tag not in _LISTED or element.get("class") != first.get("class"):
            return None
        if element is not current:
            groups.append([])
            current = element
        groups[-1].append(piece)
    if len(groups) < 2 or any(group[0].path[depth].tag == "time" for group in groups):
        return None
    return groups


def _is_name(text: str) -> bool:
    return (
        len(text) <= LONGEST_NAME and not text[:1].islower() and not text.endswith((".", ",", ";", ":", "!", "?", "。"))
    )


def _first(elements: Iterable[Any]) -> Any:
    return next((element for element in elements if element is not None), None)


def _value(pieces: Sequence[Piece], base_url: str) -> Value | None:
    link, time = _first(piece.link for piece in pieces), _first(piece.time for piece in pieces)
    printed = fold("".join(piece.text for piece in pieces if not piece.image))
    text = printed.lstrip(":： ").strip().strip(",;،、").strip()
    text = text or ", ".join(piece.text for piece in pieces if piece.image and piece.text)
    url = None if link is None else absolute(base_url, link.get("href"))
    stamp = None if time is None else fold(time.get("datetime")) or None
    if not text and url is None and stamp is None:
        return None
    return Value(text=text, url=url, datetime=stamp)


SENTENCE_END = (".", "!", "?", "”", "…", "。", "؟", "۔", "»", ".)", '."')
# Elements of prose: a label between them is a word of the text.
PROSE_TAGS = word_set("p blockquote ul ol pre figure table h1 h2 h3 h4 h5 h6")

LEAST = 60
"""Reading length of running text; shorter texts may be names."""


def is_prose(line: Line) -> bool:
    """Whether ``line`` reads as running text and not as a value: long, or a sentence of some length."""
    if line.is_prose is None:
        line.is_prose = _is_prose(line)
    return line.is_prose


def _is_prose(line: Line) -> bool:
    text = line.text
    length = line.length
    if length < LEAST:
        return False
    if length > len(text) and text.endswith(SENTENCE_END):
        # Chinese has no spaces between words; names do not end in its full stop.
        return not is_kosovo_footnote(text)
    if line.linked > 0.8 * length or is_kosovo_footnote(text) or is_list(line.pieces):
        return False
    return length > 250 or (text.endswith(SENTENCE_END) and text.count(" ") > 7) or _sentences(text)


def _sentences(text: str) -> bool:
    """Two sentences or a clause with a comma after lower-case words: no title of a term is like that."""
    return len(text) > 140 and re.search(r"[a-zà-ÿа-я]\. [A-ZÀ-ÝА-Я“«]", text) is not None


WRITTEN = PROSE_TAGS | word_set("li dl dt dd tr td th tbody thead tfoot caption figcaption")
"""Elements written by editors rather than templates."""


_HEADS = word_set("h1 h2 h3 h4 h5 h6 summary")


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
        block = block.parent if block.is_flat else block
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
                blocks = block.parent.inner[:MOST_BESIDE]
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
    around = lines[0].parent
    while around is not block and around.parent is not None:
        shape = (*shape, (around.tag, around.classes))
        around = around.parent
    return (*shape, (block.tag, block.classes))
