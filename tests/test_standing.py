"""Whether the items are complete, by what is left of the runs: each way in which runs can follow each other."""

import json
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from migration_spider.report import record
from migration_spider.standing import standing_of
from migration_spider.standing.past import past_runs
from migration_spider.state.database import open_database
from migration_spider.state.runs import Runs
from tests.report.sample import sample_report

LANGUAGES = ("en", "fr", "es")
WHOLE = {"site": "https://example.org", "languages": list(LANGUAGES), "max_items": None, "since": None, "urls": []}


def missing(count, reason="failed"):
    return [{"url": f"https://example.org/{n}", "reason": reason, "detail": "answer 500"} for n in range(count)]


def ran(data, day, code=0, *, kind="complete", asked="", said=(), new=1, command="harvest", **more):
    """Note a run of ``day`` that has ended; ``code`` None: one that was killed. Returns its id."""
    name = f"202401{day:02}T000000Z-aaaaaa"
    folder = data / "runs" / name
    folder.mkdir(parents=True)
    record.begin(folder, name, command, f"2024-01-{day:02}T00:00:00Z", WHOLE, asked)
    if code is not None:
        ended = f"2024-01-{day:02}T01:00:00Z"
        record.end(folder, ended=ended, exit_code=code, kind=kind, messages=list(said), counts={"new": new}, **more)
    return name


def test_nothing_is_known_where_no_run_is_on_record(tmp_path):
    found = standing_of(tmp_path, LANGUAGES)
    assert (None, None) == (found.complete, found.ended)
    assert "No run is on record: it is not known whether it is complete" == found.said


def test_a_complete_run_makes_whole_what_an_earlier_one_left(tmp_path):
    ran(tmp_path, 1, 3, kind="unfetched", said=["19 pages could not be fetched"], missing=missing(19))
    last = ran(tmp_path, 2)
    found = standing_of(tmp_path, LANGUAGES)
    assert (True, "2024-01-02T01:00:00Z", last) == (found.complete, found.ended, found.decides)
    assert f"As of run {last}: complete" == found.said


def test_pages_that_robots_txt_forbids_are_named_with_a_complete_run(tmp_path):
    last = ran(tmp_path, 1, missing=missing(2, "robots"), forbidden=2)
    found = standing_of(tmp_path, LANGUAGES)
    assert (True, f"As of run {last}: complete, except 2 pages that robots.txt forbids") == (found.complete, found.said)


def test_missing_pages_are_counted_but_not_the_answers_of_the_site(tmp_path):
    left = [*missing(19), *missing(3, "gone"), *missing(2, "robots")]
    last = ran(tmp_path, 1, 3, said=["19 pages could not be fetched", "more"], missing=left)
    found = standing_of(tmp_path, LANGUAGES)
    assert (False, f"As of run {last}: 19 pages missing (19 pages could not be fetched)") == (
        found.complete,
        found.said,
    )


@pytest.mark.parametrize(
    ("code", "kind", "said", "expected"),
    [
        (3, "interrupted", ["interrupted: by Ctrl-C or a signal"], "incomplete (interrupted: by Ctrl-C or a signal)"),
        (None, "", (), "incomplete (it was killed before its end was recorded)"),
        (1, "broken", ["an error in the code"], "incomplete (an error in the code)"),
        (4, "refused", ["the site refuses"], "incomplete (the site refuses)"),
    ],
)
def test_a_run_over_the_whole_site_that_did_not_come_to_its_end(tmp_path, code, kind, said, expected):
    ran(tmp_path, 1)
    last = ran(tmp_path, 2, code, kind=kind, said=said)
    found = standing_of(tmp_path, LANGUAGES)
    assert (False, f"As of run {last}: {expected}") == (found.complete, found.said)


def test_a_run_that_met_a_closed_door_changes_nothing_and_is_told(tmp_path):
    first = ran(tmp_path, 1)
    ran(tmp_path, 2, 4, kind="down", said=["no page was answered"], new=0)
    found = standing_of(tmp_path, LANGUAGES)
    assert (True, "2024-01-02T01:00:00Z") == (found.complete, found.ended)
    told = "; 1 later run failed (no page was answered)"
    assert f"As of run {first}: complete{told}" == found.said


def test_a_sample_is_called_one(tmp_path):
    last = ran(tmp_path, 1, kind="sample", asked="max_items", sample="25 items (max_items)", command="crawl")
    found = standing_of(tmp_path, LANGUAGES)
    assert (False, f"As of run {last}: sample of 25 items (max_items)") == (found.complete, found.said)
    assert "without the options that make it a sample" in found.remedy


def test_a_part_that_was_asked_for_after_all_adds_to_it_however_it_ended(tmp_path):
    first = ran(tmp_path, 1)
    ran(tmp_path, 2, kind="sample", asked="urls", sample="1 item (urls)")
    ran(tmp_path, 3, None, asked="urls")
    found = standing_of(tmp_path, LANGUAGES)
    added = "2 later runs for a part of the site added to it (urls)"
    assert (True, f"As of run {first}: complete; {added}") == (found.complete, found.said)


def test_a_survey_is_no_run_of_the_items(tmp_path):
    first = ran(tmp_path, 1)
    ran(tmp_path, 2, None, command="survey")
    assert first == standing_of(tmp_path, LANGUAGES).runs[-1].id


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ({"outcome": {"exit_code": 0, "messages": []}, "run": {"ended": "2024-01-02T00:05:00Z"}}, (0, "news-found")),
        (
            {"outcome": {"exit_code": 3, "messages": ["no news"]}, "run": {"ended": "2024-01-02T00:05:00Z"}},
            (3, "no-news"),
        ),
        ({"outcome": {"exit_code": 4, "messages": []}}, (4, "refused")),
        ({"outcome": [], "run": "x"}, (None, "killed")),
        (None, (None, "killed")),
    ],
)
@pytest.mark.parametrize("noted", [True, False])
def test_a_survey_is_listed_where_all_runs_are(tmp_path, left, expected, noted):
    ran(tmp_path, 1)
    name = ran(tmp_path, 2, None, command="survey")
    folder = tmp_path / "runs" / name
    if left is not None:
        (folder / "survey.json").write_text(json.dumps(left), encoding="utf-8")
    if not noted:  # as versions before
        (folder / "run.json").unlink()
    found = {run.id: run for run in past_runs(tmp_path, LANGUAGES, surveys=True)}
    if left is None and not noted:
        assert name not in found
        return
    assert ("survey", *expected) == (found[name].command, found[name].exit_code, found[name].kind)


def state(data, *runs):
    """A ``state.sqlite`` that knows harvests: (id, start, exit code), and what the last has to ask again."""
    data.mkdir(exist_ok=True)
    with closing(open_database(data / "state.sqlite")) as db:
        noted = Runs(db)
        for name, started, code in runs:
            noted.begin(name, name, started, 1, {**WHOLE, "full": False})
            if code is not None:
                noted.end(name, started, code, "finished", {"new": 4})
        noted.set_again({"https://example.org/a": "failed"})


def test_the_state_alone_tells_harvests_whose_folders_are_lost(tmp_path):
    state(tmp_path, ("20240101T000000Z-aaaaaa", "2024-01-01T00:00:00Z", 3))
    found = standing_of(tmp_path, LANGUAGES)
    assert (False, 1, 4) == (found.complete, found.runs[-1].left, found.runs[-1].counts["new"])
    assert ["https://example.org/a"] == [row["url"] for row in found.runs[-1].missing]


def test_folders_alone_tell_what_a_lost_state_knew_and_both_tell_a_run_once(tmp_path):
    first = ran(tmp_path, 1, 3, missing=missing(2))
    state(tmp_path, (first, "2024-01-01T00:00:00Z", 3), ("20240102T000000Z-bbbbbb", "2024-01-02T00:00:00Z", None))
    runs = past_runs(tmp_path, LANGUAGES)
    assert [(first, 3, 2), ("20240102T000000Z-bbbbbb", None, 0)] == [(run.id, run.exit_code, run.left) for run in runs]
    assert standing_of(tmp_path, LANGUAGES).complete is False
    (tmp_path / "state.sqlite").unlink()
    assert [first] == [run.id for run in past_runs(tmp_path, LANGUAGES)]


def test_a_state_that_cannot_be_read_hides_no_folder(tmp_path):
    ran(tmp_path, 1)
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 100)
    assert standing_of(tmp_path, LANGUAGES).complete is True


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_in_a_folder_that_may_not_be_written_is_read(tmp_path):
    state(tmp_path / "data", ("20240101T000000Z-aaaaaa", "2024-01-01T00:00:00Z", 0))
    (tmp_path / "data").chmod(0o500)
    assert standing_of(tmp_path / "data", LANGUAGES).complete is True
    (tmp_path / "data").chmod(0o700)


def test_reports_and_stats_of_earlier_versions_are_read(tmp_path):
    old = sample_report(items=8, months=2, runs=1)
    folder = tmp_path / "runs" / "20240101T000000Z-aaaaaa"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(old), encoding="utf-8")
    (run,) = past_runs(tmp_path, old["run"]["options"].get("languages") or LANGUAGES)
    assert (old["outcome"]["exit_code"], len(old["missing"])) == (run.exit_code, len(run.missing))
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "crawl.log").touch()
    facts = {"migration/exit_code": 0, "migration/sample": "25 items (max_items)"}
    (folder / "stats.json").write_text(json.dumps(facts), encoding="utf-8")
    assert f"As of run {folder.name}: sample of 25 items (max_items)" == standing_of(tmp_path, LANGUAGES).said
    (folder / "stats.json").unlink()
    assert standing_of(tmp_path, LANGUAGES).complete is False


def test_fewer_languages_than_the_site_has_are_a_part(tmp_path):
    state(tmp_path, ("20240101T000000Z-aaaaaa", "2024-01-01T00:00:00Z", 0))
    assert standing_of(tmp_path, LANGUAGES).complete is True
    assert standing_of(tmp_path, (*LANGUAGES, "ar")).complete is False


@pytest.mark.parametrize("code", [0, None])
def test_the_languages_of_the_site_are_those_that_the_run_knew_not_those_of_the_reader(tmp_path, code):
    last = ran(tmp_path, 1, code)
    state(tmp_path, (last, "2024-01-01T00:00:00Z", 0))
    (run,) = past_runs(tmp_path, (*LANGUAGES, "ar", "ru"))
    assert (0, "") == (run.exit_code, run.asked)


def test_the_state_is_read_and_never_written(tmp_path):
    state(tmp_path, ("20240101T000000Z-aaaaaa", "2024-01-01T00:00:00Z", 0))
    before = (tmp_path / "state.sqlite").read_bytes()
    standing_of(tmp_path, LANGUAGES)
    assert before == (tmp_path / "state.sqlite").read_bytes()
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as db:
        assert 1 == db.execute("SELECT count(*) FROM run").fetchone()[0]
