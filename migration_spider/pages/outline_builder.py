"""Makes the outline of a page: one walk over its elements in document order, then without teasers of other pages and
sections of them. Also the text of an element as a browser shows it, without an outline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from migration_spider.pages.bounds import MAX_ELEMENTS
from migration_spider.pages.class_words import BODY, UNSEEN
from migration_spider.pages.outline import EMBEDS, FOLDS, HEADING_TAGS, Block, Line, Piece, Unit, ancestors, local_name
from migration_spider.pages.prose import PROSE_TAGS, is_prose
from migration_spider.pages.words import leads_elsewhere
from migration_spider.text import absolute, fold, reading_length, word_set

if TYPE_CHECKING:
    from migration_spider.pages.chrome import Chrome

# Elements that start a line of their own in a browser's default style sheet (HTML Standard, section 15.3).
BLOCK_TAGS = word_set(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table "
    "tbody td tfoot th thead tr ul"
)
# Elements whose text is not text of the page.
SKIPPED_TAGS = word_set(
    "button canvas datalist head input link map meta noscript option script select style svg template textarea title"
    " xml"
)

# A button of another site in a frame, to share or to like the page.
_BUTTON = re.compile(
    r"https?://(?:[\w-]+\.)*(?:facebook\.com/plugins/(?:like|share_button|likebox|follow|page|send)\b"
    r"|twitter\.com/widgets/(?:tweet|follow)_button)",
    re.IGNORECASE,
)
# Comments have no name.
_APART = SKIPPED_TAGS | EMBEDS | {"", "br", "img"}
DEEPEST = 200
"""Deepest nesting of blocks in an outline; lines of broken pages that nest deeper go to the deepest block."""


class Walk:
    """One pass in document order with an explicit stack: cut pages nest deeper than Python recurses."""

    def __init__(self, top: Block, chrome: Chrome, base_url: str) -> None:
        self.chrome, self.base_url, self.block = chrome, base_url, top
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
        return name != "button" or self.block.tag not in FOLDS

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
        self.line = self.line or Line(self.block, [])
        self.line.pieces.append(piece)

    def flush(self) -> None:
        if (line := self.line) is not None:
            self.line = None
            _measure(line)
            if line.weight:
                line.parent.children.append(line)
                self.lines.append(line)


def _measure(line: Line) -> None:
    """Set text and sizes of a complete ``line``."""
    texts = []
    for piece in line.pieces:
        if piece.image:
            line.weight += len(piece.text) or 1
        else:
            texts.append(piece.text)
        if piece.link is not None:
            line.has_link = True
            line.linked += len(fold(piece.text))
    line.text = fold("".join(texts))
    line.length = reading_length(line.text)
    line.weight += len(line.text)
    if line.has_link:
        line.weight = line.weight or 1


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
    is_heading = len(block.children) == 1 and (block.tag in HEADING_TAGS or "title" in block.classes)
    return is_heading and not block.in_body and len(block.text) < 60 and leads_elsewhere(block.text)


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
    first = next((line.text for line in unit.lines() if line.text), "")
    return unit.tag in HEADING_TAGS or chrome.protects(unit.element) or chrome.is_label(first)


def _is_paragraph(unit: Unit, text: set[Line]) -> bool:
    """Whether ``unit`` is running text as an author writes it, without a template's wrapper."""
    return (unit.tag == "" or unit.tag in PROSE_TAGS) and not text.isdisjoint(unit.lines())


def _teasers(top: Block, chrome: Chrome) -> Iterator[Block]:
    """Yield cards of other pages: boxes headed by a link, with others like them beside or with labels in them."""
    headings = [block for block in top.blocks() if block.tag in HEADING_TAGS]
    heads = Counter(around for heading in headings for around in ancestors(heading))
    boxes: dict[Block, list[tuple[Block, Block]]] = {}
    for heading in headings:
        if is_linked(heading) and not heading.unseen:
            box = _box(heading, heads, chrome)
            if box is not heading and box.parent is not None:
                boxes.setdefault(box.parent, []).append((heading, box))
    for side_by_side in boxes.values():
        if chrome.is_value(side_by_side[0][0].element):
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


def is_linked(heading: Block) -> bool:
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


# A footnote's number right behind a word or a number; "km²" and "CO₂" have a short unit or element before it.
_FOOTNOTE = re.compile(r"\s*\[?(\d{1,3}(?:\s*,\s*\d{1,3})*)\]?\s*")
_UNIT = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,2}$")


def shown_text(element: Any, *, is_title: bool = False) -> str:
    """Return the text of ``element`` as shown, with spaces at blocks and line breaks, without texts for screen readers.

    Empty when the element itself is for screen readers only. From a title, hidden parts, numbers of footnotes and signs
    that link to the heading itself are removed, too.
    """
    out: list[str] = []
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        name = local_name(node)
        parts = name in BLOCK_TAGS or name == "br"
        is_unseen = UNSEEN[node.get("class") or ""] or (is_title and _is_beside_title(node, name, out))
        if name and name not in SKIPPED_TAGS - {"button"} and not is_unseen:
            stack.append(" " if parts else "")
            for child in reversed(node):
                stack.extend((child.tail or "", child))
            stack.append(node.text or "")
        if parts:
            out.append(" ")
    return fold("".join(out))


def _is_beside_title(node: Any, name: str, before: list[str]) -> bool:
    if node.get("aria-hidden") == "true" or node.get("hidden") is not None:
        return True
    if name == "a":
        return (node.get("href") or "").startswith("#") and len(fold(node.text)) < 2
    return name == "sup" and footnote(node.text or "", "".join(before)) is not None


def footnote(text: str, before: str) -> str | None:
    """Return the number in ``text``, which is raised and follows ``before``, if it is that of a footnote."""
    match = _FOOTNOTE.fullmatch(text)
    return None if match is None or _UNIT.search(before) else match[1]
