"""From the DOM to the outline of a page, in one pass, without what belongs to the site."""

from __future__ import annotations

from typing import Any

from migration_spider.pages.bounds import MAX_ELEMENTS
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.outline import (
    BODY_HINT,
    HEADING_TAGS,
    UNSEEN,
    Block,
    Line,
    Piece,
    local_name,
)
from migration_spider.pages.prune import prune
from migration_spider.pages.text import fold, word_set

# Elements that start a line of their own in a browser's default style sheet (HTML Standard, section 15.3).
BLOCK_TAGS = word_set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table "
    "tbody td tfoot th thead tr ul"
)
# Elements whose text is not text of the page.
SKIPPED_TAGS = word_set(
    "audio button canvas datalist embed head iframe input link map meta noscript object option script select style svg "
    "template textarea title video xml"
)


def build(root: Any, chrome: Chrome) -> Block:
    """Outline of the element ``root`` without what ``chrome`` refuses."""
    top = Block(element=root, tag=local_name(root), parent=None)
    _Builder(top, chrome).run()
    prune(top, chrome)
    _weigh(top)
    return top


class _Builder:
    """One pass in document order with an explicit stack: cut pages nest deeper than Python recurses."""

    def __init__(self, top: Block, chrome: Chrome) -> None:
        self.chrome = chrome
        self.block = top
        self.line: Line | None = None
        self.path: tuple[Any, ...] = ()
        self.link: Any = None
        self.time: Any = None

    def run(self) -> None:
        root = self.block.element
        self.add(root.text, (root, False))
        # (iterator over children, element, state to restore when the element ends)
        stack: list[tuple[Any, Any, Any]] = [(iter(root), root, None)]
        budget = MAX_ELEMENTS
        while stack:
            children, element, state = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if state is not None:
                    self.leave(element, state)
                    self.add(element.tail, (element, True))
                continue
            budget -= 1
            if budget < 0:
                self.flush()
                return
            name = local_name(child)
            if name == "br":
                self.flush()
            elif name == "img":
                self.image(child)
            elif name and self.reads(name) and not self.chrome.hides(child, name):
                stack.append((iter(child), child, self.enter(child, name)))
                self.add(child.text, (child, False))
                continue
            self.add(child.tail, (child, True))

    def reads(self, name: str) -> bool:
        """Whether the text of an element ``name`` is text here: a button in a heading is what folds its section."""
        return name not in SKIPPED_TAGS or (
            name == "button" and (self.block.tag in HEADING_TAGS or self.block.tag in ("dt", "summary", "legend"))
        )

    def enter(self, element: Any, name: str) -> Any:
        state = (self.block, self.path, self.link, self.time)
        if name in BLOCK_TAGS:
            self.flush()
            words = element.get("class") or ""
            block = Block(
                element=element,
                tag=name,
                parent=self.block,
                in_body=self.block.in_body or BODY_HINT.search(words) is not None,
                unseen=self.block.unseen or UNSEEN.search(words) is not None,
            )
            self.block.children.append(block)
            self.block, self.path = block, ()
        else:
            self.path = (*self.path, element) if len(self.path) < 50 else self.path
            if name == "a":
                self.link = element
                if not len(element) and not fold(element.text):
                    # Icons drawn by the style sheet: the link says all there is.
                    label = fold(element.get("title") or element.get("aria-label"))
                    self.piece(Piece(label, (element, False), self.path, self.link, self.time, image=True))
            elif name == "time":
                self.time = element
                if element.get("datetime") and not len(element) and not fold(element.text):
                    # A script prints the text.
                    self.piece(Piece("", (element, False), self.path, self.link, element, image=True))
        return state

    def leave(self, element: Any, state: Any) -> None:
        block, self.path, self.link, self.time = state
        if block is not self.block:
            self.flush()
            self.block = block

    def add(self, text: str | None, slot: tuple[Any, bool]) -> None:
        if text and (self.line is not None or not text.isspace()):
            self.piece(Piece(text, slot, self.path, self.link, self.time))

    def image(self, element: Any) -> None:
        alt = fold(element.get("alt")) or fold(element.get("title"))
        if alt:
            self.piece(Piece(alt, (element, False), (*self.path, element), self.link, self.time, image=True))

    def piece(self, piece: Piece) -> None:
        if self.line is None:
            self.line = Line(parent=self.block)
        self.line.pieces.append(piece)

    def flush(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.close()
            if line.weight:
                line.parent.children.append(line)


def _weigh(top: Block) -> None:
    for block in reversed(list(top.blocks())):
        block.weight = sum(child.weight for child in block.children)
        block.children = [child for child in block.children if child.weight]
