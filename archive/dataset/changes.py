"""What a release adds, changes and removes beside the one before: nothing is withdrawn silently."""

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
    old = Lines(before, lines.key) if before else None
    left = dict.fromkeys(old.keys) if old else {}
    derived = [dataset.stories.translations] if dataset.stories else []
    unlike = {*ignored, *dataset.provenance, *derived}

    def head(kind: str, key: str, record: Mapping[str, Any], version: Any) -> Change:
        named = {dataset.heading: record.get(dataset.heading)} if dataset.heading else {}
        return {"change": kind, lines.key: key, address: record.get(address), **named, "version": version}

    for record, line in lines.present():
        key, version = record[lines.key], record.get("version")
        left.pop(key, None)
        there = old.line(key) if old else None
        if there == line:
            continue
        past = load(there) if there is not None else None
        if past is None:
            yield head("added", key, record, version), record
            continue
        told = differences(past, record, ignored=unlike, untold=dataset.markup)
        if told or (ignored and dataset.digest and past.get(dataset.digest) != record.get(dataset.digest)):
            since = {"from_version": past.get("version"), "fields": [one["field"] for one in told], "changes": told}
            both = _evidence(dataset, past, record)
            yield {**head("changed", key, record, version), **since, **both}, record
    for key in left:
        past = (old.get(key) if old else None) or {}
        last = lines.get(key) or {}
        said = last.get(TOMBSTONE) or {}
        why = {"reason": said.get("reason"), "status": said.get("status")}
        yield {**head("removed", key, past, last.get("version")), **why, **_evidence(dataset, past, last)}, last


def _evidence(dataset: Dataset, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    """What proves each side: ``{"evidence": {"from", "to"}}``, each with version, digest and ``warc`` if known."""
    names = ("version", *([dataset.digest] if dataset.digest else []), EVIDENCE)
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
