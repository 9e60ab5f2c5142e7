"""Full-text indexes of a database: FTS5 over the word stems of the texts, and a table that maps words to stems.

The indexes have no texts (``content=''``), because the tables have them, and no forms of words: queries use the stem.
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
"""Words of one language that are remembered with their stems: some 10 MB. Then the memory starts anew."""

_HELD = 2 << 20
"""Bytes of an index that are held in memory."""

_MOST_LANGUAGES = 20
"""As many are remembered at a time; a page may claim any."""


class FullText:
    """The full-text indexes of a database that is being written."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._met: list[Word] = []
        self._stems: dict[str, Stems] = {}
        self._names: dict[str, str] = {}
        # What is asked for is a word; the languages of a word follow.
        self._db.execute(
            f"CREATE TABLE {WORDS} (\n  word TEXT NOT NULL,\n  stem TEXT NOT NULL,\n  language TEXT NOT NULL,\n"
            "  PRIMARY KEY (word, stem, language)\n) WITHOUT ROWID"
        )

    def create(self, table: str, columns: Sequence[str], heading: str | None = None) -> None:
        """An index ``<table>_fts`` with these columns; words of ``heading`` count most."""
        name = f'"{table}_fts"'
        names = ", ".join(f'"{column}"' for column in columns)
        # The stems are as they should be: nothing is to be taken from their letters.
        self._db.execute(
            f"CREATE VIRTUAL TABLE {name} USING fts5({names}, content='', tokenize='unicode61 remove_diacritics 0')"
        )
        weights = ", ".join("5.0" if column == heading else "1.0" for column in columns)
        self._db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('rank', 'bm25({weights})')")  # noqa: S608
        # Held before they are written, as each piece written is merged with others later.
        self._db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {_HELD})")  # noqa: S608
        marks = ", ".join("?" for _ in columns)
        self._names[table] = f"INSERT INTO {name} (rowid, {names}) VALUES (?, {marks})"  # noqa: S608

    def add(self, table: str, row: int, language: str | None, texts: Iterable[str | None]) -> None:
        """Index the texts of a row, in the order of the columns; ``language`` is theirs (BCP 47)."""
        stems = self._stems_of(primary(language))
        self._db.execute(
            self._names[table], (row, *(" ".join(map(stems.__getitem__, TOKEN.findall(text or ""))) for text in texts))
        )
        if self._met:
            rows = (
                (spelling, one.stem, one.language)
                for one in self._met
                if one.stem
                # Nobody without our code knows what is folded: a word is found as it is written too.
                for spelling in sorted({one.folded, one.written})
            )
            self._db.executemany(f"INSERT OR IGNORE INTO {WORDS} VALUES (?, ?, ?)", rows)  # noqa: S608
            self._met.clear()

    def finish(self) -> None:
        """Merge each index into one piece: smaller, and quicker to search."""
        for table in self._names:
            self._db.execute(f'INSERT INTO "{table}_fts" ("{table}_fts") VALUES (\'optimize\')')  # noqa: S608

    def _stems_of(self, language: str) -> Stems:
        stems = self._stems.get(language)
        if stems is None or len(stems) > _MOST_WORDS:
            if len(self._stems) >= _MOST_LANGUAGES:
                self._stems.clear()
            stems = self._stems[language] = Stems(language, self._met)
        return stems
