"""6 publish: one item with its versions, and the archived bytes that prove each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archive import ArchiveError, Record, read_record
from archive.cdxj.files import find
from archive.dataset.lines import TOMBSTONE, is_tombstone
from archive.verify.citation import Check, checks_of
from migration_spider.exceptions import MigrationError, StateError
from migration_spider.state.lines import parsed, require_there
from migration_spider.state.positions import Positions

_CLAIMED = ("record_id", "target_uri", "date")
"""What every line must contain about its record."""


class NoSuchItemError(MigrationError):
    """No line has the given id or address. Raised by :func:`versions`."""


def versions(lines: Path, name: str) -> list[dict[str, Any]]:
    """Return all lines of the item ``name`` (its id, or its address with or without the host), oldest first.

    An item that moved is found by each of its addresses; a tombstone is a line, too. The lines are found by the index
    of the file.

    Raises:
        NoSuchItemError: There is no such item; the message names similar ids.
        StateError: The file does not exist, or has a bad line.
    """
    require_there(lines)
    start = name.partition("@")[0]
    try:
        with Positions(lines) as index:
            ids = index.ids(name)  # First, because it may make the index again.
            for offset, line in index.odd():
                if start.encode("utf-8", "surrogateescape") in line:
                    parsed(line, lines, offset)
            if not ids:
                near = index.like(start)
                hint = f": there is {', '.join(near[:8])}" if near else ": scrapy browse shows all, and searches"
                raise NoSuchItemError(f"no item '{name}' in {lines}{hint}")
            if len(ids) > 1:
                raise NoSuchItemError(f"{name} is more than one item: {', '.join(ids)}")
            return [parsed(line, lines, offset) for offset, line in index.lines(ids[0])]
    except OSError as error:
        raise StateError(f"{lines} cannot be read: {error.strerror or error}") from error


def record_of(item: dict[str, Any], folder: Path) -> Record:
    """Return the archived response that a line cites, from the WARC files in ``folder``, even while they are written.

    Raises:
        ArchiveError: The file or the record is missing or damaged.
    """
    where = item["warc"]
    if not (isinstance(where, dict) and all(type(where.get(name)) is int for name in ("offset", "length"))):
        raise ArchiveError(f"the line of {item['id']} does not say where its record is: {where!r:.200}")
    return read_record(find(folder, str(where.get("file"))), where["offset"], where["length"])


def prove(item: dict[str, Any], folder: Path) -> list[Check]:
    """Read the cited bytes and compare them with all claims of the line ``item``. Raises ArchiveError."""
    where, record = item["warc"], record_of(item, folder)
    checks = list(checks_of(where | {name: where[name] or "" for name in _CLAIMED}, record))
    if is_tombstone(item):
        checks.append(Check("status", str(item[TOMBSTONE]["status"]), str(record.status)))
    return checks


def proved(item: dict[str, Any], folder: Path) -> Record:
    """Return the record that a line cites, after comparing it with all claims of the line.

    Raises:
        ArchiveError: It is missing, or does not match a claim.
    """
    for check in prove(item, folder):
        if not check.holds:
            raise ArchiveError(
                f"{check.name}: the line of {item['id']} has {check.claimed}, the archive has {check.found}"
            )
    return record_of(item, folder)


def path_of(url: str) -> str:
    """``url`` without its host, as a user may type it."""
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else url
