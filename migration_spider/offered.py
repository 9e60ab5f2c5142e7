"""6 publish: the files that items offer; found by item, address or digest, read from the archive, and written out."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from archive import documents
from archive.dataset.attachments import archived, is_sha256
from archive.dataset.holdings import Holdings, Place
from archive.dataset.lines import dump, is_tombstone, whole_lines
from archive.disk import oddity, replacing
from archive.documents import Document, Reader
from archive.errors import ArchiveError
from migration_spider.evidence import path_of
from migration_spider.exceptions import MigrationError, StateError
from migration_spider.normalize.identity import LONGEST_NAME, filename
from migration_spider.state.lines import parsed, require_there

MANIFEST = "manifest.jsonl"
_DIGITS = 12
"""Of the digest, in the name of a file; told apart are so many files that fit on no disk."""

_LONGEST_ENDING = 20
_FEW = 30
"""Names that a line is searched for."""


class InTheWayError(MigrationError):
    """Something else stands where a file is to be written. Raised by :func:`export`."""


@dataclass(slots=True)
class File:
    """A file as it was fetched."""

    sha256: str
    url: str
    size: int | None
    media_type: str | None
    items: dict[str, str] = field(default_factory=dict)
    """Id -> title of the items that offer it, now or in an earlier version."""

    @property
    def name(self) -> str:
        """What it is called on a disk: the name in its address and the start of its digest."""
        stem, dot, ending = filename(self.url).rpartition(".")
        if not stem or len(ending.encode()) > _LONGEST_ENDING:
            stem, dot, ending = f"{stem}{dot}{ending}", "", ""
        tail = f"-{self.sha256[:_DIGITS]}{dot}{ending}"
        # A name that starts with a dot is hidden, one with a hyphen is taken for an option.
        stem = stem.lstrip(".-~ ").encode()[: LONGEST_NAME - len(tail.encode())].decode("utf-8", "ignore")
        return f"{stem or 'file'}{tail}"


@dataclass(slots=True)
class Selection:
    """Files that were asked for."""

    files: list[File]
    """In the order in which they were met."""

    unfetched: list[str]
    """Addresses of files that no run has fetched."""

    without: list[str]
    """Ids of items that were asked for and offer no files."""

    unknown: list[str]
    """What was asked for and is neither an item nor a file."""


def select(lines: Path, asked: Collection[str]) -> Selection:
    """The files of the items, and the files themselves, that ``asked`` names.

    An item is named as in `evidence.versions`, and has the files of its last version; a file is named by its address,
    with or without the host, and has all contents that it had, the last one last; or by its SHA-256, in hex.

    Raises:
        StateError: the file does not exist, or a line is none.
    """
    wanted, met, needles = set(asked), set(), [*asked]
    of_items: dict[str, list[dict[str, Any]]] = {}
    taken: list[dict[str, Any]] = []
    for item in _lines(lines, needles):
        names = wanted & {item["id"], item["url"], item.get("canonical_url"), path_of(item["url"])}
        met |= names
        if is_tombstone(item):
            continue
        files = item.get("attachments") or []
        if names or item["id"] in of_items:
            if item["id"] not in of_items:
                needles.append(item["id"])  # It may have moved to another address since.
            of_items[item["id"]] = files
        for file in files:
            names = wanted & {file["url"], path_of(file["url"]), file["sha256"]}
            met |= names
            if names:
                taken.append(file)
    found, unfetched = _told_apart(chain(taken, *of_items.values()))
    if found:
        _who_offers(lines, found)
    without = [key for key, files in of_items.items() if not files]
    return Selection([*found.values()], unfetched, without, sorted(wanted - met))


def _told_apart(files: Iterable[dict[str, Any]]) -> tuple[dict[str, File], list[str]]:
    """Digest -> the file as it was fetched, the last one met last; and the addresses of those that were never."""
    found: dict[str, File] = {}
    unfetched: dict[str, None] = {}
    for file in files:
        if is_sha256(file["sha256"]):
            found.pop(file["sha256"], None)
            found[file["sha256"]] = File(file["sha256"], file["url"], file["size"], file["media_type"])
        else:
            unfetched[file["url"]] = None
    fetched = {file.url for file in found.values()}
    return found, [url for url in unfetched if url not in fetched]


def _who_offers(lines: Path, files: dict[str, File]) -> None:
    """Note the items of ``files`` (by digest)."""
    for item in _lines(lines, [*files]):
        for file in item.get("attachments") or []:
            if known := files.get(file["sha256"]):
                known.items[item["id"]] = item.get("title") or ""


def _lines(path: Path, needles: list[str]) -> Iterator[dict[str, Any]]:
    """The lines that have one of ``needles`` in them, which may become more; all of them where there are many.

    To parse a line takes a hundred times as long as to look for a few words in it.
    """
    require_there(path)
    try:
        with path.open("rb") as stream:
            for offset, line in whole_lines(stream):
                if len(needles) > _FEW or any(one.encode("utf-8", "surrogateescape") in line for one in needles):
                    yield parsed(line, path, offset)
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}") from error


def content(file: File, holdings: Holdings) -> tuple[Place, bytes]:
    """Where the archive has ``file``, and its bytes, which have its digest. Raises ArchiveError: it has them not."""
    place = holdings.place(file.url, file.sha256)
    if place is None:
        raise ArchiveError(f"{file.url} ({file.sha256}) is not in the archive")
    return place, archived(holdings.directory, place, file.sha256)


def said(data: bytes) -> Document | None:
    """What a document says; None where the programs that read such files are not installed."""
    if not documents.installed():
        return None
    with Reader() as reader:
        return reader.read(data)


@dataclass(slots=True)
class Export:
    """What was written."""

    written: int = 0
    there: int = 0
    """Files that were in the folder already, with the same contents."""

    missing: list[str] = field(default_factory=list)
    """Why files could not be had from the archive."""


def export(files: Iterable[File], holdings: Holdings, folder: Path) -> Export:
    """Write ``files`` into ``folder``, each under its `File.name`, and what they are into `MANIFEST` there.

    What is in the folder is never written over; a manifest of ours gets the new lines besides.

    Raises:
        InTheWayError: another file has a name that is needed. What was written before stays, and is in the manifest.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = _manifest(folder / MANIFEST)
    done = Export()
    try:
        for file in files:
            try:
                place, data = content(file, holdings)
            except ArchiveError as error:
                done.missing.append(str(error))
                continue
            _write(folder / file.name, data, done)
            known[file.name] = {
                "name": file.name,
                "url": file.url,
                "sha256": file.sha256,
                "size": len(data),
                "media_type": file.media_type,
                "items": sorted({*known.get(file.name, {}).get("items", ()), *file.items}),
                "warc": {
                    "file": place.file,
                    "offset": place.offset,
                    "length": place.length,
                    "record_id": place.record_id,
                },
            }
    finally:
        if known:
            with replacing(folder / MANIFEST) as stream:
                stream.writelines(dump(known[name]) for name in sorted(known))
    return done


def _write(path: Path, data: bytes, done: Export) -> None:
    try:
        # Neither over a file nor through a link.
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        if path.is_symlink() or oddity(path) or path.stat().st_size != len(data) or path.read_bytes() != data:
            raise InTheWayError(f"{path} is there with other contents: move it away") from error
        done.there += 1
    except OSError:
        # Half a file must not be there under this name; one that could not be made is not.
        path.unlink(missing_ok=True)
        raise
    else:
        done.written += 1


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _manifest(path: Path) -> dict[str, dict[str, Any]]:
    """The lines of a manifest by name; none where there is no file."""
    if not os.path.lexists(path):
        return {}
    wrong = InTheWayError(f"{path} is not a manifest of exported files: move it away, or name another folder")
    if path.is_symlink() or oddity(path):
        raise wrong
    try:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        known = {line["name"]: line for line in lines}
        for line in lines:
            dump(line)  # It will be written again: not every text of JSON can.
        if all(
            {"name", "url", "sha256", "items", "warc"} <= set(line)
            and _are_names([line["name"]])
            and _are_names(line["items"])
            for line in lines
        ):
            return known
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise wrong from error
    raise wrong
