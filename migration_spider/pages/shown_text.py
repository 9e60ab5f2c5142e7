"""The text of an element as a browser shows it: which elements start lines, and which have no text.

Numbers of footnotes are told from other raised numbers.
"""

from __future__ import annotations

import re
from typing import Any

from migration_spider.pages.class_words import UNSEEN
from migration_spider.pages.outline import local_name
from migration_spider.pages.text import fold, word_set

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
