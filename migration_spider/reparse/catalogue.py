"""The catalogue of an archive: captures, redirects, pages with items, and pages that are gone.

Each rebuild makes it again, for files of any origin: an index of the own collection does not cover them, and the
result must depend on the archive alone. It is a database on the disk, so that memory does not grow with the number of
captures.
"""

# ruff: noqa: S608 - only names of tables and columns are put into queries

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

from migration_spider.exceptions import MigrationError
from migration_spider.reparse.capture import Capture, Step, host_of, is_same
from migration_spider.reparse.notes import note_of
from migration_spider.reparse.reading import Seen
from migration_spider.reparse.source import Source


class CatalogueError(MigrationError):
    """The catalogue cannot be stored on disk. Raised by :func:`on_disk`."""


_COLUMNS = [field.name for field in fields(Capture)]
_CAPTURE = ", ".join(f"capture.{name}" for name in _COLUMNS)
_VALUES = attrgetter(*_COLUMNS[2:])
_KEYS = ("id_key", "at_key", "url_key", "digest_key")
_INSERT = f"INSERT INTO capture VALUES (NULL, {', '.join('?' * (len(_COLUMNS) + 2 + len(_KEYS)))})"
_OF_URL = "url_key = ? AND url = ?"
_CHOSEN = "(SELECT value FROM json_each(?))"
_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -8192;
BEGIN;
CREATE TABLE capture (number INTEGER PRIMARY KEY, {", ".join(_COLUMNS)}, is_page, host, {", ".join(_KEYS)});
CREATE INDEX capture_id ON capture (id_key);
CREATE INDEX capture_at ON capture (at_key);
CREATE INDEX capture_url ON capture (url_key);
CREATE INDEX capture_digest ON capture (digest_key);
CREATE TABLE later (place INTEGER PRIMARY KEY, type, source, run_id, seen);
CREATE TABLE refusal (record_id TEXT PRIMARY KEY, file, offset, length) WITHOUT ROWID;
CREATE TABLE redirect (url TEXT PRIMARY KEY, target) WITHOUT ROWID;
CREATE TABLE note (
    place INTEGER PRIMARY KEY, record_id, kind, told, refers_to, capture, id, version, run_id, url, fetched_at, host,
    id_key, refers_key, item_key
);
CREATE INDEX note_id ON note (id_key);
CREATE INDEX note_refers ON note (refers_key);
CREATE INDEX note_capture ON note (capture);
CREATE INDEX note_item ON note (item_key);
CREATE TABLE file (source, offset, sha256, size, PRIMARY KEY (source, offset)) WITHOUT ROWID;
CREATE TABLE named (url TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE own (run_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE own_step (place INTEGER PRIMARY KEY, date, capture, note);
CREATE TABLE step (date, place, capture, note, PRIMARY KEY (date, place)) WITHOUT ROWID;
"""
"""``capture.number`` is the order in which captures were added. It is not that of the records if an original follows
the records that refer to it. ``note.capture`` is the last response before the note with the bytes that it refers to.

Queries sort only by keys, because SQLite would sort other values in a file in another folder. Identifiers, addresses
and digests are long and in random order, so indexes contain only four bytes of each (`key`); the indexes of ten million
fit into the memory of the machine. The complete values are compared, too.
"""


@contextmanager
def on_disk(output: Path) -> Iterator[Catalogue]:
    """Yield an empty catalogue in the folder of ``output``, or the nearest existing one above it.

    The file is removed from the folder as soon as it is open, so it disappears when the process ends in any way.

    Raises:
        CatalogueError: It cannot be written.
    """
    folder = next(parent for parent in output.absolute().parents if parent.is_dir())
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".reparse-") as file:
            database = sqlite3.connect(file.name, isolation_level=None)
            catalogue = Catalogue(database)
        with closing(database):
            yield catalogue
    except sqlite3.Error as error:
        raise CatalogueError(f"{folder}: cannot store the catalogue of the archive there: {error}") from error


class Catalogue:
    """The result of a scan, in ``database``, which is new, or by default in memory."""

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self.database = database or sqlite3.connect(":memory:", isolation_level=None)
        self.database.executescript(_SCHEMA)
        self.profiles: dict[str, bytes] = {}
        """Digest of a site profile -> the profile, in the order of the archive."""
        self.profile_of: dict[str, str] = {}
        """Run -> digest of the last profile that its items cite."""
        self.own_runs: set[str] = set()
        """Runs of this project; pages of other crawlers belong to no run."""
        self.hosts: Counter[str] = Counter()
        """Network location -> number of captured pages."""
        self.noted_hosts: Counter[str] = Counter()
        """Network location -> number of notes of the crawl."""
        self.broken: list[str] = []
        """Messages about damage, with file and offset."""
        self.duplicates = 0
        """Number of responses that another record already has: same id, or same URL, date and payload."""
        self.orphans = 0
        """Number of revisit records whose original is not in the archive."""
        self._sources: dict[Source, int] = {}
        self._by_number: list[Source] = []
        self._last_notes: dict[str, int] = {}
        """Run -> place of its last note."""

    # ---- filled by a scan

    def add(self, capture: Capture) -> None:
        """Add a response, unless another record already has it."""
        known = self.at(capture.url, capture.date)
        if known is not None and is_same(known, capture):
            self.duplicates += 1
            return
        host = host_of(capture.url)
        if capture.is_page:
            self.hosts[host] += 1
        row = (capture.place, self._number(capture.source), *_VALUES(capture), capture.is_page, host)
        url = capture.url
        keys = (key(capture.record_id), key(url, capture.date), key(url), key(capture.payload_digest))
        self.database.execute(_INSERT, (*row, *keys))

    def add_note(self, seen: Seen, place: int) -> None:
        """Add a note of the crawl, unless its record was added before."""
        note = note_of(seen.type, seen.told, place)
        original = self._number_of(seen.refers_to)
        host = host_of(note.url)
        known = "SELECT 1 FROM note WHERE id_key = ? AND record_id = ?"
        if self.database.execute(known, (key(seen.record_id), seen.record_id)).fetchone():
            return
        self.database.execute(
            f"INSERT INTO note VALUES ({', '.join('?' * 15)})",
            (
                *(place, seen.record_id, seen.type, seen.told, seen.refers_to, None if note.tombstone else original),
                *(note.id, note.version, note.run_id, note.url, note.fetched_at, host),
                *(key(seen.record_id), key(seen.refers_to), key(note.id, note.version)),
            ),
        )
        self.noted_hosts[host] += 1
        self._last_notes[note.run_id] = place

    def add_refusal(self, seen: Seen, source: Source) -> None:
        """Add a response that is not a page, with its target if it is a redirect."""
        if seen.type == "redirect":
            self.database.execute("INSERT OR REPLACE INTO redirect VALUES (?, ?)", (seen.url, seen.told))
        row = (seen.record_id, source.name, seen.offset, seen.length)
        self.database.execute("INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?)", row)

    def put_off(self, seen: Seen, place: int, source: Source, run_id: str) -> None:
        """Store a record that can only be interpreted after all files are read."""
        row = (place, seen.type, self._number(source), run_id, json.dumps(astuple(seen)))
        self.database.execute("INSERT INTO later VALUES (?, ?, ?, ?, ?)", row)

    def postponed(self, kind: str) -> Iterator[tuple[Seen, int, Source, str]]:
        """Yield the stored records of this type, in the order of the archive."""
        rows = self.database.execute(
            "SELECT seen, place, source, run_id FROM later WHERE type = ? ORDER BY place", (kind,)
        )
        for seen, place, source, run_id in rows:
            yield Seen(*json.loads(seen)), place, self._by_number[source], run_id

    # ---- looking up

    def captures(self) -> Iterator[Capture]:
        """All captures, in the order in which they were added."""
        return map(self._capture, self.database.execute(f"SELECT {_CAPTURE} FROM capture ORDER BY number"))

    def at(self, url: str, date: str) -> Capture | None:
        """The last response of ``url`` at that ``WARC-Date``; some revisits refer to a record by these, without id."""
        return self._one("at_key = ? AND url = ? AND date = ? ORDER BY number DESC", key(url, date), url, date)

    def by_id(self, record_id: str) -> Capture | None:
        """The last response whose bytes are in the record with this id: its own, or that of a revisit."""
        query = "id_key = ? AND record_id = ? ORDER BY number DESC"
        return self._one(query, key(record_id), record_id) if record_id else None

    def by_digest(self, digest: str) -> Capture | None:
        """A response with this ``WARC-Payload-Digest``, which may be the only reference in revisits of WARC 1.0."""
        query = "digest_key = ? AND payload_digest = ? ORDER BY number"
        return self._one(query, key(digest), digest) if digest else None

    def by_url(self, url: str) -> list[Capture]:
        """The responses of ``url`` in the order in which they were added."""
        query = f"SELECT {_CAPTURE} FROM capture WHERE {_OF_URL} ORDER BY number"
        return [self._capture(row) for row in self.database.execute(query, (key(url), url))]

    def final_url(self, url: str) -> str:
        """The target of ``url`` after its redirects."""
        for _ in range(10):
            target = self.database.execute("SELECT target FROM redirect WHERE url = ?", (url,)).fetchone()
            if target is None or self._one(_OF_URL, key(url), url):
                break
            url = target[0]
        return url

    def run_of(self, capture: Capture) -> str:
        """The run of this project that captured it; empty for another program."""
        return capture.run_id if capture.run_id in self.own_runs else ""

    def proof(self, record_id: str) -> Mapping[str, str | int]:
        """``file``, ``offset`` and ``length`` of a record that a tombstone refers to; empty if it is missing."""
        if capture := self.by_id(record_id):
            return {"file": capture.source.name, "offset": capture.offset, "length": capture.length}
        row = self.database.execute("SELECT file, offset, length FROM refusal WHERE record_id = ?", (record_id,))
        return dict(zip(("file", "offset", "length"), row.fetchone() or (), strict=False))

    def url_on(self, host: str) -> str:
        """A captured or noted address on ``host``."""
        query = "SELECT url FROM capture WHERE host = ? UNION ALL SELECT url FROM note WHERE host = ? LIMIT 1"
        return str(self.database.execute(query, (host, host)).fetchone()[0])

    # ---- filled by a rebuild

    def name(self, url: str) -> None:
        """Record that a listing of news names ``url``."""
        self.database.execute("INSERT OR IGNORE INTO named VALUES (?)", (url,))

    def is_named(self, url: str) -> bool:
        """Whether a listing of news names ``url``."""
        return self.database.execute("SELECT 1 FROM named WHERE url = ?", (url,)).fetchone() is not None

    def file(self, capture: Capture) -> tuple[str | None, int | None] | None:
        """Digest and size stored with :meth:`keep_file` for the same record, if any."""
        where = (self._number(capture.source), capture.offset)
        row = self.database.execute("SELECT sha256, size FROM file WHERE source = ? AND offset = ?", where).fetchone()
        return (row[0], row[1]) if row else None

    def keep_file(self, capture: Capture, sha256: str | None, size: int | None) -> None:
        """Store digest and size of an archived file; None if it cannot be read."""
        row = (self._number(capture.source), capture.offset, sha256, size)
        self.database.execute("INSERT INTO file VALUES (?, ?, ?, ?)", row)

    def _one(self, where: str, *values: str | int) -> Capture | None:
        row = self.database.execute(f"SELECT {_CAPTURE} FROM capture WHERE {where} LIMIT 1", values).fetchone()
        return self._capture(row) if row else None

    def _number_of(self, record_id: str) -> int | None:
        """``capture.number`` of :meth:`by_id`."""
        query = "SELECT max(number) FROM capture WHERE id_key = ? AND record_id = ?"
        return self.database.execute(query, (key(record_id), record_id)).fetchone()[0] if record_id else None

    def _number(self, source: Source) -> int:
        if source not in self._sources:
            self._sources[source] = len(self._by_number)
            self._by_number.append(source)
        return self._sources[source]

    def _capture(self, row: Sequence[Any]) -> Capture:
        return Capture(row[0], self._by_number[row[1]], *row[2:])

    # ---- the lines to make again

    def plan(self, hosts: Iterable[str], *, everything: bool) -> tuple[int, int]:
        """Sort the lines of ``hosts`` for :meth:`steps`; return their number, and the number of those with a page.

        Lines of the own archive are in the order of its notes, and pages without a note are left out, unless
        ``everything``. Lines of other archives are in the order of their dates, regardless of the order of the files.
        """
        run, chosen = self.database.execute, json.dumps([*hosts])
        for table in ("own", "own_step", "step"):
            run(f"DELETE FROM {table}")
        self.database.executemany("INSERT INTO own VALUES (?)", ((run_id,) for run_id in self.own_runs if run_id))
        # An original may follow the note that refers to it.
        run(
            "UPDATE note SET capture = (SELECT max(number) FROM capture"
            " WHERE id_key = note.refers_key AND record_id = note.refers_to)"
            " WHERE capture IS NULL AND kind = 'item' AND refers_to != ''"
        )
        run(
            "INSERT INTO own_step SELECT note.place, coalesce(capture.date, note.fetched_at), note.capture, note.place"
            " FROM note LEFT JOIN capture ON capture.number = note.capture"
            f" WHERE note.host IN {_CHOSEN}",
            (chosen,),
        )
        self.database.executemany("DELETE FROM own_step WHERE place = ?", self._unstored())
        if everything:
            run(
                "INSERT INTO own_step SELECT place, date, number, NULL FROM capture WHERE is_page"
                f" AND host IN {_CHOSEN} AND run_id IN (SELECT run_id FROM own)"
                " AND NOT EXISTS (SELECT 1 FROM note WHERE note.capture = number)",
                (chosen,),
            )
        latest = ""
        for place, date, capture, note in run("SELECT * FROM own_step ORDER BY place"):
            # The clock may be set back between two runs, but they must stay in order.
            latest = max(latest, date.rstrip("Z"))
            run("INSERT INTO step VALUES (?, ?, ?, ?)", (latest, place, capture, note))
        run(
            "INSERT INTO step SELECT rtrim(date, 'Z'), place, number, NULL FROM capture WHERE is_page"
            f" AND host IN {_CHOSEN} AND run_id NOT IN (SELECT run_id FROM own)"
            " AND NOT EXISTS"
            " (SELECT 1 FROM note WHERE refers_key = capture.id_key AND refers_to = capture.record_id)",
            (chosen,),
        )
        in_all, pages = run("SELECT count(*), count(capture) FROM step").fetchone()
        return in_all, pages

    def has_unnoted(self) -> bool:
        """Whether some of the lines are of pages that no crawl noted as items."""
        return self.database.execute("SELECT 1 FROM step WHERE note IS NULL LIMIT 1").fetchone() is not None

    def planned(self) -> Iterator[Capture]:
        """The captures of :meth:`steps`."""
        query = f"SELECT {_CAPTURE} FROM step JOIN capture ON number = step.capture ORDER BY step.date, step.place"
        return map(self._capture, self.database.execute(query))

    def steps(self) -> Iterator[Step]:
        """Yield the lines to make again, in their order."""
        rows = self.database.execute(
            f"SELECT note.kind, note.told, note.place, {_CAPTURE} FROM step "
            "LEFT JOIN capture ON capture.number = step.capture LEFT JOIN note ON note.place = step.note "
            "ORDER BY step.date, step.place"
        )
        for kind, told, place, *row in rows:
            yield Step(self._capture(row) if row[0] is not None else None, note_of(kind, told, place) if kind else None)

    def _unstored(self) -> Iterator[tuple[int]]:
        """Yield the places of notes whose line was never written because the run was killed between the two.

        This is possible only for the last note of a run; then the next run wrote the same version of the item again.
        """
        for run_id, place in self._last_notes.items():
            query = (
                "SELECT latest.run_id FROM note JOIN note AS latest"
                " ON latest.item_key = note.item_key AND latest.id = note.id AND latest.version = note.version"
                " WHERE note.place = ? ORDER BY latest.place DESC LIMIT 1"
            )
            if self.database.execute(query, (place,)).fetchone()[0] != run_id:
                yield (place,)


def key(*words: str | int | None) -> int:
    """A hash of ``words``, which differs between processes, so that nobody can prepare many words with the same one."""
    return hash(words) & 0x7FFF_FFFF
