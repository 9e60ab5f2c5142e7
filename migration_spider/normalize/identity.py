"""What an item is called, and whether it says something new."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import unquote, urlsplit

from migration_spider.items import NewsItem

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\]+")


def item_id(node_id: int | None, url: str, language: str) -> str:
    """``<node id>@<language>``, as in ``7756@es``.

    Without a node id the first 16 hex digits of the SHA-256 of ``url``, the canonical URL if the page has one. A page
    that names no language gets ``und`` (BCP 47, ISO 639-2).
    """
    name = (
        str(node_id) if node_id is not None else hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    )
    return f"{name}@{language or 'und'}"


def filename(url: str) -> str:
    """Last part of the URL's path, percent-decoded; slashes and control characters in it become ``_``. May be empty."""
    return _UNPRINTABLE.sub("_", unquote(_path(url).rpartition("/")[2]))


def content_sha256(item: NewsItem) -> str:
    """SHA-256, in hex, of what the item says: title, body text, metadata and attachments.

    Over JSON with sorted keys and no spaces, UTF-8. Host names, query strings (``?itok=``, asset versions), links and
    normalized values stay out: neither another host, nor another render, nor a better vocabulary makes a new version.
    """
    content = {
        "title": item.title,
        "body_text": item.body_text,
        "metadata": [[entry.label, [value.text for value in entry.values]] for entry in item.metadata],
        "attachments": [[unquote(_path(file.url)), file.title, file.sha256] for file in item.attachments],
    }
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
    ).hexdigest()


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        # "http://[oops/file.pdf" has no host that can be read, but still a path.
        return url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]
