"""Places where a crawler can walk for ever, or meet the same text again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import listings
from .answer import Request
from .fields import prefix
from .markup.page import Document

if TYPE_CHECKING:
    from .site import Site

FORM = """<form method="post">
<label for="edit-name">Name</label> <input id="edit-name" name="name"> <button>Send</button>
</form>"""
PATTERNS = (
    r"/calendar/\d{4}-\d\d",
    r"/comment/\d+",
    r"/webform/\d+/share",
    r"/hub/resource",
    r"/hub/repository-of-practices",
)


def is_trap(path: str) -> bool:
    """Whether a path without its language prefix and query leads into one of the traps."""
    return any(re.fullmatch(pattern, path) for pattern in PATTERNS)


def fetch(site: Site, request: Request) -> Document | None:
    """The trap at ``request``, or None when there is none."""
    if found := re.fullmatch(r"/calendar/(\d{4})-(\d\d)", request.path):
        return _calendar(site, request, int(found[1]), int(found[2]))
    if found := re.fullmatch(r"/comment/(\d+)", request.path):
        return _comment(site, request, int(found[1]))
    if found := re.fullmatch(r"/webform/(\d+)/share", request.path):
        return listings.document(site, request, f"Form {found[1]}", FORM)
    if request.path == "/hub/resource":
        return _embedded(site, request)
    if request.path == "/hub/repository-of-practices":
        nodes = site.listed("practice")
        return listings.listing(
            site, request, "Repository of Practices", nodes, "row", query="23_objectives[0]=300&amp;"
        )
    return None


def _calendar(site: Site, request: Request, year: int, month: int) -> Document:
    """A month without an end on either side."""
    links = []
    for step in (-1, 1):
        index = year * 12 + month - 1 + step
        name = f"{index // 12:04}-{index % 12 + 1:02}"
        links.append(f'<li><a href="{prefix(request.language)}/calendar/{name}">{name}</a></li>')
    days = "".join(f'<li><a href="?day={day}">{day}</a></li>' for day in range(1, 29))
    return listings.document(site, request, f"{year}-{month:02}", f"<ul>{''.join(links)}</ul>\n<ol>{days}</ol>")


def _comment(site: Site, request: Request, number: int) -> Document | None:
    """A permalink that shows the discussion again, with its canonical URL."""
    discussions = [node for node in site.nodes.values() if node.kind == "discussion"]
    return site.document(discussions[number % len(discussions)], request.language)


def _embedded(site: Site, request: Request) -> Document:
    """A list for every node, objective and page that anyone asks for, each with links to more of them."""
    number = request.query.get("embed_node", "1")
    node = int(number) if number.isdecimal() else 1
    path = f"{prefix(request.language)}/hub/resource"
    links = "".join(
        f'<li><a href="{path}?embed_node={node + step}&amp;gcm_objectives={279 + step}&amp;page={step}">more</a></li>'
        for step in range(1, 8)
    )
    rows = "".join(listings._row(site, request.language, item) for item in site.listed()[:3])
    return listings.document(site, request, "Resources", f"<ul>{links}</ul>\n{rows}")
