"""The text of the article: which part of the outline it is, as plain text and as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from migration_spider.pages.fields import is_prose
from migration_spider.pages.noise import noise
from migration_spider.pages.outline import BODY_HINT, HEADING_TAGS, UNSEEN, Block, Line, Unit, ancestors, local_name
from migration_spider.pages.text import fold, reading_length, word_set

# schema.org and RDFa names of an article's text, as Drupal's RDF module and Metatag print them.
_BODY_PROPERTIES = frozenset(("articlebody", "schema:articlebody", "schema:text", "content:encoded", "text"))
# Elements that hold paragraphs rather than being one.
_FRAME_TAGS = word_set("div section article main body td th tr tbody table")


class Body:
    """The article's text in the outline ``top``, without the lines in ``taken`` (title, metadata, attachments)."""

    def __init__(self, top: Block, taken: Iterable[Line]) -> None:
        self.top = top
        self.taken = set(taken)
        self.taken.update(noise(top))
        self.block = self._find()

    @property
    def lines(self) -> list[Line]:
        return [] if self.block is None else [line for line in self.block.lines() if self._reads(line)]

    def _reads(self, line: Line) -> bool:
        return bool(line.text) and line not in self.taken

    def _find(self) -> Block | None:
        lines = [line for line in self.top.lines() if self._reads(line)]
        if not lines:
            return None
        weights = {line: _weight(line) for line in lines}
        total = sum(weights.values())
        hinted = self._hinted(weights)
        if hinted is not None:
            block, weight = hinted
            if weight >= 0.3 * total or "body" in block.classes:
                return block
        if not any(_weight(line) >= 40 for line in lines):
            # Words too few to be told from chrome by their looks: a theme that marks the node can tell.
            return self._marked_node()
        return self._widen(self._densest(weights, total), weights)

    def _hinted(self, weights: dict[Line, float]) -> tuple[Block, float] | None:
        """The block that class or RDFa names as the body, with the weight of its text."""
        best: tuple[Block, float] | None = None
        for block in self.top.blocks():
            element = block.element
            named = BODY_HINT.search(block.classes) or (
                {(element.get("property") or "").lower(), (element.get("itemprop") or "").lower()}
                & (_BODY_PROPERTIES if block.tag in ("div", "section") else frozenset())
            )
            if named:
                weight = sum(weights.get(line, 0) for line in block.lines())
                if weight and (best is None or weight > best[1]):
                    best = (block, weight)
        return best

    def _marked_node(self) -> Block | None:
        for block in self.top.blocks():
            if block.tag == "article" or re.search(r"(?:^|\s)node(?:__content)?(?:$|\s)", block.classes):
                return block
        return None

    def _densest(self, weights: dict[Line, float], total: float) -> Block:
        """The deepest block with nearly all of the text that is not the page's whole frame."""
        sums: dict[Block, float] = {}
        for line, weight in weights.items():
            for block in ancestors(line):
                sums[block] = sums.get(block, 0) + weight
        block = self.top
        while True:
            inner = max(
                (child for child in block.children if isinstance(child, Block) and sums.get(child, 0) >= 0.7 * total),
                key=lambda child: sums[child],
                default=None,
            )
            if inner is None or inner.tag not in _FRAME_TAGS:
                break
            block = inner
        while block.tag in ("td", "tr", "tbody", "table") and block.parent is not None:
            block = block.parent
        return block

    def _widen(self, block: Block, weights: dict[Line, float]) -> Block:
        """``block`` or the block around it as long as that adds paragraphs: bodies set in several columns or parts."""
        best = block
        inside = set(block.lines())
        outer = block.parent
        while outer is not None and outer.tag not in ("body", "html"):
            added = [line for line in outer.lines() if line not in inside and line in weights]
            if any(is_prose(line) and weights[line] for line in added):
                best = outer
            inside.update(added)
            outer = outer.parent
        return best

    def text(self) -> str:
        """Paragraphs parted by an empty line, list items and table rows one per line, table cells by a tab."""
        out: list[str] = []
        before: Line | None = None
        for line in self.lines:
            printed = fold("".join(piece.text for piece in line.pieces if not piece.image and not _unseen(piece.path)))
            if not printed:
                continue
            if before is not None:
                out.append(_joint(before, line))
            out.append(printed)
            before = line
        return "".join(out)


def _weight(line: Line) -> float:
    length = reading_length(line.text)
    linked = sum(reading_length(fold(piece.text)) for piece in line.pieces if piece.link is not None)
    if linked > 0.6 * length:
        return 0.1 * length
    return length if length >= 60 or line.text.endswith((".", "!", "?", "”", "»", "。", "؟")) else 0.25 * length


def _unseen(path: tuple[object, ...]) -> bool:
    return any(UNSEEN.search(element.get("class") or "") for element in path)  # type: ignore[attr-defined]


def _around(line: Line) -> tuple[Block | None, Block | None, Block | None]:
    """The innermost cell, the innermost row and the outermost list or table around ``line``."""
    cell = row = outer = None
    for block in ancestors(line):
        if block.tag in ("td", "th"):
            cell = cell or block
        elif block.tag == "tr":
            row = row or block
        elif block.tag in ("ul", "ol", "dl", "table"):
            outer = block
    return cell, row, outer


def _joint(before: Line, line: Line) -> str:
    """What parts two lines in the plain text."""
    if before.parent is line.parent and line.parent.tag not in _FRAME_TAGS:
        return "\n\n" if line.parent.tag in ("p", "blockquote") and _broken_twice(before, line) else "\n"
    cell_a, row_a, outer_a = _around(before)
    cell_b, row_b, outer_b = _around(line)
    if row_a is not None and row_a is row_b:
        return " " if cell_a is cell_b else "\t"
    if outer_a is not None and outer_a is outer_b:
        return "\n"
    if before.parent is line.parent and not _broken_twice(before, line):
        return "\n"
    return "\n\n"


def _broken_twice(before: Line, line: Line) -> bool:
    """Whether blocks, a rule or two line breaks part two lines of one block."""
    siblings: list[Unit] = line.parent.children
    if siblings.index(line) - siblings.index(before) != 1:
        return True
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
    """The elements after the text in ``slot`` in document order, inside ``top``."""
    element, is_tail = slot
    node = element[0] if len(element) and not is_tail else _after(element, top)
    while node is not None:
        yield node
        node = node[0] if len(node) else _after(node, top)


def _after(element: Any, top: Any) -> Any:
    """The first element after the end of ``element``, inside ``top``; else None."""
    while element is not None and element is not top:
        if (following := element.getnext()) is not None:
            return following
        element = element.getparent()
    return None


def is_heading(line: Line) -> bool:
    return line.parent.tag in HEADING_TAGS
