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
    """There is nothing to make an item of. Raised by :func:`item_of_file`."""


def item_of_file(path: Path, url: str, *, day_first: bool | None = None) -> NewsItem:
    """The item that the UTF-8 text in ``path`` says of the page ``url``.

    Nothing archived proves it and no time is known: ``warc`` is None, ``fetched_at`` and ``run_id`` are empty.

    Raises:
        NoTextError: the file is empty, or ``url`` is no address of a page.
        OSError: it cannot be read.
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
    """One JSON line. Raises FileExistsError: what stands is never written over."""
    with output.open("x", encoding="utf-8") as lines:
        lines.write(line_of(item))


def line_of(item: NewsItem) -> str:
    """``item`` as it stands in a file of JSON lines, with the line's end."""
    return dump(to_record(item)).decode()
