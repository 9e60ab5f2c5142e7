"""What the database of the state notes of runs, and what becomes of a database that cannot be used."""

import sqlite3
from contextlib import closing

import pytest

from migration_spider.exceptions import StateError
from migration_spider.state.database import open_database
from migration_spider.state.runs import Missed, MissedItems, PastRun, Runs


@pytest.fixture
def database(tmp_path):
    database = open_database(tmp_path / "state.sqlite")
    yield database
    database.close()


def test_what_is_missed_is_noted_until_it_is_forgotten(database):
    items = MissedItems(database)
    assert items.get("5@en") is None
    for confirmed in (1, 2):
        items.put(missed := Missed("5@en", "gone", 404, confirmed, "monday", "2026-01-01T00:00:00Z"))
    assert (missed, [missed]) == (items.get("5@en"), items.all())
    items.forget("5@en")
    assert [] == items.all()


def test_a_run_that_was_killed_has_no_end(database):
    runs = Runs(database)
    runs.begin("a", "a", "2026-01-01T00:00:00Z", 1, {"site": "x"})
    runs.begin("b", "a", "2026-01-02T00:00:00Z", 2, {"site": "x"})
    runs.end("b", "2026-01-02T01:00:00Z", 3, "budget", {"new": 4})
    assert ["b", "a"] == [run.id for run in runs.history(9)]
    assert (None, False) == (runs.first_of("a").ended, runs.first_of("a").is_whole)
    assert runs.first_of("c") is None
    assert ["b"] == [run.id for run in runs.history(1)]
    assert not runs.last().is_whole
    assert runs.last() == PastRun(
        id="b",
        cycle="a",
        started="2026-01-02T00:00:00Z",
        ended="2026-01-02T01:00:00Z",
        pid=2,
        options={"site": "x"},
        exit_code=3,
        finish_reason="budget",
        counts={"new": 4},
    )


def test_lists_are_replaced(database):
    runs = Runs(database)
    runs.set_again({"u": "failed"})
    runs.set_again({"v": "blocked"})
    assert {"v": "blocked"} == runs.again()
    runs.set_named({"u": "sitemap", "v": "rss"}, {"u": "2026-01-01"})
    assert {"u": "2026-01-01", "v": None} == runs.named()


def test_an_older_database_is_indexed_anew(tmp_path):
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE item (id TEXT PRIMARY KEY, url TEXT)")
    old.close()
    database = open_database(path)
    assert 0 == database.execute("SELECT count(tombstone) FROM item").fetchone()[0]
    database.close()


@pytest.mark.parametrize(
    "damage",
    ["PRAGMA user_version = 99", "ALTER TABLE item ADD COLUMN mood TEXT", "UPDATE run SET options = '{'", None],
    ids=["newer", "other columns", "no JSON", "cut"],
)
def test_a_database_that_cannot_be_used_is_put_aside(tmp_path, damage):
    path = tmp_path / "state.sqlite"
    with closing(open_database(path)) as database:
        Runs(database).begin("a", "a", "2026-01-01T00:00:00Z", 1, {})
        database.execute(damage or "PRAGMA journal_mode=DELETE")
        database.commit()
    if damage is None:
        path.write_bytes(path.read_bytes()[:9000])
    with closing(open_database(path)) as database:
        assert Runs(database).last() is None
    assert path.with_name("state.sqlite.damaged").exists()


def test_a_database_that_cannot_be_opened_says_what_to_do(tmp_path):
    with pytest.raises(StateError, match="move it away and run again"):
        open_database(tmp_path)


def test_a_name_that_is_damaged_is_no_error(tmp_path):
    with closing(open_database(tmp_path / "state.sqlite")) as database:
        database.execute("INSERT INTO again VALUES (CAST(x'ff41' AS TEXT), '')")
        assert ("\ufffdA",) == database.execute("SELECT url FROM again").fetchone()
