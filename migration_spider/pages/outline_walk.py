"""One walk over the elements of a page, in document order, that makes the blocks and lines of its outline."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from migration_spider.pages.bounds import MAX_ELEMENTS
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.class_words import BODY, UNSEEN
from migration_spider.pages.outline import EMBEDS, HEADING_TAGS, Block, Line, Piece, local_name
from migration_spider.pages.shown_text import BLOCK_TAGS, SKIPPED_TAGS, footnote
from migration_spider.pages.text import absolute, fold

# A button of another site in a frame, to share or to like the page.
_BUTTON = re.compile(
    r"https?://(?:[\w-]+\.)*(?:facebook\.com/plugins/(?:like|share_button|likebox|follow|page|send)\b"
    r"|twitter\.com/widgets/(?:tweet|follow)_button)",
    re.IGNORECASE,
)
# Comments have no name.
_APART = SKIPPED_TAGS | frozenset(EMBEDS) | {"", "br", "img"}
DEEPEST = 200
"""Deepest nesting of blocks in an outline; lines of broken pages that nest deeper go to the deepest block."""


class Walk:
    """One pass in document order with an explicit stack: cut pages nest deeper than Python recurses."""

    def __init__(self, top: Block, chrome: Chrome, base_url: str) -> None:
        self.chrome = chrome
        self.base_url = base_url
        self.block = top
        self.blocks = [top]
        self.lines: list[Line] = []
        """All lines, in page order."""
        self.depth = 0
        self.line: Line | None = None
        self.path: tuple[Any, ...] = ()
        self.link: Any = None
        self.time: Any = None

    def run(self) -> None:
        root = element = self.block.element
        why_hidden, left_out = self.chrome.why_hidden, self.chrome.left_out
        # (iterator over children, element, state to restore when the element ends)
        stack: list[tuple[Any, Any, Any]] = [(iter(root), root, None)]
        budget, text, is_tail = MAX_ELEMENTS, root.text, False
        while True:
            # White space between blocks is most of what stands between tags.
            if text and (self.line is not None or not text.isspace()):
                self.add(text, element, is_tail)
            children, element, state = stack[-1]
            for child in children:
                budget -= 1
                if budget < 0:
                    self.flush()
                    return
                name = local_name(child)
                if name in _APART and self.read_apart(child, name):
                    pass  # Its children are no text.
                elif why := why_hidden(child, name):
                    left_out[child] = why
                else:
                    stack.append((iter(child), child, self.enter(child, name)))
                    element, text, is_tail = child, child.text, False
                    break
                if (tail := child.tail) and (self.line is not None or not tail.isspace()):
                    self.add(tail, child, True)
            else:
                stack.pop()
                if state is None:
                    self.flush()
                    return
                self.leave(state)
                text, is_tail = element.tail, True

    def read_apart(self, element: Any, name: str) -> bool:
        """End the line, add a picture or an embedded page, or skip ``element``; false for a button that is text."""
        if name == "br":
            self.flush()
        elif name == "img" or name in EMBEDS:
            if why := self.chrome.why_hidden(element, name):
                self.chrome.left_out[element] = why
            elif name == "img":
                self.image(element)
            else:
                self.embed(element)
        return name != "button" or not self.is_in_heading

    @property
    def is_in_heading(self) -> bool:
        """Whether a button is text here: in a heading it folds the section."""
        return self.block.tag in HEADING_TAGS or self.block.tag in ("dt", "summary", "legend")

    def enter(self, element: Any, name: str) -> Any:
        state = (self.block, self.depth, self.path, self.link, self.time)
        if name in BLOCK_TAGS:
            self.flush()
            self.path = ()
            self.depth += 1
            if self.depth > DEEPEST:
                return state
            around = self.block
            attributes = self.chrome.attributes[element]
            classes, id_ = attributes.get("class", ""), attributes.get("id")
            block = Block(element, name, around, classes, id_, in_body=around.in_body, unseen=around.unseen)
            if classes:
                block.in_body = block.in_body or BODY[classes]
                block.unseen = block.unseen or UNSEEN[classes]
            around.children.append(block)
            self.blocks.append(block)
            self.block = block
        else:
            self.path = (*self.path, element) if len(self.path) < 50 else self.path
            if name == "a":
                self.link = element
                if not len(element) and not fold(element.text):
                    # An icon drawn by the style sheet: only the link has a text.
                    label = fold(element.get("title") or element.get("aria-label"))
                    self.piece(Piece(label, (element, False), self.path, self.link, self.time, image=True))
            elif name == "time":
                self.time = element
                if element.get("datetime") and not len(element) and not fold(element.text):
                    # A script prints the text.
                    self.piece(Piece("", (element, False), self.path, self.link, element, image=True))
        return state

    def leave(self, state: Any) -> None:
        block, depth, self.path, self.link, self.time = state
        if depth != self.depth:
            self.flush()
            self.block, self.depth = block, depth

    def add(self, text: str, element: Any, is_tail: bool) -> None:
        if self.path and len(text) < 30 and any(around.tag == "sup" for around in self.path):
            text = self.footnote(text)
        self.piece(Piece(text, (element, is_tail), self.path, self.link, self.time))

    def image(self, element: Any) -> None:
        alt = fold(element.get("alt")) or fold(element.get("title"))
        if alt:
            self.piece(Piece(alt, (element, False), (*self.path, element), self.link, self.time, image=True))

    def embed(self, element: Any) -> None:
        """Add a film, a map or a form of another site: its title and address, on a separate line."""
        source = element.get("src") or element.get("data-src") or element.get("data") or ""
        if not source and (inner := element.find("source")) is not None:
            source = inner.get("src") or ""
        if "/oembed?" in source and (shown := parse_qs(urlsplit(source).query).get("url")):
            source = shown[0]  # Drupal core's frame around the film of another site (media.oembed_iframe)
        url = absolute(self.base_url, source) if source else None
        if url is None or "0" in (element.get("width"), element.get("height")) or _BUTTON.match(url):
            return
        title = fold(element.get("title"))
        self.flush()
        self.piece(Piece(f"{title} {url}" if title else url, (element, False), (element,), image=True))
        self.flush()

    def footnote(self, text: str) -> str:
        """Return ``text`` of a ``<sup>``, with the number of a footnote set apart from the word before it."""
        before = self.line.pieces[-1].text if self.line is not None else ""
        number = footnote(text, before) if before and not before[-1].isspace() else None
        return text if number is None else f" [{number}]"

    def piece(self, piece: Piece) -> None:
        if self.line is None:
            self.line = Line(self.block, [piece])
        else:
            self.line.pieces.append(piece)

    def flush(self) -> None:
        if (line := self.line) is not None:
            self.line = None
            line.close()
            if line.weight:
                line.parent.children.append(line)
                self.lines.append(line)
