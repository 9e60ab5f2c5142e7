"""Reads the lists of pages that are not XML: sitemaps as text, and JSON Feed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Literal

import msgspec

from migration_spider.responses.xml_entries import MOST_ENTRIES, Entry, Listed, is_address

_FEED = "https://jsonfeed.org/version/"
_BOM = b"\xef\xbb\xbf"


class _Item(msgspec.Struct):
    url: str = ""


class _Feed(msgspec.Struct):
    """A JSON Feed (jsonfeed.org, version 1.1)."""

    version: str
    items: list[_Item]
    next_url: str = ""


def read(data: bytes) -> Listed | None:
    """The entries of a file; None if it is neither of the two."""
    data = data.removeprefix(_BOM).strip()
    if data.startswith(b"{"):
        return _of_json(data)
    return _of_text(data) if data.startswith((b"http://", b"https://")) else None


def _of_json(data: bytes) -> Listed | None:
    try:
        feed = msgspec.json.decode(data, type=_Feed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not feed.version.startswith(_FEED):
        return None
    urls = (item.url for item in feed.items if is_address(item.url))
    return Listed("feed", _entries("item", urls), feed.next_url if is_address(feed.next_url) else "")


def _of_text(data: bytes) -> Listed | None:
    """The addresses of a sitemap with one on each line (sitemaps.org protocol, "Text file")."""
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    urls = [line for line in lines if line]
    if not all(is_address(url) and " " not in url for url in urls):
        return None
    unread = f"names more than {MOST_ENTRIES} addresses: no more are asked for" if len(urls) > MOST_ENTRIES else None
    return Listed("urlset", _entries("url", urls), unread=unread)


def _entries(kind: Literal["url", "item"], urls: Iterable[str]) -> list[Entry]:
    return [Entry(kind, url) for url in islice(urls, MOST_ENTRIES)]
