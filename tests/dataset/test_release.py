"""A release: what is in its files, that it is the same each time, and that it never writes over anything."""

import csv
import dataclasses
import errno
import hashlib
import json
import os
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import DatasetError, Wholeness, publish
from archive.dataset import parquet as parquet_module
from archive.dataset.search import search_terms
from archive.dataset.shelf import Shelf
from tests.dataset.records import PLACES, dataset, note, tombstone, write

TAGS = [
    {"raw": "Ghana", "id": "288", "label": "Gold Coast | Ghana"},
    {"raw": "Somewhere", "id": None, "label": None},
    {"raw": "New", "id": "new-1", "label": "New one"},
]
RECORDS = [
    note("b", number=10, title="=1+1", day="2024-02-03", tags=TAGS, links={"fr": "https://example.org/fr"}),
    note("a", number=9, title="Œuvre “é” 移民", done=True, text='- a\n\nb, "c"', problems=["bad:x", "bad"], version=1),
    note("old", number=1, title="Was here"),
    note(
        "a",
        number=9,
        title="Œuvre “é” 移民",
        done=True,
        text='- a\n\nb, "c"',
        problems=["bad:x", "bad"],
        version=2,
        block=[{"label": "Q", "values": [{"text": "A1"}, {"text": "A2"}]}, {"label": "Empty", "values": []}],
        fetched_at="2024-05-02T08:00:00Z",
    ),
    tombstone("old", 2),
]


@pytest.fixture
def items(tmp_path):
    return write(tmp_path / "items" / "notes.jsonl", *RECORDS)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_present_state_and_what_was_before_are_all_there_is_and_nothing_twice(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    assert "2024-05-02" == release.edition.version
    assert [("a", 2), ("b", 1)] == [(one["id"], one["version"]) for one in lines(release.path / "notes.jsonl")]
    before, present = ((release.path / name).read_bytes().splitlines() for name in ("history.jsonl", "notes.jsonl"))
    there = items.read_bytes().splitlines()
    assert sorted(there) == sorted([*before, *present])
    assert before == [line for line in there if line in before]


def test_what_is_gone_is_told_with_its_proof(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    (row,) = rows(release.path / "tables" / "withdrawn.csv")
    assert {
        "id": "old",
        "url": "https://example.org/old",
        "title": "Was here",
        "version": "2",
        "reason": "gone",
        "status": "404",
        "confirmed": "2",
        "last_seen": "2024-05-01T12:00:00Z",
        "warc_file": "b.warc.gz",
        "warc_offset": "7",
        "warc_length": "99",
        "warc_record_id": "<urn:uuid:1>",
    } == row


def test_the_spreadsheet_is_flat_safe_and_without_texts(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    data = (release.path / "notes.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,number,")
    assert data.count(b"\n") == data.count(b"\r\n") == 3
    first, second = rows(release.path / "notes.csv")
    assert "text" not in first
    assert ["Œuvre “é” 移民", "true", "", "9"] == [first[name] for name in ("title", "done", "day", "number")]
    assert "'=1+1" == second["title"]
    assert ["Gold Coast / Ghana|Somewhere|New one", "288|new-1", "288|011|001|new-1"] == [
        second[name] for name in ("tags", "tags_id", "tags_within")
    ]
    assert ["a.warc.gz", "0"] == [second["warc_file"], second["warc_offset"]]
    assert '\'- a\n\nb, "c"' == rows(release.path / "tables" / "notes_text.csv")[0]["text"]


def test_content_stands_first_in_tables_and_bookkeeping_last(items, tmp_path):
    described = dataset(first=("title", "day"), provenance=("number", "version", "fetched_at", "warc"), language="url")
    release = publish(described, items, tmp_path / "dataset")
    content, bookkeeping = ["id", "title", "day"], ["number", "version", "fetched_at", "warc_file", "warc_offset"]
    columns = [*content, "tags", "tags_id", "tags_within", "url", "done", *bookkeeping]
    assert columns == list(rows(release.path / "notes.csv")[0])
    assert ["=1+1", "2024-02-03", "10"] == [
        value.removeprefix("'")
        for name, value in rows(release.path / "notes.csv")[1].items()
        if name in ("title", "day", "number")
    ]
    with closing(sqlite3.connect(release.path / "notes.sqlite")) as db:
        found = db.execute("SELECT name, pk FROM pragma_table_info('notes')").fetchall()
        assert [*content, "url", "done", "text", *bookkeeping, "fts_row"] == [name for name, _ in found]
        assert ["id"] == [name for name, place in found if place]
        indexed = "SELECT i.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i WHERE l.origin = ?"
        assert {("url",), ("day",)} == set(db.execute(indexed, ("notes", "c")))
        assert {("fts_row",)} == set(db.execute(indexed, ("notes", "u")))
        assert {("id",)} == set(db.execute(indexed, ("notes_tags", "c")))


def test_the_number_of_a_row_outlives_vacuum(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    found = "SELECT id FROM notes WHERE fts_row IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH 'œuvr OR oeuvr')"
    with closing(sqlite3.connect(release.path / "notes.sqlite")) as db:
        assert [("a", 1), ("b", 2)] == db.execute("SELECT id, fts_row FROM notes ORDER BY fts_row").fetchall()
        db.executescript("DELETE FROM notes WHERE id = 'b'; VACUUM;")
        assert [("a",)] == db.execute(found).fetchall()


def test_without_byte_order_mark(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset", bom=False)
    for path in release.path.rglob("*.csv"):
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf"), path


def test_linked_tables(items, tmp_path):
    tables = publish(dataset(), items, tmp_path / "dataset").path / "tables"
    assert [("b", "1", "288"), ("b", "2", ""), ("b", "3", "new-1")] == [
        (row["notes_id"], row["position"], row["id"]) for row in rows(tables / "notes_tags.csv")
    ]
    assert [("1", "Q", "1", "A1"), ("1", "Q", "2", "A2"), ("2", "Empty", "0", "")] == [
        (row["position"], row["label"], row["value_position"], row["text"]) for row in rows(tables / "notes_block.csv")
    ]
    assert [{"notes_id": "b", "position": "1", "language": "fr", "address": "https://example.org/fr"}] == rows(
        tables / "notes_links.csv"
    )
    assert ["bad:x", "bad"] == [row["value"] for row in rows(tables / "notes_problems.csv")]


def test_codes_of_another_list_are_in_the_wide_table(items, tmp_path):
    coded = dataclasses.replace(PLACES, notations=("raw",))
    wide = publish(dataset(vocabularies=(coded,)), items, tmp_path / "dataset").path / "notes.csv"
    assert ["", "|".join(tag["raw"].replace("|", "/") for tag in TAGS)] == [row["tags_raw"] for row in rows(wide)]


def test_a_vocabulary_has_every_code_that_is_used(items, tmp_path):
    folder = publish(dataset(), items, tmp_path / "dataset").path / "vocabularies"
    assert [
        ("001", "World", "Monde", "", "true", "false"),
        ("011", "West", "Ouest", "001", "true", "false"),
        ("288", "Gold Coast | Ghana", "", "011", "true", "true"),
        ("new-1", "New one", "", "", "false", "true"),
    ] == [
        (row["id"], row["label"], row["label_fr"], row["parent"], row["listed"], row["used"])
        for row in rows(folder / "places.csv")
    ]
    assert [("288", "288", "0"), ("288", "011", "1"), ("288", "001", "2")] == [
        (row["id"], row["within"], row["steps"]) for row in rows(folder / "places_within.csv") if row["id"] == "288"
    ]
    assert ["Globe"] == json.loads((folder / "places.json").read_text(encoding="utf-8"))["terms"][0]["aliases"]


def test_sqlite_has_types_keys_and_search(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    with closing(sqlite3.connect(release.path / "notes.sqlite")) as db:
        assert [] == db.execute("PRAGMA foreign_key_check").fetchall()
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
        assert [("a", 9, 1, None)] == db.execute("SELECT id, number, done, day FROM notes WHERE done").fetchall()
        assert [("=1+1",)] == db.execute("SELECT title FROM notes WHERE id = 'b'").fetchall()
        found = "SELECT id FROM notes WHERE fts_row IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH ?)"
        assert [("a",)] == db.execute(found, (search_terms("OEUVRE E"),)).fetchall()
        keys = {(row[2], row[3], row[4]) for row in db.execute("PRAGMA foreign_key_list(notes_tags)")}
        assert {("notes", "notes_id", "id"), ("places", "id", "id")} == keys
        with pytest.raises(sqlite3.IntegrityError):
            db.executescript("PRAGMA foreign_keys=ON; INSERT INTO notes_tags VALUES ('none', 1, 'x', NULL, NULL);")


def test_metadata_only_leaves_the_text_out_everywhere(items, tmp_path):
    write(items, *RECORDS, note("c", text="SECRETWORD of the office"), note("c", text="SECRETWORD again", version=2))
    full = publish(dataset(), items, tmp_path / "full")
    assert any(b"SECRETWORD" in data for data in contents(full.path).values())
    release = publish(dataset(), items, tmp_path / "dataset", texts=False)
    assert [] == [
        path for path, data in contents(release.path).items() if b"SECRETWORD" in data or b"secretword" in data
    ]
    assert not (release.path / "tables" / "notes_text.csv").exists()
    assert "text" not in lines(release.path / "notes.jsonl")[0]
    assert "text" not in json.loads((release.path / "schema.json").read_bytes())["properties"]
    assert "leaves out `text`" in (release.path / "README.md").read_text(encoding="utf-8")
    assert json.loads((release.path / "datapackage.json").read_bytes())["texts"] is False


def test_the_same_items_give_the_same_bytes(items, tmp_path):
    first = publish(dataset(), items, tmp_path / "one")
    second = publish(dataset(), items, tmp_path / "two" / "elsewhere")
    assert contents(first.path) == contents(second.path)
    assert str(tmp_path).encode() not in b"".join(contents(first.path).values())


def test_checksums_name_every_other_file(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    files = contents(release.path)
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert {path: hashlib.sha256(data).hexdigest() for path, data in files.items()} == sums


def test_what_stands_is_never_written_over(items, tmp_path):
    folder = tmp_path / "dataset"
    release = publish(dataset(), items, folder)
    before = contents(folder)
    again = publish(dataset(), items, folder)
    assert (release.path, False) == (again.path, again.new)
    with items.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(note("d")) + "\n")
    with pytest.raises(DatasetError, match=r"other contents.*--version 2024-05-02\.2"):
        publish(dataset(), items, folder, version="2024-05-02")
    assert before == contents(folder)
    assert ["2024-05-02", "latest"] == sorted(path.name for path in folder.iterdir())


def test_changes_beside_the_release_before(items, tmp_path):
    folder = tmp_path / "dataset"
    first = publish(dataset(), items, folder)
    assert [
        {"change": "added", "id": "a", "url": "https://example.org/a", "version": 2},
        {"change": "added", "id": "b", "url": "https://example.org/b", "version": 1},
    ] == lines(first.path / "CHANGES.jsonl")
    later = {"fetched_at": "2024-06-01T00:00:00Z", "warc": {"file": "c.warc.gz", "offset": 3}}
    write(
        items,
        *RECORDS,
        note("new", **later),
        note("b", number=10, title="Changed", day="2024-02-03", tags=TAGS, version=2, links={}, **later),
        tombstone("a", 3, status=410),
    )
    second = publish(dataset(), items, folder)
    assert ("2024-06-01", "2024-05-02") == (second.edition.version, second.edition.previous)
    assert [
        {
            "change": "changed",
            "id": "b",
            "url": "https://example.org/b",
            "version": 2,
            "from_version": 1,
            "fields": ["title", "links"],
            "changes": [
                {"field": "title", "from": "=1+1", "to": "Changed"},
                {"field": "links", "changed": {"fr": {"from": "https://example.org/fr", "to": None}}},
            ],
            "evidence": {
                "from": {"version": 1, "warc": {"file": "a.warc.gz", "offset": 0}},
                "to": {"version": 2, "warc": {"file": "c.warc.gz", "offset": 3}},
            },
        },
        {"change": "added", "id": "new", "url": "https://example.org/new", "version": 1},
        {
            "change": "removed",
            "id": "a",
            "url": "https://example.org/a",
            "version": 3,
            "reason": "gone",
            "status": 410,
            "evidence": {
                "from": {"version": 2, "warc": {"file": "a.warc.gz", "offset": 0}},
                "to": {"version": 3, "warc": {**tombstone("a", 3)["warc"]}},
            },
        },
    ] == lines(second.path / "CHANGES.jsonl")
    assert "2024-06-01" == str((folder / "latest").readlink())
    assert "Since version `2024-05-02`: 1 added, 1 changed, 1 removed" in (second.path / "README.md").read_text("utf-8")


def test_an_item_that_left_without_tombstone_is_told_too(items, tmp_path):
    publish(dataset(), items, tmp_path / "dataset", version="1.9")
    write(items, RECORDS[1], note("z", fetched_at="2024-06-01T00:00:00Z"))
    release = publish(dataset(), items, tmp_path / "dataset", version="1.10")
    removed = [one for one in lines(release.path / "CHANGES.jsonl") if one["change"] == "removed"]
    assert [("b", None, None)] == [(one["id"], one["reason"], one["version"]) for one in removed]


def test_a_text_left_out_is_no_change(items, tmp_path):
    publish(dataset(), items, tmp_path / "dataset", version="1")
    release = publish(dataset(), items, tmp_path / "dataset", version="2", texts=False)
    assert [] == lines(release.path / "CHANGES.jsonl")


def test_versions_sort_by_number_when_captured_at_the_same_time(items, tmp_path):
    for version, previous in (("1.9", None), ("1.10", "1.9"), ("1.2", None), ("1.11", "1.10")):
        assert previous == publish(dataset(), items, tmp_path / "dataset", version=version).edition.previous, version
    assert "1.11" == str((tmp_path / "dataset" / "latest").readlink())


@pytest.mark.parametrize("version", ["../evil", "a/b", "", ".hidden", "latest", "a b", "x" * 65])
def test_a_version_is_a_plain_name(items, tmp_path, version):
    if version == "":
        assert "2024-05-02" == publish(dataset(), items, tmp_path / "dataset", version=version).edition.version
        return
    with pytest.raises(DatasetError, match="is not a version"):
        publish(dataset(), items, tmp_path / "dataset", version=version)
    assert not (tmp_path / "dataset").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no items"),
        ("not json\n", "byte 0 is not a record"),
        (json.dumps(note("a")) + "\n[]\n", "is not a record"),
        ('{"id": "half', "holds no items"),
        (None, "does not exist"),
    ],
)
def test_nothing_to_publish_is_one_clear_error(tmp_path, text, says):
    items = tmp_path / "notes.jsonl"
    if text is not None:
        items.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=says):
        publish(dataset(), items, tmp_path / "dataset")
    assert not (tmp_path / "dataset").exists()


def test_a_line_being_written_is_left_for_the_next_release(items, tmp_path):
    whole = publish(dataset(), items, tmp_path / "one")
    with items.open("a", encoding="utf-8") as stream:
        stream.write('{"id": "half')
    assert contents(whole.path) == contents(publish(dataset(), items, tmp_path / "two").path)


def test_a_failure_leaves_nothing(items, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("archive.dataset.release.card", fail)
    with pytest.raises(OSError, match="No space left"):
        publish(dataset(), items, tmp_path / "dataset")
    assert [] == list((tmp_path / "dataset").iterdir())


def test_a_full_disk_is_told_with_the_folder_of_the_release(items, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")  # as a write says it

    monkeypatch.setattr("archive.dataset.release.card", fail)
    with pytest.raises(OSError, match="No space left") as caught:
        publish(dataset(), items, tmp_path / "dataset", version="1")
    assert (errno.ENOSPC, str(tmp_path / "dataset" / "1")) == (caught.value.errno, caught.value.filename)


@pytest.mark.parametrize("same", [True, False])
def test_of_two_at_once_the_second_finds_the_release_of_the_first(items, tmp_path, monkeypatch, same):
    folder = tmp_path / "dataset"
    add = Shelf.add

    def overtaken(shelf, draft, target):
        monkeypatch.setattr(Shelf, "add", add)
        publish(dataset(), items, folder, version="1", bom=same)
        return add(shelf, draft, target)

    monkeypatch.setattr(Shelf, "add", overtaken)
    if same:
        second = publish(dataset(), items, folder, version="1")
        assert (folder / "1", False) == (second.path, second.new)
    else:
        with pytest.raises(DatasetError, match=r"is there with other contents.*--version 1\.2"):
            publish(dataset(), items, folder, version="1")
    assert ["1", "latest"] == sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["latest", ".latest"])
def test_a_folder_in_the_place_of_the_link_is_left_and_told(items, tmp_path, name):
    folder = tmp_path / "dataset"
    (folder / name).mkdir(parents=True)
    (folder / name / "datapackage.json").write_text("{}", encoding="utf-8")
    first = publish(dataset(), items, folder, version="1")
    assert (True, False, None) == (first.new, first.linked, first.edition.previous)
    assert sorted(["1", name]) == sorted(path.name for path in folder.iterdir())
    assert "{}" == (folder / name / "datapackage.json").read_text(encoding="utf-8")
    assert publish(dataset(), items, folder, version="1").linked


@pytest.mark.parametrize(
    "content", ["[]", "5", "[" * 100_000, "{", None], ids=["list", "number", "deep", "torn", "pipe"]
)
def test_a_damaged_release_is_one_clear_error(items, tmp_path, content):
    file = tmp_path / "dataset" / "1" / "datapackage.json"
    file.parent.mkdir(parents=True)
    if content is None:
        os.mkfifo(file)
    else:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"datapackage\.json is damaged \(.*\): move the folder .*/1 away"):
        publish(dataset(), items, tmp_path / "dataset", version="2")
    assert ["1"] == [path.name for path in (tmp_path / "dataset").iterdir()]


def test_checksums_that_are_a_pipe_are_other_contents(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset", version="1")
    (release.path / "SHA256SUMS").unlink()
    os.mkfifo(release.path / "SHA256SUMS")
    with pytest.raises(DatasetError, match="other contents"):
        publish(dataset(), items, tmp_path / "dataset", version="1")


def test_an_item_of_other_code_is_one_clear_error(tmp_path):
    record = note("a")
    del record["title"]
    with pytest.raises(DatasetError, match=r"does not fit Note .*title.*: make the items again"):
        publish(dataset(), write(tmp_path / "notes.jsonl", record), tmp_path / "dataset")
    assert [] == list((tmp_path / "dataset").iterdir())


def test_without_pyarrow_there_is_no_parquet_and_no_example_for_it(items, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_module, "installed", lambda: False)
    release = publish(dataset(), items, tmp_path / "dataset")
    assert release.parquet is False
    assert not (release.path / "notes.parquet").exists()
    card = (release.path / "README.md").read_text(encoding="utf-8")
    assert "SELECT 1;" in card
    assert "SELECT 2;" not in card
    assert "data_files" in card
    assert "notes.jsonl" in card.split("---")[1]


def test_parquet_has_a_fixed_schema(items, tmp_path):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install -e '.[publish-checks]'")
    import pyarrow.parquet as pq

    path = publish(dataset(), items, tmp_path / "dataset").path / "notes.parquet"
    empty = publish(dataset(), write(tmp_path / "few.jsonl", note("a")), tmp_path / "few").path / "notes.parquet"
    table = pq.read_table(path)
    assert pq.read_schema(empty).equals(table.schema, check_metadata=True)
    assert pa.date32() == table.schema.field("day").type
    assert pa.timestamp("ms", tz="UTC") == table.schema.field("fetched_at").type
    assert b"First line." == table.schema.field("title").metadata[b"description"]
    first, second = table.to_pylist()
    assert TAGS == second["tags"]
    # A map would be refused by the Hub's viewer and its library.
    assert [{"language": "fr", "address": "https://example.org/fr"}] == second["links"]
    assert not any(pa.types.is_map(field.type) for field in table.schema)
    assert "2024-02-03" == second["day"].isoformat()
    assert "2024-05-02T08:00:00+00:00" == first["fetched_at"].isoformat()
    assert RECORDS[3]["block"] == first["block"]


def test_a_release_without_a_name_takes_the_next_free_one_when_it_is_another(items, tmp_path):
    folder = tmp_path / "dataset"
    whole = Wholeness("As of run 7: complete", True, "2024-05-03T01:00:00Z")
    first = publish(dataset(), items, folder, wholeness=whole)
    assert ("2024-05-03", whole.ended) == (first.path.name, first.edition.created)
    card = (first.path / "README.md").read_text(encoding="utf-8").partition("\n---\n\n")[2]
    assert "**As of run 7: complete.**" == card.split("\n\n")[1]
    second = publish(dataset(), items, folder, wholeness=whole, bom=False)
    assert ("2024-05-03.2", True) == (second.path.name, second.new)
    third = publish(dataset(rights="Other rights."), items, folder, wholeness=whole, bom=False)
    assert ("2024-05-03.3", True, "2024-05-03.2") == (third.path.name, third.new, third.edition.previous)
    again = publish(dataset(rights="Other rights."), items, folder, wholeness=whole, bom=False)
    assert (third.path, False) == (again.path, again.new)
    assert ["2024-05-03", "2024-05-03.2", "2024-05-03.3", "latest"] == sorted(path.name for path in folder.iterdir())


def test_nothing_is_known_of_how_whole_it_is_unless_somebody_says_so(items, tmp_path):
    package = json.loads((publish(dataset(), items, tmp_path / "dataset").path / "datapackage.json").read_bytes())
    assert ("It is not known whether it is complete", None) == (package["whole"], package["complete"])
