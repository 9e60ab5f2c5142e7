"""The captures of a story's pages in order of time, and the one that is shown next to the data."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from archive.cdxj import IndexEntry
from archive.errors import ArchiveError
from archive.playback import Archive, parts_of
from archive.playback.captures import REVISIT
from archive.playback.memento import distinct, seconds_of
from migration_spider.browse.archived import Archive as Place
from migration_spider.browse.collection import Collection

MOST = 200
"""Captures of one page that are listed, the last ones; the TimeMap has all."""

_MOST_PARTS = 200
_MOST_MOVES = 10
"""Former addresses of a page whose captures are listed."""

NO_ARCHIVE = "The archive that this collection cites is not here: name its data folder with --archive."

_FIRST, _SAME, _CHANGED, _AGAIN = "first", "same", "changed", "again"
_MOVED, _NO_PAGE = "moved", "no-page"
WORDS = {
    _FIRST: "first capture",
    _SAME: "same bytes as before",
    _CHANGED: "other bytes than before",
    _AGAIN: "there again",
    _MOVED: "moved to another address",
    _NO_PAGE: "no page",
}
"""What a capture was, compared with the one before."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of a page."""

    timestamp: str
    """14 digits, UTC."""
    url: str
    """As it was asked for then."""
    status: int
    change: str
    """Key of `WORDS`."""
    version: int | None
    """Of the item, where one was read from this very record."""
    place: float
    """On the time line of the story: 0 for its first capture, 100 for its last."""
    is_damaged: bool = False
    """Its record could not be read when the archive was indexed."""

    @property
    def words(self) -> str:
        """``change`` in words."""
        return WORDS[self.change]

    @property
    def date(self) -> str:
        """ISO 8601 in UTC, with Z."""
        t = self.timestamp
        return f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:]}Z"

    @property
    def moment(self) -> str:
        """For people."""
        return f"{self.date[:10]} {self.date[11:19]} UTC"


@dataclass(frozen=True, slots=True)
class Page:
    """The captures of the page that an item was read from."""

    item: str
    language: str
    url: str
    captures: Sequence[Capture]
    """In the order of time."""
    more: int
    """Captures before these."""
    cited: Capture | None
    """The one that the item was read from."""
    problem: str | None = None
    """Why that one cannot be shown: a sentence."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What the archive has of a story."""

    pages: Sequence[Page] = ()
    page: Page | None = None
    """The one that is shown."""
    shown: Capture | None = None
    problem: str | None = None
    """Why nothing is shown: a sentence."""
    lacks: int = 0
    """Style sheets and images of the page that is shown, of the first `_MOST_PARTS`, that the archive has not."""


def captured(collection: Collection, story: str, language: str, wanted: str | None = None) -> Captured:
    """The captures of a story, those of pages that are gone by now among them.

    Args:
        story: its id.
        language: of the item whose page is shown.
        wanted: timestamp of the capture that is shown; without it, or when there is none, the one that was read.
    """
    if collection.archive is None:
        return Captured(problem=NO_ARCHIVE)
    try:
        pages = [_page(collection.archive, collection.connect(), *row) for row in _items(collection.connect(), story)]
    except ArchiveError as error:
        return Captured(problem=f"{collection.unplaced(str(error))}.")
    pages = _placed([page for page in pages if page.captures])
    page = next((page for page in pages if page.language == language), pages[0] if pages else None)
    if page is None:
        return Captured(problem="This archive has no capture of these pages.")
    chosen = _chosen(page, wanted)
    return Captured(pages, page, chosen, lacks=_lacks(collection.archive, chosen))


def _chosen(page: Page, wanted: str | None) -> Capture:
    """The capture that is shown: the one that is ``wanted``, else the one that was read, else the last with a page."""
    shown = next((capture for capture in page.captures if capture.timestamp == wanted), None)
    there = next((capture for capture in reversed(page.captures) if capture.status < 300), page.captures[-1])
    return shown or page.cited or there


def _lacks(there: Place, capture: Capture) -> int:
    archive = Archive(there.folder, there.index)
    try:
        entry = archive.nearest(capture.url, capture.timestamp)
        parts = parts_of(archive.answer(entry)) if entry else set()
        return sum(not archive.captures(part) for part in sorted(parts)[:_MOST_PARTS])
    except ArchiveError:
        return 0  # what is shown says why it cannot be read


def has_capture(there: Place, url: str) -> bool:
    """Whether the archive has anything of ``url``."""
    try:
        return bool(Archive(there.folder, there.index).captures(url))
    except ArchiveError:
        return False


def is_answered(there: Place, url: str, since: str) -> bool:
    """Whether the archive has an answer of ``url``, no error, of a time after ``since`` (UTC, ISO 8601)."""
    after = re.sub("[^0-9]", "", since)[:14]
    try:
        captures = Archive(there.folder, there.index).captures(url)
    except ArchiveError:
        return False
    # A page that the server called unmodified has no status of its own.
    return any((one.status or 200) < 400 and one.timestamp > after for one in captures)


def _items(db: sqlite3.Connection, story: str) -> list[tuple[str, str, str | None, int | None]]:
    """(id, address, WARC file, offset) of the items of a story; those that are gone last."""
    there = "SELECT id, url, warc_file, warc_offset FROM news WHERE story_id = ? ORDER BY language"
    gone = (
        "SELECT id, url, NULL, NULL FROM withdrawn WHERE (id = ? OR id LIKE ? || '@%') AND url IS NOT NULL"
        " AND id NOT IN (SELECT id FROM news) ORDER BY id"
    )
    return [tuple(row) for row in (*db.execute(there, (story,)), *db.execute(gone, (story, story)))]


def _page(there: Place, db: sqlite3.Connection, item: str, url: str, file: str | None, offset: int | None) -> Page:
    archive = Archive(there.folder, there.index)
    rows = db.execute("SELECT warc_file, warc_offset, version FROM versions WHERE id = ? AND what <> 'gone'", (item,))
    versions = {(name, start): version for name, start, version in rows}
    known = [*archive.captures(url), *_elsewhere(archive, url, list(versions))]
    entries = distinct(known, url)
    captures = [
        replace(capture, is_damaged=there.is_damaged(entry.filename, entry.offset))
        for entry, capture in zip(entries, _compared(entries, versions), strict=True)
    ]
    places: list[tuple[str | None, int | None]] = [(entry.filename, entry.offset) for entry in entries]
    cited = captures[places.index((file, offset))] if (file, offset) in places else None
    more = max(0, len(captures) - MOST)
    is_known = file is None or any((entry.filename, entry.offset) == (file, offset) for entry in known)
    problem = None
    if not is_known or there.is_damaged(file, offset):
        problem = (
            f"The record that {item} was read from cannot be read: byte {offset} of {file} is damaged, or not here."
        )
    return Page(item, item.partition("@")[2], url, captures[-MOST:], more, cited, problem)


def _elsewhere(archive: Archive, url: str, cited: Sequence[tuple[str, int]]) -> list[IndexEntry]:
    """The captures of the addresses that the page had before: those of the records that its versions cite."""
    there = {(entry.filename, entry.offset) for entry in archive.captures(url)}
    others = [place for place in cited if place not in there and place[0] is not None][-_MOST_MOVES:]
    addresses = set()
    for place in others:
        with suppress(ArchiveError):  # damaged, or not here
            addresses.add(archive.address_at(*place))
    return [entry for address in sorted(addresses) for entry in archive.captures(address)]


def _compared(entries: Sequence[IndexEntry], versions: Mapping[tuple[str, int], int | None]) -> list[Capture]:
    """Each capture with what the index tells of it and of the one before; no record is read."""
    found: list[Capture] = []
    last: dict[str, tuple[int, str | None]] = {}
    """Address -> status and digest of its last answer."""
    shown: str | None = None
    """Digest of the last page."""
    for entry in entries:
        status, digest = entry.status or 200, entry.digest
        if entry.mime == REVISIT:
            before = last.get(entry.url, (200, shown))
            # Of a page that the server called unmodified the index has no status, and no digest.
            status, digest = entry.status or before[0], digest or before[1]
        last[entry.url] = status, digest
        change = _change(status, is_same=digest is not None and digest == shown, before=[c.change for c in found[-1:]])
        if change not in (_MOVED, _NO_PAGE):
            shown = digest
        version = versions.get((entry.filename, entry.offset))
        found.append(Capture(entry.timestamp, entry.url, status, change, version, 0.0))
    return found


def _change(status: int, *, is_same: bool, before: Sequence[str]) -> str:
    if status >= 300:
        return _MOVED if status < 400 else _NO_PAGE
    if not before:
        return _FIRST
    if before == [_NO_PAGE]:
        return _AGAIN
    return _SAME if is_same else _CHANGED


def _placed(pages: Sequence[Page]) -> list[Page]:
    """The same, each capture with its place on the time line of all of them."""
    moments = [seconds_of(capture.timestamp) for page in pages for capture in page.captures]
    first, span = min(moments, default=0.0), max(moments, default=0.0) - min(moments, default=0.0)

    def placed(capture: Capture) -> Capture:
        place = 100 * (seconds_of(capture.timestamp) - first) / span if span else 50.0
        return replace(capture, place=round(place, 2))

    return [
        replace(page, captures=[placed(c) for c in page.captures], cited=placed(page.cited) if page.cited else None)
        for page in pages
    ]
