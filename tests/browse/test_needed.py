"""Releases of other versions, releases without texts, and releases with nothing in them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archive.dataset import DatasetError
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.needed import NEEDED, require

STORY, ITEM = "8836", "8836@en"
PAGES = ("/", "/about", "/api", "/stories", "/stories?q=school", "/stories.csv", "/stories.csv?of=items")
PAGES += ("/stories.json", "/stories.jsonl?of=items", "/stories.atom", "/v1/stories?facets=place", "/v1/facets")
OF_A_STORY = (f"/stories/{STORY}", f"/items/{ITEM}", f"/v1/stories/{STORY}", f"/v1/items/{ITEM}", f"/check/{ITEM}")
TEXTS = ("summary", "body_text", "body_html")


def tables_of(db):
    """The tables that a release declares; those that SQLite makes for its full-text index have ``_fts`` in them."""
    listed = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in listed if "_fts" not in name]


@pytest.fixture
def release(collection, tmp_path) -> Path:
    """A copy of the collection, to be changed."""
    return Path(shutil.copytree(collection.folder, tmp_path / "release"))


def changed(release: Path, script: str) -> Collection:
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        db.execute("PRAGMA legacy_alter_table = ON")  # views of what is gone are of no interest
        db.executescript(f"DROP VIEW IF EXISTS stories_view; {script}")
    return Collection(release)


def statuses(collection: Collection, pages):
    client = TestClient(application(lambda: collection), base_url="http://127.0.0.1", follow_redirects=False)
    return {path: client.get(path).status_code for path in pages}


def test_the_pages_read_nothing_but_what_is_needed(release):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        there = tables_of(db)
    script = ""
    for table in there:
        if table in NEEDED:
            script += f"CREATE TABLE kept AS SELECT {', '.join(NEEDED[table])} FROM {table}; "
        script += f"DROP TABLE {table}; "
        if table in NEEDED:
            script += f"ALTER TABLE kept RENAME TO {table}; "
    found = statuses(changed(release, script), (*PAGES, *OF_A_STORY))
    assert {} == {path: status for path, status in found.items() if status not in (200, 302, 307)}


@pytest.mark.parametrize("table", NEEDED)
def test_a_release_without_a_table_or_column_is_refused(table):
    def holds(names):
        db = sqlite3.connect(":memory:")
        for name, columns in names.items():
            listed = ", ".join(f'"{column}"' for column in columns)
            db.execute(f'CREATE TABLE "{name}" ({listed})')
        return db

    with closing(holds(NEEDED)) as db:
        require(db, Path("news.sqlite"))
    with (
        closing(holds({name: columns for name, columns in NEEDED.items() if name != table})) as db,
        pytest.raises(DatasetError, match=f"no table {table}: this release cannot be browsed.* again"),
    ):
        require(db, Path("news.sqlite"))
    column = NEEDED[table][-1]
    with (
        closing(holds({**NEEDED, table: ("other", *NEEDED[table][:-1])})) as db,
        pytest.raises(DatasetError, match=f"no column {table}.{column}: "),
    ):
        require(db, Path("news.sqlite"))


def test_an_older_release_is_refused_before_it_is_shown(release):
    with pytest.raises(DatasetError, match=r"no table versions: .* publish it again"):
        changed(release, "DROP TABLE versions")


def test_a_release_without_texts_is_browsed(release):
    drop = "; ".join(f"ALTER TABLE news DROP COLUMN {name}" for name in TEXTS)
    if sqlite3.sqlite_version_info < (3, 35):
        pytest.skip("this SQLite cannot drop a column")
    found = statuses(changed(release, f"{drop}; ALTER TABLE attachment_texts DROP COLUMN text"), PAGES + OF_A_STORY)
    assert {} == {path: status for path, status in found.items() if status not in (200, 302, 307)}


def test_a_release_of_nothing_is_browsed(release):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        emptied = "".join(f"DELETE FROM {name};" for name in tables_of(db) if name.startswith(("news", "stories")))
    for name in ("news.jsonl", "stories.jsonl", "news.csv", "stories.csv"):
        if (release / name).exists():
            (release / name).write_bytes(b"")
    emptied += "DELETE FROM runs_missing; DELETE FROM runs; DELETE FROM versions;"
    empty = changed(release, f"{emptied} INSERT INTO news_fts (news_fts) VALUES ('delete-all')")
    assert {200} == set(statuses(empty, [page for page in PAGES if "csv" not in page]).values())
    assert {404} == set(statuses(empty, [f"/stories/{STORY}", f"/v1/stories/{STORY}"]).values())


def test_no_answer_tells_where_the_files_lie(release):
    (release / "news.jsonl").unlink()
    (release / "stories.jsonl").unlink()
    client = TestClient(application(lambda: Collection(release)), base_url="http://127.0.0.1")
    for path in (f"/v1/items/{ITEM}", f"/v1/stories/{STORY}", "/stories.jsonl", "/stories.json?of=items"):
        answer = client.get(path)
        assert str(release) not in answer.text, path
        assert "jsonl" in answer.text or 200 == answer.status_code
    archived = Collection(release, Archive(release / "warc", release / "index.cdxj"))
    said = archived.without_paths(f"{release}/warc/a.warc.gz: no record; {release}/index.cdxj; {release} is gone")
    assert "a.warc.gz: no record; index.cdxj; the archive is gone" == said
