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


class _File(msgspec.Struct):
    """What is read of an attachment in a note."""

    url: str
    sha256: str | None
    size: int | None
    media_type: str | None


class _Item(msgspec.Struct):
    """What is read of an item in a note; the rest, most of it, is passed over."""

    id: str
    url: str
    version: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    fetched_at: str
    run_id: str
    attachments: list[_File]
    site_profile: str | None = None
    """What older archives lack."""


_read_item = msgspec.json.Decoder(_Item).decode


def essence(kind: str, block: bytes) -> str:
    """What a catalogue needs of the block of a note, as JSON; empty when it is no note; but for an item all of it."""
    try:
        if kind == "profile":
            settled_facts(block)
            return block.decode()
        if kind == "tombstone":
            line = parse(block)
            return json.dumps(line, ensure_ascii=False) if is_tombstone(line) else ""
        # Decoded here, since msgspec does not look at the bytes of what it passes over.
        return msgspec.json.encode(_read_item(block.decode())).decode()
    except (ValueError, ProfileError):
        return ""


def note_of(kind: str, told: str, place: int) -> Note:
    """The note that :func:`essence` told of."""
    if kind == "tombstone":
        line = json.loads(told)
        return Note(
            place, line["id"], line["version"], line["url"], line["run_id"], _time(line["fetched_at"]), tombstone=line
        )
    item = _read_item(told)
    files = {one.url: (one.sha256, one.size, one.media_type) for one in item.attachments}
    return Note(place, item.id, item.version, item.url, item.run_id, _time(item.fetched_at), files, item.site_profile)


def _time(text: str) -> str:
    return text if _TIME.fullmatch(text) else ""
