"""Readings that are damaged, foreign, too many, or of a page that cannot be kept cost no page and no run."""

import sqlite3

import pytest

from migration_spider import kept_readings
from migration_spider.kept_readings import KeptReadings
from tests.kept_readings.asked import NEWS, answer, read, unread


@pytest.mark.parametrize("change", ["data = substr(data, 2)", "data = x'00'", "seal = x'00'", "data = 7"])
def test_what_is_damaged_is_read_anew_and_told(opened, count, path, change):
    told = read(opened(), answer(NEWS[0]))
    opened().close()
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE reading SET {change}")
    database.close()
    assert told == read(opened(), answer(NEWS[0]))
    assert {"unusable": 1, "kept": 1} == count
    assert told == read(opened(), unread(answer(NEWS[0])))


def test_a_file_of_something_else_is_put_aside(opened, count, path):
    path.write_bytes(b"words of somebody" * 100)
    told = read(opened(), answer(NEWS[0]))
    assert {"unusable": 1, "kept": 1} == count
    assert b"words of somebody" * 100 == path.with_name("readings.sqlite.damaged").read_bytes()
    assert told == read(opened(), unread(answer(NEWS[0])))


def test_what_is_no_file_or_of_another_form_is_done_without(opened, count, path):
    path.mkdir()
    assert read(opened(), answer(NEWS[0])) == read(opened(), answer(NEWS[0]))
    assert {"unusable": 1} == count
    path.rmdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE reading (words TEXT)")
    database.close()
    assert read(opened(), answer(NEWS[0])) == read(opened(), answer(NEWS[0]))
    assert 1 == count["unusable"]


def test_a_full_file_takes_no_more_and_the_next_run_makes_some_room(opened, count, path, monkeypatch):
    monkeypatch.setattr(kept_readings, "MOST_KEPT", 2)
    readings = opened()
    for one in NEWS[:3]:
        read(readings, answer(one))
    assert {"kept": 2} == count
    readings = opened()
    for one in NEWS[:2]:
        read(readings, answer(one))
    assert {"reused": 1, "kept": 1} == count
    monkeypatch.setattr(kept_readings, "MOST_KEPT", 1)
    read(opened(), answer(NEWS[2]))
    assert {"kept": 1} == count


def test_what_is_odd_at_the_place_of_the_file_and_cannot_be_put_aside_is_done_without(opened, count, path, monkeypatch):
    path.write_bytes(b"words of somebody" * 100)
    monkeypatch.setattr(type(path), "replace", refuse)
    assert read(opened(), answer(NEWS[0])) == read(KeptReadings(), answer(NEWS[0]))
    assert {"unusable": 1} == count


def refuse(*_):
    raise PermissionError(13, "Permission denied")


class OfLxml(str):
    """As what xpath gives."""


@pytest.mark.parametrize("title", [OfLxml("A"), 7])
def test_what_has_not_the_stated_type_costs_no_page(opened, title):
    readings, response = opened(), answer(NEWS[0])
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    page.title, page.base_url = title, title if isinstance(title, str) else page.base_url
    reading.note(page)
    reading.note_text(page)
    readings.keep(response)
    assert "printed" not in fitted(opened(), answer(NEWS[0])).__dict__


def test_text_that_has_no_bytes_is_not_kept(opened):
    readings, response = opened(), answer(NEWS[0])
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    page.title = "half of a pair: \ud83d"
    reading.note_text(page)
    readings.keep(response)
    assert "printed" not in fitted(opened(), answer(NEWS[0])).__dict__
    read(opened(), answer(NEWS[0]))
    assert "printed" in fitted(opened(), answer(NEWS[0])).__dict__


def fitted(readings, response):
    """The page of ``response`` with what is kept of its text."""
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    reading.fit(page)
    return page
