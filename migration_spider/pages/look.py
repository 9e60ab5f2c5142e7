"""How the fields of one container look, which tells what stands between and beside them."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

from migration_spider.pages.cells import LONGEST_LABEL, Cell, label_of, mark, unknown_label, values
from migration_spider.pages.fields import Field, has_prose, in_body, is_site_note
from migration_spider.pages.noise import only_shares
from migration_spider.pages.outline import HEADING_TAGS, Block, Line, Unit
from migration_spider.vocabularies import vocabularies_of

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
Signature = tuple[str, ...]


def signature(unit: Unit) -> Signature:
    """What ``unit`` looks like beside its siblings: tag and the classes that name no single field."""
    if isinstance(unit, Line):
        tags = {piece.tag for piece in unit.pieces if piece.text.strip()}
        return ("line", tags.pop() if len(tags) == 1 else "")
    words = [word for word in unit.classes.split() if not re.search(r"name-|type-|views-field-|\d|label-", word)]
    return (unit.tag, *sorted(words))


class Look:
    """How the labelled fields of one container look, to tell what its other children are."""

    def __init__(self, container: Block, fields: list[Field]) -> None:
        self.container = container
        self.boxes = {signature(one.unit) for one in fields if one.shape != "flat"}
        self.flat_labels = {signature(one.unit) for one in fields if one.shape == "flat"}
        self.flat_values: set[Signature] = set()
        self.colon = any(one.line.text.endswith((":", "：")) for one in fields if one.shape == "flat")
        self.inline = any(one.shape == "inline" for one in fields)
        self.inline_marks = {mark(one.line.pieces[0]) for one in fields if one.shape == "inline"}
        self.box_labels: set[tuple[Signature, ...]] = set()
        self.box_values: set[tuple[Signature, ...]] = set()
        own = {one.unit for one in fields}
        places = {child: number for number, child in enumerate(container.children)}
        for one in fields:
            if one.shape == "flat":
                place = places[one.unit] + 1
                if place < len(container.children) and container.children[place] not in own:
                    follower = container.children[place]
                    if not has_prose(follower) and not _is_label_by_tag(follower):
                        self.flat_values.add(signature(follower))
            elif one.shape == "box" and isinstance(one.unit, Block):
                self.box_labels.add(trail_of(one.line, one.unit))
                self.box_values.update(trail_of(line, one.unit) for line in one.unit.lines() if line is not one.line)

    def is_empty_box(self, one: Field) -> bool:
        """Whether a label alone in its unit is a field without value, among fields that box label and value."""
        return signature(one.unit) in self.boxes and not (isinstance(one.unit, Line) or one.unit.tag == "p")

    def is_label(self, child: Unit) -> bool:
        look = signature(child)
        lines = list(child.lines()) if isinstance(child, Block) else [child]
        if len(lines) != 1 or not 0 < len(lines[0].text) <= LONGEST_LABEL or has_prose(child):
            return False
        if look[0] == "dt" or (self.colon and look in self.flat_labels and lines[0].text.endswith((":", "："))):
            return True
        return look in self.flat_labels - self.flat_values - self.boxes

    def unknown_inline(self, lines: list[Line]) -> Cell | None:
        return unknown_label(lines[0], self.inline_marks) if self.inline and lines else None

    def is_unknown_box(self, child: Block, lines: list[Line]) -> bool:
        """Whether ``child`` is a field whose label the vocabulary does not know."""
        if len(lines) < 2 or not self.box_labels or len(lines[0].text) > LONGEST_LABEL or not lines[0].text:
            return False
        if any(piece.link is not None or piece.time is not None for piece in lines[0].pieces):
            return False
        trail = trail_of(lines[0], child)
        if trail not in self.box_labels or vocabularies_of(lines[0].text):
            return False
        return trail not in self.box_values or not _YEAR.search(lines[0].text)

    def bounds(self, labelled: list[int], by_unit: dict[Unit, Field]) -> tuple[int, int]:
        """First and last child of the container that belong to the block."""
        children = self.container.children
        if self.container.tag == "dl":
            return 0, len(children) - 1
        first, last = labelled[0], labelled[-1]
        while first > 0 and self._continues(children[first - 1]):
            first -= 1
        if self._is_of_lines and signature(children[0]) in self.flat_labels and _is_label_by_tag(children[0]):
            first = 0
        final = by_unit[children[last]]
        if final.shape == "flat" and not self.is_empty_box(final) and last + 1 < len(children):
            looks = set(self.flat_values)
            for unit in children[last + 1 :]:
                look = signature(unit)
                if has_prose(unit) or is_foreign(unit) or (looks and look not in looks | self.flat_labels):
                    break
                if look not in self.flat_labels:
                    looks.add(look)
                last += 1
            return first, last
        while last + 1 < len(children) and (
            self._continues(children[last + 1])
            or (isinstance(final.unit, Line) and isinstance(children[last + 1], Line) and not has_prose(self.container))
        ):
            last += 1
        return first, last

    @property
    def _is_of_lines(self) -> bool:
        """Whether the container is one paragraph with line breaks, and no running text."""
        return all(isinstance(child, Line) for child in self.container.children) and not has_prose(self.container)

    def strays(self, labelled: list[int]) -> set[int]:
        """The children between two labelled ones that are parts of a text there: a table, a list, a short line."""
        children = self.container.children
        beside_labels = self.flat_values | self.flat_labels
        found: set[int] = set()
        for one, other in pairwise(labelled):
            gap = range(one + 1, other)
            if not any(has_prose(children[n]) for n in gap):
                continue
            below = takewhile(lambda n: signature(children[n]) in beside_labels or self._continues(children[n]), gap)
            above = takewhile(lambda n: self._continues(children[n]), reversed(gap))
            found |= set(gap) - set(below) - set(above)
        return found

    def _continues(self, unit: Unit) -> bool:
        """Whether ``unit`` at the edge of the labelled fields is one more field."""
        if has_prose(unit) or is_foreign(unit):
            return False
        lines = list(unit.lines()) if isinstance(unit, Block) else [unit]
        are_known = _are_known(lines)
        if not any(line.text or line.pieces for line in lines) or (unit.weight > 400 and not are_known):
            return False
        if isinstance(unit, Line) or unit.tag in ("p", "li"):
            if isinstance(unit, Block) and len(lines) > 1:
                return self.is_unknown_box(unit, lines) or self.unknown_inline(lines) is not None
            return (self.inline and not isinstance(unit, Line) and are_known) or self.unknown_inline(lines) is not None
        if unit.tag in HEADING_TAGS:
            return False
        if not any(line.text for line in lines):
            return False
        look = signature(unit)
        if look not in self.boxes and not ("field" in look and any("field" in box for box in self.boxes)):
            return False
        if len(look) > 1 or self.is_unknown_box(unit, lines) or self.unknown_inline(lines) is not None:
            return True
        # Bare elements: only what a value alone looks like.
        if any(piece.time is not None for line in lines for piece in line.pieces):
            return True
        text = lines[0].text
        return are_known or (len(lines) == 1 and len(text) < 40 and bool(_YEAR.search(text)))


def _are_known(lines: list[Line]) -> bool:
    """Whether vocabularies know most of the values in ``lines``, and the first: a field printed without its label."""
    printed = [value.text for line in lines for value in values(line.pieces, "")]
    known = [bool(vocabularies_of(text)) for text in printed]
    return bool(known) and known[0] and 2 * sum(known) > len(known)


def _is_label_by_tag(unit: Unit) -> bool:
    """Whether the element of ``unit`` is made to head what follows it."""
    if isinstance(unit, Line):
        return signature(unit)[1] in ("b", "strong")
    return unit.tag in HEADING_TAGS or unit.tag in ("dt", "th", "legend", "summary")


def trail_of(line: Line, unit: Block) -> tuple[Signature, ...]:
    """Signatures of the blocks from ``unit``, exclusive, down to ``line``."""
    trail: list[Signature] = []
    block: Block | None = line.parent
    while block is not None and block is not unit:
        trail.append(signature(block))
        block = block.parent
    if line.parent is unit:
        trail.append(signature(line))
    return tuple(trail)


def is_foreign(unit: Unit) -> bool:
    """Whether ``unit`` is no field whatever stands around it.

    Pictures alone, the body, the note on resolution 1244, the title, links that share the page.
    """
    if all(map(only_shares, unit.lines() if isinstance(unit, Block) else (unit,))):
        return True
    if isinstance(unit, Line):
        return (not unit.text and not _says_more(unit)) or is_site_note(unit.text)
    if unit.tag in ("h1", "figure") or in_body(unit):
        return True
    text = unit.text
    if not text:
        return not any(map(_says_more, unit.lines()))
    return is_site_note(text) or label_of(text) is not None


def _says_more(line: Line) -> bool:
    """Whether ``line`` has a link or a date, which say something without text."""
    return any(piece.link is not None or piece.time is not None for piece in line.pieces)
