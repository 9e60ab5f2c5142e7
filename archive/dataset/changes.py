"""Compares a release with the previous one: what was added, changed and removed. Every removal is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.differences import differences
from archive.dataset.feed import Entry
from archive.dataset.lines import TOMBSTONE, Lines, load

Change = dict[str, Any]

EVIDENCE = "warc"
"""Field with the position of the archived bytes of a record."""


def changes(
    lines: Lines, before: Path | None, dataset: Dataset, address: str = "url", ignored: Collection[str] = ()
) -> Iterator[tuple[Change, Mapping[str, Any]]]:
    """Yield (change, last line of the record) per record that differs, in the order of ``lines``, then removed records.

    A change is an object of one of these forms:

    - ``{"change": "added", <key>, <address>, <heading>, "version"}``;
    - ``{"change": "changed", ..., "from_version", "fields", "changes"}``: the names of the fields that differ, and
      their old and new values as `differences` gives them;
    - ``{"change": "removed", ..., "reason", "status"}``: as in the tombstone; null without a tombstone, if the record
      is no longer in the collection.

    The latter two have ``evidence``, with the sides ``from`` and ``to`` if they exist: version, digest, and position of
    the archived bytes. `Dataset.provenance` and translations are not compared: other records have the latter. A
    different digest is a change only if ``ignored`` fields may be the ones that differ.

    Args:
        before: JSON lines of the previous release; None for the first release, in which every record is added.
        ignored: fields that are not compared.
    """
    maker = _Maker(dataset, lines.key, address, ignored)
    if before is None:
        for record, _ in lines.present():
            yield maker.added(record), record
        return
    old = Lines(before, lines.key)
    missing = dict.fromkeys(old.keys)
    for record, line in lines.present():
        key = record[lines.key]
        missing.pop(key, None)
        old_line = old.line(key)
        if old_line is None:
            yield maker.added(record), record
        elif old_line != line and (change := maker.changed(load(old_line), record)):
            yield change, record
    for key in missing:
        last = lines.get(key) or {}
        yield maker.removed(key, old.get(key) or {}, last), last


class _Maker:
    """Makes the objects of changes."""

    def __init__(self, dataset: Dataset, key: str, address: str, ignored: Collection[str]) -> None:
        self._dataset, self._key, self._address = dataset, key, address
        self._ignored = ignored
        derived = [dataset.stories.translations] if dataset.stories else []
        self._not_compared = {*ignored, *dataset.provenance, *derived}
        """Fields in which a difference is not a change."""

    def added(self, record: Mapping[str, Any]) -> Change:
        return self._head("added", record[self._key], record, record.get("version"))

    def changed(self, past: Mapping[str, Any], record: Mapping[str, Any]) -> Change | None:
        """Return the change; None if no compared field differs."""
        changes = differences(past, record, ignored=self._not_compared, unlisted=self._dataset.markup)
        digest = self._dataset.digest
        if not changes and not (self._ignored and digest and past.get(digest) != record.get(digest)):
            return None
        since = {
            "from_version": past.get("version"),
            "fields": [difference["field"] for difference in changes],
            "changes": changes,
        }
        head = self._head("changed", record[self._key], record, record.get("version"))
        return {**head, **since, **self._evidence(past, record)}

    def removed(self, key: str, past: Mapping[str, Any], last: Mapping[str, Any]) -> Change:
        tombstone = last.get(TOMBSTONE) or {}
        cause = {"reason": tombstone.get("reason"), "status": tombstone.get("status")}
        return {**self._head("removed", key, past, last.get("version")), **cause, **self._evidence(past, last)}

    def _head(self, kind: str, key: str, record: Mapping[str, Any], version: Any) -> Change:
        heading = self._dataset.heading
        named = {heading: record.get(heading)} if heading else {}
        return {"change": kind, self._key: key, self._address: record.get(self._address), **named, "version": version}

    def _evidence(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
        """Return ``{"evidence": {"from", "to"}}``, each with version, digest and ``warc`` if known."""
        names = ("version", *([self._dataset.digest] if self._dataset.digest else []), EVIDENCE)
        sides = {"from": before, "to": after}
        proof = {side: {name: line[name] for name in names if name in line} for side, line in sides.items() if line}
        return {"evidence": proof}


def entry(change: Change, record: Mapping[str, Any], dataset: Dataset, released: str, address: str = "url") -> Entry:
    """Return the entry of a feed for a change; ``released`` is the time of the release."""
    remark = ""
    if change["change"] == "removed":
        remark = f"{change['reason'] or 'no longer in the collection'}, status {change['status'] or 'unknown'}"
    changed = record.get(dataset.changed) if dataset.changed else None
    return Entry(
        key=change[dataset.key],
        version=change["version"] if change["version"] is not None else f"removed in {released}",
        what=change["change"],
        title=str(change.get(dataset.heading or "") or change[dataset.key]),
        url=change[address],
        updated=changed or record.get(dataset.seen) or released,
        language=record.get(dataset.language) if dataset.language else None,
        remark=remark,
        differences=change.get("changes", ()),
    )
