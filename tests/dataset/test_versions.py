"""Every version has a row, and every line of the history is what its schema says."""

import csv
import json
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import publish
from tests.dataset.records import dataset, note, tombstone, write

TAG = {"raw": "W", "id": "011", "label": "West"}
PROOF = {"file": "c.warc.gz", "offset": 5}
LINES = [
    note("a", number=1),
    note("b", number=2),
    note("a", number=1, title="Other", tags=[TAG], version=2, fetched_at="2024-05-02T12:00:00Z", warc=PROOF),
    tombstone("b", 2),
    note("b", number=2, text="Later.", version=3),
    tombstone("c", 1),
    # Lines that say the same, with the same number: as killed runs may leave them.
    note("a", number=1, title="Other", tags=[TAG], version=2, fetched_at="2024-05-03T12:00:00Z"),
    # Of a record that was there before there were lines.
    tombstone("d", 1),
    note("d", number=3, version=2),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    return publish(dataset(heading="title"), write(folder / "notes.jsonl", *LINES), folder / "dataset").path


def test_each_version_has_a_row(release):
    with (release / "tables" / "versions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = ("id", "position", "version", "what", "title", "fields", "warc_file", "warc_offset", "file")
    assert [
        ("a", "1", "1", "new", "Note a", "", "a.warc.gz", "0", "history.jsonl"),
        ("b", "1", "1", "new", "Note b", "", "a.warc.gz", "0", "history.jsonl"),
        ("a", "2", "2", "changed", "Other", "title|tags", "c.warc.gz", "5", "history.jsonl"),
        ("b", "2", "2", "gone", "", "", "b.warc.gz", "7", "history.jsonl"),
        ("b", "3", "3", "back", "Note b", "text", "a.warc.gz", "0", "notes.jsonl"),
        ("c", "1", "1", "gone", "", "", "b.warc.gz", "7", "history.jsonl"),
        ("a", "3", "2", "changed", "Other", "", "a.warc.gz", "0", "notes.jsonl"),
        ("d", "1", "1", "gone", "", "", "b.warc.gz", "7", "history.jsonl"),
        ("d", "2", "2", "back", "Note d", "", "a.warc.gz", "0", "notes.jsonl"),
    ] == [tuple(row[name] for name in names) for row in rows]
    with closing(sqlite3.connect(release / "notes.sqlite")) as db:
        assert [("2024-05-01T12:00:00Z",), ("2024-05-02T12:00:00Z",), ("2024-05-03T12:00:00Z",)] == db.execute(
            "SELECT met FROM versions WHERE id = 'a' ORDER BY position"
        ).fetchall()


def test_each_line_of_the_history_fits_its_schema_tombstones_too(release):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: -e '.[publish-checks]'")
    schema = json.loads((release / "history.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    lines = [json.loads(line) for line in (release / "history.jsonl").read_bytes().splitlines()]
    assert 3 == sum("tombstone" in line for line in lines)
    assert [] == [error.message for line in lines for error in validator.iter_errors(line)]
    version, gone = LINES[0], LINES[3]
    assert not validator.is_valid({name: value for name, value in version.items() if name != "title"})
    for wrong in ({"tombstone": {}}, {"tombstone": None}, {"version": "2"}, {"warc": {"file": 3, "offset": 0}}):
        assert not validator.is_valid({**gone, **wrong}), wrong
