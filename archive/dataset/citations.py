"""Checks the records that a release cites: their WARC files, digests, and the facts that are stated about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from archive.dataset.findings import Problem, Verified
from archive.dataset.stored import Stored, size_and_digest
from archive.dataset.untrusted import CITATION, FORMS, CsvSheet
from archive.errors import ArchiveError
from archive.verify.citation import checks_of
from archive.wacz.reading import WaczFile
from archive.wacz.signing import check_signed, is_pem_key
from archive.warc.reader import Advance, record_at
from archive.warc.record import Record

_CLAIMS = ("record_id", "target_uri", "date", "payload_digest", "sha256")


class Citations:
    """The citations in the files of a release, stored in ``db`` until they are checked against the ``archive``."""

    def __init__(
        self,
        db: sqlite3.Connection,
        verified: Verified,
        archive: Stored | None,
        advance: Advance,
        keys: Sequence[Path],
        certificates: Path | None,
    ) -> None:
        self._db, self._verified = db, verified
        self._archive, self._advance = archive, advance
        self._keys, self._certificates = keys, certificates
        claims = ", ".join(f"{name} TEXT" for name in _CLAIMS)
        self._db.execute(
            f"CREATE TABLE cited (file TEXT, offset INTEGER, length INTEGER, {claims}, source TEXT,"
            f" UNIQUE (file, offset, length, {', '.join(_CLAIMS)}))"
        )

    def note_row(self, sheet: CsvSheet, row: Mapping[str, str]) -> Iterator[Problem]:
        """Store the citation in a row of a table; yield a problem if it is not valid."""
        if CITATION[0] not in row or not row[CITATION[0]]:
            return
        where: dict[str, Any] = {name: row[f"warc_{name}"] or None for name in _CLAIMS if f"warc_{name}" in row}
        for name in ("offset", "length"):
            text = row.get(f"warc_{name}", "")
            where[name] = int(text) if FORMS["integer"].fullmatch(text) else None
        if row.get("sha256"):  # the digest of the file that the row describes
            where["sha256"] = row["sha256"]
        yield from self.note(where, row["warc_file"], f"{sheet.path}, row {sheet.rows}")

    def note(self, where: Mapping[str, Any], file: object, source: str) -> Iterator[Problem]:
        """Store a citation, with the place where it is printed; yield a problem if it is not valid."""
        offset, length = where.get("offset"), where.get("length")
        claims = [where.get(name) for name in _CLAIMS]
        # A bool is an int; SQLite integers have 63 bits.
        is_place = all(type(number) is int and 0 <= number < 1 << 62 for number in (offset, length))
        if not isinstance(file, str) or not is_place or not all(map(_is_text, (file, *claims))):
            yield Problem(source, "citation", f"{str(file)[:100]}, {str(length)[:30]} bytes at {str(offset)[:30]}")
            return
        # In a UNIQUE key, NULL differs from NULL.
        source = source.encode("utf-8", "backslashreplace").decode()
        row = (file, offset, length, *(claim or "" for claim in claims), source)
        marks = ", ".join("?" for _ in row)
        self._db.execute(f"INSERT OR IGNORE INTO cited VALUES ({marks})", row)  # noqa: S608

    def problems(self, sheets: Sequence[CsvSheet]) -> Iterator[Problem]:
        """Yield the problems of the archive, and of the statements about it in the tables ``sheets`` of the release."""
        listed = self._listed(sheets, "warc_files", ("name", "bytes", "sha256", "first_date", "last_date"))
        packages = self._listed(sheets, "packages", ("name", "bytes", "sha256"))
        names = {name for (name,) in self._db.execute("SELECT DISTINCT file FROM cited")}
        if listed is None:
            self._verified.notes.append("the release does not name its WARC files: their digests were not checked")
        else:
            for name in sorted(names - {*listed}):
                yield Problem(name, "citation", "it is cited, and warc_files does not name it")
        if self._archive is None:
            places = "SELECT DISTINCT file, offset, length FROM cited"
            (count,) = self._db.execute(f"SELECT count(*) FROM ({places})").fetchone()  # noqa: S608
            self._verified.notes.append(f"the archive is not available: {count} cited records were not read")
            return
        if isinstance(self._archive, WaczFile):
            yield from self._wacz(self._archive, packages or {})
        for name in sorted(names | {*(listed or {})}):
            yield from self._warc_file(self._archive, name, (listed or {}).get(name))

    def _listed(
        self, sheets: Sequence[CsvSheet], table: str, columns: Sequence[str]
    ) -> dict[str, tuple[str, ...]] | None:
        """Return name -> the other ``columns`` of ``table``; None if the release has no such table."""
        sheet = next((sheet for sheet in sheets if sheet.name == table), None)
        if sheet is None or not set(columns) <= {*sheet.columns}:
            return None
        query = f"SELECT {', '.join(map(sheet.column, columns))} FROM {sheet.staged}"  # noqa: S608
        return {name: tuple(rest) for name, *rest in self._db.execute(query)}

    def _wacz(self, wacz: WaczFile, packages: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
        name = wacz.path.name
        try:
            if name in packages:
                size, digest = wacz.size_and_digest(self._advance)
                if packages[name] != (str(size), digest):
                    yield Problem(name, "wacz", f"it has {size} bytes and SHA-256 {digest}; packages says another")
            else:
                self._verified.notes.append(f"the release does not name {name}")
            for words in wacz.problems(self._advance):
                yield Problem(name, "wacz", words)
            if signed := wacz.signed_data():
                pem = [key for key in self._keys if is_pem_key(key)]
                finding = check_signed(signed, wacz.description_hash(), wacz.described()[1], pem, self._certificates)
                if finding.is_wrong:
                    yield Problem(name, "signature", finding.words)
                else:
                    self._verified.notes.append(f"{name}: {finding.words}")
            elif any(map(is_pem_key, self._keys)):
                yield Problem(name, "signature", "a key was given, but the package is not signed")
        except (ArchiveError, OSError) as error:
            yield Problem(name, "wacz", str(error))

    def _warc_file(self, archive: Stored, name: str, listed: tuple[str, ...] | None) -> Iterator[Problem]:
        try:
            stream = archive.open(name)
        except (ArchiveError, OSError) as error:
            yield Problem(name, "warc-missing", str(error))
            return
        with stream:
            if listed and listed[1]:
                self._verified.warc_files += 1
                size, digest = size_and_digest(stream, self._advance)
                if listed[:2] != (str(size), digest):
                    yield Problem(name, "warc-changed", f"it has {size} bytes and SHA-256 {digest}")
            elif listed:
                self._verified.notes.append(f"{name}: the release has no digest of it")
            cited = self._db.execute("SELECT * FROM cited WHERE file = ? ORDER BY offset, length", (name,))
            for (offset, length), rows in groupby(cited, lambda row: (row[1], row[2])):
                self._verified.records += 1
                try:
                    record = record_at(name, stream, offset, length)
                except (ArchiveError, OSError) as error:
                    yield Problem(name, "record", f"{next(rows)[-1]}: {error}")
                    continue
                for *_, source, claims in ((*row, dict(zip(_CLAIMS, row[3:-1], strict=True))) for row in rows):
                    for words in _differing(claims, record, listed):
                        yield Problem(name, "record", f"{source}: record at {offset}: {words}")


def _differing(claims: Mapping[str, str], record: Record, listed: tuple[str, ...] | None) -> Iterator[str]:
    """Yield the false claims of a row about ``record``; ``listed`` is the row of its file in warc_files."""
    try:
        for check in checks_of({name: value or None for name, value in claims.items()}, record):
            if not check.holds:
                yield f"{check.name} is {check.found[:200]}, not {check.claimed[:200]}"
    except ArchiveError as error:
        yield str(error)
    date = claims["date"]
    if date and listed and listed[2] and not listed[2] <= f"{date[:19]}Z" <= listed[3]:
        yield f"its date {date} is not between those of the file in warc_files"


def _is_text(value: object) -> bool:
    """Whether ``value`` is null or a text that can be stored: JSON can escape a lone surrogate."""
    return value is None or (isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value))
