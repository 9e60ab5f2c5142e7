"""Publishes the changes of a run: ``CHANGES.jsonl``, and a feed of all runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.dataset.changes import Change
from archive.dataset.feed import Entry, atom
from archive.dataset.lines import TOMBSTONE, dump
from archive.disk import replacing
from migration_spider import EXTRACTOR
from migration_spider.changes import between
from migration_spider.counts import BACK, CHANGED, GONE, NEW
from migration_spider.harvest.facts import Tally
from migration_spider.state.lines import Record

CHANGES, FEED = "CHANGES.jsonl", "changes.atom"

KINDS = {NEW: "added", BACK: "added", CHANGED: "changed", GONE: "removed"}
"""Result for an item -> kind of change, as in a release."""


def write_changes(folder: Path, tally: Tally, site: str, ended: str) -> None:
    """Write ``CHANGES.jsonl`` into the folder of the run, and the feed beside it; each is complete or not written.

    Args:
        ended: End of the run, UTC, ISO 8601 with Z.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / CHANGES) as file:
        for line in tally.written():
            file.write(dump(change(line, tally)))
    feed = atom(
        _entries(tally),
        source=site,
        title=f"News of {urlsplit(site).netloc}: changes",
        author=urlsplit(site).netloc,
        generator=EXTRACTOR,
        updated=ended,
    )
    with replacing(folder.parent / FEED) as file:
        file.write(feed)


def change(line: Record, tally: Tally) -> Change:
    """A line as an object of ``CHANGES.jsonl``."""
    word = tally.word(line)
    record: Change = {"change": KINDS[word], "found": word}
    record |= {name: line.get(name) for name in ("id", "url", "title", "version", "run_id")}
    if word == GONE:
        return {**record, **line[TOMBSTONE]}
    if word == NEW:
        return record
    before, after = tally.versions(line)
    differences = between(before, after)
    fields: dict[str, Any] = {
        "fields": [difference["field"] for difference in differences],
        "changes": differences,
    }
    return {**record, "from_version": before["version"], **fields}


def _entries(tally: Tally) -> Iterator[Entry]:
    for line in tally.latest:
        record = change(line, tally)
        summary = f"{record['reason']}, status {record['status']}" if "reason" in record else ""
        if record["found"] == NEW and line.get("publication_date"):
            summary = f"Published {line['publication_date']}."
        yield Entry(
            key=line["id"],
            version=line["version"],
            what=record["found"],
            title=line.get("title") or "",
            url=line["url"],
            updated=line["last_changed"],
            language=line.get("language"),
            remark=summary,
            differences=record.get("changes", ()),
        )
