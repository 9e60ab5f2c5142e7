"""Puts a text into every string of a report, as a portal that means harm would."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

FRAGMENTS = [
    "<script>alert(1)</script>", "</style>", "</title>", "<!--", "-->", "]]>", "<svg onload=x>", '" onclick="x', "' x='",
    "&lt;b&gt;", "&#60;", "&copy", "javascript:x", "data:text/html,x", "http://e.example/", "www.e.example", "@someone",
    "\u202e", "\u2066", "\u2069", "\x00", "\x1b[31m", "\x9b2J", "\ud800", "\ufffe", "\u2028", "](x)", "![x](http://e.example/)",
    "`", "``", "|", "\n# x", "\n\n---\n", "\n- x", "1. ", "+ ", "= ", "> ", "    x", "\t", "**", "__", "~~", "$x$", "[red]", "[/]",
    "\\", "\r\n\r\n", "<https://e.example/>", "[x]: y", ":tada:",
]  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(st.characters(exclude_categories=()), max_size=6))).map(
    "".join
)


def poisoned(value: Any, text: str, *, kept: frozenset[str] = frozenset(), name: str = "") -> Any:
    """``value`` with ``text`` in the place of every string and of every free key, but for the keys in ``kept``."""
    if name in kept:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, list):
        return [poisoned(one, text, kept=kept, name=name) for one in value]
    if isinstance(value, dict):
        is_free = name in ("status", "failures", "languages", "options")
        return {(text if is_free else key): poisoned(one, text, kept=kept, name=key) for key, one in value.items()}
    return value
