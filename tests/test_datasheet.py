"""How the news were collected, for the datasheet: from what each run noted, and from the settings."""

import json

import pytest

from archive.dataset import Pace
from migration_spider.config import Config
from migration_spider.datasheet import collection_of
from migration_spider.publish import dataset
from migration_spider.report import record
from migration_spider.standing import past_runs

SITE = "https://example.org"
STATS = {
    "start_time": "2024-05-01 10:00:04.123456+00:00",
    "finish_time": "2024-05-01 10:59:00+00:00",
    "elapsed_time_seconds": 24.0,
    "downloader/request_count": 12,
    "downloader/response_bytes": 3456,
    "downloader/response_status_count/200": 9,
    "downloader/response_status_count/404": 2,
    "downloader/exception_count": 34,
    "downloader/exception_type_count/migration_spider.exceptions.NotWantedError": 33,
    "downloader/exception_type_count/twisted.internet.error.TimeoutError": 1,
    "robotstxt/response_status_count/200": 1,
    "archive/files": 2,
}
PACE = {"delay": 0, "concurrency": 8, "throttled": False, "obeys_robots": True}


def visits(data, config=None):
    return collection_of(data, config or Config.of({}), SITE, past_runs(data, ["en"])).visits


def run(data, name, stats=None, pace=None, command="crawl"):
    folder = data / "runs" / name
    folder.mkdir(parents=True)
    record.begin(folder, name, command, f"2024-05-01T10:00:0{name}Z", {"site": SITE}, "", pace)
    if stats is not None:
        record.end(folder, ended="2024-05-01T11:00:00Z", exit_code=3)
        (folder / "stats.json").write_text(stats, encoding="utf-8")


def test_each_run_of_the_table_is_a_visit(tmp_path):
    run(tmp_path, "1", json.dumps(STATS), PACE)
    for name, stats in (("2", None), ("3", "cut o"), ("4", "[]")):
        run(tmp_path, name, stats)
    run(tmp_path, "5", "{}", command="survey")
    first, *others = visits(tmp_path)
    assert ("1", "2024-05-01T10:00:01Z", "2024-05-01T11:00:00Z", 3) == (
        first.run_id,
        first.started,
        first.ended,
        first.exit_code,
    )
    assert (12, 3456, 2, 0.5) == (first.requests, first.received, first.files, first.rate)
    assert ({"200": 9, "404": 2}, {"200": 1}) == (first.statuses, first.robots)
    assert [("2", "", None), ("3", "2024-05-01T11:00:00Z", None), ("4", "2024-05-01T11:00:00Z", None)] == [
        (one.run_id, one.ended, one.requests) for one in others
    ]


def test_what_the_crawl_holds_back_is_no_request_without_an_answer(tmp_path):
    run(tmp_path, "1", json.dumps(STATS))
    (one,) = visits(tmp_path)
    assert (1, one.requests) == (one.unanswered, sum(one.statuses.values()) + one.unanswered)


@pytest.mark.parametrize("noted", [None, {"delay": 1}, {**PACE, "delay": "x"}, {**PACE, "delay": None}])
def test_the_pace_is_the_one_that_the_run_noted(tmp_path, noted):
    run(tmp_path, "1", "{}", noted)
    run(tmp_path, "2", "{}", {**PACE, "more": 1})
    unknown, known = visits(tmp_path, Config.of({"DOWNLOAD_DELAY": 7}))
    assert (None, Pace(**PACE)) == (unknown.pace, known.pace)


def test_the_settings_tell_where(tmp_path):
    config = Config.of({"MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_FEEDS": "/news,/rss", "DOWNLOAD_DELAY": 7})
    told = collection_of(tmp_path, config, SITE, [])
    assert [f"https://example.org{path}" for path in ("/", "/news")] == list(told.seeds[:2])
    assert len(set(told.seeds)) == len(told.seeds)
    assert "https://example.org/rss" in told.seeds
    assert "node/add" in told.scope
    assert "All pages" not in told.scope
    assert "7 s" not in told.politeness
    assert all((told.purpose, told.unit, told.processing, told.people, told.uses, told.not_for, told.noise))


def test_bookkeeping_is_named_as_such():
    assert {"site_profile", "run_id"} < set(dataset(SITE).provenance)
