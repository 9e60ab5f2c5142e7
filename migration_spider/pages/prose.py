"""Distinguishes running text from the values and headings of a page."""

from __future__ import annotations

import re

from migration_spider.pages.cell_values import is_list
from migration_spider.pages.outline import HEADING_TAGS, Line
from migration_spider.pages.text import word_set
from migration_spider.vocabularies import is_kosovo_footnote

SENTENCE_END = (".", "!", "?", "”", "…", "。", "؟", "۔", "»", ".)", '."')
# Elements of prose: a label between them is a word of the text.
PROSE_TAGS = word_set("p blockquote ul ol pre figure table") | HEADING_TAGS

LEAST = 60
"""Reading length of running text; shorter texts may be names."""


def is_site_note(text: str) -> bool:
    """Whether ``text`` is the note on Security Council resolution 1244, which every page of the portal prints."""
    return is_kosovo_footnote(text)


def is_prose(line: Line) -> bool:
    """Whether ``line`` reads as running text and not as a value: long, or a sentence of some length."""
    if line.is_prose is None:
        line.is_prose = _is_prose(line)
    return line.is_prose


def _is_prose(line: Line) -> bool:
    text = line.text
    length = line.length
    if length < LEAST:
        return False
    if length > len(text) and text.endswith(SENTENCE_END):
        # Chinese has no spaces between words; names do not end in its full stop.
        return not is_site_note(text)
    if line.linked > 0.8 * length or is_site_note(text) or is_list(line.pieces):
        return False
    return length > 250 or (text.endswith(SENTENCE_END) and text.count(" ") > 7) or _sentences(text)


def _sentences(text: str) -> bool:
    """Two sentences or a clause with a comma after lower-case words: no title of a term is like that."""
    return len(text) > 140 and re.search(r"[a-zà-ÿа-я]\. [A-ZÀ-ÝА-Я“«]", text) is not None
