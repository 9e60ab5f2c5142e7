"""The summary of an article: the lead in a separate field, else the description in the head of the page."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from migration_spider.pages.class_words import SUMMARY
from migration_spider.pages.outline import HEADING_TAGS, Block, Line

DESCRIPTIONS = frozenset(("description",)), frozenset(("og:description",))
"""Names and properties of the ``<meta>`` that describe a page."""


SENTENCE = 20
"""Letters of a sentence; fewer may be an abbreviation."""


_SENTENCES = re.compile(r"(?<=[.!?…])\s+")


def summary_lines(top: Block, block_lines: AbstractSet[Line]) -> list[Line]:
    """Return the lines of the first field for a lead outside the metadata block, whose lines are ``block_lines``."""
    for block in top.blocks():
        if SUMMARY[block.classes] and not any(line in block_lines for line in block.lines()):
            return [line for line in block.lines() if line.text and not _labels(line)]
    return []


def is_of_body(description: str, body_text: str) -> bool:
    """Whether ``description``, or most of its sentences, is in the body."""
    body = _letters(body_text)
    if description in body_text or _letters(description) in body:
        return True
    sentences = [letters for part in _SENTENCES.split(description) if len(letters := _letters(part)) > SENTENCE]
    known = sum(letters in body for letters in sentences)
    return len(sentences) > 2 and known > 0.6 * len(sentences)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _labels(line: Line) -> bool:
    return "label" in line.parent.classes or line.parent.tag in HEADING_TAGS
