"""The index of the lines: it finds what the file has now, whatever became of the file or of the index."""

import json
import os
import sqlite3
from contextlib import closing

import pytest

from migration_spider.state import positions
from migration_spider.state.positions import Positions

SITE = "https://example.org"


def line(item_id, url, **more):
    return json.dumps({"id": item_id, "url": f"{SITE}{url}", **more}, ensure_ascii=False).encode() + b"\n"


@pytest.fixture
def file(tmp_path):
    """Three items, one of two versions that moved, one of two addresses."""
    path = tmp_path / "news.jsonl"
    path.write_bytes(
        line("1@en", "/old")
        + line("2@en", "/é", canonical_url=f"{SITE}/other")
        + line("1@fr", "/fr/new")
        + line("1@en", "/new")
    )
    return path


def found(path, asked):
    """Id -> addresses of its lines."""
    with Positions(path) as index:
        return {
            one: [json.loads(text)["url"].removeprefix(SITE) for _, text in index.lines(one)]
            for one in index.ids(asked)
        }


def never(*arguments):
    raise AssertionError("the file is read again")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("1@en", {"1@en": ["/old", "/new"]}),
        ("/old", {"1@en": ["/old", "/new"]}),
        (f"{SITE}/new", {"1@en": ["/old", "/new"]}),
        ("/é", {"2@en": ["/é"]}),
        (f"{SITE}/other", {"2@en": ["/é"]}),
        ("/other", {}),
        ("1", {}),
        ("1@e", {}),
        ("\udcff", {}),
    ],
)
def test_an_item_is_found_by_id_and_by_each_of_its_addresses(file, asked, expected):
    assert expected == found(file, asked) == found(file, asked)


def test_ids_that_are_like_what_was_asked(file):
    with Positions(file) as index:
        assert ["1@en", "1@fr"] == index.like("1")
        assert [] == index.like("")


def test_a_file_that_did_not_change_is_not_read_again(file, monkeypatch):
    found(file, "1@en")
    monkeypatch.setattr(positions, "whole_lines", never)
    assert {"1@en": ["/old", "/new"]} == found(file, "1@en")
    assert {} == found(file, "3@en")


def test_of_a_file_that_grew_only_what_is_new_is_read(file, monkeypatch):
    found(file, "1@en")
    size = file.stat().st_size
    with file.open("ab") as stream:
        stream.write(line("3@en", "/third") + line("1@en", "/newest") + b'{"id":"4@en","url":"torn')
    read = []
    whole = positions.whole_lines
    monkeypatch.setattr(positions, "whole_lines", lambda stream, begin: read.append(begin) or whole(stream, begin))
    assert {"3@en": ["/third"]} == found(file, "/third")
    assert {"1@en": ["/old", "/new", "/newest"]} == found(file, "1@en")
    assert {} == found(file, "4@en")
    assert [size, 0] == read, "all of it before an item is said to be missing"
    with file.open("ab") as stream:
        stream.write(b'"}\n')
    assert {"4@en": ["torn"]} == {
        one: [url.rpartition("/")[2] for url in urls] for one, urls in found(file, "4@en").items()
    }


def rewritten(file):
    """Another file of that name, as `scrapy harvest` mends it: a line more in its middle."""
    lines = file.read_bytes().splitlines(keepends=True)
    draft = file.with_name("draft")
    draft.write_bytes(lines[0] + line("9@en", "/nine") + b"".join(lines[1:]))
    draft.replace(file)


def edited(file):
    """The same file, as long as before, with another id in its middle."""
    file.write_bytes(file.read_bytes().replace(b"2@en", b"9@en"))


def edited_unseen(file):
    """The same, and the time put back."""
    before = file.stat()
    edited(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def edited_and_grown(file):
    edited(file)
    with file.open("ab") as stream:
        stream.write(line("8@en", "/8"))


def cut(file):
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0] + line("9@en", "/nine"))


def damaged(file):
    file.with_name(file.name + ".index").write_bytes(b"no database" * 1000)


def foreign(file):
    """A database, and no index."""
    index = file.with_name(file.name + ".index")
    index.unlink()
    with closing(sqlite3.connect(index)) as db:
        db.executescript("CREATE TABLE line (id TEXT); PRAGMA user_version = 1;")


DAMAGES = {
    "offset is a word": "UPDATE line SET offset = 'x'",
    "offset is a fraction": "UPDATE line SET offset = offset + 0.5",
    "length is huge": "UPDATE line SET length = 1 << 62",
    "length is negative": "UPDATE line SET length = -5",
    "id is bytes": "UPDATE line SET id = x'ff'",
    "id is no text": "UPDATE line SET id = CAST(x'ff' AS TEXT)",
    "id is another": "UPDATE line SET id = '7@en' WHERE id = '1@en'",
    "size is a word": "UPDATE file SET size = 'zz'",
    "size is negative": "UPDATE file SET size = -5",
    "size is huge": "UPDATE file SET size = 1 << 62, state = 'x'",
    "no file": "DELETE FROM file",
    "two files": "INSERT INTO file SELECT * FROM file",
    "no rows": "DELETE FROM line",
    "no newest version": "DELETE FROM line WHERE offset = (SELECT max(offset) FROM line)",
    "no origin": "UPDATE origin SET origin = 'https://other.example'",
    "odd is a word": "INSERT INTO odd VALUES ('x', 'y')",
    "odd is outside": "INSERT INTO odd VALUES (1000000, 1)",
    "endless view": "DROP TABLE line; CREATE VIEW line (id, url, canonical, offset, length) AS "
    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT n, n, n, n, n FROM n WHERE n < 0",
    "trigger": "CREATE TRIGGER t AFTER DELETE ON file BEGIN DELETE FROM line; END",
    "another column": "ALTER TABLE line ADD COLUMN more",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_rows_that_are_not_the_lines_of_the_file_are_never_believed(file, damage, monkeypatch):
    found(file, "1@en")
    with closing(sqlite3.connect(file.with_name(file.name + ".index"))) as db:
        db.executescript(damage)
    assert {"1@en": ["/old", "/new"]} == found(file, "/old")
    with Positions(file) as index:
        assert [] == list(index.odd())
    monkeypatch.setattr(positions, "whole_lines", never)
    assert {"2@en": ["/é"]} == found(file, "/é"), "it was not made again"


def test_an_item_is_missing_only_in_a_file_that_was_read_whole(file, monkeypatch):
    """Changed in its middle, far from what is compared, and then grown."""
    with file.open("ab") as stream:
        stream.writelines(line(f"{number}@ar", f"/ar/{number}") for number in range(1000, 1500))
    found(file, "1@en")
    file.write_bytes(file.read_bytes().replace(b"1250@ar", b"9250@ar") + line("3@en", "/3"))
    assert {"3@en": ["/3"]} == found(file, "3@en")
    assert {"9250@ar": ["/ar/1250"]} == found(file, "9250@ar")
    monkeypatch.setattr(positions, "whole_lines", never)
    assert {} == found(file, "1250@ar") == found(file, "none")


def test_a_journal_of_the_index_before_is_not_of_the_next(file):
    found(file, "1@en")
    journal = file.with_name(file.name + ".index-journal")
    journal.write_bytes(b"journal")
    damaged(file)
    assert {"1@en": ["/old", "/new"]} == found(file, "1@en")
    assert not journal.exists()


@pytest.mark.parametrize("change", [rewritten, edited, edited_unseen, edited_and_grown, cut, damaged, foreign])
def test_an_index_that_does_not_hold_is_made_again(file, change):
    found(file, "1@en")
    change(file)
    lines = [json.loads(text) for text in file.read_bytes().splitlines()]
    for asked in ("/é", "2@en") if change is edited_unseen else ("9@en", "2@en", "1@en", "/é", "/nine"):
        expected = [one["id"] for one in lines if asked in (one["id"], one["url"].removeprefix(SITE))]
        assert list(dict.fromkeys(expected)) == list(found(file, asked)), asked


def test_lines_that_name_no_item_are_told(file):
    with file.open("ab") as stream:
        stream.write(b'{"id":7,"url":"x"}\n[1]\nno JSON\n' + line("5@en", "/five"))
    with Positions(file) as index:
        assert [b'{"id":7,"url":"x"}\n', b"[1]\n", b"no JSON\n"] == [text for _, text in index.odd()]
    assert {"5@en": ["/five"]} == found(file, "5@en")


def test_where_nothing_can_be_written_the_file_is_read_each_time(file, monkeypatch):
    monkeypatch.setattr(Positions, "_make", lambda self, kept: (file / "no folder").stat())
    assert {"1@en": ["/old", "/new"]} == found(file, "1@en")
    assert ["news.jsonl"] == [path.name for path in file.parent.iterdir()]
