"""The addresses of items that are not in their last line, because a new address alone makes no new line."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

HERE = """item.id IN (SELECT id FROM place WHERE url = ? AND is_here
    UNION ALL SELECT item.id FROM item WHERE item.url = ? AND item.id NOT IN (SELECT id FROM place WHERE is_here))"""
"""Condition (with the address twice): the item was last found there."""

URL = "coalesce((SELECT place.url FROM place WHERE place.id = item.id AND is_here), item.url)"
"""The address where an item was last found, or else the one in its last line."""


class Places:
    """The table of further addresses of items, in addition to that in their last line. An address has only one item."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def note(self, item_id: str, before: str | None, stored: str, url: str) -> None:
        """Record that the item was found at ``url``.

        Args:
            before: Address in its previous line, if any.
            stored: Address in its current last line.
        """
        query = "SELECT url, id, is_here FROM place WHERE url = ? OR (id = ? AND is_here)"
        rows = self._db.execute(query, (url, item_id)).fetchall()
        if before in (None, stored) and (rows == [] if stored == url else rows == [(url, item_id, 1)]):
            return
        with self._db:
            self._db.execute("UPDATE place SET is_here = 0 WHERE id = ?", (item_id,))
            if before is not None and before != stored:
                self._db.execute("INSERT OR REPLACE INTO place VALUES (?, ?, 0)", (before, item_id))
            if url == stored:
                self._db.execute("DELETE FROM place WHERE url = ?", (url,))
            else:
                self._db.execute("INSERT OR REPLACE INTO place VALUES (?, ?, 1)", (url, item_id))

    def note_too(self, item_id: str, url: str) -> None:
        """Record that the item was also found at ``url``, in the same run."""
        row = self._db.execute(f"SELECT {URL} FROM item WHERE id = ?", (item_id,)).fetchone()  # noqa: S608
        known = self._db.execute("SELECT 1 FROM place WHERE url = ? AND id = ?", (url, item_id)).fetchone()
        if row and row[0] != url and not known:
            with self._db:
                self._db.execute("INSERT OR REPLACE INTO place VALUES (?, ?, 0)", (url, item_id))

    def of(self, item_ids: Sequence[str]) -> set[str]:
        """All addresses at which these items were found."""
        query = "SELECT url FROM item WHERE id = ? UNION SELECT url FROM place WHERE id = ?"
        return {url for item_id in item_ids for (url,) in self._db.execute(query, (item_id, item_id))}
