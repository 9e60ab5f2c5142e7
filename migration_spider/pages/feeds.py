"""RSS, Atom and sitemaps: the addresses they name. Broken files give what can be read of them."""

from __future__ import annotations

from typing import Literal

from migration_spider.pages.xml_entries import Entry
from migration_spider.pages.xml_files import Document, read

SitemapKind = Literal["index", "urlset"]


def rss_links(data: str | bytes | Document) -> list[str]:
    """URLs of the items of an RSS 2.0, RSS 1.0 or Atom feed in feed order, each once; [] when it is none."""
    return list(dict.fromkeys(one.url for one in read(data).listed.entries if one.kind in ("item", "entry")))


def sitemap_links(data: str | bytes | Document) -> tuple[SitemapKind, list[Entry]]:
    """``index`` or ``urlset``, and the entries of it (sitemaps.org protocol 0.9), plain or gzipped."""
    listed = read(data).listed
    kind: SitemapKind = "index" if listed.root == "sitemapindex" else "urlset"
    return kind, [one for one in listed.entries if one.kind in ("url", "sitemap")]


def is_web_page(data: bytes) -> bool:
    """Whether ``data`` is an HTML page, by its first bytes (WHATWG MIME Sniffing, section 7.1)."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\f")[:15].lower()
    return head.startswith((b"<!doctype html", b"<html"))


def sitemap_problem(data: str | bytes | Document) -> str | None:
    """What is wrong with a sitemap of which `sitemap_links` gave what can be read; None when it is whole."""
    document = read(data)
    name = document.listed.root
    if document.problem or not name:
        return document.problem or "empty"
    return document.listed.rest if name in ("sitemapindex", "urlset") else f"no sitemap: its root element is {name}"


def feed_problem(data: str | bytes | Document) -> str | None:
    """What is wrong with a feed of which `rss_links` gave what can be read; None when it is whole, or is no feed."""
    document = read(data)
    return document.problem or document.listed.rest if document.listed.root in ("rss", "rdf", "feed") else None
