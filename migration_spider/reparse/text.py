"""Reads an item from plain text without HTML: a saved text, or a ``conversion`` record of a WET file."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from archive.dataset.lines import dump
from migration_spider import EXTRACTOR
from migration_spider.exceptions import MigrationError
from migration_spider.items import NewsItem, to_record
from migration_spider.normalize.item import finish, normalize
from migration_spider.responses.text_rendition import TextPage


class NoTextError(MigrationError):
    """There is no text to make an item from. Raised by :func:`item_of_file`."""


def item_of_file(path: Path, url: str, *, day_first: bool | None = None) -> NewsItem:
    """Make an item from the UTF-8 text in ``path``, which is the text of the page ``url``.

    It has no evidence and no time: ``warc`` is None, ``fetched_at`` and ``run_id`` are empty.

    Raises:
        NoTextError: The file is empty, or ``url`` is not an address of a page.
        OSError: It cannot be read.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise NoTextError(
            f"{url or 'an empty --url'} is not the address of a page: give the full address, with https://"
        )
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if not text.strip():
        raise NoTextError(f"{path} has no text")
    item = TextPage(url, text).to_item()
    normalize(item, day_first=day_first)
    item.extractor = EXTRACTOR
    finish(item)
    return item


def write_item(item: NewsItem, output: Path) -> None:
    """Write one JSON line. Raises FileExistsError: ``output`` exists, and is never overwritten."""
    with output.open("x", encoding="utf-8") as lines:
        lines.write(line_of(item))


def line_of(item: NewsItem) -> str:
    """``item`` as a JSON line, with its line end."""
    return dump(to_record(item)).decode()
