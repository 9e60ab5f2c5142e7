"""What a release adds, changes and removes beside the one before: nothing is withdrawn silently."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from archive.dataset.lines import TOMBSTONE, Lines

Change = dict[str, Any]


def changes(lines: Lines, before: Path | None, address: str = "url", ignored: Collection[str] = ()) -> Iterator[Change]:
    """One object per record that differs: added and changed ones in the order of ``lines``, then the removed ones.

    ``{"change": "added", <key>, <address>, "version"}``, ``{"change": "changed", ..., "from_version", "fields"}``,
    ``{"change": "removed", ..., "reason", "status"}`` with the words of the tombstone, null when there is none: the
    record is no longer in the collection.

    Args:
        before: JSON lines of the release before; None for the first release, in which every record is added.
        ignored: fields that are not compared.
    """
    old = Lines(before, lines.key) if before else None
    left = dict.fromkeys(old.last) if old else {}
    for record, _ in lines.present():
        key = record[lines.key]
        left.pop(key, None)
        past = old.get(key) if old else None
        head = {lines.key: key, address: record.get(address), "version": record.get("version")}
        if past is None:
            yield {"change": "added", **head}
            continue
        names = [*record, *(name for name in past if name not in record)]
        differing = [name for name in names if name not in ignored and record.get(name) != past.get(name)]
        if differing:
            yield {"change": "changed", **head, "from_version": past.get("version"), "fields": differing}
    for key in left:
        past = (old.get(key) if old else None) or {}
        last = lines.get(key) or {}
        said = last.get(TOMBSTONE) or {}
        yield {
            "change": "removed",
            lines.key: key,
            address: past.get(address),
            "version": last.get("version"),
            "reason": said.get("reason"),
            "status": said.get("status"),
        }
