"""Writes a WACZ file in one pass over the archive, first under a temporary name."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions, version
from itertools import islice
from pathlib import Path
from typing import Any

from archive.cdxj.build import build_index
from archive.cdxj.files import WarcFile, current
from archive.disk import replacing
from archive.errors import ArchiveError
from archive.wacz.pages import Items, write_pages
from archive.wacz.signing import Key, signed_data
from archive.warc.reader import Advance

WACZ_VERSION = "1.1.1"

_PIECE = 1 << 20
_LINES_PER_BLOCK = 1024
"""Lines of the index that a replay tool loads at a time, as many as in files of other writers."""


@dataclass(slots=True)
class Packaged:
    """The content of a WACZ file."""

    files: list[str] = field(default_factory=list)
    """Names of the WARC files."""
    captures: int = 0
    """Number of lines of the index."""
    pages: int = 0
    """Number of entries of the page list."""
    extra_pages: int | None = None
    """Number of pages without an item; None if there are no items, as the page list then contains all pages."""
    bytes: int = 0
    """Size of the WACZ file."""


def write_wacz(
    files: Sequence[WarcFile],
    output: str | os.PathLike[str],
    *,
    title: str | None = None,
    index: str | os.PathLike[str] | None = None,
    dataset: str | os.PathLike[str] | None = None,
    items: Items | None = None,
    main_page: str | None = None,
    key: Key | None = None,
    advance: Advance = lambda size: None,
) -> Packaged:
    """Package WARC files with an index, a page list and digests. Only complete records of open files are included.

    Memory does not depend on the size of the archive. Files that replay tools read by offset are not compressed.

    Args:
        files: the WARC files, ``.warc`` or ``.warc.gz``.
        output: the WACZ file; it appears when it is complete.
        title: title of the collection; by default that of its main page.
        index: a CDXJ to update and use; by default a temporary one is made.
        dataset: a folder to add as ``dataset/dataset.zip``. It is zipped because validators of data packages would
            otherwise read its tables without their schema.
        items: the main pages of the collection, with texts.
        main_page: address of the start page; by default the front page of the site, else the first page.
        key: signs the package.
        advance: called with the number of bytes of WARC files that were indexed or copied: each file counts twice.

    Raises:
        ArchiveError: a file is damaged, or there is nothing to package.
        OSError: a file cannot be read or written.
    """
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    _require_names(files)
    result = Packaged([file.name for file in files])
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as scratch:
        cdxj = Path(index) if index is not None else Path(scratch, "index.cdxj")
        indexed = build_index(files, cdxj, advance)
        if indexed.faults:
            raise ArchiveError(f"{indexed.faults[0]}; `scrapy archive-repair` writes a repaired copy")
        result.captures = indexed.lines
        files = [current(file) for file in files]
        directories = {file.name: file.path.parent for file in files}
        pages = write_pages(cdxj, directories, Path(scratch), items or Items([]), main_page)
        result.pages, result.extra_pages = pages.pages, pages.extra
        with replacing(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            package = _Package(archive)
            for file in files:
                package.add(f"archive/{file.name}", file.path, size=indexed.whole_bytes.get(file.name), advance=advance)
            _add_index(package, cdxj, Path(scratch))
            package.add("pages/pages.jsonl", Path(scratch, "pages.jsonl"), compress=True)
            if pages.extra is not None:
                package.add("pages/extraPages.jsonl", Path(scratch, "extraPages.jsonl"), compress=True)
            if dataset is not None:
                _add_dataset(package, Path(dataset), Path(scratch))
            package.finish(title, pages.main, key)
    result.bytes = path.stat().st_size
    return result


def _require_names(files: Sequence[WarcFile]) -> None:
    if not files:
        raise ArchiveError("there are no WARC files to package")
    for file in files:
        if not file.name.endswith((".warc", ".warc.gz")):
            raise ArchiveError(f"{file.path}: the name of a WARC file in a WACZ must end in .warc or .warc.gz")
        if not file.name.isprintable():
            # This includes bytes that are not UTF-8, which neither JSON nor a ZIP file can represent.
            raise ArchiveError(
                f"{os.fsencode(file.path)!r}: file names in a WACZ must be printable UTF-8: rename the file"
            )


class _Package:
    """A ZIP file that records the digests of its files."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._resources: list[dict[str, Any]] = []
        self._created = time.gmtime()

    def add(
        self,
        name: str,
        path: Path,
        *,
        size: int | None = None,
        compress: bool = False,
        advance: Advance = lambda size: None,
    ) -> None:
        """Add the first ``size`` bytes of a file, or all.

        Raises:
            ArchiveError: the file has become shorter.
        """
        remaining = size = path.stat().st_size if size is None else size
        digest = hashlib.sha256()
        info = self._info(name, zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED)
        # An extra field only in the local header, as zipfile writes for unknown sizes, confuses wabac.js.
        is_large = size > zipfile.ZIP64_LIMIT
        with path.open("rb") as source, self._archive.open(info, "w", force_zip64=is_large) as target:
            while remaining:
                piece = source.read(min(remaining, _PIECE))
                if not piece:
                    raise ArchiveError(f"{path}: the file became shorter while it was packaged")
                target.write(piece)
                digest.update(piece)
                remaining -= len(piece)
                advance(len(piece))
        resource = {"name": self._name(name), "path": name, "hash": f"sha256:{digest.hexdigest()}", "bytes": size}
        self._resources.append(resource)

    def _info(self, name: str, compression: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._created[:6])
        info.compress_type = compression
        info.external_attr = 0o644 << 16
        return info

    def _name(self, path: str) -> str:
        """Return a name as required by data packages (Data Package 1, Data Resource: ``name``), unique in this one."""
        long = re.sub(r"[^a-z0-9._-]+", "-", path.lower())
        short = re.sub(r"[^a-z0-9._-]+", "-", path.rpartition("/")[2].lower())
        return long if any(resource["name"] == short for resource in self._resources) else short

    def finish(self, title: str | None, main: Mapping[str, str] | None, key: Key | None) -> None:
        """Write ``datapackage.json`` (WACZ 1.1.1, section 5.2.4) and its digest (5.2.5), signed with ``key``."""
        main_page = {"mainPageUrl": main["url"], "mainPageDate": main["ts"]} if main else {}
        title = title or (main or {}).get("title")
        created, software = time.strftime("%Y-%m-%dT%H:%M:%SZ", self._created), _software()
        description = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            **({"title": title} if title else {}),
            **main_page,
            "created": created,
            "software": software,
            "resources": self._resources,
        }
        data = _json(description)
        self._archive.writestr(self._info("datapackage.json", zipfile.ZIP_DEFLATED), data)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        signed = {"signedData": signed_data(digest["hash"], created, software, key)} if key else {}
        text = _json({**digest, **signed})
        self._archive.writestr(self._info("datapackage-digest.json", zipfile.ZIP_DEFLATED), text)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _software() -> str:
    """Return the name and version of the program, from the distribution that contains this package."""
    package = __package__.partition(".")[0]
    names = packages_distributions().get(package, ())
    return " ".join([package, *(f"({name} {version(name)})" for name in sorted(set(names)))])


def _add_index(package: _Package, cdxj: Path, scratch: Path) -> None:
    """Add the sorted index ``cdxj`` as gzip members of many lines, with an index of these members: ZipNum.

    https://specs.webrecorder.net/cdxj/0.1.0/: first key, offset, length and digest of each member.
    """
    blocks, block_index = scratch / "index.cdx.gz", scratch / "index.idx"
    offset = 0
    with cdxj.open("rb") as lines, blocks.open("wb") as data, block_index.open("wb") as index:
        index.write(b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n')
        while block := list(islice(lines, _LINES_PER_BLOCK)):
            member = gzip.compress(b"".join(block), mtime=0)
            digest = f"sha256:{hashlib.sha256(member).hexdigest()}"
            entry = json.dumps({"offset": offset, "length": len(member), "digest": digest})
            first = b" ".join(block[0].split(b" ", 2)[:2])
            index.write(first + b" " + entry.encode("ascii") + b"\n")
            data.write(member)
            offset += len(member)
    package.add("indexes/index.cdx.gz", blocks)
    package.add("indexes/index.idx", block_index, compress=True)


def _add_dataset(package: _Package, dataset: Path, scratch: Path) -> None:
    files = [path for path in sorted(dataset.rglob("*")) if path.is_file()]
    if not files:
        raise ArchiveError(f"{dataset}: the folder does not exist or is empty")
    packed = scratch / "dataset.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(dataset).as_posix())
    package.add("dataset/dataset.zip", packed)
