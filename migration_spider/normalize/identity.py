"""The id of an item, and the digest that shows whether its content has changed."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import unquote, urlsplit

import msgspec

from migration_spider.items import NewsItem
from migration_spider.normalize.noise import steady, steady_lines, steady_path, steady_values

# Control characters, those that turn the direction of a text, what no file system or Windows takes.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff/\\:*?\"<>|]+"
)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\xb9\xb2\xb3])\s*(?:\.|$)", re.IGNORECASE)

LONGEST_NAME = 255
"""Bytes of a file's name on usual file systems."""


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
    """Last part of the URL's path, percent-decoded, as a file name that is valid on every system.

    Slashes, control characters and the like become ``_``, dots and spaces at its end go, a device name of Windows gets
    ``_`` before it, and a name that is too long loses its middle. May be empty.
    """
    name = _UNSAFE.sub("_", unquote(_path(url).rpartition("/")[2])).strip(" ").rstrip(". ")
    if _DEVICE.match(name):
        name = f"_{name}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    end = (dot + extension).encode() if stem and len(extension) < 20 else b""
    return (name.encode()[: LONGEST_NAME - len(end)] + end).decode("utf-8", "ignore")


def content_sha256(item: NewsItem) -> str:
    """SHA-256, in hex, of the content of the item: title, body text, metadata and attachments.

    Over JSON with sorted keys and no spaces, UTF-8. Host names, query strings (``?itok=``, asset versions), links and
    normalized values stay out: another host, another rendering or a better vocabulary does not make a new version.
    Text that changes without an edit (see `normalize.noise`) and the order of values and files stay out too.
    """
    files = [
        [
            steady_path(unquote(_path(file.url)), is_known=file.sha256 is not None),
            None if file.title is None else steady(file.title),
            file.sha256,
        ]
        for file in item.attachments
    ]
    # By name, as JSON with sorted keys has them.
    content = {
        "attachments": sorted(files, key=lambda file: [part or "" for part in file]),
        "body_text": steady_lines(item.body_text),
        "metadata": [
            [entry.label, steady_values(entry.label, [value.text for value in entry.values])] for entry in item.metadata
        ],
        "title": item.title,
    }
    try:
        # The same bytes in a tenth of the time.
        data = msgspec.json.encode(content)
    except (UnicodeEncodeError, TypeError):  # half of a surrogate pair, a string of lxml's own
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        # "http://[oops/file.pdf" has no host that can be read, but still a path.
        return url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]
