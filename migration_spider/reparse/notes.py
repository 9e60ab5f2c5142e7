"""Notes of the crawl in the archive: stored items, items that were gone, the site profile."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from archive.dataset.lines import is_tombstone
from migration_spider.items import ITEM_MEDIA_TYPE, PROFILE_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE
from migration_spider.site_profile import ProfileError, settled_facts
from migration_spider.state.lines import parse

KINDS = {ITEM_MEDIA_TYPE: "item", TOMBSTONE_MEDIA_TYPE: "tombstone", PROFILE_MEDIA_TYPE: "profile"}
"""Media type of a metadata record -> kind of note."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

File = tuple[str | None, int | None, str | None]
"""SHA-256, size and media type of an attachment as noted; the first two are None if it was not fetched."""


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
    first_seen: str = ""
    files: Mapping[str, File] = field(default_factory=dict)
    """URL of an attachment -> its noted values."""

    site_profile: str | None = None
    """Digest of the profile that decided the order of its date."""

    tombstone: Mapping[str, Any] | None = None
    """The complete line of an item that is gone; else None."""


class _File(msgspec.Struct):
    """The values that are read of an attachment in a note."""

    url: str
    sha256: str | None
    size: int | None
    media_type: str | None


class _Item(msgspec.Struct):
    """The values that are read of an item in a note; all others are skipped."""

    id: str
    url: str
    version: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    fetched_at: str
    first_seen: str
    run_id: str
    attachments: list[_File]
    site_profile: str | None = None
    """Missing in older archives."""


_read_item = msgspec.json.Decoder(_Item).decode


def essence(kind: str, block: bytes) -> str:
    """The part of the block of a note that a catalogue needs, as JSON; empty if it is not a note. It is the complete
    block, except for an item."""
    try:
        if kind == "profile":
            settled_facts(block)
            return block.decode()
        if kind == "tombstone":
            line = parse(block)
            return json.dumps(line, ensure_ascii=False) if is_tombstone(line) else ""
        # Decoded here, because msgspec does not check the bytes of skipped values.
        return msgspec.json.encode(_read_item(block.decode())).decode()
    except (ValueError, ProfileError):
        return ""


def note_of(kind: str, text: str, place: int) -> Note:
    """Parse the result of :func:`essence`."""
    if kind == "tombstone":
        line = json.loads(text)
        return Note(
            place, line["id"], line["version"], line["url"], line["run_id"], _time(line["fetched_at"]), tombstone=line
        )
    item = _read_item(text)
    files = {file.url: (file.sha256, file.size, file.media_type) for file in item.attachments}
    return Note(
        place,
        item.id,
        item.version,
        item.url,
        item.run_id,
        _time(item.fetched_at),
        _time(item.first_seen),
        files,
        item.site_profile,
    )


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""
