"""6 publish: finds the files of items by item, address or digest, reads them from the archive, and exports them."""

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
"""Hex digits of the digest in the name of a file; enough for more files than fit on any disk."""

_LONGEST_ENDING = 20
_FEW = 30
"""Number of names up to which a line is searched for them before it is parsed."""


class InTheWayError(MigrationError):
    """There is already another file with a required name. Raised by :func:`export`."""


@dataclass(slots=True)
class File:
    """A fetched file."""

    sha256: str
    url: str
    size: int | None
    media_type: str | None
    items: dict[str, str] = field(default_factory=dict)
    """Id -> title of the items that offer it, now or in an earlier version."""

    @property
    def name(self) -> str:
        """The name for the exported file: the name in its address and the start of its digest."""
        stem, dot, ending = filename(self.url).rpartition(".")
        if not stem or len(ending.encode()) > _LONGEST_ENDING:
            stem, dot, ending = f"{stem}{dot}{ending}", "", ""
        tail = f"-{self.sha256[:_DIGITS]}{dot}{ending}"
        # A file whose name starts with a dot is hidden; one with a hyphen looks like an option.
        stem = stem.lstrip(".-~ ").encode()[: LONGEST_NAME - len(tail.encode())].decode("utf-8", "ignore")
        return f"{stem or 'file'}{tail}"


@dataclass(slots=True)
class Selection:
    """The result of `select`."""

    files: list[File]
    """In the order of the lines."""

    unfetched: list[str]
    """Addresses of files that no run has fetched."""

    without: list[str]
    """Ids of requested items without files."""

    unknown: list[str]
    """Requested names that are neither an item nor a file."""


def select(lines: Path, names: Collection[str]) -> Selection:
    """Find the files with the given names, and those of items with the given names.

    An item is named as in `evidence.versions`; its files are those of its last version. A file is named by its SHA-256,
    in hex, or by its address, with or without the host; then all its contents are returned, the last one last.

    Raises:
        StateError: The file does not exist, or has a bad line.
    """
    wanted, known, needles = set(names), set(), [*names]
    of_items: dict[str, list[dict[str, Any]]] = {}
    taken: list[dict[str, Any]] = []
    for item in _lines(lines, needles):
        matching = wanted & {item["id"], item["url"], item.get("canonical_url"), path_of(item["url"])}
        known |= matching
        if is_tombstone(item):
            continue
        files = item.get("attachments") or []
        if matching or item["id"] in of_items:
            if item["id"] not in of_items:
                needles.append(item["id"])  # It may have another address in later lines.
            of_items[item["id"]] = files
        for file in files:
            matching = wanted & {file["url"], path_of(file["url"]), file["sha256"]}
            known |= matching
            if matching:
                taken.append(file)
    found, unfetched = _by_digest(chain(taken, *of_items.values()))
    if found:
        _add_items(lines, found)
    without = [key for key, files in of_items.items() if not files]
    return Selection([*found.values()], unfetched, without, sorted(wanted - known))


def _by_digest(files: Iterable[dict[str, Any]]) -> tuple[dict[str, File], list[str]]:
    """Return digest -> fetched file, the latest one last, and the addresses of files that were never fetched."""
    files_by_digest: dict[str, File] = {}
    unfetched: dict[str, None] = {}
    for file in files:
        if is_sha256(file["sha256"]):
            files_by_digest.pop(file["sha256"], None)
            files_by_digest[file["sha256"]] = File(file["sha256"], file["url"], file["size"], file["media_type"])
        else:
            unfetched[file["url"]] = None
    fetched = {file.url for file in files_by_digest.values()}
    return files_by_digest, [url for url in unfetched if url not in fetched]


def _add_items(lines: Path, files: dict[str, File]) -> None:
    """Set `File.items` of ``files``, which are given by digest."""
    for item in _lines(lines, [*files]):
        for file in item.get("attachments") or []:
            if known := files.get(file["sha256"]):
                known.items[item["id"]] = item.get("title") or ""


def _lines(path: Path, needles: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the lines that contain one of ``needles``, a list that may grow; all lines if there are many needles.

    Parsing a line takes a hundred times as long as searching it for a few words.
    """
    require_there(path)
    try:
        with path.open("rb") as stream:
            for offset, line in whole_lines(stream):
                if len(needles) > _FEW or any(word.encode("utf-8", "surrogateescape") in line for word in needles):
                    yield parsed(line, path, offset)
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}") from error


def content(file: File, holdings: Holdings) -> tuple[Place, bytes]:
    """Return the place of ``file`` in the archive, and its verified bytes. Raises ArchiveError: It is missing."""
    place = holdings.place(file.url, file.sha256)
    if place is None:
        raise ArchiveError(f"{file.url} ({file.sha256}) is not in the archive")
    return place, archived(holdings.directory, place, file.sha256)


def document_of(data: bytes) -> Document | None:
    """The content of a document; None if the libraries for such files are not installed."""
    if not documents.installed():
        return None
    with Reader() as reader:
        return reader.read(data)


@dataclass(slots=True)
class Export:
    """The result of `export`."""

    written: int = 0
    there: int = 0
    """Files that were already in the folder, with the same contents."""

    missing: list[str] = field(default_factory=list)
    """Error messages for files that the archive does not have."""


def export(files: Iterable[File], holdings: Holdings, folder: Path) -> Export:
    """Write ``files`` into ``folder``, each as its `File.name`, and their descriptions into the `MANIFEST` there.

    Existing files are never overwritten; an existing manifest is extended.

    Raises:
        InTheWayError: Another file has a required name. Files written before remain, and are in the manifest.
        OSError: The folder cannot be written.
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
        # "x" neither overwrites a file nor follows a link.
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        if path.is_symlink() or oddity(path) or path.stat().st_size != len(data) or path.read_bytes() != data:
            raise InTheWayError(f"{path} is there with other contents: move it away") from error
        done.there += 1
    except OSError:
        # Do not leave an incomplete file with this name; if it could not be created, there is none.
        path.unlink(missing_ok=True)
        raise
    else:
        done.written += 1


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _manifest(path: Path) -> dict[str, dict[str, Any]]:
    """The lines of a manifest by name; empty if there is no file."""
    if not os.path.lexists(path):
        return {}
    wrong = InTheWayError(f"{path} is not a manifest of exported files: move it away, or name another folder")
    if path.is_symlink() or oddity(path):
        raise wrong
    try:
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        known = {line["name"]: line for line in lines}
        for line in lines:
            dump(line)  # It will be written again, which is not possible for every text in JSON.
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
