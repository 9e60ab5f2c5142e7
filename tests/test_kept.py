"""What is kept in a file behaves as what is held in memory; and what grows with the site is kept so."""

from __future__ import annotations

import gc
import json
import random
import sqlite3
import weakref
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from migration_spider import scrapy_internals
from migration_spider.exceptions import KeptError
from migration_spider.kept import CHUNK, Keys, Room, Table
from migration_spider.ledger import Fate, Ledger
from migration_spider.spiders.explore import Explorer

WORDS = ["", "a", "b", "/ñ/7", "\ud800 half", "a\0b", "z" * 300]


@pytest.fixture(params=[None, 3, 0], ids=["in memory", "moved", "in the file"])
def room(request) -> Room:
    """As it is while a site is small, when that is over, and later."""
    return Room(request.param)


def test_a_table_is_a_dict_in_the_order_of_its_keys(room):
    table, held, dice = Table[str | None](room), dict[str, Any](), random.Random(1)  # noqa: S311
    for _ in range(2000):
        key, value = dice.choice(WORDS), dice.choice([None, *WORDS])
        if dice.random() < 0.3:
            assert held.pop(key, "gone") == table.pop(key, "gone")
        else:
            held[key] = table[key] = value
        assert (len(held), held.get(key, 1), key in held) == (len(table), table.get(key, 1), key in table)
    assert (list(held.items()), list(held), list(held.values())) == (
        list(table.items()),
        list(table),
        list(table.values()),
    )
    with pytest.raises(KeyError):
        table["never"]
    with pytest.raises(KeyError):
        del table["never"]
    assert held == table
    assert 7 not in table


def test_keys_are_a_set(room):
    keys, held, dice = Keys(room), set[str](), random.Random(1)  # noqa: S311
    for _ in range(1000):
        word = dice.choice(WORDS)
        if dice.random() < 0.4:
            keys.discard(word)
            held.discard(word)
        else:
            keys.add(word)
            held.add(word)
        assert (len(held), word in held) == (len(keys), word in keys)
    keys.update(WORDS)
    assert (sorted(WORDS), {"a"}) == (list(keys), keys & {"a", "c"})
    assert 7 not in keys
    assert not keys.isdisjoint(["c", "b"])


@pytest.mark.parametrize("most", [None, 3 * CHUNK + 1, 0])
def test_what_is_iterated_over_may_change_meanwhile(most):
    """Also when it moves to the file by that; what comes meanwhile is not among it."""
    table = Table[str](Room(most))
    table.update((str(n), "before") for n in range(3 * CHUNK))
    met = []
    for key in table:
        met.append(key)
        table[key] = "after"
        table[f"{key} again"] = "after"
    assert [str(n) for n in range(3 * CHUNK)] == met
    assert {"after"} == set(table.values())


@pytest.mark.parametrize("most", [None, 0])
def test_what_is_given_out_is_a_copy(most):
    table = Table[list[int]](Room(most), json.dumps, lambda text: json.loads(text or ""))
    table["a"] = given = [1]
    given.append(2)
    table["a"].append(3)
    assert [1] == table["a"]


def test_a_small_site_needs_no_file_and_a_large_one_holds_no_more_in_memory():
    room = Room(100)
    tables = [Table[str](room) for _ in range(5)]
    for n in range(100):
        tables[n % 5][str(n)] = ""
    assert room.db is None
    for n in range(100, 1000):
        tables[n % 5][str(n)] = ""
    assert 200 * 5 == sum(map(len, tables))
    assert all(table._held is None for table in tables)


def test_a_full_disk_is_told_once_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    told: list[str] = []
    room = Room(0, told.append)
    table, keys = Table[str](room), Keys(room)
    table["a"] = "1"
    keys.add("a")
    assert room.db is not None
    room.db.execute("PRAGMA max_page_count = 20")
    with pytest.raises(KeptError, match="SQLITE_TMPDIR"):
        table.update((str(n), "x" * 1000) for n in range(1000))
    assert 1 == len(told)
    assert "disk is full" in told[0]
    assert str(tmp_path) in told[0]
    # What it would answer from now on may be wrong.
    for ask in (lambda: table["a"], lambda: "a" in keys, lambda: list(table), lambda: keys.add("b")):
        with pytest.raises(KeptError, match="disk is full"):
            ask()
    assert 1 == len(told)


def test_each_mapping_has_its_own(room):
    one, other, keys = Table[str](room), Table[str](room), Keys(room)
    one["a"] = "1"
    keys.add("b")
    assert ([], ["b"], {"a": "1"}) == (list(other), list(keys), dict(one))


def test_the_file_goes_with_its_last_mapping():
    table = Table[str](Room(0))
    table["a"] = "1"
    database = table._room.db
    assert database is not None
    del table
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError):
        database.execute("SELECT 1")


def test_a_page_goes_when_it_was_read():
    response = HtmlResponse("http://site/", body=b"<h1>News</h1>", encoding="utf-8")
    assert ["News"] == response.selector.xpath("//h1/text()").getall()
    gc.disable()
    try:
        page = weakref.ref(response)
        scrapy_internals.forget_selector(response)
        del response
        assert page() is None
    finally:
        gc.enable()


def test_a_fate_comes_back_as_it_was(room):
    ledger = Ledger(room)
    for url, code, detail in (("a", "item", "7@en"), ("b", "failed", "a b\nc  "), ("c", "not_due", "")):
        ledger.settle(url, code, detail)
        fate = ledger.fate(url)
        assert Fate(code, detail) == fate
        with pytest.raises(AttributeError):  # it is a copy: nobody would hear of it
            fate.detail = "other"


def test_a_ledger_holds_nothing_of_each_address_in_memory():
    """What it holds of 3,000 addresses is what it holds of none: mappings and sets that are kept, and small ones."""
    ledger = Ledger()
    for n in range(3000):
        url = f"http://site/{n}"
        ledger.name(url, "sitemap", "2026-01-01")
        ledger.settle(url, "item", f"{n}@en")
        ledger.links[url] = url
        ledger.met.add(url)
        ledger.places[url] = url
        ledger.name_translations(n, [url])
    listing = ledger.listing("http://site/news")
    listing.rows.update((f"http://site/{n}", None) for n in range(3000))
    listing.seen |= set(listing.rows)
    held = [one for one in (*vars(ledger).values(), listing.rows, listing.seen) if isinstance(one, (dict, set, list))]
    assert {0, 1} >= {len(one) for one in held}
    assert 8 < sum(isinstance(one, (Table, Keys)) for one in (*vars(ledger).values(), listing.rows, listing.seen))


class Counted(Ledger):
    """Counts how often it is asked for the fate of an address."""

    asked = 0

    def fate(self, url: str) -> Fate | None:
        self.asked += 1
        return super().fate(url)


@pytest.mark.parametrize("pages", [30, 120])
def test_a_listing_is_counted_in_proportion_to_its_rows(pages: int):
    """Each page brings ten rows; those of earlier pages, of which all is known, are not looked at again."""
    ledger = Counted()
    explorer = Explorer(ledger, 2, 200, lambda url: False, lambda url: url)
    listing = ledger.listing("http://site/news")
    for page in range(pages):
        rows = [f"http://site/{page}/{n}" for n in range(10)]
        listing.rows.update(dict.fromkeys(rows))
        explorer.count(listing, rows)
        for row in rows:
            ledger.settle(row, "item", row)
    explorer.count(listing)
    assert (10 * pages, 10 * pages) == (listing.news, listing.read)
    assert ledger.asked <= 10 * 10 * pages


def test_a_row_that_became_news_later_is_counted():
    ledger = Ledger()
    explorer = Explorer(ledger, 2, 200, lambda url: False, lambda url: url)
    listing = ledger.listing("http://site/news")
    listing.rows["http://site/1"] = None
    ledger.settle("http://site/1", "not_news")
    explorer.count(listing, ["http://site/1"])
    assert (0, 1) == (listing.news, listing.read)
    ledger.settle("http://site/1", "item", "1@en")
    explorer.count(listing)
    assert (1, 1) == (listing.news, listing.read)
