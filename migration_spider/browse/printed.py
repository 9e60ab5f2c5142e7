"""Prepares the HTML of an article for a page of the server: it loads and runs nothing, and its headings fit."""

from __future__ import annotations

from collections.abc import Callable

from lxml import html as lxml_html
from lxml.etree import ParserError
from markupsafe import Markup

from migration_spider.browse.links import outside
from migration_spider.normalize.html import allowed, sanitise

_MEDIA = {"img": "Picture", "video": "Video", "audio": "Sound"}
"""Element that would load a file -> the word in its place."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

FIRST_LEVEL = 4
"""Level of the highest heading of an article, below those of the page."""

Archived = Callable[[str], str | None]
"""Address of a file -> address of its archived bytes, if any."""


def shown(html: str, base_url: str, archived: Archived) -> Markup:
    """Prepare ``html`` (``body_html`` of an item) for a page.

    It was sanitised when the item was made, but a release may come from anywhere, so it is sanitised again with the
    same allow-list. Pictures, videos and sounds become links to their archived bytes, named by their alternative text.
    """
    safe = sanitise(html, base_url)
    try:
        article = lxml_html.fragment_fromstring(safe, create_parent="div")
    except (ParserError, ValueError):  # empty, or with characters that XML does not allow
        return Markup("")
    for element in list(article.iter(*_MEDIA)):
        _replace(element, archived)
    levels = sorted({heading.tag for heading in article.iter(*_HEADINGS)})
    for element in list(article.iter(*_HEADINGS)):
        element.tag = f"h{min(6, FIRST_LEVEL + levels.index(element.tag))}"
    prepared = lxml_html.tostring(article, encoding="unicode")
    # The sanitiser comes last, because a browser may read the output of another parser differently.
    sanitised = allowed(prepared, without=(*_MEDIA, "source", "track"), link_rel="noopener noreferrer nofollow")
    return Markup(sanitised)  # noqa: S704 - sanitised


def _replace(element: lxml_html.HtmlElement, archived: Archived) -> None:
    """Replace an element that would load a file by a link; by words if it is in a link, or the file is not archived."""
    url = element.get("src") or element.get("poster") or ""
    words = " ".join((element.get("alt") or element.get("title") or "").split())
    kind = _MEDIA[element.tag]
    where = archived(url) if outside(url) else None
    linked = where is not None and not any(ancestor.tag == "a" for ancestor in element.iterancestors())
    replacement = lxml_html.Element("a" if linked else "em")
    if linked and where is not None:
        replacement.set("href", where)
    replacement.text = f"[{kind}: {words}]" if words else f"[{kind} without alternative text]"
    replacement.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, replacement)
