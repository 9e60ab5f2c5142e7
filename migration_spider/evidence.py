"""6 publish: one item with its versions, and the archived bytes that prove each of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import ArchiveError, Record, read_record
from archive.cdxj.files import find
from archive.dataset.lines import TOMBSTONE, is_tombstone
from archive.verify.digests import Digest
from migration_spider.exceptions import MigrationError
from migration_spider.state.lines import read


class NoSuchItemError(MigrationError):
    """No line has the id or address asked for. Raised by :func:`versions`."""


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of an item's evidence, and whether the archived bytes bear it out."""

    name: str
    claimed: str
    found: str

    @property
    def holds(self) -> bool:
        return self.claimed == self.found


def versions(lines: Path, asked: str) -> list[dict[str, Any]]:
    """All lines of the item whose id or address (with or without the host) is ``asked``, oldest first.

    An item that moved is found by each of its addresses; a tombstone is a line too.

    Raises:
        NoSuchItemError: there is none; the message names the nearest ids.
        StateError: the file does not exist, or a line is none.
    """
    name = asked.partition("@")[0]
    found: dict[str, None] = {}
    near: dict[str, None] = {}
    for _, _, item in read(lines, name):
        if asked in (item["id"], item["url"], item.get("canonical_url")) or path_of(item["url"]) == asked:
            found[item["id"]] = None
        elif item["id"].partition("@")[0] == name:
            near[item["id"]] = None
    if not found:
        hint = f": there is {', '.join(sorted(near)[:8])}" if near else ""
        raise NoSuchItemError(f"no item {asked} in {lines}{hint}")
    if len(found) > 1:
        raise NoSuchItemError(f"{asked} is more than one item: {', '.join(found)}")
    (item_id,) = found
    return [item for _, _, item in read(lines, item_id) if item["id"] == item_id]


def record_of(item: dict[str, Any], folder: Path) -> Record:
    """The archived response that a line cites, from the WARC files in ``folder``; also while they are written.

    Raises:
        ArchiveError: the file or the record is not there, or is damaged.
    """
    where = item["warc"]
    if not (isinstance(where, dict) and all(type(where.get(name)) is int for name in ("offset", "length"))):
        raise ArchiveError(f"the line of {item['id']} does not say where its record is: {where!r:.200}")
    return read_record(find(folder, str(where.get("file"))), where["offset"], where["length"])


def prove(item: dict[str, Any], folder: Path) -> list[Check]:
    """Read the cited bytes and compare everything that the line ``item`` claims of them. Raises ArchiveError."""
    where, record = item["warc"], record_of(item, folder)
    checks = [
        Check("record id", where["record_id"], record.record_id),
        Check("address", where["target_uri"], record.target_uri or ""),
        Check("date", where["date"], record.date),
    ]
    if is_tombstone(item):
        checks.append(Check("status", str(item[TOMBSTONE]["status"]), str(record.status)))
    # Other programs may have left digests out.
    if payload_digest := where["payload_digest"]:
        stored = _digest(payload_digest, record.body)
        # The digest of a chunked answer is of the bytes as stored or of the entity, as the archive's setting says.
        found = stored if stored == payload_digest else _digest(payload_digest, record.payload)
        checks.append(Check("payload digest", payload_digest, found))
    if block_digest := record.headers.get("WARC-Block-Digest"):
        checks.append(Check("block digest", block_digest, _digest(block_digest, record.block)))
    return checks


def proved(item: dict[str, Any], folder: Path) -> Record:
    """The record that a line cites, when it is what the line claims of it: a line may say anything.

    Raises:
        ArchiveError: it is not there, or not what is claimed.
    """
    for check in prove(item, folder):
        if not check.holds:
            raise ArchiveError(f"{check.name}: the line of {item['id']} claims {check.claimed}, there is {check.found}")
    return record_of(item, folder)


def _digest(claimed: str, data: bytes) -> str:
    """``claimed`` when it is the digest of ``data``, else what is. Raises ArchiveError: its algorithm is not known."""
    digest = Digest(claimed)
    digest.update(data)
    if not digest.is_known:
        raise ArchiveError(f"digest {claimed!r}: unsupported hash type")
    return claimed if digest.matches else str(digest)


def path_of(url: str) -> str:
    """``url`` without its host, as a person may type it."""
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else url
