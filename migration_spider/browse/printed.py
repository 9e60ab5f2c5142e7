"""Prepares the HTML of an article for a page of the server: nothing is loaded or run, and headings fit the page."""

from __future__ import annotations

from collections.abc import Callable

from lxml import html as lxml_html
from lxml.etree import ParserError
from markupsafe import Markup

from migration_spider.browse.links import outside
from migration_spider.normalize.html import allowed, sanitise

_MEDIA = {"img": "Picture", "video": "Video", "audio": "Sound"}
"""What would be loaded -> what is said in its place."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

FIRST_LEVEL = 4
"""Level of the highest heading of an article: it stands below ours."""

Archived = Callable[[str], str | None]
"""Address of a file -> where its archived bytes are shown; None where they are not."""


def shown(html: str, base_url: str, archived: Archived) -> Markup:
    """``html`` (``body_html`` of an item) to be put into a page.

    It was sanitised when the item was made; a release may come from anywhere, so it is again, with the same allow-list.
    Pictures, videos and sounds become links to their archived bytes, named by their alternative text.
    """
    safe = sanitise(html, base_url)
    try:
        article = lxml_html.fragment_fromstring(safe, create_parent="div")
    except (ParserError, ValueError):  # nothing in it, or signs that XML does not know
        return Markup("")
    for element in list(article.iter(*_MEDIA)):
        _replace(element, archived)
    levels = sorted({one.tag for one in article.iter(*_HEADINGS)})
    for element in list(article.iter(*_HEADINGS)):
        element.tag = f"h{min(6, FIRST_LEVEL + levels.index(element.tag))}"
    made = lxml_html.tostring(article, encoding="unicode")
    # The sanitiser has the last word: what a parser made of its output may be read otherwise by a browser.
    last = allowed(made, without=(*_MEDIA, "source", "track"), link_rel="noopener noreferrer nofollow")
    return Markup(last)  # noqa: S704 - sanitised


def _replace(element: lxml_html.HtmlElement, archived: Archived) -> None:
    """A link in the place of what would be loaded; words alone within another link, or where nothing is archived."""
    url = element.get("src") or element.get("poster") or ""
    words = " ".join((element.get("alt") or element.get("title") or "").split())
    kind = _MEDIA[element.tag]
    where = archived(url) if outside(url) else None
    linked = where is not None and not any(one.tag == "a" for one in element.iterancestors())
    made = lxml_html.Element("a" if linked else "em")
    if linked and where is not None:
        made.set("href", where)
    made.text = f"[{kind}: {words}]" if words else f"[{kind} without alternative text]"
    made.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, made)
