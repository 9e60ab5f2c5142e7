"""The page list of a WACZ: ``pages/pages.jsonl``, WACZ 1.1.1, section 5.2.3."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from parsel import Selector
from w3lib.encoding import html_to_unicode

from archive.cdxj import IndexEntry, iter_captures
from archive.cdxj.files import find
from archive.cdxj.sort import LineSorter
from archive.charset import encoding_of
from archive.entity import entity_start
from archive.errors import ArchiveError, UndecodableEntityError
from archive.message import parse_fields, split_head
from archive.warc.reader import StreamedRecord, is_gzip

_PAGE_TYPES = {"text/html", "application/xhtml+xml"}
_LONGEST_PART = 1 << 20
"""Bytes of a page in which its title is looked for."""


def page_lines(index: Path, directories: Mapping[str, Path], scratch: Path) -> Iterator[bytes]:
    """The header line, then a line for every HTML page that was answered with 200, in the order of time.

    Args:
        index: CDXJ of the collection.
        directories: file name in the index -> folder of the file.
        scratch: where temporary files go.

    Raises:
        ArchiveError: a record is not where the index says.
    """
    yield _line({"format": "json-pages-1.0", "id": "pages", "title": "Pages"})
    with LineSorter(scratch) as sorter:
        before = ("", "")
        for capture in iter_captures(index):
            # A crawler that fetches a page twice in a second shows it once.
            if capture.status == 200 and capture.mime in _PAGE_TYPES and before != (capture.timestamp, capture.url):
                before = (capture.timestamp, capture.url)
                if capture.filename not in directories:
                    raise ArchiveError(f"{index}: a line names {capture.filename!r}, which is not packaged")
                path = find(directories[capture.filename], capture.filename)
                page = _page(capture, title_of(path, capture.offset))
                sorter.add(capture.timestamp.encode("ascii") + _line(page))
        for line in sorter.sorted():
            yield line[len("YYYYMMDDhhmmss") :]


def _page(capture: IndexEntry, title: str | None) -> dict[str, str]:
    moment = capture.timestamp
    identity = f"{moment} {capture.url} {capture.filename} {capture.offset}"
    # The address first: the lines of one second are sorted by what they begin with.
    page = {
        "url": capture.url,
        "ts": f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}:{moment[12:]}Z",
        "id": hashlib.sha256(identity.encode()).hexdigest()[:24],
    }
    if title:
        page["title"] = title
    return page


def title_of(path: Path, offset: int) -> str | None:
    """The text of the ``title`` element of the page in the record at ``offset``, white space folded.

    None without one in the first megabyte, or when the page cannot be decoded.

    Raises:
        ArchiveError: there is no record.
    """
    with path.open("rb") as stream:
        record = StreamedRecord(str(path), stream, offset, is_gzipped=is_gzip(stream))
        head, body = split_head(record.start(_LONGEST_PART))
        header = parse_fields(head)
        try:
            payload = entity_start(header, chain([body], record.chunks()), _LONGEST_PART)
        except UndecodableEntityError:
            return None
    stated = header.get("Content-Type")
    encoding = encoding_of(stated, payload)
    _, text = html_to_unicode(f"text/html; charset={encoding}" if encoding else stated, payload)
    # An SVG image in the page has titles of its own.
    title = Selector(text=text or " ", type="html").xpath("string(//title[not(ancestor::svg)])").get() or ""
    return " ".join(title.split()) or None


def _line(entry: dict[str, str]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
