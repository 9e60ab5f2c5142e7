"""What a release adds, changes and removes beside the one before: nothing is withdrawn silently."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.differences import differences
from archive.dataset.feed import Entry
from archive.dataset.lines import TOMBSTONE, Lines

Change = dict[str, Any]


def changes(
    lines: Lines, before: Path | None, dataset: Dataset, address: str = "url", ignored: Collection[str] = ()
) -> Iterator[tuple[Change, Mapping[str, Any]]]:
    """One object per record that differs: added and changed ones in the order of ``lines``, then the removed ones.

    ``{"change": "added", <key>, <address>, <heading>, "version"}``; ``{"change": "changed", ..., "from_version",
    "fields", "changes"}``, the names of all fields that differ and what they say differently, as `differences` tells;
    ``{"change": "removed", ..., "reason", "status"}`` with the words of the tombstone, null when there is none: the
    record is no longer in the collection. With each comes the last line that there is of the record.

    Args:
        before: JSON lines of the release before; None for the first release, in which every record is added.
        ignored: fields that are not compared.
    """
    old = Lines(before, lines.key) if before else None
    left = dict.fromkeys(old.last) if old else {}
    unlike = {*ignored, *dataset.provenance}

    def head(kind: str, key: str, record: Mapping[str, Any]) -> Change:
        named = {dataset.heading: record.get(dataset.heading)} if dataset.heading else {}
        return {"change": kind, lines.key: key, address: record.get(address), **named}

    for record, _ in lines.present():
        key = record[lines.key]
        left.pop(key, None)
        past = old.get(key) if old else None
        version = {"version": record.get("version")}
        if past is None:
            yield {**head("added", key, record), **version}, record
            continue
        names = [*record, *(name for name in past if name not in record)]
        differing = [name for name in names if name not in ignored and record.get(name) != past.get(name)]
        if differing:
            told = differences(past, record, ignored=unlike, untold=dataset.markup)
            since = {"from_version": past.get("version"), "fields": differing, "changes": told}
            yield {**head("changed", key, record), **version, **since}, record
    for key in left:
        past = (old.get(key) if old else None) or {}
        last = lines.get(key) or {}
        said = last.get(TOMBSTONE) or {}
        why = {"version": last.get("version"), "reason": said.get("reason"), "status": said.get("status")}
        yield {**head("removed", key, past), **why}, last


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
