"""Where an item was met last, while its line stays as it is."""

import sqlite3
from contextlib import closing

from migration_spider.state.places import URL, Places


def test_an_item_is_where_it_was_met_last_however_often_it_moved():
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            "CREATE TABLE item (id TEXT PRIMARY KEY, url TEXT);"
            "CREATE TABLE place (url TEXT PRIMARY KEY, id TEXT, is_here INTEGER);"
            "INSERT INTO item VALUES ('2@en', '/first');"
        )
        places = Places(database)
        met = []
        for url in ("/first", "/second", "/third", "/third", "/second", "/first"):
            places.note("2@en", "/first", "/first", url)
            met += database.execute(f"SELECT {URL} FROM item").fetchone()
        assert ["/first", "/second", "/third", "/third", "/second", "/first"] == met
        assert {"/first", "/second", "/third"} == places.of(["2@en"])
