"""Parts of a page that print the metadata block once more, as for narrow screens."""

from __future__ import annotations

from collections.abc import Iterator

from migration_spider.pages.cells import LONGEST_LABEL, label_of
from migration_spider.pages.labels import Sheet
from migration_spider.pages.outline import Block, Line

LONGEST_COPIED = 20_000
"""Characters; no block of one item is longer."""


def copies(sheet: Sheet, taken: set[Line]) -> Iterator[Block]:
    """Yield the parts of the page that only repeat the block, whose lines are ``taken``."""
    labels, others = _printed_again(sheet, taken)
    if len(labels) < 2:
        return
    count_labels, count_others = map(sheet.counter, (labels, others))
    inside: set[Block] = set()
    for block in sheet.top.blocks():
        if block.parent in inside:
            inside.add(block)
        elif count_others(block) == 0 and count_labels(block) > 1:
            inside.add(block)
            yield block


def _printed_again(sheet: Sheet, taken: set[Line]) -> tuple[set[Line], set[Line]]:
    """Return the lines that begin with a label and repeat text of lines in ``taken``, and all lines with other text.

    Both are empty where no copy can be.
    """
    rest = [line for line in sheet.lines if line not in taken] if taken else []
    labels = {line for line in rest if label_of(line.text[: 2 * LONGEST_LABEL].partition(":")[0]) is not None}
    own = "".join(map(_letters, filter(taken.__contains__, sheet.lines))) if len(labels) > 1 else ""
    if not 0 < len(own) <= LONGEST_COPIED:
        return set(), set()
    printed = {line: letters for line in sheet.lines if (letters := _letters(line))}
    alike = {line for line in rest if line in printed and printed[line] in own}
    return labels & alike, printed.keys() - alike


def _letters(line: Line) -> str:
    return "".join(filter(str.isalnum, line.text))
