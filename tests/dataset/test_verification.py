"""`scrapy verify-release`: a sound release passes, and whatever is changed in it or its archive is told by its code."""

import csv
import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
from contextlib import ExitStack, closing
from copy import copy
from dataclasses import dataclass

import pytest

from archive import iter_records
from archive.cdxj import warc_files
from archive.dataset import Holdings, copies_check, placed, proof, publish
from archive.dataset.findings import PROBLEMS, Problem
from archive.dataset.stored import stored
from archive.dataset.untrusted import FORMS
from archive.dataset.verification import Verification
from archive.wacz import write_wacz
from archive.wacz.reading import WaczFile
from tests.archive.records import command, record
from tests.archive.records import write as write_warc
from tests.crawling import ROOT
from tests.dataset.records import Note, dataset, note, tombstone, write
from tests.dataset.test_proof import PDF, File, file, sha256


@dataclass(kw_only=True)
class Evidence:
    file: str
    """Name of the file."""

    offset: int
    """Byte."""

    length: int
    """Bytes."""

    record_id: str
    """Name of the record."""

    target_uri: str
    """Address."""

    date: str
    """When."""

    payload_digest: str | None
    """Digest."""


@dataclass(kw_only=True)
class Proved(Note):
    files: list[File]
    """Files."""

    warc: Evidence
    """Where it is kept."""


def citations(path):
    return [
        {
            "file": path.name,
            "offset": one.offset,
            "length": one.length,
            "record_id": one.record_id,
            "target_uri": one.target_uri,
            "date": one.date,
            "payload_digest": one.headers.get("WARC-Payload-Digest"),
        }
        for one in iter_records(path)
    ]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder with ``warc``, ``all.wacz`` and the release ``dataset/1`` of two notes, one of them gone."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "warc").mkdir()
    bodies = (b"<p>one</p>", b"<p>two</p>", b"<p>three</p>", b"")
    pages = [
        record(f"http://a.example/{number}", body, WARC_Payload_Digest=f"sha256:{sha256(body)}")
        for number, body in enumerate(bodies)
    ]
    path = write_warc(folder / "warc" / "a.warc.gz", *pages, file("http://a.example/f.pdf"))
    one, two, three, gone, _ = citations(path)
    tags = [{"raw": "Globe", "id": "001", "label": "World"}]
    files = [{"url": "http://a.example/f.pdf", "sha256": sha256(PDF)}]
    lines = (
        {**note("a", tags=tags, warc=one), "files": []},
        {**note("a", tags=tags, title="=1+1", version=2, warc=two), "files": files},
        {**note("b", tags=tags, warc=three), "files": []},
        {**note("c", warc=gone), "files": []},
        {**tombstone("c", 2), "warc": gone},
    )
    items = write(folder / "items" / "notes.jsonl", *lines)
    write_wacz(warc_files(folder / "warc"), folder / "all.wacz")
    with Holdings(folder / "warc") as holdings:
        described = dataset(
            item=Proved, added={"files": placed(holdings)}, parts=[proof(holdings, folder / "all.wacz")]
        )
        publish(described, items, folder / "dataset", version="1")
    return folder


@pytest.fixture
def folder(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"


def verified(folder, archive="warc"):
    """(codes, lines, what was checked)."""
    with ExitStack() as stack:
        where = stack.enter_context(stored(folder / archive)) if archive else None
        verification = Verification(folder / "dataset" / "1", where)
        found = list(verification.run())
    assert {problem.code for problem in found} <= {*PROBLEMS}
    assert verification.verified.problems == len(found)
    return sorted({problem.code for problem in found}), [str(one) for one in found], verification.verified


@pytest.mark.parametrize("archive", ["warc", "all.wacz"])
def test_a_sound_release(sound, archive):
    codes, lines, checked = verified(sound, archive)
    assert ([], []) == (codes, lines)
    assert (1, 5, []) == (checked.warc_files, checked.records, [one for one in checked.notes if "pyarrow" not in one])
    assert checked.rows > 10


def test_without_the_archive_it_is_said_that_nothing_was_read(sound):
    codes, _, checked = verified(sound, None)
    assert ([], 0) == (codes, checked.records)
    assert "the archive is not at hand: 5 cited records were not read" in checked.notes


def resum(release):
    """What a forger would do: make every digest of the release fit again."""
    package = json.loads((release / "datapackage.json").read_bytes())
    for one in package["resources"]:
        data = (release / one["path"]).read_bytes()
        one |= {"bytes": len(data), "hash": f"sha256:{sha256(data)}"}
    (release / "datapackage.json").write_text(json.dumps(package))
    sums = release / "SHA256SUMS"
    paths = [line.split("  ", 1)[1] for line in sums.read_text().splitlines()]
    sums.write_text("".join(f"{sha256((release / path).read_bytes())}  {path}\n" for path in paths))


def swap(name, old, new, count=1):
    """A change of one file of the release."""

    def change(release):
        path = release / name
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, count))

    return change


def sql(*statements):
    def change(release):
        with closing(sqlite3.connect(release / "notes.sqlite")) as db:
            for statement in statements:
                db.execute(statement)
            db.commit()

    return change


def cell(name, row, column, value):
    def change(release):
        with (release / name).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        rows[row][rows[0].index(column)] = value
        with (release / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\r\n").writerows(rows)

    return change


def described(change):
    def changed(release):
        package = json.loads((release / "datapackage.json").read_bytes())
        change(package)
        (release / "datapackage.json").write_text(json.dumps(package))

    return changed


def link(release):
    (release / "notes.csv").rename(release.parent / "out.csv")
    (release / "notes.csv").symlink_to(release.parent / "out.csv")


def link_folder(release):
    (release / "tables").rename(release.parent / "tables")
    (release / "tables").symlink_to(release.parent / "tables")


def outside(release):
    (release.parent / "secret").write_text("x")
    with (release / "SHA256SUMS").open("a") as stream:
        stream.write(f"{hashlib.sha256(b'x').hexdigest()}  ../secret\n")


def pipe(release):
    (release / "schema.json").unlink()
    os.mkfifo(release / "schema.json")


def append(path, text):
    with path.open("a") as stream:
        stream.write(text)


def sparse(path):
    with path.open("ab") as stream:
        stream.truncate(5 << 30)


CHANGED = {
    "a byte": (swap("notes.jsonl", b"Some text", b"Some tale"), ["file-changed"]),
    "a file is gone": (lambda release: (release / "schema.json").unlink(), ["file-missing"]),
    "a file more": (lambda release: (release / "more.txt").write_text("x"), ["file-unlisted"]),
    "a link more": (lambda release: (release / "more").symlink_to("/"), ["file-unlisted"]),
    "a link in place of a file": (link, ["file-missing", "path", "reference"]),
    "a link in place of a folder": (link_folder, ["file-missing", "file-unlisted", "path"]),
    "a pipe": (pipe, ["path"]),
    "a path that leads out": (outside, ["path"]),
    "no sums": (
        lambda release: (release / "SHA256SUMS").write_text("nothing\n"),
        ["file-missing", "file-unlisted", "release-syntax"],
    ),
    "a name that is too long to be one": (
        lambda release: append(release / "SHA256SUMS", f"{'0' * 64}  {'n' * 300}\n{'0' * 64}  absent\n"),
        ["file-missing"],
    ),
    "a name twice": (
        lambda release: append(
            release / "SHA256SUMS", (release / "SHA256SUMS").read_text().splitlines(keepends=True)[0]
        ),
        ["release-syntax"],
    ),
    "signatures and stamps without end": (
        lambda release: [sparse(release / f"SHA256SUMS{suffix}") for suffix in (".asc", ".minisig", ".tsr")],
        ["signature"],
    ),
    "sums without end": (
        lambda release: [sparse(release / "SHA256SUMS"), (release / "SHA256SUMS.tsr").write_text("x")],
        ["file-missing", "file-unlisted", "release-syntax", "signature"],
    ),
    "folders without end": (
        lambda release: (release / ("d/" * 120)).mkdir(parents=True),
        ["path"],
    ),
    "no data package": (swap("datapackage.json", b"{", b"["), ["file-changed", "release-syntax"]),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_is_told(folder, name):
    change, codes = CHANGED[name]
    change(folder / "dataset" / "1")
    assert codes == verified(folder, None)[0]


def wide(columns):
    names = [f"n{number}" for number in range(columns)]
    return {"fields": [{"name": name, "type": "string"} for name in names], "primaryKey": names}


ROW = "INSERT INTO notes SELECT fts_row + 90, {} FROM notes"
FORGED = {
    "a row of CSV is gone": (swap("tables/notes_files.csv", b"a,1,", b""), ["table-syntax"]),
    "a value of another type": (cell("notes.csv", 1, "done", "perhaps"), ["table-syntax"]),
    "a column of another name": (swap("notes.csv", b"title", b"titel"), ["copies-differ", "table-syntax"]),
    "a key twice": (cell("notes.csv", 2, "id", "a"), ["copies-differ", "key"]),
    "no key": (cell("notes.csv", 2, "id", ""), ["copies-differ", "key"]),
    "a row that refers to nothing": (
        cell("tables/notes_files.csv", 1, "notes_id", "z"),
        ["copies-differ", "reference"],
    ),
    "a row without end": (
        lambda release: (release / "notes.csv").write_bytes(
            (release / "notes.csv").read_bytes().split(b"\r\n")[0] + b"\r\n" + b"x," * 9_000_000
        ),
        ["table-syntax"],
    ),
    "a line of JSON without end": (
        lambda release: (release / "notes.jsonl").write_bytes(b"[" * 17_000_000),
        ["table-syntax"],
    ),
    "a code that no list has": (cell("tables/notes_tags.csv", 1, "id", "999"), ["reference"]),
    "a line of JSON is gone": (
        lambda release: (release / "notes.jsonl").write_bytes((release / "notes.jsonl").read_bytes().split(b"\n")[0]),
        ["table-syntax"],
    ),
    "a line of JSON twice": (
        lambda release: (release / "notes.jsonl").write_bytes((release / "notes.jsonl").read_bytes() * 2),
        ["copies-differ"],
    ),
    "JSON with another place": (swap("notes.jsonl", b'"offset": ', b'"offset": 1'), ["copies-differ"]),
    "JSON with no place": (swap("notes.jsonl", b'"offset":', b'"offset":"x","x":'), ["citation", "copies-differ"]),
    "JSON that half a character cites": (
        swap("notes.jsonl", b'"file": "a', b'"file": "\\ud800'),
        ["citation", "copies-differ"],
    ),
    "another row of SQLite": (sql("DELETE FROM notes WHERE id = 'b'"), ["copies-differ", "reference"]),
    "another place in SQLite": (sql("UPDATE notes SET warc_offset = 7 WHERE id = 'b'"), ["copies-differ"]),
    "a table of SQLite that is a view": (
        sql("DROP TABLE notes_fts", "ALTER TABLE notes RENAME TO other", "CREATE VIEW notes AS SELECT * FROM other"),
        ["sqlite"],
    ),
    "a column of SQLite that is computed": (
        sql("ALTER TABLE notes ADD more AS (hex(zeroblob(400000000)))"),
        ["sqlite"],
    ),
    "an index of SQLite that is computed": (sql("CREATE INDEX more ON notes (length(id))"), ["sqlite"]),
    "an index of SQLite with a condition": (sql("CREATE INDEX more ON notes (id) WHERE length(id)"), ["sqlite"]),
    "a table of more columns than are read": (
        described(lambda package: package["resources"][1].update(schema=wide(3000))),
        ["release-syntax"],
    ),
    "a key of a thousand columns": (
        described(lambda package: package["resources"][1].update(schema=wide(1000))),
        ["table-syntax"],
    ),
    "no SQLite": (lambda release: (release / "notes.sqlite").write_bytes(b"no database" * 99), ["sqlite"]),
    "a WARC file that is not named": (cell("tables/warc_files.csv", 1, "name", "b.warc.gz"), ["citation"]),
    "two tables of a name": (
        described(lambda package: package["resources"].append(dict(package["resources"][1]))),
        ["release-syntax"],
    ),
    "a schema that is none": (
        described(lambda package: package["resources"][1].update(schema={"fields": 3})),
        ["reference", "release-syntax"],
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_release_that_was_summed_again_must_agree_with_itself(folder, name):
    change, codes = FORGED[name]
    change(folder / "dataset" / "1")
    resum(folder / "dataset" / "1")
    found, lines, _ = verified(folder, None)
    assert {*codes} <= {*found}, lines
    assert "file-changed" not in found


def test_a_key_of_as_many_columns_as_are_read(folder):
    release = folder / "dataset" / "1"
    schema = wide(1000)
    row = ",".join(["x"] * 1000)
    (release / "notes.csv").write_text(f"{','.join(schema['primaryKey'])}\r\n{row}\r\n{row}\r\n")
    described(lambda package: package["resources"][1].update(schema=schema))(release)
    resum(release)
    _, lines, _ = verified(folder, None)
    assert any(line.startswith("notes.csv: key: x, x") for line in lines)


def test_of_what_is_wrong_without_end_the_first_is_told_and_the_rest_is_counted(folder):
    release = folder / "dataset" / "1"
    described(lambda package: package["resources"].extend([{}] * 5000))(release)
    verification = Verification(release)
    assert 5 == sum(problem.code == "release-syntax" for problem in verification.run())
    assert verification.verified.problems > 5000
    assert "4995 more of release-syntax are not told" in verification.verified.notes


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "setlimit"), reason="Python 3.10 cannot bound it")
def test_a_cell_of_sqlite_without_end(folder):
    release = folder / "dataset" / "1"
    sql("UPDATE notes SET id = zeroblob(20000000) WHERE id = 'b'")(release)
    resum(release)
    _, lines, _ = verified(folder, None)
    assert ["notes.sqlite: sqlite: string or blob too big"] == [line for line in lines if ": sqlite: " in line]


def test_the_work_on_a_sqlite_file_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(copies_check, "_LEAST_STEPS", -(1 << 40))
    monkeypatch.setattr(copies_check, "_STEPS_AT_ONCE", 1)
    codes, lines, _ = verified(folder, None)
    assert (["sqlite"], ["notes.sqlite: sqlite: interrupted"]) == (codes, lines)


def test_the_largest_number_of_64_bits_is_one():
    assert FORMS["integer"].fullmatch(str(-(1 << 63)))
    assert not FORMS["integer"].fullmatch("1" * 20)


def cut(path):
    path.write_bytes(path.read_bytes()[500:])


def moved(path):
    """The directory says that everything begins later than it does."""
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    place = int.from_bytes(data[end + 16 : end + 20], "little") + 90_000
    data[end + 16 : end + 20] = place.to_bytes(4, "little")
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut, moved])
def test_a_package_whose_directory_leads_nowhere(folder, damage):
    damage(folder / "all.wacz")
    codes, lines, checked = verified(folder, "all.wacz")
    assert {"wacz"} <= {*codes}, lines
    assert checked.rows > 10


def test_a_file_of_a_package_is_digested_once_and_what_may_not_be_packed_never(folder):
    path = folder / "all.wacz"
    with zipfile.ZipFile(path) as package:
        said = json.loads(package.read("datapackage.json"))
    said["resources"] = said["resources"][:1] * 2000 + [{"path": "archive/b.warc.gz"}]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", json.dumps(said))
        package.writestr(said["resources"][0]["path"], b"0" * 1000)
        package.writestr("archive/b.warc.gz", b"0" * 1000)
    read = []
    with WaczFile(path) as package:
        told = {*package.problems(read.append)}
    assert any(words == "archive/b.warc.gz is compressed, which WACZ forbids" for words in told)
    assert sum(read) in {0, 1000}


def test_files_of_a_package_that_lie_in_each_other(folder):
    path = folder / "all.wacz"
    with zipfile.ZipFile(path, "a") as package:
        first = package.infolist()[0]
        for number in range(100):
            package.filelist.append(copy(first))
            package.filelist[-1].filename = f"archive/{number}"
        package._didModify = True
    with WaczFile(path) as package:
        assert any("overlap" in words for words in package.problems())


def repacked(folder, old, new):
    """The WARC file with other bytes in one record; lengths stay."""
    path = folder / "warc" / "a.warc.gz"
    whole = gzip.decompress(path.read_bytes())
    assert old in whole
    members = [one for one in re.split(rb"(?=WARC/1\.0\r\n)", whole.replace(old, new)) if one]
    path.write_bytes(b"".join(map(gzip.compress, members)))


def test_an_archive_that_is_another(folder):
    repacked(folder, b"<p>two</p>", b"<p>owt</p>")
    codes, lines, _ = verified(folder)
    assert ["record", "warc-changed"] == codes
    assert any("payload digest is sha256:" in line for line in lines)
    # The package is still what the release names.
    assert [] == verified(folder, "all.wacz")[0]


def test_a_file_that_is_another(folder):
    release = folder / "dataset" / "1"
    cell("tables/notes_files.csv", 1, "sha256", "0" * 64)(release)
    resum(release)
    codes, lines, _ = verified(folder)
    assert "record" in codes
    assert any("tables/notes_files.csv, row 1" in line and "sha256 is" in line for line in lines)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("warc_record_id", "<urn:uuid:0>", "record id is <urn:uuid:"),
        ("warc_offset", "1", "is not a gzip"),
        ("warc_date", "2026-01-02T03:04:06Z", "date is 2026-01-02T03:04:05.678901Z"),
        ("warc_target_uri", "http://a.example/else", "address is http://a.example/1"),
        ("warc_payload_digest", "sha256:" + "0" * 64, "payload digest is sha256:"),
        ("warc_payload_digest", "what:0", "unsupported hash type"),
    ],
)
def test_a_citation_that_is_not_so(folder, column, value, says):
    cell("notes.csv", 1, column, value)(folder / "dataset" / "1")
    _, lines, _ = verified(folder)
    told = [line for line in lines if line.startswith("a.warc.gz: record: notes.csv, row 1: ")]
    assert told
    assert any(says in line for line in told) or column == "warc_offset"


def test_an_archive_without_the_file_and_a_package_that_is_another(folder):
    (folder / "warc" / "a.warc.gz").rename(folder / "warc" / "z.warc.gz")
    assert ["warc-missing"] == verified(folder)[0]
    write_wacz(warc_files(folder / "warc"), folder / "all.wacz")
    codes, lines, _ = verified(folder, "all.wacz")
    assert ["wacz", "warc-missing"] == codes
    assert any("packages says another" in line for line in lines)


def test_what_a_release_says_cannot_speak_to_a_terminal():
    line = str(Problem("a\x1b[2Jb\n", "path", "x\u202ey\ud800"))
    assert r"a\x1b[2Jb\n: path: x\u202ey\ud800" == line


def test_the_command(folder):
    release = folder / "dataset" / "1"
    done = command("verify-release", str(release), "-s", f"ARCHIVE_DIR={folder / 'warc'}")
    assert (0, "") == (done.returncode, done.stderr)
    assert "1 WARC file; 5 cited records read; 0 problems\n" in done.stdout
    (release / "more\x1b").write_text("x")
    done = command("verify-release", str(release), "--quiet", "--no-archive")
    assert (1, "more\\x1b: file-unlisted: SHA256SUMS does not name it\n", "") == (
        done.returncode,
        done.stdout,
        done.stderr,
    )


def test_every_code_is_documented():
    text = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", text, re.MULTILINE))
    assert {code: rows.get(code) for code in PROBLEMS} == PROBLEMS
