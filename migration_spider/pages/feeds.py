"""RSS, Atom and sitemaps: the addresses they name. Broken files give what can be read of them."""

from __future__ import annotations

import zlib
from typing import Any, Literal

from lxml import etree

from migration_spider.pages.outline import local_name
from migration_spider.pages.text import fold

# A sitemap has at most 50 MB uncompressed (sitemaps.org protocol, "Sitemap file size").
MAX_BYTES = 52_428_800

SitemapKind = Literal["index", "urlset"]


def rss_links(data: str | bytes) -> list[str]:
    """URLs of the items of an RSS 2.0, RSS 1.0 or Atom feed in feed order, each once; [] when it is none."""
    root = _parse(data)
    found: dict[str, None] = {}
    for element in root.iter() if root is not None else ():
        if local_name(element) not in ("item", "entry"):
            continue
        for child in element:
            name = local_name(child)
            if name == "link":
                alternate = child.get("rel") in (None, "alternate")
                url = fold(child.text) or (fold(child.get("href")) if alternate else "")
            elif name == "guid" and child.get("isPermaLink") == "true":
                url = fold(child.text)
            else:
                continue
            if url.startswith(("http://", "https://")):
                found.setdefault(url)
                break
    return list(found)


def sitemap_links(data: str | bytes) -> tuple[SitemapKind, list[tuple[str, str | None, dict[str, str]]]]:
    """Entries of a sitemap or sitemap index (sitemaps.org protocol 0.9), plain or gzipped.

    Returns:
        ``index`` or ``urlset``, and (absolute URL, lastmod as printed, hreflang -> URL of the alternates) per entry.
    """
    root = _parse(data)
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
                url = url or fold(child.text)
            elif name == "lastmod":
                lastmod = fold(child.text) or None
            elif name == "link" and child.get("href") and (child.get("hreflang") or "x-default").lower() != "x-default":
                alternates.setdefault(child.get("hreflang"), fold(child.get("href")))
        if url.startswith(("http://", "https://")):
            entries.append((url, lastmod, alternates))
    return kind, entries


def plain(data: bytes) -> bytes:
    """``data`` without its gzip coding, up to the size that a sitemap may have."""
    return _gunzip(data) if data[:2] == b"\x1f\x8b" else data


def _parse(data: str | bytes) -> Any:
    """Root element; None when nothing can be read. No DTD, entity or address in the file is followed."""
    content = plain(data.encode() if isinstance(data, str) else data).lstrip()[:MAX_BYTES]
    if isinstance(data, str) and content.startswith(b"<?xml"):
        # The text is decoded already: what the declaration says of the encoding is past.
        content = content[content.find(b"?>") + 2 :]
    if b"\0" not in content[:4]:
        # Half an address at the cut of a file would be an address of something else.
        content = content[: content.rfind(b">") + 1]
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _gunzip(content: bytes) -> bytes:
    """Decompressed up to the limit; a cut file gives what came before the cut."""
    machine = zlib.decompressobj(wbits=31)
    try:
        return machine.decompress(content, MAX_BYTES)
    except zlib.error:
        pass
    # Damaged in the middle: once more in small steps, to keep what is whole.
    machine, out = zlib.decompressobj(wbits=31), bytearray()
    try:
        for start in range(0, len(content), 512):
            out += machine.decompress(content[start : start + 512], MAX_BYTES)
    except zlib.error:
        pass
    return bytes(out)


def is_web_page(data: bytes) -> bool:
    """Whether ``data`` is an HTML page, by its first bytes (WHATWG MIME Sniffing, section 7.1)."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\f")[:15].lower()
    return head.startswith((b"<!doctype html", b"<html"))


def sitemap_problem(data: bytes) -> str | None:
    """What is wrong with a sitemap of which `sitemap_links` gave what can be read; None when it is whole."""
    content = data
    if data[:2] == b"\x1f\x8b":
        machine = zlib.decompressobj(wbits=31)
        try:
            content = machine.decompress(data, MAX_BYTES)
        except zlib.error as error:
            return f"damaged gzip ({error})"
        if not machine.eof:
            return "the gzip file is cut off, or larger than a sitemap may be"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return f"broken XML ({error})"
    name = local_name(root)
    return None if name in ("sitemapindex", "urlset") else f"no sitemap: its root element is {name}"


def feed_problem(data: bytes) -> str | None:
    """What is wrong with a feed of which `rss_links` gave what can be read; None when it is whole, or is no feed."""
    root = _parse(data)
    if root is None or local_name(root).lower() not in ("rss", "rdf", "feed"):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return f"broken XML ({error})"
    return None
