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
"""What every line must say of its record."""


class NoSuchItemError(MigrationError):
    """No line has the id or address asked for. Raised by :func:`versions`."""


def versions(lines: Path, asked: str) -> list[dict[str, Any]]:
    """All lines of the item whose id or address (with or without the host) is ``asked``, oldest first.

    An item that moved is found by each of its addresses; a tombstone is a line too. The file is not read for it but by
    its index.

    Raises:
        NoSuchItemError: there is none; the message names the nearest ids.
        StateError: the file does not exist, or a line is none.
    """
    require_there(lines)
    name = asked.partition("@")[0]
    try:
        with Positions(lines) as index:
            found = index.ids(asked)  # First: it may make the index again.
            for offset, line in index.odd():
                if name.encode("utf-8", "surrogateescape") in line:
                    parsed(line, lines, offset)
            if not found:
                near = index.like(name)
                hint = f": there is {', '.join(near[:8])}" if near else ": scrapy browse shows all, and searches"
                raise NoSuchItemError(f"no item '{asked}' in {lines}{hint}")
            if len(found) > 1:
                raise NoSuchItemError(f"{asked} is more than one item: {', '.join(found)}")
            return [parsed(line, lines, offset) for offset, line in index.lines(found[0])]
    except OSError as error:
        raise StateError(f"{lines} cannot be read: {error.strerror or error}") from error


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
    checks = list(checks_of(where | {name: where[name] or "" for name in _CLAIMED}, record))
    if is_tombstone(item):
        checks.append(Check("status", str(item[TOMBSTONE]["status"]), str(record.status)))
    return checks


def proved(item: dict[str, Any], folder: Path) -> Record:
    """The record that a line cites, when it is what the line claims of it: a line may say anything.

    Raises:
        ArchiveError: it is not there, or not what is claimed.
    """
    for check in prove(item, folder):
        if not check.holds:
            raise ArchiveError(
                f"{check.name}: the line of {item['id']} has {check.claimed}, the archive has {check.found}"
            )
    return record_of(item, folder)


def path_of(url: str) -> str:
    """``url`` without its host, as a person may type it."""
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else url
