"""The page as a tree of blocks, which a browser stacks, and lines, whose parts it prints side by side.

All readers of article pages (metadata block, body, title) work on this outline, which outline_builder.py makes in one
pass over the elements, so that themes without any class read the same as themes with many. Parts of the site are left
out, see chrome.py; roles.py gives each line its role.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FOLDS = HEADING_TAGS | {"dt", "summary", "legend"}
"""Elements in which a button is text: it folds what they head."""

EMBEDS = frozenset(("iframe", "embed", "object", "video", "audio"))
"""Elements that show a resource at another address."""


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
    """The text between two tags."""

    text: str
    """White space as in the source; the alternative text of an image."""

    slot: tuple[Any, bool]
    """Position of the text in the DOM: (element, True if it is the element's tail)."""

    path: tuple[Any, ...]
    """Inline elements around the text, outermost first, below the block of the line."""

    link: Any = None
    """The ``<a>`` around the text."""

    time: Any = None
    """The ``<time>`` around the text."""

    image: bool = False
    """Whether this is an image, an icon, an empty ``<time>`` or an embed, and ``text`` only names it."""

    @property
    def tag(self) -> str:
        return local_name(self.path[-1]) if self.path else ""


@dataclass(slots=True, eq=False)
class Line:
    """Inline content between two block boundaries or line breaks; without an element, and so without tag or class."""

    element: ClassVar[None] = None
    tag: ClassVar[str] = ""
    classes: ClassVar[str] = ""
    children: ClassVar[tuple[Unit, ...]] = ()

    parent: Block
    pieces: list[Piece]
    text: str = ""
    """Folded, without the alternative texts of images."""

    weight: int = 0
    """Characters, images and empty links included: 0 when a reader would see nothing."""

    length: int = 0
    """Reading length of the text, see `text.reading_length`."""

    linked: int = 0
    """Characters of the text that are links."""

    has_link: bool = False

    is_prose: bool | None = None
    """The cached result of `prose.is_prose`; None before the first call."""

    role: str = ""
    """One of `roles.ROLES`; empty until it was assigned."""

    why: str = ""
    """The evidence for the role."""

    @property
    def in_body(self) -> bool:
        return self.parent.in_body

    def lines(self) -> Iterator[Line]:
        """The line itself: a unit of one line."""
        yield self

    def blocks(self) -> Iterator[Block]:
        return iter(())


@dataclass(slots=True, eq=False)
class Block:
    """A block element with its lines and blocks in page order."""

    element: Any
    tag: str
    parent: Block | None
    classes: str
    """The class attribute as in the source."""

    id: str | None = None
    children: list[Block | Line] = field(default_factory=list)
    weight: int = 0

    in_body: bool = False
    """Whether a class of this block or of one around it names a body field."""

    unseen: bool = False
    """Whether a class of this block or of one around it hides it from sight but not from screen readers."""

    contents: tuple[list[Block], list[Line]] | None = None
    """Of the top of a finished outline: all its blocks and lines, in page order."""

    _is_flat: bool | None = None

    all_blocks: list[Block] | None = None
    """Of the top of a finished outline: all its blocks, with those that were left out later."""

    def lines(self) -> Iterator[Line]:
        """Lines of this block and of all blocks inside, in page order."""
        return iter(self.contents[1]) if self.contents else self._lines()

    def blocks(self) -> Iterator[Block]:
        """This block and all blocks inside, in page order."""
        return iter(self.contents[0]) if self.contents else self._blocks()

    @property
    def inner(self) -> list[Block]:
        """The blocks among the children."""
        return [child for child in self.children if isinstance(child, Block)]

    @property
    def is_flat(self) -> bool:
        """Whether all children are lines. Of a finished outline: cached, since a block may have thousands."""
        if self._is_flat is None:
            self._is_flat = not self.inner
        return self._is_flat

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
            stack += block.inner[::-1]

    def release(self) -> None:
        """Break the references between the blocks of a finished outline, so that the page can be freed."""
        for block in self.all_blocks or ():
            block.children.clear()
            block.contents = None
        self.all_blocks = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines() if line.text)


Unit = Block | Line


def ancestors(unit: Unit) -> Iterator[Block]:
    """Yield the blocks around ``unit``, innermost first."""
    block = unit.parent
    while block is not None:
        yield block
        block = block.parent
