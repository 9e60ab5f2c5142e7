"""The evidence in a release: the WARC files that it cites, and the positions of its attached files in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archive.dataset.draft import Draft, Part
from archive.dataset.errors import DatasetError
from archive.dataset.holdings import Holdings, Place
from archive.dataset.tables import Added, Column, Record, Row, Table
from archive.errors import ArchiveError
from archive.wacz.reading import WaczFile

WARC_SUMS = "WARC-SHA256SUMS.txt"
"""File with the digests of the WARC files, for ``sha256sum -c`` in their folder; it can be signed separately."""

_REASONS = "`no-archive`: published without it; `missing`: not in it; `unfinished`: still being written"

_SECTION = """\
Each row cites the archived response that it was read from: `warc_file`, `warc_offset`, `warc_length`, `warc_record_id`.
`tables/warc_files.csv` names these files with their digests. With one at hand, this prints a record as it was received:

```sh
tail -c +$((OFFSET + 1)) FILE | head -c LENGTH | gunzip
```

`sha256sum -c SHA256SUMS` checks the files of this folder. `scrapy verify-release` checks that they agree with each
other, and every cited record."""

WARC_FILES = Table(
    "warc_files",
    "WARC files that the items, their history and the other tables cite, with their digests",
    (
        Column("name", "string", False, "Name of the file, as `warc_file` has it"),
        Column("bytes", "integer", True, "Size"),
        Column("sha256", "string", True, "SHA-256 of the file, in hex"),
        Column("first_date", "string", True, "UTC time of the first capture in the file, in seconds"),
        Column("last_date", "string", True, "UTC time of the last capture in the file"),
        Column("reason", "string", True, f"Why there is no digest. {_REASONS}"),
    ),
    ("name",),
    (),
)

PACKAGES = Table(
    "packages",
    "WACZ files with all these WARC files, to be opened in a browser",
    (
        Column("name", "string", False, "Name of the file"),
        Column("bytes", "integer", False, "Size"),
        Column("sha256", "string", False, "SHA-256 of the file, in hex"),
        Column("wacz_version", "string", True, "Version of the WACZ format"),
        Column("created", "string", True, "UTC time at which it was made"),
        Column("title", "string", True, "Title of the collection"),
    ),
    ("name",),
    (),
)


class Proof:
    """The tables ``warc_files`` and ``packages`` of a release.

    Raises:
        DatasetError: by ``finish``: a WARC file changes, or the WACZ file is damaged or lacks a file that is cited.
    """

    def __init__(self, draft: Draft, holdings: Holdings | None = None, wacz: Path | None = None) -> None:
        self._draft, self._holdings, self._wacz = draft, holdings, wacz

    def collect(self, record: Record) -> None:
        """Do nothing: the draft knows all cited files already."""

    def finish(self) -> None:
        """Write the tables."""
        try:
            self._finish()
        except ArchiveError as error:
            raise DatasetError(str(error)) from error

    def _finish(self) -> None:
        self._draft.sections.append(("Evidence", _SECTION))
        draft, holdings = self._draft, self._holdings
        names = sorted(draft.cited | (holdings.used if holdings else set()))
        files = []
        for done, name in enumerate(names):
            draft.progress("Digesting the WARC files", done, len(names))
            files.append(holdings.file(name) if holdings else None)
        rows = [
            (file.name, file.bytes, file.sha256, file.first_date, file.last_date, file.reason)
            if file
            else (name, None, None, None, None, "no-archive")
            for name, file in zip(names, files, strict=True)
        ]
        draft.table("tables/warc_files.csv", WARC_FILES, rows)
        digests = {file.name: file.sha256 for file in files if file and file.sha256}
        if digests:
            description = "Digests of the WARC files, for `sha256sum -c` in their folder"
            sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests) if name.isprintable())
            draft.file(WARC_SUMS, description).write_text(sums, encoding="utf-8", newline="\n")
        draft.table("tables/packages.csv", PACKAGES, [self._package(self._wacz, names, digests)] if self._wacz else [])

    def _package(self, path: Path, names: list[str], digests: dict[str, str]) -> Row:
        self._draft.progress("Checking the WACZ file", 0, 0)
        with WaczFile(path) as wacz:
            contained = wacz.digests()
            for name in names:
                if name not in contained:
                    raise ArchiveError(
                        f"{path} does not hold {name}, which the release cites: package the archive again"
                    )
                if digests.get(name, contained[name]) != contained[name]:
                    raise ArchiveError(f"{path} holds another {name} than the archive has: package it again")
            self._draft.packages.append(path.name)
            return (path.name, *wacz.size_and_digest(), *wacz.described())


def proof(holdings: Holdings | None, wacz: Path | None = None) -> Callable[[Draft], Part]:
    """Return the maker of the part, for `Dataset.parts`; ``holdings`` is None without an archive."""
    return lambda draft: Proof(draft, holdings, wacz)


def placed(holdings: Holdings | None, url: str = "url", digest: str = "sha256") -> Added:
    """Return columns for a linked table of files: the position of each in the archive, found by URL and digest."""
    columns = (
        Column("warc_file", "string", True, "File name of the archived response with the file; null when not fetched"),
        Column("warc_offset", "integer", True, "Byte offset of the record's gzip member"),
        Column("warc_length", "integer", True, "Bytes of the record's gzip member"),
        Column("warc_record_id", "string", True, "`WARC-Record-ID`"),
        Column("warc_target_uri", "string", True, "Address of that response: another one where it redirects there"),
    )

    def values(row: Record) -> Row:
        place: Place | None = None
        if holdings and row[url] and row[digest]:
            place = holdings.place(row[url], row[digest])
        if place is None:
            return (None,) * len(columns)
        return place.file, place.offset, place.length, place.record_id, place.target_uri

    return Added(columns, values)
