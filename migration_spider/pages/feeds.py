"""RSS, Atom and sitemaps: the addresses they name. Broken files give what can be read of them."""

from __future__ import annotations

from typing import Any, Literal

from migration_spider.pages.outline import local_name
from migration_spider.pages.text import fold
from migration_spider.pages.xml_files import Document, read

SitemapKind = Literal["index", "urlset"]


def rss_links(data: str | bytes | Document) -> list[str]:
    """URLs of the items of an RSS 2.0, RSS 1.0 or Atom feed in feed order, each once; [] when it is none."""
    root = read(data).root
    found: dict[str, None] = {}
    for element in root.iter() if root is not None else ():
        if local_name(element) not in ("item", "entry"):
            continue
        for child in element:
            name = local_name(child)
            if name == "link":
                alternate = child.get("rel") in (None, "alternate")
                url = _own_text(child) or (fold(child.get("href")) if alternate else "")
            elif name == "guid" and child.get("isPermaLink") == "true":
                url = _own_text(child)
            else:
                continue
            if url.startswith(("http://", "https://")):
                found.setdefault(url)
                break
    return list(found)


def sitemap_links(data: str | bytes | Document) -> tuple[SitemapKind, list[tuple[str, str | None, dict[str, str]]]]:
    """Entries of a sitemap or sitemap index (sitemaps.org protocol 0.9), plain or gzipped.

    Returns:
        ``index`` or ``urlset``, and (absolute URL, lastmod as printed, hreflang -> URL of the alternates) per entry.
    """
    root = read(data).root
    if root is None:
        return "urlset", []
    kind: SitemapKind = "index" if local_name(root) == "sitemapindex" else "urlset"
    entries: list[tuple[str, str | None, dict[str, str]]] = []
    for element in root.iter():
        if local_name(element) not in ("url", "sitemap"):
            continue
        url, lastmod = "", None
        alternates: dict[str, str] = {}
        for child in element:
            name = local_name(child)
            if name == "loc":
                url = url or _own_text(child)
            elif name == "lastmod":
                lastmod = fold(child.text) or None
            elif name == "link" and child.get("href") and (child.get("hreflang") or "x-default").lower() != "x-default":
                alternates.setdefault(child.get("hreflang"), fold(child.get("href")))
        if url.startswith(("http://", "https://")):
            entries.append((url, lastmod, alternates))
    return kind, entries


def _own_text(element: Any) -> str:
    """The text of an element that has nothing else in it: half an address may go on with an error."""
    return "" if len(element) else fold(element.text)


def is_web_page(data: bytes) -> bool:
    """Whether ``data`` is an HTML page, by its first bytes (WHATWG MIME Sniffing, section 7.1)."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\f")[:15].lower()
    return head.startswith((b"<!doctype html", b"<html"))


def sitemap_problem(data: str | bytes | Document) -> str | None:
    """What is wrong with a sitemap of which `sitemap_links` gave what can be read; None when it is whole."""
    document = read(data)
    if document.problem or document.root is None:
        return document.problem or "empty"
    name = local_name(document.root)
    return None if name in ("sitemapindex", "urlset") else f"no sitemap: its root element is {name}"


def feed_problem(data: str | bytes | Document) -> str | None:
    """What is wrong with a feed of which `rss_links` gave what can be read; None when it is whole, or is no feed."""
    document = read(data)
    if document.root is None or local_name(document.root).lower() not in ("rss", "rdf", "feed"):
        return None
    return document.problem
