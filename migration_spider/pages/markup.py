"""HTML of a part of the page, with parts left out and addresses made absolute; the DOM is not changed."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from migration_spider.pages.outline import local_name
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.text import absolute, word_set

# HTML Standard, section 13.1.2.
VOID_TAGS = word_set("area base br col embed hr img input link meta source track wbr")
_DROPPED_TAGS = word_set("script style template noscript xml head")
_ADDRESSES = frozenset(("href", "src", "cite", "poster", "data-src"))
# A comma inside an address is part of it: only one before white space ends a candidate.
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*$")
_IS_NAME = Remembered(lambda name: _NAME.match(name) is not None)


def inner_html(element: Any, base_url: str, without: set[Any], without_text: set[tuple[Any, bool]]) -> str:
    """Return the HTML inside ``element``.

    Args:
        without: elements left out with their content; text after them is kept.
        without_text: texts left out, as (element, True if it is the element's tail).
    """
    out: list[str] = []

    def text(owner: Any, *, tail: bool) -> None:
        content = owner.tail if tail else owner.text
        if content and (owner, tail) not in without_text:
            out.append(escape(content, quote=False))

    text(element, tail=False)
    stack: list[tuple[Any, Any]] = [(iter(element), None)]
    while stack:
        children, end = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if end is not None:
                out.append(f"</{local_name(end)}>")
                text(end, tail=True)
            continue
        name = local_name(child)
        if not _IS_NAME[name] or name in _DROPPED_TAGS or child in without:
            text(child, tail=True)
            continue
        out.append(f"<{name}{_attributes(child, base_url)}>")
        if name in VOID_TAGS:
            text(child, tail=True)
            continue
        text(child, tail=False)
        stack.append((iter(child), child))
    return "".join(out).strip()


def _attributes(element: Any, base_url: str) -> str:
    out = []
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2]
        if not _IS_NAME[name]:
            continue
        if name in _ADDRESSES:
            value = absolute(base_url, value) or value
        elif name == "srcset":
            value = ", ".join(
                f"{absolute(base_url, address) or address}{' ' if size else ''}{size}"
                for address, size in srcset(value)
            )
        out.append(f' {name}="{escape(value)}"')
    return "".join(out)


def srcset(text: str | None) -> list[tuple[str, str]]:
    """Return (address, descriptor) of each candidate in a ``srcset`` (HTML Standard, section 4.8.4.2.1)."""
    candidates = []
    text = text or ""
    at = 0
    while match := _CANDIDATE.match(text, at):
        address, at = match[1].rstrip(","), match.end()
        size = ""
        if address == match[1]:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            size, at = text[at:end].strip(), end
        candidates.append((address, size))
    return candidates
