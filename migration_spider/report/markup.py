"""HTML as a tree: what is put into it is text or an attribute's value, and can never become markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import lxml.html
from lxml import etree

from migration_spider.report.text import address, disarmed, short

Node = Any
"""An element; lxml's own type."""

Child = Any
"""An element, a text, None for nothing, or a list of these."""

WIDE = 5
"""Columns from which a table may not fit a phone, and scrolls."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def h(tag: str, *children: Child, **attributes: object) -> Node:
    """An element; ``class_`` stands for ``class``, ``aria_label`` for ``aria-label``, None for no attribute."""
    node = etree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            node.set(name.rstrip("_").replace("_", "-"), disarmed(str(value)))
    _append(node, children)
    return node


def _append(node: Node, children: Iterable[Child]) -> None:
    for child in children:
        if child is None:
            continue
        if isinstance(child, list | tuple):
            _append(node, child)
        elif isinstance(child, str):
            if len(node):
                node[-1].tail = (node[-1].tail or "") + disarmed(child)
            else:
                node.text = (node.text or "") + disarmed(child)
        else:
            node.append(child)


def link(url: str, *children: Child, **attributes: object) -> Node:
    """A link, when ``url`` is one that a link may lead to; else just what it would hold."""
    target = address(url)
    if target is None:
        return h("span", *children, **attributes)
    return h("a", *children, href=target, rel="noopener noreferrer", **attributes)


def foreign(text: str, language: str | None = None) -> Node:
    """A text from the web: cut, in its own language, its reading direction kept to itself."""
    known = language if language and _LANGUAGE.fullmatch(language) else None
    return h("bdi", short(text) or "(no text)", lang=known)


def web(url: str, site: str = "") -> Node:
    """An address that is its own text; of one below ``site`` the path is enough."""
    path = url.removeprefix(site)
    shown = path if path.startswith("/") and site else url
    return link(url, h("bdi", short(shown, 160)), class_="url")


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Child]],
    *,
    numbers: Iterable[int] = (),
    left: str | None = None,
) -> Node:
    """A table, in a box that scrolls when it is a wide one. The first cell of a row is its heading.

    Args:
        numbers: indexes of the columns that hold numbers.
        left: what is left out, said below.
    """
    right = set(numbers)

    def cell(tag: str, index: int, child: Child, **attributes: object) -> Node:
        return h(tag, child, class_="n" if index in right else None, **attributes)

    body = [
        h("tr", [cell("td", i, child) if i else cell("th", i, child, scope="row") for i, child in enumerate(row)])
        for row in rows
    ]
    is_wide = len(head) >= WIDE
    scrolled = {"class_": "table wide", "role": "region", "aria_label": caption, "tabindex": "0"}
    return h(
        "div",
        h(
            "table",
            h("caption", caption),
            h("thead", h("tr", [cell("th", i, name, scope="col") for i, name in enumerate(head)])),
            h("tbody", body),
        ),
        h("p", left, class_="more") if left else None,
        **(scrolled if is_wide else {"class_": "table"}),
    )


def details(summary: Child, *children: Child) -> Node:
    """Something to be opened."""
    return h("details", h("summary", summary), *children)


def definitions(rows: Iterable[tuple[str, Child]], class_: str = "facts") -> Node:
    """Names with their values."""
    return h("dl", [h("div", h("dt", name), h("dd", value)) for name, value in rows], class_=class_)


def document(title: str, body: Sequence[Child]) -> str:
    """The whole page: no script, nothing from elsewhere, and a policy that holds browsers to that."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    sheet = etree.Element("style")
    sheet.text = style
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=policy),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("meta", name="referrer", content="no-referrer"),
        h("meta", name="color-scheme", content="light dark"),
        h("title", short(title)),
        sheet,
    )
    root = h("html", head, h("body", *body), lang="en")
    text: str = lxml.html.tostring(root, encoding="unicode", doctype="<!doctype html>")
    return text + "\n"
