"""The lines of a page that repeat its metadata block, as themes do for narrow screens."""

from __future__ import annotations

from migration_spider.pages.label_marks import LONGEST_LABEL, label_of
from migration_spider.pages.outline import Line
from migration_spider.pages.sheet import Sheet

LONGEST_COPIED = 20_000
"""Characters; no block of one item is longer."""


def printed_again(sheet: Sheet, taken: set[Line]) -> tuple[set[Line], set[Line]]:
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
