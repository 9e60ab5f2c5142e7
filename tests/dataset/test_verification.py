"""`scrapy verify-release`: a sound release passes, and whatever is changed in it is told by its code."""

import hashlib
import os
import re
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import copies_check
from archive.dataset.findings import PROBLEMS, Problem
from archive.dataset.untrusted import FORMS
from archive.dataset.verification import Verification
from tests.archive.records import command
from tests.crawling import ROOT
from tests.dataset.verifying import cell, described, resum, verified


@pytest.mark.parametrize("archive", ["warc", "all.wacz"])
def test_a_sound_release(sound, archive):
    codes, lines, checked = verified(sound, archive)
    assert ([], []) == (codes, lines)
    assert (1, 5, []) == (checked.warc_files, checked.records, [one for one in checked.notes if "pyarrow" not in one])
    assert checked.rows > 10


def test_without_the_archive_it_is_said_that_nothing_was_read(sound):
    codes, _, checked = verified(sound, None)
    assert ([], 0) == (codes, checked.records)
    assert "the archive is not available: 5 cited records were not read" in checked.notes


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
    assert "4995 more of release-syntax are not listed" in verification.verified.notes


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
