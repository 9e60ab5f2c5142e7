"""Mappings and sets that grow with the site; they are stored in a file, so that memory does not depend on the size of
a run.

They behave like ``dict`` and ``set`` of strings, within one process: SQLite deletes the file when it is closed
(sqlite.org/inmemorydb.html, "Temporary Databases"). Reading an entry takes about ten microseconds, instead of 100 to
600 bytes of memory. The first entries of a run stay in memory, so a site of some hundred pages needs no file.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, MutableMapping, MutableSet, ValuesView
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from migration_spider.exceptions import KeptError

V = TypeVar("V")

MOST_HELD = 16_384
"""Entries of a room that stay in memory, some 5 MB."""

CHUNK = 500
"""Entries read at once, because the table may change during an iteration."""

CACHE = 2000
"""KiB of the file that SQLite caches in memory."""

_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{CACHE};
CREATE TABLE entry (
    owner INTEGER NOT NULL, key BLOB NOT NULL, place INTEGER NOT NULL, value BLOB, PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE INDEX entry_place ON entry (owner, place);
CREATE TABLE member (owner INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID;
BEGIN;
"""
"""One transaction that is never committed, because the file is temporary."""

_FIND = "SELECT value FROM entry WHERE owner = ? AND key = ?"
_ADD = "INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?)"
_FIND_MEMBER = "SELECT 1 FROM member WHERE owner = ? AND key = ?"
_ADD_MEMBER = "INSERT OR IGNORE INTO member VALUES (?, ?)"


class Room:
    """The store of mappings and sets: the first entries in memory; then each one that grows is moved to the file.

    If the file cannot be written or read, every later use of it raises KeptError, because without a journal SQLite
    cannot undo a change.

    Args:
        most: Entries that stay in memory, by default `MOST_HELD`.
        failed: Called once with cause and remedy if the file cannot be used.
    """

    def __init__(self, most: int | None = None, failed: Callable[[str], None] | None = None) -> None:
        self._left = MOST_HELD if most is None else most
        self._failed = failed
        self._numbers = count()
        self.db: sqlite3.Connection | None = None
        """The file; None until it is needed."""
        self.failure = ""
        """Why the file cannot be used."""

    def number(self) -> int:
        """A new number for an owner."""
        return next(self._numbers)

    def takes(self) -> bool:
        """Whether another entry may stay in memory; each call counts one."""
        self._left -= 1
        return self._left >= 0

    def ask(self, query: str, *values: Any) -> list[Any]:
        """Return the rows of a query."""
        return cast("list[Any]", self._use(lambda db: db.execute(query, values).fetchall()))

    def change(self, query: str, *values: Any) -> int:
        """Run a statement, and return the number of changed rows."""
        return cast(int, self._use(lambda db: db.execute(query, values).rowcount))

    def move(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert the entries that were in memory."""
        self._use(lambda db: db.executemany(query, rows))

    def _use(self, step: Callable[[sqlite3.Connection], Any]) -> Any:
        if self.failure:
            raise KeptError(self.failure)
        try:
            return step(self.db or self._open())
        except sqlite3.Error as error:
            self.failure = (
                f"the run's temporary file in {_folder()} cannot be used ({error}): make room there, or name another "
                "folder in SQLITE_TMPDIR, and run again"
            )
            if self._failed:
                self._failed(self.failure)
            raise KeptError(self.failure) from error

    def _open(self) -> sqlite3.Connection:
        self.db = db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, db.close)
        db.executescript(_SCHEMA)
        return db


class Table(MutableMapping[str, V], Generic[V]):
    """A mapping with strings as keys, in insertion order like a ``dict``; it returns copies of its values.

    An iteration yields the keys that existed at its start and still exist, with their current values.

    Args:
        room: Where it is stored.
        dump: Converts a value to text or None; by default, values are text.
        load: Converts it back.
    """

    def __init__(
        self,
        room: Room,
        dump: Callable[[V], str | None] | None = None,
        load: Callable[[str | None], V] | None = None,
    ) -> None:
        self._room = room
        self._owner, self._places = room.number(), count()
        self._dump: Callable[[V], Any] = dump or _same
        self._load: Callable[[Any], V] = load or _same
        self._held: dict[str, str | None] | None = {}
        """The entries in memory, as dumped; None once they are in the file."""
        self._size = 0
        """Entries in the file."""

    def _find(self, key: object) -> list[str | None]:
        """A list with the value as dumped, or an empty list."""
        if self._held is not None:
            return [self._held[key]] if key in self._held else []
        if not isinstance(key, str):
            return []
        return [_text(value) for (value,) in self._room.ask(_FIND, self._owner, _bytes(key))]

    def get(self, key: str, default: Any = None) -> Any:
        found = self._find(key)
        return self._load(found[0]) if found else default

    def __getitem__(self, key: str) -> V:
        if not (found := self._find(key)):
            raise KeyError(key)
        return self._load(found[0])

    def __contains__(self, key: object) -> bool:
        return bool(self._find(key))

    def __setitem__(self, key: str, value: V) -> None:
        dumped = self._dump(value)
        if self._held is not None:
            if key in self._held or self._room.takes():
                self._held[key] = dumped
                return
            self._move(self._held)
        place, row = (self._owner, _bytes(key)), _bytes(dumped)
        if self._room.change(_ADD, *place, next(self._places), row):
            self._size += 1
        else:
            self._room.change("UPDATE entry SET value = ? WHERE owner = ? AND key = ?", row, *place)

    def _move(self, held: Mapping[str, str | None]) -> None:
        rows = ((self._owner, _bytes(key), next(self._places), _bytes(value)) for key, value in held.items())
        self._room.move(_ADD, rows)
        self._size, self._held = len(held), None

    def __delitem__(self, key: str) -> None:
        if self._held is not None:
            del self._held[key]
            return
        if not self._room.change("DELETE FROM entry WHERE owner = ? AND key = ?", self._owner, _bytes(key)):
            raise KeyError(key)
        self._size -= 1

    def __len__(self) -> int:
        return self._size if self._held is None else len(self._held)

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self._rows())

    def __ior__(self, other: Mapping[str, V] | Iterable[tuple[str, V]]) -> Table[V]:
        self.update(other)
        return self

    def items(self) -> ItemsView[str, V]:
        return _Items(self)

    def values(self) -> ValuesView[V]:
        return _Values(self)

    def _rows(self) -> Iterator[tuple[str, V]]:
        if self._held is not None:
            for key in list(self._held):
                # The entries may have been moved to the file since.
                for dumped in self._find(key):
                    yield key, self._load(dumped)
            return
        query = "SELECT place, key, value FROM entry WHERE owner = ? AND place > ? AND place < ? ORDER BY place LIMIT ?"
        last, end = -1, next(self._places)
        while rows := self._room.ask(query, self._owner, last, end, CHUNK):
            for _, word, value in rows:
                yield word.decode("utf-8", "surrogatepass"), self._load(_text(value))
            last = rows[-1][0]


class _Items(ItemsView[str, V]):
    def __init__(self, table: Table[V]) -> None:
        super().__init__(table)
        self._table = table

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._table._rows()


class _Values(ValuesView[V]):
    def __init__(self, table: Table[V]) -> None:
        super().__init__(table)
        self._table = table

    def __iter__(self) -> Iterator[V]:
        return (value for _, value in self._table._rows())


class Keys(MutableSet[str]):
    """A set of strings, stored in ``room``; iterated in byte order."""

    def __init__(self, room: Room) -> None:
        self._room, self._owner = room, room.number()
        self._held: set[str] | None = set()
        """The members in memory; None once they are in the file."""
        self._size = 0
        """Members in the file."""

    def __contains__(self, key: object) -> bool:
        if self._held is not None:
            return key in self._held
        return isinstance(key, str) and bool(self._room.ask(_FIND_MEMBER, self._owner, _bytes(key)))

    def add(self, value: str) -> None:
        if self._held is not None:
            if value in self._held or self._room.takes():
                self._held.add(value)
                return
            self._room.move(_ADD_MEMBER, ((self._owner, _bytes(member)) for member in self._held))
            self._size, self._held = len(self._held), None
        self._size += self._room.change(_ADD_MEMBER, self._owner, _bytes(value))

    def update(self, values: Iterable[str]) -> None:
        """Add all ``values``."""
        for value in values:
            self.add(value)

    def discard(self, value: str) -> None:
        if self._held is not None:
            self._held.discard(value)
        else:
            query = "DELETE FROM member WHERE owner = ? AND key = ?"
            self._size -= self._room.change(query, self._owner, _bytes(value))

    def __len__(self) -> int:
        return self._size if self._held is None else len(self._held)

    def __iter__(self) -> Iterator[str]:
        if self._held is not None:
            # UTF-8 bytes sort by code point, as strings do.
            yield from sorted(self._held)
            return
        query = "SELECT key FROM member WHERE owner = ? AND key > ? ORDER BY key LIMIT ?"
        if "" in self:
            yield ""
        last = b""
        while rows := self._room.ask(query, self._owner, last, CHUNK):
            for (key,) in rows:
                yield key.decode("utf-8", "surrogatepass")
            last = rows[-1][0]

    @classmethod
    def _from_iterable(cls, it: Iterable[Any]) -> Any:
        return set(it)  # the result of an operation on two sets is not stored in the room


def _folder() -> str:
    """The folder of SQLite's temporary files (sqlite.org/tempfiles.html, "Temporary File Storage Locations")."""
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for folder in (*named, "/var/tmp", "/usr/tmp", "/tmp"):  # noqa: S108  (SQLite's)
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return str(Path.cwd())


def _same(value: Any) -> Any:
    return value


def _bytes(text: str | None) -> Any:
    """Text as bytes; SQLite would refuse text with half of a surrogate pair."""
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogatepass")
