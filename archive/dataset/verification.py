"""Checks a release by itself, and against the archive that it cites where that is at hand.

A release may come from anywhere: no path leads out of its folder, no link is followed, nothing in it is run, and memory
does not depend on its size. Digests are computed from the files, never taken from what a publisher kept.
"""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count, groupby, islice
from pathlib import Path
from typing import Any

from archive.dataset.delimited import unguard
from archive.dataset.signing import check
from archive.dataset.stored import Stored, size_and_digest
from archive.dataset.untrusted import (
    CITATION,
    DESCRIPTOR,
    FORMS,
    LONGEST_LINE,
    SUM_LINE,
    SUMS,
    CsvSheet,
    RowSum,
    csv_rows,
    ill_formed,
    is_detached,
    reached,
    sheet_of,
    small_file,
)
from archive.errors import ArchiveError, cleaned
from archive.verify.citation import checks_of
from archive.wacz.reading import WaczFile
from archive.wacz.signing import check_signed, is_pem_key
from archive.warc.reader import Advance, record_at
from archive.warc.record import Record

PROBLEMS = {
    "release-syntax": "SHA256SUMS or datapackage.json cannot be read",
    "path": "a name that leads out of the folder, or to a link, pipe or folder",
    "file-missing": "a file that SHA256SUMS or datapackage.json names is not there",
    "file-unlisted": "a file that SHA256SUMS does not name",
    "file-changed": "a file has another digest, or another size, than SHA256SUMS or datapackage.json says",
    "table-syntax": "a CSV, JSON or Parquet file cannot be read, or its columns or values are not those of its schema",
    "key": "the key of a table is empty, or stands in it twice",
    "reference": "a row refers to a row that is not there",
    "copies-differ": "the same table has other rows, keys or citations in CSV, SQLite, JSON lines or Parquet",
    "sqlite": "the SQLite file is damaged, or lacks a table",
    "citation": "a row cites no place in a file, or a WARC file that warc_files does not name",
    "warc-missing": "a WARC file that is cited is not in the archive",
    "warc-changed": "a WARC file has another size or digest than warc_files says",
    "record": "a cited record is not there, is damaged, or differs from what is said of it",
    "wacz": "the WACZ file is not the one that the release names, or not what it says of itself",
    "signature": "a signature or a time stamp does not fit, or one that was asked for is not there",
}
"""Code -> meaning; the codes are an interface."""

_MOST_TOLD = 5
_MOST_OF_A_CODE = 1000
_DEEPEST = 100
_LEAST_STEPS, _STEPS_OF_A_BYTE, _STEPS_AT_ONCE = 10_000_000, 32, 100_000
"""Of the machine of SQLite, which takes fewer than 10 to check and read a byte of a sound file."""
_COMPUTED = """
    SELECT one.name, 'a column' FROM sqlite_master one, pragma_table_xinfo(one.name) field
    WHERE one.type = 'table' AND one.sql NOT LIKE 'CREATE VIRTUAL%' AND field.hidden IN (2, 3)
    UNION ALL
    SELECT one.name, 'an index'
    FROM sqlite_master one, pragma_index_list(one.name) made, pragma_index_xinfo(made.name) field
    WHERE one.type = 'table' AND one.sql NOT LIKE 'CREATE VIRTUAL%' AND (field.cid = -2 OR made.partial)
    LIMIT 1"""

_CLAIMS = ("record_id", "target_uri", "date", "payload_digest", "sha256")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the release says; printed as one line."""

    path: str
    """File of the release or of the archive."""

    code: str
    """One of `PROBLEMS`."""

    words: str

    def __str__(self) -> str:
        return cleaned(f"{self.path}: {self.code}: {self.words}")


@dataclass(slots=True)
class Verified:
    """What was checked."""

    files: int = 0
    rows: int = 0
    """Rows of CSV files."""

    warc_files: int = 0
    """WARC files whose digest was computed."""

    records: int = 0
    """Cited records that were read."""

    problems: int = 0
    notes: list[str] = field(default_factory=list)
    """What could not be checked, and who signed, a sentence each."""


class Verification:
    """Checks the release in the folder ``release``.

    Args:
        archive: the WARC files that it cites; None when they are not at hand.
        advance: told how many bytes were read; each file of the release and each WARC file counts once.
        keys: public keys of GnuPG or minisign by which it is to be signed.
        certificates: PEM file with the certificates by which its time stamps are to be trusted.
    """

    def __init__(
        self,
        release: Path,
        archive: Stored | None = None,
        advance: Advance = lambda size: None,
        *,
        keys: Sequence[Path] = (),
        certificates: Path | None = None,
    ) -> None:
        self.release = release
        self.verified = Verified()
        self._archive, self._advance = archive, advance
        self._keys, self._certificates = keys, certificates
        self._found: dict[str, tuple[int, str]] = {}
        """Path of each file that may be read -> size and digest."""
        self._sheets: list[CsvSheet] = []

    def run(self) -> Iterator[Problem]:
        """What is wrong, in the order in which it is found: of each code no more than a thousand, the rest is counted.

        Raises:
            OSError: the temporary folder, or a file of the release, cannot be read or written.
        """
        told: Counter[str] = Counter()
        untold: Counter[str] = Counter()
        with (
            tempfile.TemporaryDirectory(prefix="verify-") as scratch,
            closing(sqlite3.connect(Path(scratch, "scratch.sqlite"), isolation_level=None)) as self._db,
        ):
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("BEGIN")
            for problem in self._all():
                self.verified.problems += 1
                told[problem.code] += 1
                if told[problem.code] <= (_MOST_TOLD if problem.code == "release-syntax" else _MOST_OF_A_CODE):
                    yield problem
                else:
                    untold[problem.code] += 1
        self.verified.notes += [f"{count} more of {code} are not told" for code, count in untold.items()]

    def _all(self) -> Iterator[Problem]:
        claims = ", ".join(f"{name} TEXT" for name in _CLAIMS)
        self._db.execute(
            f"CREATE TABLE cited (file TEXT, offset INTEGER, length INTEGER, {claims}, source TEXT,"
            f" UNIQUE (file, offset, length, {', '.join(_CLAIMS)}))"
        )
        yield from self._files()
        yield from self._package()
        for sheet in self._sheets:
            yield from self._table(sheet)
        for sheet in self._sheets:
            yield from self._references(sheet)
        yield from self._copies()
        yield from self._warc_files()
        yield from self._signatures()

    def _signatures(self) -> Iterator[Problem]:
        try:
            keys = [key for key in self._keys if not is_pem_key(key)]
            for finding in check(self.release, keys, self._certificates):
                if finding.is_wrong:
                    yield Problem(finding.path, "signature", finding.words)
                else:
                    self.verified.notes.append(f"{finding.path}: {finding.words}")
        except ArchiveError as error:
            yield Problem(str(self.release), "signature", str(error))

    # ---- files -----------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[Problem]:
        try:
            listed = yield from self._sums()
        except ArchiveError as error:
            yield Problem(SUMS, "release-syntax", str(error))
            listed = {}
        for path, digest in listed.items():
            try:
                with reached(self.release, path) as stream:
                    self._found[path] = found = size_and_digest(stream, self._advance)
            except FileNotFoundError:
                yield Problem(path, "file-missing", "it is not there")
                continue
            except OSError as error:  # such as a name that is too long to be one
                yield Problem(path, "file-missing", f"it cannot be read: {error.strerror or error}")
                continue
            except ArchiveError as error:
                yield Problem(path, "path", str(error))
                continue
            self.verified.files += 1
            if found[1] != digest:
                yield Problem(path, "file-changed", f"its SHA-256 is {found[1]}, not {digest}")
        for folder, folders, files in os.walk(self.release):
            here = Path(folder).relative_to(self.release)
            if len(here.parts) > _DEEPEST:
                yield Problem(here.as_posix(), "path", "deeper in folders than is looked")
                folders.clear()
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in sorted([*files, *links]):
                path = Path(folder, name).relative_to(self.release).as_posix()
                if path not in listed and not is_detached(path):
                    yield Problem(path, "file-unlisted", "SHA256SUMS does not name it")

    def _sums(self) -> Generator[Problem, None, dict[str, str]]:
        """Path of each file that SHA256SUMS names -> its digest there; of a name that is there twice, the first.

        Raises:
            ArchiveError: it cannot be read.
        """
        data = small_file(self.release, SUMS)
        listed: dict[str, str] = {}
        place = 0
        while place < len(data):
            line = SUM_LINE.match(data, place)
            if line is None:
                raise ArchiveError(f"the line at byte {place} is not `<sha256>  <path>`")
            path = line[2].decode("utf-8", "surrogateescape")
            if path in listed:
                yield Problem(SUMS, "release-syntax", f"it names {path[:100]} more than once")
            else:
                listed[path] = line[1].decode()
            place = line.end()
        return listed

    # ---- datapackage.json ------------------------------------------------------------------------------------------

    def _package(self) -> Iterator[Problem]:
        try:
            described = json.loads(small_file(self.release, DESCRIPTOR))
            resources = [*described["resources"]]
        except (ArchiveError, ValueError, KeyError, TypeError, RecursionError) as error:
            yield Problem(DESCRIPTOR, "release-syntax", f"no data package: {error}")
            return
        for resource in resources:
            path = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(path, str):
                yield Problem(DESCRIPTOR, "release-syntax", "a resource has no path")
            elif path not in self._found:
                yield Problem(path, "file-missing", f"{DESCRIPTOR} names it; it is not there, or SHA256SUMS lacks it")
            else:
                size, digest = self._found[path]
                if (resource.get("bytes"), resource.get("hash")) != (size, f"sha256:{digest}"):
                    yield Problem(path, "file-changed", f"{DESCRIPTOR} says another size or digest")
                if "schema" in resource:
                    try:
                        self._sheets.append(sheet_of(resource, self._sheets))
                    except (KeyError, TypeError, ValueError, AttributeError) as error:
                        yield Problem(DESCRIPTOR, "release-syntax", f"the schema of {path} is none: {error!r}")

    # ---- tables ----------------------------------------------------------------------------------------------------

    def _table(self, sheet: CsvSheet) -> Iterator[Problem]:
        """Read a CSV file once: its values, its key, what it cites; keep what others refer to."""
        held = self._held(sheet)
        columns = ", ".join(f"{sheet.column(name)} TEXT" for name in held) or "nothing TEXT"
        self._db.execute(f"CREATE TABLE {sheet.staged} ({columns})")
        insert = f"INSERT INTO {sheet.staged} VALUES ({', '.join('?' for _ in held)})"  # noqa: S608
        total, compared = RowSum(), sheet.compared
        told = 0
        try:
            with csv_rows(reached(self.release, sheet.path)) as rows:
                header = next(rows, [])
                if header != [*sheet.columns]:
                    yield Problem(sheet.path, "table-syntax", "its columns are not those of its schema")
                    return
                for cells in rows:
                    sheet.rows += 1
                    if len(cells) != len(header):
                        words = f"row {sheet.rows} has {len(cells)} cells, not {len(header)}"
                        yield Problem(sheet.path, "table-syntax", words)
                        return
                    row = dict(zip(header, map(unguard, cells), strict=True))
                    for name in ill_formed(sheet, row):
                        told += 1
                        if told <= _MOST_TOLD:
                            words = f"row {sheet.rows}: {row[name][:40]!r} in {name} is no {sheet.columns[name]}"
                            yield Problem(sheet.path, "table-syntax", words)
                    if held:
                        self._db.execute(insert, [row[name] for name in held])
                    total.add(row[name] for name in compared)
                    yield from self._cite_row(sheet, row)
        except (csv.Error, UnicodeDecodeError, ArchiveError) as error:
            yield Problem(sheet.path, "table-syntax", str(error))
        self.verified.rows += sheet.rows
        sheet.sum = total.value
        yield from self._key(sheet)

    def _held(self, sheet: CsvSheet) -> list[str]:
        """The columns that keys are checked with."""
        wanted = {*sheet.key, *(column for column, _, _ in sheet.references)}
        for other in self._sheets:
            wanted |= {of for _, table, of in other.references if table == sheet.name}
        if sheet.name == "warc_files":
            wanted |= {"name", "bytes", "sha256", "first_date", "last_date"}
        if sheet.name == "packages":
            wanted |= {"name", "bytes", "sha256"}
        return [name for name in sheet.columns if name in wanted]

    def _key(self, sheet: CsvSheet) -> Iterator[Problem]:
        if not sheet.key or not sheet.rows:
            return
        key = ", ".join(map(sheet.column, sheet.key))
        (count,) = self._db.execute(f"SELECT count(*) FROM {sheet.staged} WHERE '' IN ({key})").fetchone()  # noqa: S608
        if count:
            yield Problem(sheet.path, "key", f"{_rows(count)} without {', '.join(sheet.key)}")
        self._db.execute(f"CREATE INDEX {sheet.staged}_key ON {sheet.staged} ({key})")
        several = f"FROM {sheet.staged} GROUP BY {key} HAVING count(*) > 1 LIMIT {_MOST_TOLD}"
        for *values, count in self._db.execute(f"SELECT {key}, count(*) {several}"):
            yield Problem(sheet.path, "key", f"{', '.join(values)[:200]} stands in {count} rows")

    def _references(self, sheet: CsvSheet) -> Iterator[Problem]:
        sheets = {other.name: other for other in self._sheets}
        for column, table, of in sheet.references:
            if table not in sheets or column not in sheet.columns or of not in sheets[table].columns:
                yield Problem(sheet.path, "reference", f"{column} refers to {table}, {of}, which is not there")
                continue
            there, here, to = sheets[table].staged, sheet.column(column), sheets[table].column(of)
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {there}_{to} ON {there} ({to})")
            among = f"(SELECT 1 FROM {there} other WHERE other.{to} = one.{here})"  # noqa: S608
            lost = f"FROM {sheet.staged} one WHERE one.{here} != '' AND NOT EXISTS {among}"
            (count,) = self._db.execute(f"SELECT count(*) {lost}").fetchone()
            if count:
                (example,) = self._db.execute(f"SELECT one.{here} {lost} LIMIT 1").fetchone()
                words = f"{_rows(count)} whose {column} is in no row of {table}: {example[:100]}"
                yield Problem(sheet.path, "reference", words)

    # ---- the same in other formats ---------------------------------------------------------------------------------

    def _copies(self) -> Iterator[Problem]:
        by_path = {sheet.path: sheet for sheet in self._sheets}
        for path in self._found:
            stem, _, suffix = path.rpartition(".")
            twin = by_path.get(f"{stem}.csv")
            if suffix == "jsonl":
                yield from self._json_lines(path, twin)
            elif suffix == "sqlite":
                yield from self._sqlite(path)
            elif suffix == "parquet" and twin:
                yield from self._parquet(path, twin)

    def _json_lines(self, path: str, twin: CsvSheet | None) -> Iterator[Problem]:
        total, rows = RowSum(), 0
        stream = reached(self.release, path)
        with stream:
            while line := stream.readline(LONGEST_LINE):
                rows += 1
                try:
                    record = json.loads(line) if line.endswith(b"\n") else None
                except (ValueError, RecursionError):
                    record = None
                if not isinstance(record, dict):
                    yield Problem(path, "table-syntax", f"line {rows} is no JSON object")
                    return
                where = record["warc"] if isinstance(record.get("warc"), dict) else {}
                if where:
                    yield from self._cite(where, where.get("file"), f"{path}, line {rows}")
                if twin:
                    flat = {f"warc_{name}": value for name, value in where.items()}
                    total.add(_text({**flat, **record}.get(name)) for name in twin.compared)
        if twin and (rows, total.value) != (twin.rows, twin.sum):
            yield _differs(path, rows, twin)

    def _sqlite(self, path: str) -> Iterator[Problem]:
        reached(self.release, path).close()
        # Opened as it is, for reading alone; nothing that its schema defines is trusted.
        uri = f"{(self.release / path).absolute().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as db:
                db.text_factory = lambda data: data.decode("utf-8", "replace")
                if sys.version_info >= (3, 11):
                    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_LINE)
                left = count(_LEAST_STEPS + _STEPS_OF_A_BYTE * self._found[path][0], -_STEPS_AT_ONCE)
                db.set_progress_handler(lambda: next(left) < 0, _STEPS_AT_ONCE)
                db.execute("PRAGMA trusted_schema = OFF")
                db.execute("PRAGMA cell_size_check = ON")
                # What a row is computed of can be without end. A release has no such columns, indexes or rules.
                db.execute("PRAGMA ignore_check_constraints = ON")
                for table, words in db.execute(_COMPUTED):
                    yield Problem(path, "sqlite", f"{words} of table {table[:100]} is computed: the file is not read")
                    return
                for (words,) in db.execute(f"PRAGMA integrity_check({_MOST_TOLD})"):
                    if words != "ok":
                        yield Problem(path, "sqlite", str(words)[:200])
                for table, _, parent, _ in islice(db.execute("PRAGMA foreign_key_check"), _MOST_TOLD):
                    yield Problem(path, "reference", f"a row of {table} refers to a row of {parent} that is not there")
                tables = {
                    name: sql or ""
                    for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
                }
                main = next((sheet for sheet in self._sheets if f"{sheet.name}.sqlite" == path), None)
                if main and main.name not in tables:
                    yield Problem(path, "sqlite", f"there is no table {main.name}")
                for sheet in self._sheets:
                    # The texts and the coverage stand in the main table, or in none.
                    if sheet.name in tables and not re.match(r"(?i)\s*CREATE\s+VIRTUAL", tables[sheet.name]):
                        yield from self._copy(path, db, sheet)
        except sqlite3.Error as error:
            yield Problem(path, "sqlite", str(error))

    def _copy(self, path: str, db: sqlite3.Connection, sheet: CsvSheet) -> Iterator[Problem]:
        total, rows = RowSum(), 0
        columns = ", ".join(map(_quoted, sheet.compared))
        for row in db.execute(f"SELECT {columns} FROM {_quoted(sheet.name)}"):  # noqa: S608
            rows += 1
            total.add(map(_text, row))
        if (rows, total.value) != (sheet.rows, sheet.sum):
            yield _differs(f"{path}, table {sheet.name}", rows, sheet)

    def _parquet(self, path: str, twin: CsvSheet) -> Iterator[Problem]:
        try:
            from pyarrow import ArrowException
            from pyarrow.parquet import ParquetFile as Parquet
        except ImportError:
            self.verified.notes.append(f"{path} was not read: pyarrow is not installed")
            return
        try:
            with reached(self.release, path) as stream, Parquet(stream) as file:
                rows = file.metadata.num_rows
        except (ArrowException, OSError) as error:
            yield Problem(path, "table-syntax", str(error)[:200])
            return
        if rows != twin.rows:
            yield _differs(path, rows, twin)

    # ---- the archive -----------------------------------------------------------------------------------------------

    def _cite_row(self, sheet: CsvSheet, row: Mapping[str, str]) -> Iterator[Problem]:
        if CITATION[0] not in row or not row[CITATION[0]]:
            return
        where: dict[str, Any] = {name: row[f"warc_{name}"] or None for name in _CLAIMS if f"warc_{name}" in row}
        for name in ("offset", "length"):
            text = row.get(f"warc_{name}", "")
            where[name] = int(text) if FORMS["integer"].fullmatch(text) else None
        if row.get("sha256"):  # of the file that the row is about
            where["sha256"] = row["sha256"]
        yield from self._cite(where, row["warc_file"], f"{sheet.path}, row {sheet.rows}")

    def _cite(self, where: Mapping[str, Any], file: object, source: str) -> Iterator[Problem]:
        offset, length = where.get("offset"), where.get("length")
        claims = [where.get(name) for name in _CLAIMS]
        # A bool is an int; SQLite holds 63 bits.
        is_place = all(type(number) is int and 0 <= number < 1 << 62 for number in (offset, length))
        if not isinstance(file, str) or not is_place or not all(map(_is_text, (file, *claims))):
            yield Problem(source, "citation", f"{str(file)[:100]}, {str(length)[:30]} bytes at {str(offset)[:30]}")
            return
        # Null is not equal to null in a UNIQUE key.
        source = source.encode("utf-8", "backslashreplace").decode()
        row = (file, offset, length, *(one or "" for one in claims), source)
        marks = ", ".join("?" for _ in row)
        self._db.execute(f"INSERT OR IGNORE INTO cited VALUES ({marks})", row)  # noqa: S608

    def _warc_files(self) -> Iterator[Problem]:
        said = self._said("warc_files", ("name", "bytes", "sha256", "first_date", "last_date"))
        packages = self._said("packages", ("name", "bytes", "sha256"))
        names = {name for (name,) in self._db.execute("SELECT DISTINCT file FROM cited")}
        if said is None:
            self.verified.notes.append("the release does not name its WARC files: their digests were not checked")
        else:
            for name in sorted(names - {*said}):
                yield Problem(name, "citation", "it is cited, and warc_files does not name it")
        if self._archive is None:
            places = "SELECT DISTINCT file, offset, length FROM cited"
            (count,) = self._db.execute(f"SELECT count(*) FROM ({places})").fetchone()  # noqa: S608
            self.verified.notes.append(f"the archive is not at hand: {count} cited records were not read")
            return
        if isinstance(self._archive, WaczFile):
            yield from self._wacz(self._archive, packages or {})
        for name in sorted(names | {*(said or {})}):
            yield from self._warc_file(self._archive, name, (said or {}).get(name))

    def _said(self, table: str, columns: Sequence[str]) -> dict[str, tuple[str, ...]] | None:
        """Name -> the other ``columns`` of ``table``; None when the release has no such table."""
        sheet = next((one for one in self._sheets if one.name == table), None)
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
                self.verified.notes.append(f"the release does not name {name}")
            for words in wacz.problems(self._advance):
                yield Problem(name, "wacz", words)
            if said := wacz.signed_data():
                pem = [key for key in self._keys if is_pem_key(key)]
                found = check_signed(said, wacz.description_hash(), wacz.described()[1], pem, self._certificates)
                if found.is_wrong:
                    yield Problem(name, "signature", found.words)
                else:
                    self.verified.notes.append(f"{name}: {found.words}")
            elif any(map(is_pem_key, self._keys)):
                yield Problem(name, "signature", "a key was given, and it is not signed")
        except (ArchiveError, OSError) as error:
            yield Problem(name, "wacz", str(error))

    def _warc_file(self, archive: Stored, name: str, said: tuple[str, ...] | None) -> Iterator[Problem]:
        try:
            stream = archive.open(name)
        except (ArchiveError, OSError) as error:
            yield Problem(name, "warc-missing", str(error))
            return
        with stream:
            if said and said[1]:
                self.verified.warc_files += 1
                size, digest = size_and_digest(stream, self._advance)
                if said[:2] != (str(size), digest):
                    yield Problem(name, "warc-changed", f"it has {size} bytes and SHA-256 {digest}")
            elif said:
                self.verified.notes.append(f"{name}: the release has no digest of it")
            cited = self._db.execute("SELECT * FROM cited WHERE file = ? ORDER BY offset, length", (name,))
            for (offset, length), rows in groupby(cited, lambda row: (row[1], row[2])):
                self.verified.records += 1
                try:
                    record = record_at(name, stream, offset, length)
                except (ArchiveError, OSError) as error:
                    yield Problem(name, "record", f"{next(rows)[-1]}: {error}")
                    continue
                for *_, source, claims in ((*row, dict(zip(_CLAIMS, row[3:-1], strict=True))) for row in rows):
                    for words in _differing(claims, record, said):
                        yield Problem(name, "record", f"{source}: record at {offset}: {words}")


def _differing(claims: Mapping[str, str], record: Record, said: tuple[str, ...] | None) -> Iterator[str]:
    """What a row says of ``record`` that is not so; ``said`` is what warc_files says of its file."""
    try:
        for check in checks_of({name: value or None for name, value in claims.items()}, record):
            if not check.holds:
                yield f"{check.name} is {check.found[:200]}, not {check.claimed[:200]}"
    except ArchiveError as error:
        yield str(error)
    date = claims["date"]
    if date and said and said[2] and not said[2] <= f"{date[:19]}Z" <= said[3]:
        yield f"its date {date} is not between those of the file in warc_files"


def _is_text(value: object) -> bool:
    """Whether it is null, or a text that can be stored: JSON can escape half a character."""
    return value is None or (isinstance(value, str) and not any("\ud800" <= one <= "\udfff" for one in value))


def _text(value: object) -> str:
    """A value of JSON or SQLite as its cell has it."""
    return "" if value is None else str(value)


def _differs(path: str, rows: int, sheet: CsvSheet) -> Problem:
    same = "with other keys or citations" if rows == sheet.rows else f"not {sheet.rows}"
    return Problem(path, "copies-differ", f"{_rows(rows)}, {same}, as in {sheet.path}")


def _rows(count: int) -> str:
    return f"{count} {'row' if count == 1 else 'rows'}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
