"""The result of checking a release: problems with their codes, and counts of what was checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.errors import cleaned

PROBLEMS = {
    "release-syntax": "SHA256SUMS or datapackage.json cannot be read",
    "path": "a name that leads out of the folder, or to a link, pipe or folder",
    "file-missing": "a file that SHA256SUMS or datapackage.json names does not exist",
    "file-unlisted": "a file that SHA256SUMS does not name",
    "file-changed": "a file has another digest, or another size, than SHA256SUMS or datapackage.json says",
    "table-syntax": "a CSV, JSON or Parquet file cannot be read, or its columns or values are not those of its schema",
    "key": "the key of a table is empty, or occurs twice",
    "reference": "a row refers to a row that is not there",
    "copies-differ": "the same table has other rows, keys or citations in CSV, SQLite, JSON lines or Parquet",
    "sqlite": "the SQLite file is damaged, or lacks a table",
    "citation": "a row cites no place in a file, or a WARC file that warc_files does not name",
    "warc-missing": "a WARC file that is cited is not in the archive",
    "warc-changed": "a WARC file has another size or digest than warc_files says",
    "record": "a cited record does not exist, is damaged, or differs from its description",
    "wacz": "the WACZ file is not the one that the release names, or differs from its own description",
    "signature": "a signature or a time stamp does not match, or a requested one does not exist",
}
"""Code -> meaning; the codes are an interface."""

MOST_LISTED = 5
"""Problems of one kind in one file that are listed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A difference from what the release states; printed as one line."""

    path: str
    """File of the release or of the archive."""

    code: str
    """One of `PROBLEMS`."""

    words: str

    def __str__(self) -> str:
        return cleaned(f"{self.path}: {self.code}: {self.words}")


@dataclass(slots=True)
class Verified:
    """Counts of what was checked."""

    files: int = 0
    rows: int = 0
    """Rows of CSV files."""

    warc_files: int = 0
    """WARC files whose digest was computed."""

    records: int = 0
    """Cited records that were read."""

    problems: int = 0
    notes: list[str] = field(default_factory=list)
    """Sentences on what could not be checked, and who signed."""


def counted_rows(count: int) -> str:
    """Return the number of rows, in words."""
    return f"{count} {'row' if count == 1 else 'rows'}"
