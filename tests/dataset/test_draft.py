"""What a project adds to a release: its tables and files stand beside the others, described and summed."""

import csv
import json
import sqlite3
from contextlib import closing

from archive.dataset import Draft, publish
from archive.dataset.tables import Column, ForeignKey, Table
from tests.dataset.records import dataset, note, write

LENGTHS = Table(
    "lengths",
    "How long each title is",
    (Column("note_id", "string", False, "Of the note"), Column("letters", "integer", False, "Letters of the title")),
    ("note_id",),
    (ForeignKey("note_id", "notes", "id"),),
    lambda record: iter([(record["id"], len(record["title"]))]),
)


class Lengths:
    """A part that writes as the records come, and says something at the end."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.sheet = draft.sheet("tables/lengths.csv", LENGTHS)

    def collect(self, record) -> None:
        self.sheet.collect(record)

    def finish(self) -> None:
        self.draft.sections.append(("Lengths", f"{self.sheet.file.rows} titles were measured."))
        self.draft.file("extra/said.txt", "A file of its own").write_text("x")


def test_a_part_of_a_project_adds_tables_files_and_a_section_of_the_card(tmp_path):
    items = write(tmp_path / "items" / "notes.jsonl", note("b", number=2), note("a", number=1, title="Long title"))
    release = publish(dataset(parts=[Lengths]), items, tmp_path / "dataset").path
    with (release / "tables" / "lengths.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [{"note_id": "a", "letters": "10"}, {"note_id": "b", "letters": "6"}] == list(csv.DictReader(stream))
    with closing(sqlite3.connect(release / "notes.sqlite")) as database:
        assert [("a", 10), ("b", 6)] == database.execute("SELECT * FROM lengths ORDER BY 1").fetchall()
    card = (release / "README.md").read_text(encoding="utf-8")
    assert "## Lengths\n\n2 titles were measured.\n" in card
    assert "A file of its own" in card
    named = {one["path"]: one for one in json.loads((release / "datapackage.json").read_bytes())["resources"]}
    keys = named["tables/lengths.csv"]["schema"]["foreignKeys"]
    assert [{"fields": ["note_id"], "reference": {"resource": "notes", "fields": ["id"]}}] == keys
    assert "extra/said.txt" in named
    assert "extra/said.txt" in (release / "SHA256SUMS").read_text()
