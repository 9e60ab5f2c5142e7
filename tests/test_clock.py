"""A clock that was ahead once: what is dated later than now is not the last word, and nothing waits for it."""

from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from archive.warc.record import Draft, format_date, new_record_id
from archive.warc.writer import WarcWriter
from migration_spider.report.read import report_file, runs_since
from migration_spider.report.words import dates_ahead
from migration_spider.responses.blocked import blocked
from migration_spider.state import Memory, revise
from migration_spider.state.memory import LONG_AGO, Rules
from migration_spider.state.runs import Runs
from migration_spider.state.store import Item

URL = "http://127.0.0.1/lantern"
NOW = datetime.now(timezone.utc)


def answer(when, status=b"200 OK"):
    record_id = new_record_id()
    named = [("WARC-Type", "response"), ("WARC-Record-ID", record_id), ("WARC-Target-URI", URL)]
    named += [("WARC-Date", format_date(when)), ("Content-Type", "application/http;msgtype=response")]
    body = b"<html><body><main><h1>Lantern</h1><p>" + b"It is lit at dusk. " * 40 + b"</p></main></body></html>"
    return Draft("response", named, b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\n\r\n" + body, record_id)


def write(directory: Path, draft: Draft) -> str:
    writer = WarcWriter(directory)
    writer.write([draft])
    writer.close()
    return writer.files[0]


@pytest.fixture
def remember(tmp_path):
    """The memory of a run that begins now, of an archive with these answers, written in this order."""
    opened = []

    def remember(*drafts):
        for draft in drafts:
            write(tmp_path / "warc", draft)
        rules = Rules(((None, 30.0),), timedelta(days=30), timedelta(days=90))
        memory = Memory(tmp_path / "state.sqlite", tmp_path / "warc", rules, blocked, lambda *_: False)
        opened.append(memory)
        for _ in memory.pages.catch_up():
            pass
        memory.begin("now", format_date(NOW - timedelta(hours=1)), NOW)
        return memory

    yield remember
    for memory in opened:
        memory.close()


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=4000)])
def test_an_answer_from_the_future_is_none_of_this_harvest_and_due_at_once(remember, ahead):
    memory = remember(answer(NOW + ahead))
    page = memory.page(URL)
    assert (200, LONG_AGO, False) == (page.status, page.checked, memory.is_current(page))
    assert memory.is_other_due(page)
    assert format_date(NOW + ahead) == memory.last_date()


def test_an_answer_of_this_harvest_is_current(remember):
    memory = remember(answer(NOW - timedelta(minutes=1)))
    assert memory.is_current(memory.page(URL))


@pytest.mark.parametrize("is_first", [True, False])
def test_an_answer_from_the_future_gives_way_to_all_others(remember, is_first):
    ahead, true = answer(NOW + timedelta(days=4000)), answer(NOW - timedelta(minutes=1), b"410 Gone")
    memory = remember(*((ahead, true) if is_first else (true, ahead)))
    assert (410, True) == (memory.page(URL).status, memory.is_current(memory.page(URL)))


def test_files_are_named_in_the_order_of_writing_whatever_the_clock_says(tmp_path, monkeypatch):
    names = []
    for hours in (0, 3, 0, -9000):
        moment = NOW + timedelta(hours=hours)
        clock = type("datetime", (datetime,), {"now": classmethod(lambda cls, tz=None, moment=moment: moment)})
        monkeypatch.setattr("archive.warc.writer.datetime", clock)
        names.append(write(tmp_path, answer(NOW)))
    assert sorted(names) == names
    assert 4 == len(set(names))


def test_a_run_from_the_future_does_not_stay_the_last_one(remember):
    with closing(remember()._db) as database:
        runs = Runs(database)
        for name, when in (("ahead", NOW + timedelta(days=900)), ("last", NOW)):
            if name == "last":
                runs.bring_back(format_date(NOW - timedelta(seconds=1)))
            runs.begin(name, name, format_date(when), 1, {})
        assert ["last", "ahead"] == [run.id for run in runs.history(9)]


def test_the_report_of_a_run_from_the_future_is_not_the_last_one(tmp_path):
    past, future = (NOW + timedelta(days=days) for days in (-1, 900))
    for moment in (past, future):
        folder = tmp_path / "runs" / f"{moment:%Y%m%dT%H%M%SZ}-abc"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text("{}")
    file = report_file(tmp_path)
    assert f"{past:%Y%m%dT%H%M%SZ}-abc" == file.parent.name
    assert 0 == runs_since(file)


def test_an_item_is_never_seen_first_after_it_was_changed():
    before = Item("1@en", "u", 1, "2036-01-01T00:00:00Z", "2036-01-01T00:00:00Z", None, None, 1, "en", "t", "aa")
    item = {"content_sha256": "bb", "fetched_at": "2026-05-01T00:00:00Z", "version": 1}
    assert revise(item, before)
    assert (2, "2026-05-01T00:00:00Z") == (item["version"], item["first_seen"])
    assert item["first_seen"] == item["last_changed"]


def test_the_report_says_that_the_archive_holds_dates_from_the_future():
    assert "2036-01-01" in dates_ahead({"archive": {"future": "2036-01-01T00:00:00Z"}})
    assert ("", "") == (dates_ahead({"archive": {"future": None}}), dates_ahead({"archive": {}}))
