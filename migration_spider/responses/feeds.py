"""The addresses in RSS, Atom, JSON Feed and sitemap files. Broken files are read as far as possible."""

from __future__ import annotations

from typing import Literal

from migration_spider.responses.xml_entries import Entry
from migration_spider.responses.xml_files import Document, read

SitemapKind = Literal["index", "urlset"]


def rss_links(data: str | bytes | Document) -> list[str]:
    """Return the URLs of the items of an RSS 2.0, RSS 1.0 or Atom feed in feed order, each once; [] for other files."""
    entries = read(data).listed.entries
    return list(dict.fromkeys(entry.url for entry in entries if entry.kind in ("item", "entry")))


def further_feed(data: str | bytes | Document) -> str:
    """Return the URL of the feed's next page or earlier archive (RFC 5005, JSON Feed); empty if there is none."""
    return read(data).listed.further


def sitemap_links(data: str | bytes | Document) -> tuple[SitemapKind, list[Entry]]:
    """Return ``index`` or ``urlset``, and the entries of a sitemap (sitemaps.org protocol 0.9), plain or gzipped."""
    listed = read(data).listed
    kind: SitemapKind = "index" if listed.root == "sitemapindex" else "urlset"
    return kind, [entry for entry in listed.entries if entry.kind in ("url", "sitemap")]


def is_web_page(data: bytes) -> bool:
    """Whether ``data`` is an HTML page, by its first bytes (WHATWG MIME Sniffing, section 7.1)."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\f")[:15].lower()
    return head.startswith((b"<!doctype html", b"<html"))


def sitemap_problem(data: str | bytes | Document) -> str | None:
    """Return why `sitemap_links` did not read the complete sitemap; None if it did."""
    document = read(data)
    name = document.listed.root
    if document.problem or not name:
        return document.problem or "empty"
    return document.listed.unread if name in ("sitemapindex", "urlset") else f"no sitemap: its root element is {name}"


def feed_problem(data: str | bytes | Document) -> str | None:
    """Return why `rss_links` did not read the complete feed; None if it did, or if the file is no feed."""
    document = read(data)
    return document.problem or document.listed.unread if document.listed.root in ("rss", "rdf", "feed") else None
