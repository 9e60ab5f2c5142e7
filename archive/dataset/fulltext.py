"""Full-text indexes of a database: FTS5 over the word stems of the texts, and a table that maps words to stems.

The indexes have no texts (``content=''``), because the tables have them, and no word forms: queries use the stem.
Any SQLite can read them. ``search_words`` gives the stem of a word, for programs without a stemmer; it has each word
in lower case, and also folded if that is different.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from archive.dataset.stems import TOKEN, Stems, Word, primary

WORDS = "search_words"
"""Name of the table of words."""

_MOST_WORDS = 40_000
"""Words of one language whose stems are cached, some 10 MB; after that the cache is emptied."""

_BUFFER_SIZE = 2 << 20
"""Bytes of an index that are kept in memory before they are written."""

_MOST_LANGUAGES = 20
"""Languages with a cache at a time; pages may state any language."""


class FullText:
    """The full-text indexes of a database that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._new_words: list[Word] = []
        self._stems: dict[str, Stems] = {}
        self._inserts: dict[str, str] = {}
        # Queries look for a word, in all languages: it is the first column of the key.
        self._db.execute(
            f"CREATE TABLE {WORDS} (\n  word TEXT NOT NULL,\n  stem TEXT NOT NULL,\n  language TEXT NOT NULL,\n"
            "  PRIMARY KEY (word, stem, language)\n) WITHOUT ROWID"
        )

    def create(self, table: str, columns: Sequence[str], heading: str | None = None) -> None:
        """Create the index ``<table>_fts`` with these columns; words of ``heading`` have the greatest weight."""
        name = f'"{table}_fts"'
        names = ", ".join(f'"{column}"' for column in columns)
        # The stems are normalized already: their letters must not be changed.
        self._db.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5({names}, content='', tokenize='unicode61 remove_diacritics 0')"
        )
        weights = ", ".join("5.0" if column == heading else "1.0" for column in columns)
        self._db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('rank', 'bm25({weights})')")  # noqa: S608
        # A large buffer, as each piece that is written has to be merged with others later.
        self._db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {_BUFFER_SIZE})")  # noqa: S608
        marks = ", ".join("?" for _ in columns)
        self._inserts[table] = f"INSERT INTO {name} (rowid, {names}) VALUES (?, {marks})"  # noqa: S608

    def add(self, table: str, row: int, language: str | None, texts: Iterable[str | None]) -> None:
        """Index the texts of a row, in the order of the columns; ``language`` is their BCP 47 language."""
        stems = self._stems_of(primary(language))
        self._db.execute(
            self._inserts[table],
            (row, *(" ".join(map(stems.__getitem__, TOKEN.findall(text or ""))) for text in texts)),
        )
        if self._new_words:
            rows = (
                (spelling, word.stem, word.language)
                for word in self._new_words
                if word.stem
                # Users without this code cannot fold words: so the written form is a key, too.
                for spelling in sorted({word.folded, word.written})
            )
            self._db.executemany(f"INSERT OR IGNORE INTO {WORDS} VALUES (?, ?, ?)", rows)  # noqa: S608
            self._new_words.clear()

    def finish(self) -> None:
        """Merge each index into one piece, which is smaller and faster."""
        for table in self._inserts:
            self._db.execute(f'INSERT INTO "{table}_fts" ("{table}_fts") VALUES (\'optimize\')')  # noqa: S608

    def _stems_of(self, language: str) -> Stems:
        stems = self._stems.get(language)
        if stems is None or len(stems) > _MOST_WORDS:
            if len(self._stems) >= _MOST_LANGUAGES:
                self._stems.clear()
            stems = self._stems[language] = Stems(language, self._new_words)
        return stems
