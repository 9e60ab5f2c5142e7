"""Writes a WACZ of some pages of a collection; their records are copied byte for byte into a new WARC file.

For each page, these records are copied: its response with the request and metadata records; the record that a revisit
refers to; the targets of redirects; and the style sheets, images and files of the page, from the captures nearest in
time.
"""

from __future__ import annotations

import json
import os
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

from archive.cdxj import IndexEntry, WarcFile, iter_captures, lookup
from archive.cdxj.files import find
from archive.disk import replacing
from archive.errors import ArchiveError, BrokenRecordError
from archive.playback import Addresses, Archive, parts_of
from archive.playback.captures import Answer
from archive.wacz.package import Packaged, write_wacz
from archive.wacz.pages import Items
from archive.warc.file import digest
from archive.warc.reader import StreamedRecord, is_gzip, stream_records
from archive.warc.record import VERSION, WARC_FIELDS, format_date, format_fields, new_record_id

MOST_BYTES = 500 << 20
"""Limit of the bytes of all records, as stored in the archive."""

_MOST_REDIRECTS = 5
_NEIGHBOURS = 20
"""Records around a response that are searched for its request and metadata records."""
_PIECE = 1 << 20
_GZIP_WBITS = 31
_ACCOMPANYING = frozenset(("request", "metadata"))


class SelectionTooLargeError(ArchiveError):
    """The selection is larger than the limit; the message is a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page to be packaged."""

    url: str
    file: str | None
    """WARC file and offset of its record; None: its last capture."""
    offset: int | None
    title: str | None = None
    text: str | None = None
    files: Sequence[str] = ()
    """Addresses of files that belong to it."""
    notes: Sequence[str] = ()
    """Addresses of other records about it, such as its item."""


def write_selection(
    archive: Archive,
    pages: Iterable[PageOf],
    output: str | os.PathLike[str],
    *,
    title: str,
    warcinfo: Sequence[tuple[str, str]] = (),
    most_bytes: int = MOST_BYTES,
) -> Packaged:
    """Package ``pages``, as `archive.wacz.write_wacz` packages a complete collection.

    Pages that the archive does not contain are left out, and listed in the warcinfo record (``notInArchive``), as are
    pages with a damaged record (``notReadable``).

    Args:
        title: title of the package.
        warcinfo: fields of the warcinfo record of the WARC file, such as its origin and the pages.
        most_bytes: limit of the bytes of the copied records.

    Raises:
        SelectionTooLargeError: the records have more bytes.
        ArchiveError: there is no page, or none is readable.
        OSError: a file cannot be read or written.
    """
    chosen = _Chosen(archive, most_bytes)
    missing: list[tuple[str, str]] = []
    problem: ArchiveError | None = None
    path = Path(output)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as scratch:
        items = Path(scratch, "pages.jsonl")
        with items.open("w", encoding="utf-8") as stream:
            for page in pages:
                try:
                    if not chosen.add_page(page):
                        missing.append(("notInArchive", page.url))
                        continue
                except SelectionTooLargeError:
                    raise
                except ArchiveError as error:
                    problem = problem or error
                    missing.append(("notReadable", page.url))
                    continue
                stream.write(json.dumps({"url": page.url, "title": page.title, "text": page.text}) + "\n")
        if not any(chosen.records.values()):
            if problem is not None:
                raise ArchiveError(f"there is no page to package: {problem}") from problem
            raise ArchiveError("there is no page to package: none of the pages is in this archive")
        now = datetime.now(timezone.utc)
        warc = Path(scratch, f"selection-{now:%Y%m%d%H%M%S}.warc.gz")
        _copy(archive, chosen, warc, now, [*warcinfo, *missing])
        return write_wacz([WarcFile(warc)], path, title=title, items=Items([items]))


@dataclass
class _Chosen:
    """The records to be copied: file -> offset -> bytes in the file."""

    archive: Archive
    most_bytes: int
    records: dict[str, dict[int, int]] = field(default_factory=dict)
    _places: dict[str, list[int]] = field(default_factory=dict)
    _added: set[tuple[str, int]] = field(default_factory=set)
    _bytes: int = 0

    def add_page(self, wanted: PageOf) -> bool:
        """Add a page with its resources; return False if the archive does not contain it."""
        entry = self._cited(wanted) or self.archive.nearest(wanted.url, None)
        if entry is None:
            return False
        answer = self._add(entry)
        if answer is not None:
            self._add_embedded(answer, entry.timestamp)
        for address in wanted.files:
            self._add_nearest(address, entry.timestamp)
        for address in wanted.notes:
            for note in self._lookup(address):
                with suppress(BrokenRecordError):
                    self._take(note.filename, note.offset)
        return True

    def _cited(self, wanted: PageOf) -> IndexEntry | None:
        return next(
            (c for c in self._lookup(wanted.url) if (c.filename, c.offset) == (wanted.file, wanted.offset)), None
        )

    def _lookup(self, address: str) -> list[IndexEntry]:
        return lookup(self.archive.index, address)

    def _add(self, entry: IndexEntry) -> Answer | None:
        """Add a capture with the records that it needs; return None if it was added before."""
        if (entry.filename, entry.offset) in self._added:
            return None
        self._added.add((entry.filename, entry.offset))
        answer = self.archive.answer(entry)
        for record in {entry, answer.holder}:
            self._take(record.filename, record.offset)
            self._take_accompanying(record)
        return answer

    def _add_if_undamaged(self, entry: IndexEntry) -> Answer | None:
        """Like `_add`, but return None if a record is damaged."""
        try:
            return self._add(entry)
        except SelectionTooLargeError:
            raise
        except ArchiveError:
            return None

    def _add_embedded(self, answer: Answer, timestamp: str) -> None:
        """Add the resources that a page or style sheet embeds; none for a page that cannot be parsed."""
        try:
            addresses = parts_of(answer)
        except ArchiveError:
            return
        for address in sorted(addresses):
            self._add_nearest(address, timestamp)

    def _add_nearest(self, address: str, timestamp: str) -> None:
        """Add an embedded resource or the target of a redirect, if the archive contains it."""
        for _ in range(_MOST_REDIRECTS):
            entry = self.archive.nearest(address, timestamp, shown=True)
            answer = self._add_if_undamaged(entry) if entry is not None else None
            if answer is None:
                return
            if answer.media_type == "text/css":
                self._add_embedded(answer, timestamp)
            target = Addresses("/", timestamp, address).absolute(answer.location) if answer.location else None
            if target is None:
                return
            address = target

    def _take(self, file: str, offset: int, length: int | None = None) -> None:
        offsets = self.records.setdefault(file, {})
        if offset in offsets:
            return
        if length is None:
            path = find(self.archive.directory, file)
            with path.open("rb") as stream:
                length = StreamedRecord(str(path), stream, offset, is_gzipped=is_gzip(stream, offset)).length()
        offsets[offset] = length
        self._bytes += length
        if self._bytes > self.most_bytes:
            raise SelectionTooLargeError(
                f"the records of the pages are larger than {self.most_bytes >> 20} MB together"
            )

    def _take_accompanying(self, entry: IndexEntry) -> None:
        """Add the request and metadata records of a response, which are next to it."""
        path = find(self.archive.directory, entry.filename)
        with path.open("rb") as stream:
            response = StreamedRecord(str(path), stream, entry.offset, is_gzipped=is_gzip(stream, entry.offset))
            response_id = response.headers.get("WARC-Record-ID")
            concurrent_ids = set(response.headers.get_all("WARC-Concurrent-To"))
            passed = 0
            # A damaged neighbour ends the search on its side.
            for start in sorted({self._before(entry), entry.offset}):
                with suppress(BrokenRecordError):
                    for record in stream_records(str(path), stream, start):
                        kind = record.headers.get("WARC-Type") or ""
                        is_named = record.headers.get("WARC-Record-ID") in concurrent_ids
                        names_response = response_id in record.headers.get_all("WARC-Concurrent-To")
                        if kind in _ACCOMPANYING and (is_named or names_response):
                            self._take(entry.filename, record.offset, record.length())
                        passed += record.offset > entry.offset
                        if passed >= _NEIGHBOURS or (passed and kind not in _ACCOMPANYING):
                            return

    def _before(self, entry: IndexEntry) -> int:
        """Return the offset of the previous response in the file of ``entry``; the request comes after that."""
        if not self._places:
            for capture in iter_captures(self.archive.index):
                self._places.setdefault(capture.filename, []).append(capture.offset)
            for offsets in self._places.values():
                offsets.sort()
        offsets = self._places.get(entry.filename, [])
        at = bisect_right(offsets, entry.offset) - 1
        return offsets[at - 1] if at > 0 else 0


def _copy(archive: Archive, chosen: _Chosen, warc: Path, now: datetime, warcinfo: Sequence[tuple[str, str]]) -> None:
    """Write the chosen records to one file: first a warcinfo record of this file, then those of each source file."""
    names = sorted(file for file, records in chosen.records.items() if records)
    info = [*warcinfo, *(("copiedFrom", name) for name in names)]
    with replacing(warc) as target:
        target.write(isal_zlib.compress(_warcinfo(warc.name, now, info), 2, _GZIP_WBITS))
        for name in names:
            path = find(archive.directory, name)
            with path.open("rb") as source:
                records = chosen.records[name]
                is_gzipped = is_gzip(source, min(records))
                with suppress(BrokenRecordError):
                    head = StreamedRecord(str(path), source, 0, is_gzipped=is_gzipped)
                    if head.headers.get("WARC-Type") == "warcinfo":
                        records.setdefault(0, head.length())
                for offset in sorted(records):
                    _copy_one(source, offset, records[offset], target, is_gzipped=is_gzipped)


def _copy_one(source: BinaryIO, offset: int, length: int, target: BinaryIO, *, is_gzipped: bool) -> None:
    pieces = _bytes(source, offset, length)
    if is_gzipped:
        for piece in pieces:
            target.write(piece)
        return
    packer = isal_zlib.compressobj(2, isal_zlib.DEFLATED, _GZIP_WBITS)
    for piece in pieces:
        target.write(packer.compress(piece))
    target.write(packer.flush())


def _bytes(source: BinaryIO, offset: int, length: int) -> Iterator[bytes]:
    source.seek(offset)
    while length:
        piece = source.read(min(length, _PIECE))
        if not piece:
            raise ArchiveError("a WARC file became shorter while it was copied")
        length -= len(piece)
        yield piece


def _warcinfo(name: str, now: datetime, pairs: Sequence[tuple[str, str]]) -> bytes:
    block = format_fields(pairs)
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Date", format_date(now)),
        ("WARC-Filename", name),
        ("Content-Type", WARC_FIELDS),
        ("WARC-Block-Digest", digest(block)),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{field}: {value}\r\n" for field, value in fields)
    return f"{VERSION}\r\n{head}\r\n".encode() + block + b"\r\n\r\n"
