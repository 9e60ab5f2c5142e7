"""The table of records that are gone from their source, each with the evidence for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.lines import TOMBSTONE, Lines
from archive.dataset.tables import Column, Record, Row, Table


def withdrawn_table(dataset: Dataset) -> Table:
    """Return the table with one row per record that is gone; :func:`withdrawn_rows` makes the rows."""
    columns = (
        Column(dataset.key, "string", False, f"`{dataset.key}` that the item had"),
        Column("url", "string", True, "Address that the item had"),
        Column("title", "string", True, "Title that the item had last"),
        Column("version", "integer", True, "Version that says so; the ones before are in the history"),
        Column("reason", "string", True, "Why: `gone`, `unpublished`, `redirected`, `blocked`"),
        Column("status", "integer", True, "HTTP status that the address answered with"),
        Column("confirmed", "integer", True, "How often this was found"),
        Column("last_seen", "string", True, "UTC time of the last capture with the item"),
        Column("warc_file", "string", True, "File name of the archived response that proves it"),
        Column("warc_offset", "integer", True, "Byte offset of the record's gzip member"),
        Column("warc_length", "integer", True, "Bytes of the record's gzip member"),
        Column("warc_record_id", "string", True, "`WARC-Record-ID`"),
    )
    return Table("withdrawn", "Items that are gone from their source", columns, (dataset.key,), ())


def withdrawn_rows(dataset: Dataset, lines: Lines) -> Iterator[Row]:
    """Yield the rows, in the order of the records."""
    for line, record in lines.withdrawn():
        tombstone: Record = line[TOMBSTONE] or {}
        proof: dict[str, Any] = line.get("warc") or {}
        last = record or {}
        yield (
            line[dataset.key],
            line.get("url") or last.get("url"),
            last.get("title") or line.get("title"),
            line.get("version"),
            tombstone.get("reason"),
            tombstone.get("status"),
            tombstone.get("confirmed"),
            last.get(dataset.seen),
            proof.get("file"),
            proof.get("offset"),
            proof.get("length"),
            proof.get("record_id"),
        )
