"""The captures of the pages of a story by time, and the one that is shown beside the data."""

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
"""Captures listed of one page, the latest ones; the TimeMap has all."""

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
"""How a capture compares with the one before it -> in words."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture of a page."""

    timestamp: str
    """14 digits, UTC."""
    url: str
    """As it was requested."""
    status: int
    change: str
    """Key of `WORDS`."""
    version: int | None
    """Version of the item that was read from this record, if any."""
    place: float
    """Position on the time line of the story: 0 for its first capture, 100 for its last."""
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
        """The time in a readable form."""
        return f"{self.date[:10]} {self.date[11:19]} UTC"


@dataclass(frozen=True, slots=True)
class Page:
    """The captures of the page that an item was read from."""

    item: str
    language: str
    url: str
    captures: Sequence[Capture]
    """By time."""
    more: int
    """Number of earlier captures that are not listed."""
    cited: Capture | None
    """The capture that the item was read from."""
    problem: str | None = None
    """A sentence why the cited capture cannot be shown."""


@dataclass(frozen=True, slots=True)
class Captured:
    """The captures of a story in the archive."""

    pages: Sequence[Page] = ()
    page: Page | None = None
    """The page that is shown."""
    shown: Capture | None = None
    problem: str | None = None
    """A sentence why nothing is shown."""
    lacks: int = 0
    """Style sheets and images of the shown page, of the first `_MOST_PARTS`, that are not in the archive."""


def captured(collection: Collection, story: str, language: str, wanted: str | None = None) -> Captured:
    """Return the captures of a story, including those of pages that are gone.

    Args:
        story: Id of the story.
        language: Language of the item whose page is shown.
        wanted: Timestamp of the capture to show. By default, or if there is none, the one that the item was read from.
    """
    if collection.archive is None:
        return Captured(problem=NO_ARCHIVE)
    try:
        pages = [_page(collection.archive, collection.connect(), *row) for row in _items(collection.connect(), story)]
    except ArchiveError as error:
        return Captured(problem=f"{collection.without_paths(str(error))}.")
    pages = _placed([page for page in pages if page.captures])
    page = next((page for page in pages if page.language == language), pages[0] if pages else None)
    if page is None:
        return Captured(problem="This archive has no capture of these pages.")
    chosen = _chosen(page, wanted)
    return Captured(pages, page, chosen, lacks=_lacks(collection.archive, chosen))


def _chosen(page: Page, wanted: str | None) -> Capture:
    """The capture to show: the ``wanted`` one, else the cited one, else the last one with a page."""
    shown = next((capture for capture in page.captures if capture.timestamp == wanted), None)
    last = next((capture for capture in reversed(page.captures) if capture.status < 300), page.captures[-1])
    return shown or page.cited or last


def _lacks(place: Place, capture: Capture) -> int:
    archive = Archive(place.folder, place.index)
    try:
        entry = archive.nearest(capture.url, capture.timestamp)
        parts = parts_of(archive.answer(entry)) if entry else set()
        return sum(not archive.captures(part) for part in sorted(parts)[:_MOST_PARTS])
    except ArchiveError:
        return 0  # the frame with the capture shows the error


def has_capture(place: Place, url: str) -> bool:
    """Whether the archive has a capture of ``url``."""
    try:
        return bool(Archive(place.folder, place.index).captures(url))
    except ArchiveError:
        return False


def is_answered(place: Place, url: str, since: str) -> bool:
    """Whether the archive has a response for ``url``, not an error, later than ``since`` (UTC, ISO 8601)."""
    after = re.sub("[^0-9]", "", since)[:14]
    try:
        captures = Archive(place.folder, place.index).captures(url)
    except ArchiveError:
        return False
    # Without a status: a page that the server called unmodified.
    return any((capture.status or 200) < 400 and capture.timestamp > after for capture in captures)


def _items(db: sqlite3.Connection, story: str) -> list[tuple[str, str, str | None, int | None]]:
    """(id, address, WARC file, offset) of each item of a story; items that are gone come last."""
    present = "SELECT id, url, warc_file, warc_offset FROM news WHERE story_id = ? ORDER BY language"
    gone = (
        "SELECT id, url, NULL, NULL FROM withdrawn WHERE (id = ? OR id LIKE ? || '@%') AND url IS NOT NULL"
        " AND id NOT IN (SELECT id FROM news) ORDER BY id"
    )
    return [tuple(row) for row in (*db.execute(present, (story,)), *db.execute(gone, (story, story)))]


def _page(place: Place, db: sqlite3.Connection, item: str, url: str, file: str | None, offset: int | None) -> Page:
    archive = Archive(place.folder, place.index)
    rows = db.execute("SELECT warc_file, warc_offset, version FROM versions WHERE id = ? AND what <> 'gone'", (item,))
    versions = {(name, start): version for name, start, version in rows}
    known = [*archive.captures(url), *_elsewhere(archive, url, list(versions))]
    entries = distinct(known, url)
    captures = [
        replace(capture, is_damaged=place.is_damaged(entry.filename, entry.offset))
        for entry, capture in zip(entries, _compared(entries, versions), strict=True)
    ]
    places: list[tuple[str | None, int | None]] = [(entry.filename, entry.offset) for entry in entries]
    cited = captures[places.index((file, offset))] if (file, offset) in places else None
    more = max(0, len(captures) - MOST)
    is_known = file is None or any((entry.filename, entry.offset) == (file, offset) for entry in known)
    problem = None
    if not is_known or place.is_damaged(file, offset):
        problem = (
            f"The record that {item} was read from cannot be read: byte {offset} of {file} is damaged, or not here."
        )
    return Page(item, item.partition("@")[2], url, captures[-MOST:], more, cited, problem)


def _elsewhere(archive: Archive, url: str, cited: Sequence[tuple[str, int]]) -> list[IndexEntry]:
    """The captures at former addresses of the page, which are those of the records that its versions cite."""
    known = {(entry.filename, entry.offset) for entry in archive.captures(url)}
    others = [place for place in cited if place not in known and place[0] is not None][-_MOST_MOVES:]
    addresses = set()
    for place in others:
        with suppress(ArchiveError):  # damaged, or not here
            addresses.add(archive.address_at(*place))
    return [entry for address in sorted(addresses) for entry in archive.captures(address)]


def _compared(entries: Sequence[IndexEntry], versions: Mapping[tuple[str, int], int | None]) -> list[Capture]:
    """The captures, each compared with the one before by the index alone; no record is read."""
    captures: list[Capture] = []
    last: dict[str, tuple[int, str | None]] = {}
    """Address -> status and digest of its last response."""
    shown: str | None = None
    """Digest of the last page."""
    for entry in entries:
        status, digest = entry.status or 200, entry.digest
        if entry.mime == REVISIT:
            before = last.get(entry.url, (200, shown))
            # The index has no status and no digest of a page that the server called unmodified.
            status, digest = entry.status or before[0], digest or before[1]
        last[entry.url] = status, digest
        change = _change(
            status, is_same=digest is not None and digest == shown, before=[c.change for c in captures[-1:]]
        )
        if change not in (_MOVED, _NO_PAGE):
            shown = digest
        version = versions.get((entry.filename, entry.offset))
        captures.append(Capture(entry.timestamp, entry.url, status, change, version, 0.0))
    return captures


def _change(status: int, *, is_same: bool, before: Sequence[str]) -> str:
    if status >= 300:
        return _MOVED if status < 400 else _NO_PAGE
    if not before:
        return _FIRST
    if before == [_NO_PAGE]:
        return _AGAIN
    return _SAME if is_same else _CHANGED


def _placed(pages: Sequence[Page]) -> list[Page]:
    """``pages`` with the `Capture.place` of each capture set."""
    moments = [seconds_of(capture.timestamp) for page in pages for capture in page.captures]
    first, span = min(moments, default=0.0), max(moments, default=0.0) - min(moments, default=0.0)

    def placed(capture: Capture) -> Capture:
        place = 100 * (seconds_of(capture.timestamp) - first) / span if span else 50.0
        return replace(capture, place=round(place, 2))

    return [
        replace(page, captures=[placed(c) for c in page.captures], cited=placed(page.cited) if page.cited else None)
        for page in pages
    ]
