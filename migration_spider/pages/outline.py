"""The page as a tree of blocks and lines: what a browser would stack and what it would print side by side.

Every reader of article pages (metadata block, body, title) works on this outline, which outline_builder.py makes in one
pass over the DOM, so that themes without any class read the same as themes with many. Parts of the site are left out,
see chrome.py; what each line is, roles.py says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from migration_spider.pages.text import fold, reading_length, word_set

HEADING_TAGS = word_set("h1 h2 h3 h4 h5 h6")
EMBEDS = word_set("iframe embed object video audio")
"""Elements that show what stands at another address."""


def local_name(element: Any) -> str:
    """Lower-case tag name without namespace; empty for comments and processing instructions."""
    tag = element.tag
    return lower_name(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1024)
def lower_name(tag: str) -> str:
    """``tag`` without namespace, in lower case."""
    return tag.rpartition("}")[2].lower()


@dataclass(slots=True, eq=False)
class Piece:
    """Text between two tags."""

    text: str
    """White space as in the source; the alternative text of an image."""

    slot: tuple[Any, bool]
    """Where the text is kept in the DOM: (element, True when it is the element's tail)."""

    path: tuple[Any, ...]
    """Inline elements around the text, outermost first, below the block of the line."""

    link: Any = None
    """The ``<a>`` around the text."""

    time: Any = None
    """The ``<time>`` around the text."""

    image: bool = False
    """Whether an image, an icon, an empty ``<time>`` or an embed stands here and ``text`` only names it."""

    @property
    def tag(self) -> str:
        return local_name(self.path[-1]) if self.path else ""


@dataclass(slots=True, eq=False)
class Line:
    """Inline content between two block boundaries or line breaks."""

    parent: Block
    pieces: list[Piece]
    text: str = ""
    """Folded, without the alternative texts of images."""

    weight: int = 0
    """Characters, images and empty links included: 0 when a reader would see nothing."""

    length: int = 0
    """How long the text reads, see `text.reading_length`."""

    linked: int = 0
    """Characters of the text that are links."""

    has_link: bool = False

    is_prose: bool | None = None
    """What `prose.is_prose` said; None when it was not asked."""

    role: str = ""
    """What the line is, one of `roles.ROLES`; empty until it is asked."""

    why: str = ""
    """The evidence for the role."""

    def close(self) -> None:
        texts = []
        for piece in self.pieces:
            if piece.image:
                self.weight += len(piece.text) or 1
            else:
                texts.append(piece.text)
            if piece.link is not None:
                self.has_link = True
                self.linked += len(fold(piece.text))
        self.text = fold("".join(texts))
        self.length = reading_length(self.text)
        self.weight += len(self.text)
        if self.has_link:
            self.weight = self.weight or 1


@dataclass(slots=True, eq=False)
class Block:
    """A block element with its lines and blocks in page order."""

    element: Any
    tag: str
    parent: Block | None
    classes: str
    """As in the source."""

    id: str | None = None
    children: list[Block | Line] = field(default_factory=list)
    weight: int = 0

    in_body: bool = False
    """Whether a class of this block or of one around it says body field."""

    unseen: bool = False
    """Whether a class of this block or of one around it hides it from sight but not from screen readers."""

    whole: tuple[list[Block], list[Line]] | None = None
    """Of a finished outline: all its blocks and lines, in page order."""

    holds_only_lines: bool | None = None
    """Of a finished outline; None until it is asked, for a block may have thousands of children."""

    made: list[Block] | None = None
    """Of a finished outline: all its blocks, with those that were left out of it again."""

    def lines(self) -> Iterator[Line]:
        """Lines of this block and of all blocks inside, in page order."""
        return iter(self.whole[1]) if self.whole else self._lines()

    def blocks(self) -> Iterator[Block]:
        """This block and all blocks inside, in page order."""
        return iter(self.whole[0]) if self.whole else self._blocks()

    def _lines(self) -> Iterator[Line]:
        stack: list[Block | Line] = [self]
        while stack:
            unit = stack.pop()
            if isinstance(unit, Line):
                yield unit
            else:
                stack += unit.children[::-1]

    def _blocks(self) -> Iterator[Block]:
        stack = [self]
        while stack:
            block = stack.pop()
            yield block
            stack += [child for child in block.children[::-1] if isinstance(child, Block)]

    def let_go(self) -> None:
        """Of a finished outline: part its blocks, which hold each other and the page."""
        for block in self.made or ():
            block.children.clear()
            block.whole = None
        self.made = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines() if line.text)


Unit = Block | Line


def ancestors(unit: Unit) -> Iterator[Block]:
    """The blocks around ``unit``, innermost first."""
    block = unit.parent
    while block is not None:
        yield block
        block = block.parent
