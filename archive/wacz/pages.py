"""Writes the page lists of a WACZ, ``pages/pages.jsonl`` and ``pages/extraPages.jsonl`` (WACZ 1.1.1, section 5.2.3)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from parsel import Selector
from w3lib.encoding import html_to_unicode

from archive.cdxj import IndexEntry, iter_captures, lookup
from archive.cdxj.files import find
from archive.cdxj.sort import LineSorter
from archive.charset import encoding_of
from archive.disk import oddity
from archive.entity import entity_start
from archive.errors import ArchiveError, UndecodableEntityError
from archive.message import parse_fields, split_head
from archive.warc.reader import StreamedRecord, is_gzip

_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_LONGEST_PART = 1 << 20
"""Bytes of a page in which its title is searched for."""


_Item = tuple[str | None, str | None]
"""(title, text) of a page."""


@dataclass(slots=True)
class PageLists:
    """The result of `write_pages`."""

    pages: int = 0
    """Number of entries of ``pages.jsonl``."""

    extra: int | None = None
    """Number of pages that are only in ``extraPages.jsonl``; None if there is no such list."""

    main: dict[str, str] | None = None
    """The entry of the start page; None without any page."""


class Items:
    """JSON lines about the main pages of a collection: ``url``, ``title`` and a text of each.

    A line describes the record with the ``file`` and ``offset`` in its ``warc``; without that, every capture of its
    ``url``. Tombstones describe no record. A line that is not a JSON object is ignored: the pages are packaged anyway.
    Memory: some hundred bytes per line.

    Args:
        paths: files of JSON lines.
        text: name of the field with the text of the page.

    Raises:
        ArchiveError: a file cannot be read.
    """

    def __init__(self, paths: Sequence[Path], text: str = "text") -> None:
        self._paths = [*paths]
        self._text = text
        self.left_out: list[str] = []
        """A sentence for each file with lines that are not JSON objects."""
        self._places: dict[tuple[str, int] | str, tuple[Path, int]] = {}
        for path in self._paths:
            if problem := oddity(path):
                raise ArchiveError(f"{path} {problem}")
            try:
                with path.open("rb") as stream:
                    self._note(path, stream)
            except OSError as error:
                raise ArchiveError(f"{path}: {error.strerror or error}") from error

    def __bool__(self) -> bool:
        return bool(self._paths)

    def _note(self, path: Path, stream: BinaryIO) -> None:
        offset = bad = 0
        for line in stream:
            if not line.endswith(b"\n"):
                break  # a run is writing it
            item = _object(line)
            if item is None:
                bad += 1
                item = {}
            where = item.get("warc")
            if isinstance(where, dict) and "tombstone" not in item:
                self._places[str(where.get("file")), where.get("offset") or 0] = path, offset
            elif where is None and isinstance(item.get("url"), str):
                self._places[item["url"]] = path, offset
            offset += len(line)
        if bad:
            self.left_out.append(
                f"{path}: {bad} {'line is not a JSON object' if bad == 1 else 'lines are not JSON objects'}"
            )

    def get(self, capture: IndexEntry) -> _Item | None:
        """Return (title, text) of the item about ``capture``, or None."""
        place = self._places.get((capture.filename, capture.offset)) or self._places.get(capture.url)
        if place is None:
            return None
        with place[0].open("rb") as stream:
            stream.seek(place[1])
            item = _object(stream.readline()) or {}
        title, text = (value if isinstance(value := item.get(name), str) else None for name in ("title", self._text))
        return title, text


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write_pages(
    index: Path,
    directories: Mapping[str, Path],
    scratch: Path,
    items: Items,
    main_page: str | None = None,
) -> PageLists:
    """Write ``pages.jsonl`` into ``scratch``, and with ``items`` also ``extraPages.jsonl``.

    Each has a header line, then a line for every HTML page with status 200, sorted by time. With ``items``, the first
    list has their pages, with texts. The second list has these first and then all others: if there is a second list,
    ReplayWeb.page only searches its first megabyte, and shows its additional pages on demand.

    Args:
        index: CDXJ of the collection.
        directories: file name in the index -> folder of the file.
        scratch: folder for temporary files.
        main_page: address of the start page; by default the front page of the site, else the first page.

    Raises:
        ArchiveError: a record is not at its position in the index, or ``main_page`` is not a page of the collection.
    """
    if main_page and not any(capture.url == main_page and _is_page(capture) for capture in lookup(index, main_page)):
        raise ArchiveError(f"{main_page} is not a page of the collection: choose another --main-page")
    lists = PageLists()
    fronts: list[dict[str, str]] = []
    with LineSorter(scratch) as listed, LineSorter(scratch) as extra, _Files(directories) as files:
        for capture, item in _captures(index, items):
            if capture.filename not in directories:
                raise ArchiveError(f"{index}: a line names {capture.filename!r}, which is not among the WARC files")
            title, text = item or (None, None)
            page = _page(capture, title or title_of(*files.open(capture.filename), capture.offset))
            sorter = extra if items and item is None else listed
            sorter.add(capture.timestamp.encode("ascii") + _line({**page, "text": text} if text else page))
            if _is_front(capture.url, main_page):
                fronts.append(page)
        lists.pages, first = _append(scratch / "pages.jsonl", listed, has_text=bool(items))
        if items:
            shutil.copyfile(scratch / "pages.jsonl", scratch / "extraPages.jsonl")
            lists.extra, other = _append(scratch / "extraPages.jsonl", extra)
            first = first or other
    lists.main = min(fronts, key=lambda page: page["ts"], default=first)
    return lists


def _captures(index: Path, items: Items) -> Iterator[tuple[IndexEntry, _Item | None]]:
    """Yield the pages, each with the title and text of its item."""
    previous = ("", "")
    for capture in iter_captures(index):
        if not _is_page(capture):
            continue
        item = items.get(capture)
        # A page that was fetched twice in a second is listed once.
        if item is None and previous == (capture.timestamp, capture.url):
            continue
        previous = (capture.timestamp, capture.url)
        yield capture, item


def _is_page(capture: IndexEntry) -> bool:
    return capture.status == 200 and capture.mime in _PAGE_TYPES


def _is_front(url: str, main_page: str | None) -> bool:
    return url == main_page if main_page else urlsplit(url).path in ("", "/")


def _append(path: Path, lines: LineSorter, *, has_text: bool = False) -> tuple[int, dict[str, str] | None]:
    """Add entries to a list, which gets a header if it is new. Return (count, first entry)."""
    first, count = None, 0
    with path.open("ab") as target:
        if not target.tell():
            header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
            target.write(_line({**header, "hasText": True} if has_text else header))
        for line in lines.sorted():
            entry = line[len("YYYYMMDDhhmmss") :]
            first = first or _object(entry)
            target.write(entry)
            count += 1
    return count, first


def _page(capture: IndexEntry, title: str | None) -> dict[str, str]:
    moment = capture.timestamp
    identity = f"{moment} {capture.url} {capture.filename} {capture.offset}"
    # The address comes first, since the lines of one second are sorted by their text.
    page = {
        "url": capture.url,
        "ts": f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}:{moment[12:]}Z",
        "id": hashlib.sha256(identity.encode()).hexdigest()[:24],
    }
    if title:
        page["title"] = title
    return page


class _Files:
    """Keeps the last file open: consecutive pages are mostly in the same file."""

    def __init__(self, directories: Mapping[str, Path]) -> None:
        self._directories = directories
        self._name = ""
        self._open: tuple[str, BinaryIO] | None = None

    def open(self, name: str) -> tuple[str, BinaryIO]:
        """Return (name for messages, open file)."""
        if self._open is None or name != self._name:
            self.close()
            path = find(self._directories[name], name)
            self._name, self._open = name, (str(path), path.open("rb"))
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def title_of(name: str, stream: BinaryIO, offset: int) -> str | None:
    """Return the text of the ``title`` element of the page in the record at ``offset``, with white space folded.

    None if there is none in the first megabyte, or if the page cannot be decoded.

    Raises:
        ArchiveError: there is no record at ``offset``.
    """
    record = StreamedRecord(name, stream, offset, is_gzipped=is_gzip(stream, offset))
    head, body = split_head(record.start(_LONGEST_PART))
    header = parse_fields(head)
    try:
        payload = entity_start(header, chain([body], record.chunks()), _LONGEST_PART)
    except UndecodableEntityError:
        return None
    stated = header.get("Content-Type")
    encoding = encoding_of(stated, payload)
    _, text = html_to_unicode(f"text/html; charset={encoding}" if encoding else stated, payload)
    # SVG images in the page may have titles, too.
    title = Selector(text=text or " ", type="html").xpath("string(//title[not(ancestor::svg)])").get() or ""
    return " ".join(title.split()) or None


def _line(entry: Mapping[str, object]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
