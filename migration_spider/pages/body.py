"""The text of the article, made of the lines with a text role: as plain text, and as HTML; and its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from migration_spider.items import Image
from migration_spider.pages.class_words import UNSEEN
from migration_spider.pages.outline import EMBEDS, Block, Line, Piece, ancestors, local_name
from migration_spider.text import Remembered, absolute, fold, word_set

if TYPE_CHECKING:
    from migration_spider.pages.chrome import Chrome
    from migration_spider.pages.metadata_block import MetadataBlock

# HTML Standard, section 13.1.2.
VOID_TAGS = word_set("area base br col embed hr img input link meta source track wbr")
_DROPPED_TAGS = word_set("script style template noscript xml head")
_ADDRESSES = frozenset(("href", "src", "cite", "poster", "data-src"))
# A comma inside an address is part of it: only one before white space ends a candidate.
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*$")
_IS_NAME = Remembered(lambda name: _NAME.match(name) is not None)


def inner_html(element: Any, base_url: str, without: set[Any], without_text: set[tuple[Any, bool]]) -> str:
    """Return the HTML inside ``element``.

    Args:
        without: elements left out with their content; text after them is kept.
        without_text: texts left out, as (element, True if it is the element's tail).
    """
    out: list[str] = []

    def text(owner: Any, *, tail: bool) -> None:
        content = owner.tail if tail else owner.text
        if content and (owner, tail) not in without_text:
            out.append(escape(content, quote=False))

    text(element, tail=False)
    stack: list[tuple[Any, Any]] = [(iter(element), None)]
    while stack:
        children, end = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if end is not None:
                out.append(f"</{local_name(end)}>")
                text(end, tail=True)
            continue
        name = local_name(child)
        if not _IS_NAME[name] or name in _DROPPED_TAGS or child in without:
            text(child, tail=True)
            continue
        out.append(f"<{name}{_attributes(child, base_url)}>")
        if name in VOID_TAGS:
            text(child, tail=True)
            continue
        text(child, tail=False)
        stack.append((iter(child), child))
    return "".join(out).strip()


def _attributes(element: Any, base_url: str) -> str:
    out = []
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]
        if not _IS_NAME[name]:
            continue
        if name in _ADDRESSES:
            value = absolute(base_url, value) or value
        elif name == "srcset":
            value = ", ".join(
                f"{absolute(base_url, address) or address}{' ' if size else ''}{size}"
                for address, size in srcset(value)
            )
        out.append(f' {name}="{escape(value)}"')
    return "".join(out)


def srcset(text: str | None) -> list[tuple[str, str]]:
    """Return (address, descriptor) of each candidate in a ``srcset`` (HTML Standard, section 4.8.4.2.1)."""
    candidates = []
    text = text or ""
    at = 0
    while match := _CANDIDATE.match(text, at):
        address, at = match[1].rstrip(","), match.end()
        size = ""
        if address == match[1]:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            size, at = text[at:end].strip(), end
        candidates.append((address, size))
    return candidates


# Elements that contain paragraphs rather than being one.
_FRAMES = word_set("div section article main body")
_FRAMES_AND_CELLS = _FRAMES | word_set("td th tr tbody table")


def block_around(lines: Sequence[Line]) -> Block | None:
    """Return the smallest block that contains ``lines`` and is not itself a paragraph, a list or a table."""
    if not lines:
        return None
    shared = list(reversed(list(ancestors(lines[0]))))
    for line in lines[1:]:
        around = set(ancestors(line))
        while shared[-1] not in around:
            shared.pop()
    block = shared[-1]
    while block.tag not in _FRAMES and block.parent is not None:
        block = block.parent
    return block


def plain_text(lines: Iterable[Line]) -> str:
    """Return the text: an empty line between paragraphs, list items and table rows one per line, cells by tab."""
    out: list[str] = []
    before: Line | None = None
    known: dict[Block, Around] = {}
    for line in lines:
        printed = line.text
        if any(piece.image or piece.path for piece in line.pieces):
            printed = fold("".join(piece.text for piece in line.pieces if _prints(piece)))
        if not printed:
            continue
        if before is not None:
            out.append(_joint(before, line, known))
        out.append(printed)
        before = line
    return "".join(out)


def _prints(piece: Piece) -> bool:
    if piece.image:
        return piece.slot[0].tag in EMBEDS
    return not _unseen(piece.path)


def _unseen(path: tuple[Any, ...]) -> bool:
    return any(UNSEEN[classes] for element in path if (classes := element.get("class")))


Around = tuple[Block | None, Block | None, Block | None]
"""The innermost cell, the innermost row and the outermost list or table that a block is or is in."""


def _around(block: Block, known: dict[Block, Around]) -> Around:
    """Return the `Around` of ``block``; ``known`` caches it, since most lines of a text share the outer blocks."""
    if block not in known:
        cell, row, outer = (None, None, None) if block.parent is None else _around(block.parent, known)
        if block.tag in ("td", "th"):
            cell = block
        elif block.tag == "tr":
            row = block
        elif block.tag in ("ul", "ol", "dl", "table"):
            outer = outer or block
        known[block] = cell, row, outer
    return known[block]


def _joint(before: Line, line: Line, known: dict[Block, Around]) -> str:
    """Return the separator of two lines in the plain text."""
    if before.parent is line.parent and line.parent.tag not in _FRAMES_AND_CELLS:
        return "\n\n" if line.parent.tag in ("p", "blockquote") and _broken_twice(before, line) else "\n"
    cell_a, row_a, outer_a = _around(before.parent, known)
    cell_b, row_b, outer_b = _around(line.parent, known)
    if row_a is not None and row_a is row_b:
        return " " if cell_a is cell_b else "\t"
    if outer_a is not None and outer_a is outer_b:
        return "\n"
    if before.parent is line.parent and not _broken_twice(before, line):
        return "\n"
    return "\n\n"


def _broken_twice(before: Line, line: Line) -> bool:
    """Whether a rule or two line breaks are between two lines of one block."""
    breaks = 0
    for node in _following(before.pieces[-1].slot, line.parent.element):
        name = local_name(node)
        breaks += name == "br"
        if breaks > 1 or name == "hr":
            return True
        if node is line.pieces[0].slot[0]:
            break
        if (name != "br" and fold(node.text)) or fold(node.tail):
            break
    return False


def _following(slot: tuple[Any, bool], top: Any) -> Iterator[Any]:
    """Yield the elements after the text in ``slot`` in document order, inside ``top``."""
    element, is_tail = slot
    node = element[0] if len(element) and not is_tail else _after(element, top)
    while node is not None:
        yield node
        node = node[0] if len(node) else _after(node, top)


def _after(element: Any, top: Any) -> Any:
    """Return the first element after the end of ``element``, inside ``top``; else None."""
    while element is not None and element is not top:
        if (following := element.getnext()) is not None:
            return following
        element = element.getparent()
    return None


MOST_PICTURES = 500
"""Elements of one article that are examined."""


def pictures(around: Any, block: MetadataBlock, chrome: Chrome, base_url: str) -> list[Image]:
    """Return the pictures in ``around``, each address once, without icons of the metadata block and chrome."""
    elements = list(islice(around.iter("img"), MOST_PICTURES))
    if not elements:
        return []
    icons = {element for unit in block.units if unit.element is not None for element in unit.element.iter("img")}
    found: dict[str, Image] = {}
    shown: dict[Any, bool] = {around: True}
    for img in elements:
        url = absolute(base_url, _source(img))
        if url is None or img in icons or _PIXEL.search(url) or not _is_shown(img, chrome, shown):
            continue
        found.setdefault(url, Image(url=url, alt=fold(img.get("alt")) or None))
    return list(found.values())


def _is_shown(element: Any, chrome: Chrome, shown: dict[Any, bool]) -> bool:
    """Whether neither ``element`` nor an element around it is chrome; ``shown`` caches results."""
    chain = []
    while element is not None and element not in shown:
        chain.append(element)
        element = element.getparent()
    is_shown = True if element is None else shown[element]
    for ancestor in reversed(chain):
        tag = ancestor.tag if isinstance(ancestor.tag, str) else ""
        is_shown = is_shown and not chrome.why_hidden(ancestor, tag)
        shown[ancestor] = is_shown
    return is_shown


# Pictures that nobody sees, as for counting visits.
_PIXEL = re.compile(r"(?:pixel|spacer|blank|1x1)\.(?:gif|png)", re.IGNORECASE)


def _source(img: Any) -> str | None:
    """Return the address of a picture; for one that a script loads later, from another attribute."""
    address = img.get("src") or ""
    if not address or address.startswith("data:"):
        address = img.get("data-src") or next((url for url, _ in srcset(img.get("srcset"))), "")
    return address or None
