"""Every version of every record: when it was met, what it changed, where its bytes and its line are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.lines import Lines, Span, is_tombstone, load
from archive.dataset.schema import DRAFT, Field
from archive.dataset.tables import SEPARATOR, Column, Row, Table

HISTORY, HISTORY_PARQUET = "history.jsonl", "history.parquet"
"""The files with the lines that are not the present state of a record."""

NEW, CHANGED, GONE, BACK = "new", "changed", "gone", "back"


def versions_table(dataset: Dataset) -> Table:
    """One row per line; its rows are made by :class:`Versions`."""
    columns = (
        Column(dataset.key, "string", False, f"`{dataset.key}` of the item, also of one that is gone"),
        Column("position", "integer", False, "Place among the versions of the item, from 1"),
        Column("version", "integer", True, "Version number of the item"),
        Column("what", "string", False, "`new`, `changed`, `gone` from its source, or `back` after that"),
        Column(
            "met", "string", True, "UTC time of the capture that brought it; of what is gone, of the run that said so"
        ),
        Column("title", "string", True, "Title that it has"),
        Column("digest", "string", True, "Digest of its content"),
        Column("fields", "string", True, f"Fields that differ from the previous version, separated by `{SEPARATOR}`"),
        Column("warc_file", "string", True, "File name of the archived response that it was read from"),
        Column("warc_offset", "integer", True, "Byte offset of the record's gzip member"),
        Column("warc_length", "integer", True, "Bytes of the record's gzip member"),
        Column("warc_record_id", "string", True, "`WARC-Record-ID`"),
        Column("file", "string", False, "File of this release that holds its line"),
    )
    description = "Every version of every item, and when items were gone, in the order in which they were stored"
    return Table("versions", description, columns, (dataset.key, "position"), ())


@dataclass(frozen=True, slots=True)
class _Past:
    """What came before of a record."""

    position: int
    record: Span | None
    """The last line with the record itself."""

    is_withdrawn: bool


class Versions:
    """Reads every line once."""

    def __init__(self, dataset: Dataset, lines: Lines, fields: Sequence[Field]) -> None:
        self._dataset, self._lines = dataset, lines
        self.keys: dict[str, set[str]] = {field.name: set() for field in fields if field.kind == "map"}
        """Field with a map -> keys that it has in any line; known when all rows are."""

    def rows(self) -> Iterator[Row]:
        """The rows of :func:`versions_table`, in the order of the lines."""
        dataset, lines = self._dataset, self._lines
        past: dict[str, _Past] = {}
        untold = {*dataset.provenance, *([dataset.stories.translations] if dataset.stories else [])}
        offset = 0
        for record, line in lines.all():
            span: Span = (offset, len(line))
            offset += len(line)
            for name, keys in self.keys.items():
                keys.update(record.get(name) or ())
            key = record[dataset.key]
            before, last = past.pop(key, None), lines.last(key)
            is_gone = is_tombstone(record)
            what, fields = GONE if is_gone else NEW, None
            if before and before.record and not is_gone:
                old = load(lines.read(before.record))
                what = BACK if before.is_withdrawn else CHANGED
                fields = SEPARATOR.join(_differing(old, record, untold)) or None
            position = before.position + 1 if before else 1
            if span != last.line:  # of the last one nothing is asked any more
                past[key] = _Past(position, before.record if is_gone and before else span, is_gone)
            proof: dict[str, Any] = record.get("warc") or {}
            yield (
                key,
                position,
                record.get("version"),
                what,
                record.get(dataset.changed or dataset.seen) or record.get(dataset.seen),
                record.get(dataset.heading or "title"),
                record.get(dataset.digest or ""),
                fields,
                *(proof.get(name) for name in ("file", "offset", "length", "record_id")),
                HISTORY if is_gone or span != last.line else f"{dataset.name}.jsonl",
            )


def _differing(old: dict[str, Any], new: dict[str, Any], untold: Collection[str]) -> Iterator[str]:
    return (name for name in {**new, **old} if name not in untold and old.get(name) != new.get(name))


def history_schema(dataset: Dataset, record: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a line of ``history.jsonl``: a version of a record (``record`` is their schema), or a tombstone.

    A tombstone has what is known of the record that is gone: any of its fields, in the same form.
    """
    version = {name: value for name, value in record.items() if name not in ("$schema", "title")}
    count = {"type": ["integer", "null"]}
    said = {
        "description": "That the record is gone from its source, and why.",
        "type": "object",
        "properties": {
            "reason": {
                "description": "`gone`, `unpublished`, `redirected` or `blocked`.",
                "type": ["string", "null"],
            },
            "status": {"description": "HTTP status that its address answered with.", **count},
            "confirmed": {"description": "How often this was found.", **count},
        },
        "required": ["reason"],
    }
    gone = {
        "type": "object",
        "properties": {**record["properties"], "tombstone": said},
        "required": [dataset.key, "tombstone"],
    }
    return {
        "$schema": DRAFT,
        "title": f"A line of {HISTORY}: a version of an item, or its tombstone",
        "type": "object",
        "if": {"required": ["tombstone"]},
        "then": gone,
        "else": version,
    }
