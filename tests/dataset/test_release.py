"""What is in the files of a release: JSON lines, tables, SQLite, Parquet."""

import dataclasses
import json
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import parquet as parquet_module
from archive.dataset import publish
from archive.dataset.search import search_terms
from tests.dataset.records import PLACES, dataset, note, write
from tests.dataset.standard import RECORDS, TAGS
from tests.tables import contents, lines, rows


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


def test_nothing_is_known_of_how_whole_it_is_unless_somebody_says_so(items, tmp_path):
    package = json.loads((publish(dataset(), items, tmp_path / "dataset").path / "datapackage.json").read_bytes())
    assert ("It is not known whether it is complete", None) == (package["whole"], package["complete"])
