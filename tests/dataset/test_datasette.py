"""`datasette.yaml` names what is in the SQLite file, and its questions can be asked."""

import json
import sqlite3
from contextlib import closing

import pytest

from archive.dataset import Example, publish
from tests.dataset.records import dataset, note, write

TAGS = [{"raw": "Ghana", "id": "288", "label": "Ghana"}, {"raw": "Somewhere", "id": None, "label": None}]
EXAMPLE = Example(
    question="Which?", tool="SQLite (`notes.sqlite`)", language="sql", code="SELECT id FROM notes\nORDER BY id;"
)


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("datasette")
    chinese = note("a", day="2024-02-03", text="国际移民日")
    items = write(folder / "notes.jsonl", note("b@x", title="Ghana", tags=TAGS), chinese)
    said = dataset(language="title", heading="title", first=("title", "day"), examples=(EXAMPLE,))
    return publish(said, items, folder / "dataset").path


@pytest.fixture(scope="module")
def said(release):
    return json.loads((release / "datasette.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def db(release):
    with closing(sqlite3.connect(release / "notes.sqlite")) as connection:
        yield connection


def test_tables_and_columns_are_those_of_the_file(said, db):
    tables = said["databases"]["notes"]["tables"]
    shadows = {"notes_fts_config", "notes_fts_data", "notes_fts_docsize", "notes_fts_idx"}
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} - shadows
    assert there == set(tables)
    assert {"notes_fts", "search_words"} == {name for name, one in tables.items() if one.get("hidden")}
    for name, one in tables.items():
        if one.get("hidden"):
            continue
        columns = {column for (column,) in db.execute("SELECT name FROM pragma_table_info(?)", (name,))}
        assert columns == set(one["columns"]), name
        assert all(one["columns"].values()), name
        assert columns >= {*one.get("facets", ()), *filter(None, (one.get("label_column"), one.get("sort_desc")))}, name
    assert "title" == tables["notes"]["label_column"]
    assert "label" == tables["places"]["label_column"]


def test_every_row_is_found_by_the_key_that_others_name_it_by(db):
    for (name,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_fts%'"
    ).fetchall():
        key = {column for column, place in db.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)) if place}
        assert key, name
        for table, column in db.execute('SELECT "table", "to" FROM pragma_foreign_key_list(?)', (name,)):
            held = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk", (table,)).fetchall()
            assert [(column,)] == held, (name, table)


def test_the_questions_can_be_asked(said, db):
    queries = said["databases"]["notes"]["queries"]
    assert {"search", "by_year", "by_tags", "example"} == set(queries)
    found = {name: db.execute(one["sql"], {"word": " Ghana"}).fetchall() for name, one in queries.items()}
    assert [("b@x", "Ghana", None)] == found["search"]
    assert [(None, 1), ("2024", 1)] == found["by_year"]
    assert [(None, None, 1), ("288", "Ghana", 1)] == found["by_tags"]
    assert [("a",), ("b@x",)] == found["example"]
    assert [("a",)] == [row[:1] for row in db.execute(queries["search"]["sql"], {"word": "移民"})]
    # What a person types is no error, whatever FTS5 would take it for.
    for word in ("", "ghana OR", "-", "*", '"', '" OR "ghana'):
        assert [] == db.execute(queries["search"]["sql"], {"word": word}).fetchall(), word
