"""The table of all versions of all records: when each was found, what changed, and where its evidence and line are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.lines import Lines, Span, is_tombstone, load
from archive.dataset.schema import DRAFT, Field
from archive.dataset.tables import SEPARATOR, Column, Row, Table

HISTORY, HISTORY_PARQUET = "history.jsonl", "history.parquet"
"""The files with the lines that are not the current state of a record."""

NEW, CHANGED, GONE, BACK = "new", "changed", "gone", "back"


def versions_table(dataset: Dataset) -> Table:
    """Return the table with one row per line; :class:`Versions` makes the rows."""
    columns = (
        Column(dataset.key, "string", False, f"`{dataset.key}` of the item, also of one that is gone"),
        Column("position", "integer", False, "Place among the versions of the item, from 1"),
        Column("version", "integer", True, "Version number of the item"),
        Column("what", "string", False, "`new`, `changed`, `gone` from its source, or `back` after that"),
        Column(
            "met",
            "string",
            True,
            "UTC time of the capture that brought it; for a record that is gone, of the run that found this",
        ),
        Column("title", "string", True, "Title that it has"),
        Column("digest", "string", True, "Digest of its content"),
        Column("fields", "string", True, f"Fields that differ from the previous version, separated by `{SEPARATOR}`"),
        Column("warc_file", "string", True, "File name of the archived response that it was read from"),
        Column("warc_offset", "integer", True, "Byte offset of the record's gzip member"),
        Column("warc_length", "integer", True, "Bytes of the record's gzip member"),
        Column("warc_record_id", "string", True, "`WARC-Record-ID`"),
        Column("file", "string", False, "File of this release with its line"),
    )
    description = "Every version of every item, and when items were gone, in the order in which they were stored"
    return Table("versions", description, columns, (dataset.key, "position"), ())


@dataclass(frozen=True, slots=True)
class _Past:
    """The earlier lines of a record, summarized."""

    position: int
    record: Span | None
    """The last line with the record itself."""

    is_withdrawn: bool

    def then(self, line: Span, *, is_withdrawn: bool) -> _Past:
        """Return the state after another line."""
        return _Past(self.position + 1, self.record if is_withdrawn else line, is_withdrawn)


_NOTHING = _Past(0, None, False)


class Versions:
    """Makes the rows of the table; reads every line once."""

    def __init__(self, dataset: Dataset, lines: Lines, fields: Sequence[Field]) -> None:
        self._dataset, self._lines = dataset, lines
        self._not_compared = {*dataset.provenance, *([dataset.stories.translations] if dataset.stories else [])}
        self.keys: dict[str, set[str]] = {field.name: set() for field in fields if field.kind == "map"}
        """Field with a map -> keys that it has in any line; complete after the last row."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows of :func:`versions_table`, in the order of the lines."""
        dataset, lines = self._dataset, self._lines
        pasts: dict[str, _Past] = {}
        offset = 0
        for record, line in lines.all():
            span: Span = (offset, len(line))
            offset += len(line)
            for name, keys in self.keys.items():
                keys.update(record.get(name) or ())
            key = record[dataset.key]
            past = pasts.pop(key, _NOTHING)
            now = past.then(span, is_withdrawn=is_tombstone(record))
            is_last = span == lines.last(key).line
            if not is_last:  # the last line is never compared again
                pasts[key] = now
            what, fields = self._change(record, past, now)
            proof: dict[str, Any] = record.get("warc") or {}
            yield (
                key,
                now.position,
                record.get("version"),
                what,
                record.get(dataset.changed or dataset.seen) or record.get(dataset.seen),
                record.get(dataset.heading or "title"),
                record.get(dataset.digest or ""),
                fields,
                *(proof.get(name) for name in ("file", "offset", "length", "record_id")),
                f"{dataset.name}.jsonl" if is_last and not now.is_withdrawn else HISTORY,
            )

    def _change(self, record: dict[str, Any], before: _Past, now: _Past) -> tuple[str, str | None]:
        """Return the kind of change, and the fields that differ."""
        if now.is_withdrawn:
            return GONE, None
        if before.record is None:
            return BACK if before.is_withdrawn else NEW, None
        fields = SEPARATOR.join(_differing(load(self._lines.read(before.record)), record, self._not_compared))
        return BACK if before.is_withdrawn else CHANGED, fields or None


def _differing(old: dict[str, Any], new: dict[str, Any], not_compared: Collection[str]) -> Iterator[str]:
    return (name for name in {**new, **old} if name not in not_compared and old.get(name) != new.get(name))


def history_schema(dataset: Dataset, record: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a line of ``history.jsonl``: a version of a record (with the schema ``record``), or a
    tombstone, which may have any fields of the record that is gone.
    """
    version = {name: value for name, value in record.items() if name not in ("$schema", "title")}
    count = {"type": ["integer", "null"]}
    tombstone = {
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
        "properties": {**record["properties"], "tombstone": tombstone},
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
