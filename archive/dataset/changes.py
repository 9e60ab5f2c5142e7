"""Compares a release with the previous one: what was added, changed and removed. Nothing is removed without a record
of it.
"""

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
"""Field that says where the archived bytes of a record are."""


def changes(
    lines: Lines, before: Path | None, dataset: Dataset, address: str = "url", ignored: Collection[str] = ()
) -> Iterator[tuple[Change, Mapping[str, Any]]]:
    """One object per record that differs: added and changed ones in the order of ``lines``, then the removed ones.

    ``{"change": "added", <key>, <address>, <heading>, "version"}``; ``{"change": "changed", ...,
    "from_version", "fields", "changes"}``, the names of the fields that differ and what they said and say, as
    `differences` tells; ``{"change": "removed", ..., "reason", "status"}`` with the words of the tombstone, null when
    there is none: the record is no longer in the collection. With each comes the last line that there is of the record.

    The latter two have ``evidence``, with the sides ``from`` and ``to`` as far as there are any: version, digest, and
    where the archived bytes are. Fields that say where a record comes from are no change, nor are translations, which
    other records tell of; a digest that differs is one only where ``ignored`` fields may be what differs.

    Args:
        before: JSON lines of the release before; None for the first release, in which every record is added.
        ignored: fields that are not compared.
    """
    told = _Told(dataset, lines.key, address, ignored)
    if before is None:
        for record, _ in lines.present():
            yield told.added(record), record
        return
    old = Lines(before, lines.key)
    left = dict.fromkeys(old.keys)
    for record, line in lines.present():
        key = record[lines.key]
        left.pop(key, None)
        there = old.line(key)
        if there is None:
            yield told.added(record), record
        elif there != line and (change := told.changed(load(there), record)):
            yield change, record
    for key in left:
        last = lines.get(key) or {}
        yield told.removed(key, old.get(key) or {}, last), last


class _Told:
    """A change as an object."""

    def __init__(self, dataset: Dataset, key: str, address: str, ignored: Collection[str]) -> None:
        self._dataset, self._key, self._address = dataset, key, address
        self._ignored = ignored
        derived = [dataset.stories.translations] if dataset.stories else []
        self._unlike = {*ignored, *dataset.provenance, *derived}
        """Fields that differ without a change."""

    def added(self, record: Mapping[str, Any]) -> Change:
        return self._head("added", record[self._key], record, record.get("version"))

    def changed(self, past: Mapping[str, Any], record: Mapping[str, Any]) -> Change | None:
        """None when only such fields differ as are no change."""
        told = differences(past, record, ignored=self._unlike, untold=self._dataset.markup)
        digest = self._dataset.digest
        if not told and not (self._ignored and digest and past.get(digest) != record.get(digest)):
            return None
        since = {"from_version": past.get("version"), "fields": [one["field"] for one in told], "changes": told}
        head = self._head("changed", record[self._key], record, record.get("version"))
        return {**head, **since, **self._evidence(past, record)}

    def removed(self, key: str, past: Mapping[str, Any], last: Mapping[str, Any]) -> Change:
        said = last.get(TOMBSTONE) or {}
        why = {"reason": said.get("reason"), "status": said.get("status")}
        return {**self._head("removed", key, past, last.get("version")), **why, **self._evidence(past, last)}

    def _head(self, kind: str, key: str, record: Mapping[str, Any], version: Any) -> Change:
        heading = self._dataset.heading
        named = {heading: record.get(heading)} if heading else {}
        return {"change": kind, self._key: key, self._address: record.get(self._address), **named, "version": version}

    def _evidence(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
        """What proves each side: ``{"evidence": {"from", "to"}}``, each with version, digest and ``warc`` if known."""
        names = ("version", *([self._dataset.digest] if self._dataset.digest else []), EVIDENCE)
        sides = {"from": before, "to": after}
        proof = {side: {name: line[name] for name in names if name in line} for side, line in sides.items() if line}
        return {"evidence": proof}


def entry(change: Change, record: Mapping[str, Any], dataset: Dataset, released: str, address: str = "url") -> Entry:
    """The entry of a feed for a change; ``released`` is the time of the release."""
    said = ""
    if change["change"] == "removed":
        said = f"{change['reason'] or 'no longer in the collection'}, status {change['status'] or 'unknown'}"
    changed = record.get(dataset.changed) if dataset.changed else None
    return Entry(
        key=change[dataset.key],
        version=change["version"] if change["version"] is not None else f"removed in {released}",
        what=change["change"],
        title=str(change.get(dataset.heading or "") or change[dataset.key]),
        url=change[address],
        updated=changed or record.get(dataset.seen) or released,
        language=record.get(dataset.language) if dataset.language else None,
        said=said,
        differences=change.get("changes", ()),
    )
