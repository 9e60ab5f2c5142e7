"""What the crawl noted in the archive itself: items when they were stored, items that were gone, the site profile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archive.dataset.lines import is_tombstone
from migration_spider.items import ITEM_MEDIA_TYPE, PROFILE_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE
from migration_spider.site_profile import ProfileError, site_told
from migration_spider.state.lines import parse

KINDS = {ITEM_MEDIA_TYPE: "item", TOMBSTONE_MEDIA_TYPE: "tombstone", PROFILE_MEDIA_TYPE: "profile"}
"""Media type of a metadata record -> kind of note."""

_KEPT = ("id", "url", "version", "fetched_at", "run_id")
_KEPT_SINCE = ("site_profile",)
"""What older archives lack."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

File = tuple[str | None, int | None, str | None]
"""SHA-256, size and media type of an attachment as noted; the first two None when it was not fetched."""


@dataclass(frozen=True, slots=True)
class Note:
    """A record of the crawl about an item: stored as this version, or gone."""

    place: int
    """Number of the record, over all files: the order of the lines."""

    id: str
    version: int
    url: str
    run_id: str
    fetched_at: str = ""
    files: Mapping[str, File] = field(default_factory=dict)
    """URL of an attachment -> what was noted of it."""

    site_profile: str | None = None
    """Digest of the profile that told the order of its date."""

    tombstone: Mapping[str, Any] | None = None
    """The whole line of an item that is gone; None of one that is there."""


def essence(kind: str, block: bytes) -> str:
    """What a catalogue needs of the block of a note, as JSON; empty when it is no note; but for an item all of it."""
    try:
        if kind == "profile":
            site_told(block)
            return block.decode()
        if kind == "tombstone":
            line = parse(block)
            return json.dumps(line, ensure_ascii=False) if is_tombstone(line) else ""
        record = json.loads(block)
        files = {one["url"]: (one["sha256"], one["size"], one["media_type"]) for one in record["attachments"]}
        kept = {**{name: record[name] for name in _KEPT}, **{name: record.get(name) for name in _KEPT_SINCE}}
        return json.dumps({**kept, "files": files}, ensure_ascii=False)
    except (ValueError, KeyError, TypeError, ProfileError):
        return ""


def note_of(kind: str, told: str, place: int) -> Note:
    """The note that :func:`essence` told of."""
    record = json.loads(told)
    note = Note(
        place=place,
        id=record["id"],
        version=record["version"],
        url=record["url"],
        run_id=record["run_id"],
        fetched_at=record["fetched_at"] if _TIME.fullmatch(record["fetched_at"]) else "",
    )
    if kind == "tombstone":
        return replace(note, tombstone=record)
    files = {url: (sha256, size, kind) for url, (sha256, size, kind) in record["files"].items()}
    return replace(note, files=files, site_profile=record["site_profile"])


def unstored(notes: Iterable[Note]) -> set[int]:
    """Places of the notes whose line was never written: the run was killed between the two.

    That can only be the last note of a run, and the run that came after wrote the same version of the item again.
    """
    last: dict[str, Note] = {}
    latest: dict[tuple[str, int], Note] = {}
    for note in sorted(notes, key=lambda note: note.place):
        last[note.run_id] = latest[note.id, note.version] = note
    return {note.place for note in last.values() if latest[note.id, note.version].run_id != note.run_id}
