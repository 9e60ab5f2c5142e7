"""Searches a release in all its languages: opens ``news.sqlite`` with a function that converts a query to stems.

::

    from archive.dataset.search import connect
    db = connect("news.sqlite")
    db.execute("SELECT id, title FROM news JOIN news_fts ON fts_row = news_fts.rowid"
               " WHERE news_fts MATCH search_terms(?) ORDER BY rank", ["Мигранты"])

``search_terms(query, language)`` reads the words as words of one language. `archive.dataset.queries` documents the
syntax. Without this module, the table ``search_words`` gives the stem of a word.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from archive.dataset.errors import DatasetError
from archive.dataset.fulltext import WORDS
from archive.dataset.queries import NOTHING, mark, search_terms
from archive.dataset.stems import LANGUAGES

__all__ = ["connect", "mark", "search_terms"]

_MOST_STARTED = 500
"""Words that the start of a word may match, beyond those whose stem has the same start."""


def connect(path: str | os.PathLike[str]) -> sqlite3.Connection:
    """Return a read-only connection to the SQLite file of a release, with the SQL function ``search_terms``.

    Raises:
        DatasetError: the file does not exist or has no table of words.
    """
    try:
        with closing(_open(path)) as db:
            db.execute(f"SELECT 1 FROM {WORDS} LIMIT 1")  # noqa: S608
    except sqlite3.Error as error:
        raise DatasetError(f"{path}: {error}: this release cannot be searched") from error
    db = _open(path)
    words = _Words(path)
    for count in (1, 2):
        db.create_function("search_terms", count, words.search_terms)
    return db


class _Connection(sqlite3.Connection):
    """Closes itself when it is garbage collected: Python 3.13 warns about connections that are left open."""

    def __del__(self) -> None:
        with suppress(sqlite3.Error):  # if it could not be opened
            self.close()


def _open(path: str | os.PathLike[str]) -> sqlite3.Connection:
    address = f"{Path(path).absolute().as_uri()}?mode=ro"
    # It may be closed in another thread.
    return sqlite3.connect(address, uri=True, factory=_Connection, check_same_thread=False)


class _Words:
    """The words of a release, over a separate connection, as they are read during a query of the main one."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._open = partial(_open, path)
        self._db: sqlite3.Connection | None = None
        self._languages: tuple[str, ...] = ()

    def search_terms(self, text: str | None, language: str | None = None) -> str:
        if not text:
            return NOTHING
        if self._db is None:
            self._db = self._open()
            in_table = {name for (name,) in self._db.execute(f"SELECT DISTINCT language FROM {WORDS}")}  # noqa: S608
            self._languages = tuple(sorted(in_table.union(LANGUAGES)))
        return search_terms(str(text), language, languages=self._languages, known=self._known)

    def _known(self, folded: str, is_start: bool) -> Iterator[tuple[str, str]]:
        assert self._db is not None  # noqa: S101 - opened by the caller
        if not is_start:
            query = f"SELECT stem, language FROM {WORDS} WHERE word = ?"  # noqa: S608
            return self._db.execute(query, (folded,))
        query = (
            f"SELECT DISTINCT stem, language FROM {WORDS} WHERE word >= ? AND word < ?"  # noqa: S608
            " AND substr(stem, 1, ?) <> ? ORDER BY 1, 2 LIMIT ?"
        )
        return self._db.execute(query, (folded, folded + "\U0010ffff", len(folded), folded, _MOST_STARTED))
