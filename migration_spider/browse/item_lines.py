"""Restores items, as in the lines of a release, from the tables of its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from migration_spider.items import TERM_FIELDS, NewsItem

Record = dict[str, Any]
"""A line of ``news.jsonl``: keys as in `migration_spider.items.NewsItem`."""

_EVIDENCE = ("file", "offset", "length", "record_id", "target_uri", "date", "payload_digest")
_FILE = ("url", "filename", "title", "media_type", "size", "sha256")
_PLACE = ("file", "offset", "length", "record_id", "target_uri")


def records(db: sqlite3.Connection, story: str) -> list[Record]:
    """The current items of a story, by id; empty if there is no such story."""
    rows = db.execute("SELECT * FROM news WHERE story_id = ? ORDER BY id", (story,)).fetchall()
    return [_record(db, row) for row in rows]


def _record(db: sqlite3.Connection, row: sqlite3.Row) -> Record:
    """The line of a row of ``news`` and its linked rows; without the texts if the release has none."""
    key, columns = row["id"], set(row.keys())
    linked: dict[str, Any] = {
        "is_fallback": bool(row["is_fallback"]),
        "translations": {entry["language"]: entry["url"] for entry in _linked(db, "translations", key)},
        "metadata": list(_entries(_linked(db, "metadata", key, "position, value_position"))),
        "attachments": _picked(_linked(db, "attachments", key), _FILE),
        "images": _picked(_linked(db, "images", key), ("url", "alt")),
        "problems": [problem["code"] for problem in _linked(db, "problems", key)],
        "warc": {name: row[f"warc_{name}"] for name in _EVIDENCE} if row["warc_file"] else None,
    }
    for field in TERM_FIELDS:
        names = ("raw", "id", "label", *(("type", "iso3") if field == "geographic_scope" else ()))
        linked[field] = _picked(_linked(db, field, key), names)
    every = [field.name for field in fields(NewsItem)]
    return {name: linked[name] if name in linked else row[name] for name in every if name in linked or name in columns}


def _picked(rows: Iterable[sqlite3.Row], names: Sequence[str]) -> list[Record]:
    return [{name: row[name] for name in names} for row in rows]


def _linked(db: sqlite3.Connection, field: str, key: str, order: str = "position") -> list[sqlite3.Row]:
    query = f'SELECT * FROM "news_{field}" WHERE news_id = ? ORDER BY {order}'  # noqa: S608 - names of fields
    return db.execute(query, (key,)).fetchall()


def _entries(rows: list[sqlite3.Row]) -> Iterator[Record]:
    entry: Record | None = None
    place = None
    for row in rows:
        if entry is None or row["position"] != place:
            if entry is not None:
                yield entry
            entry, place = {"label": row["label"], "values": []}, row["position"]
        if row["text"] is not None:
            entry["values"].append({"text": row["text"], "url": row["url"]})
    if entry is not None:
        yield entry


def places(db: sqlite3.Connection, item_id: str) -> list[Record | None]:
    """The archived record of each file of the item, in order; None for a file without one."""
    return [
        {name: row[f"warc_{name}"] for name in _PLACE} if row["warc_file"] else None
        for row in _linked(db, "attachments", item_id)
    ]
