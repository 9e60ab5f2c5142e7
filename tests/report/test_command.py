"""`scrapy report`: the last report on the terminal."""

import io
import json
import re
import shutil
import unicodedata

import pytest
from hypothesis import example, given, settings
from rich.console import Console

from archive.warc.lock import CollectionLock
from migration_spider.report import record
from migration_spider.report.terminal import show
from migration_spider.report.write import write_report
from tests.crawling import scrapy
from tests.report.empty import empty_report
from tests.report.poison import FRAGMENTS, poisoned, texts
from tests.report.sample import sample_report

FIRST, LAST = "20261119T030402Z-0b44de", "20261120T030405Z-8c1f2a"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two runs with a report, and a later one without."""
    data = tmp_path_factory.mktemp("data")
    for name, code in ((FIRST, 0), (LAST, 3)):
        report = sample_report(code=code)
        report["run"]["id"] = name
        report["items"]["new"][0]["publication_date"] = "2026-12-01"
        report["items"]["new"][0]["title"] = "[red]\x1b[31m \u202egnp"
        write_report(data / "runs" / name, report)
    (data / "runs" / "20261121T030404Z-000000").mkdir()
    return data


def test_the_last_report_is_shown(data):
    output = scrapy("report", data=data).decode()
    assert "NOT COMPLETE: 7 pages that the site names are missing\n" in output
    assert "2026-12-01  8000@en       [red][U+001B][31m [U+202E]gnp\n" in output
    assert "Missing: could not be fetched 4\n" in output
    assert "  geographic_scope            140  230    61%     88%\n" in output
    assert "  2026-11-20 03:04     3   63        8     3 " in output
    assert f"{LAST}/report.html\n" in output
    assert "1 later run without a report" in output
    assert "[red][U+001B][31m [U+202E]gnp\n" in output
    assert "\x1b" not in output


def test_runs_of_a_clock_that_was_ahead_are_told_of(data, tmp_path):
    shutil.copytree(data / "runs" / FIRST, tmp_path / "runs" / FIRST)
    shutil.copytree(data / "runs" / LAST, tmp_path / "runs" / f"2199{LAST[4:]}")
    assert "1 run is dated in the future and left out" in scrapy("report", data=tmp_path).decode()


def test_an_earlier_run_is_found_by_the_beginning_of_its_name(data):
    assert "\nComplete\n" in scrapy("report", "20261119", data=data).decode()


def test_json_is_the_file_and_path_is_the_page(data):
    file = data / "runs" / FIRST / "report.json"
    # A sign that turns the reading direction is one in the file and its escape in what is printed.
    printed = scrapy("report", FIRST, "--json", data=data).decode()
    assert file.read_text(encoding="utf-8") == printed.replace("\\u202e", "\u202e")
    assert f"{file.with_name('report.html')}\n" == scrapy("report", FIRST, "--path", data=data).decode()


def test_all_runs_are_listed(data, tmp_path):
    listed = scrapy("report", "--list", data=data).decode().splitlines()
    assert [line.split()[:5] for line in listed] == [
        [FIRST, "harvest", "exit", "code", "0"],
        [LAST, "harvest", "exit", "code", "3"],
    ]
    assert re.search(r"exit code 3 +incomplete +\d+ new, \d+ changed", listed[1])
    as_data = [json.loads(line) for line in scrapy("report", "--list", "--json", data=data).splitlines()]
    assert [(run["id"], run["exit_code"]) for run in as_data] == [(FIRST, 0), (LAST, 3)]
    assert as_data[1]["counts"]["new"] == int(re.search(r"(\d+) new", listed[1])[1])
    assert "No run is on record" in scrapy("report", "--list", data=tmp_path).decode()


@pytest.mark.parametrize("words", [["--list"], ["--list", "--json"]])
def test_a_folder_that_is_not_there_has_no_list_of_runs(words, tmp_path):
    told = scrapy("report", *words, data=tmp_path / "mistyped", code=2).decode()
    assert f"scrapy report: error: there is no folder {tmp_path / 'mistyped'}: run scrapy harvest" in told


def test_a_survey_says_where_its_report_is(data, tmp_path):
    folder = tmp_path / "runs" / "20261122T030404Z-0b44de"
    folder.mkdir(parents=True)
    (folder / "survey.json").write_text('{"outcome": {"exit_code": 0, "messages": []}}', encoding="utf-8")
    (folder / "survey.html").touch()
    assert re.fullmatch(r"\S+ +survey +exit code 0 +news-found\n", scrapy("report", "--list", data=tmp_path).decode())
    output = scrapy("report", folder.name, data=tmp_path, code=2).decode()
    assert f"the run {folder.name} was a survey: its report is {folder / 'survey.html'}\n" in output


@pytest.mark.parametrize("words", [["--list"], ["--list", "--json"]])
def test_a_setting_that_cannot_be_used_is_one_line(words, tmp_path):
    told = scrapy("report", *words, "-s", "MIGRATION_REVISIT=often", data=tmp_path, code=2).decode()
    assert re.fullmatch("scrapy report: error: MIGRATION_REVISIT=often: expected .*\n", told)


def test_runs_without_a_report_are_not_told_as_none(tmp_path):
    (tmp_path / "runs" / "20261121T030405Z-8c1f2a").mkdir(parents=True)
    told = scrapy("report", data=tmp_path, code=2).decode()
    assert "has a report: a harvest writes one at its end; scrapy report --list names the runs\n" in told


def test_a_run_that_goes_on_is_not_called_killed(tmp_path):
    folders = [tmp_path / "runs" / f"2026112{n}T030405Z-8c1f2a" for n in (1, 2)]
    for folder in folders:
        folder.mkdir(parents=True)
        record.begin(folder, folder.name, "harvest", "2026-11-21T03:04:05Z", {}, "")

    def kinds():
        return [line.split()[-1] for line in scrapy("report", "--list", data=tmp_path).decode().splitlines()]

    lock = CollectionLock(tmp_path)
    assert ["killed", "running"] == kinds()
    lock.release()
    assert ["killed", "killed"] == kinds()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["2026112"], "2 runs begin with 2026112"),
        (["2019"], f"no run '2019' in .*; the last with a report is {LAST}"),
        (["../runs/" + FIRST], "no run '../runs/"),
        (["20261121T030404Z-000000"], "has no report: it was not a harvest, is still running, or was killed"),
        ([FIRST, LAST], "name one run"),
        (["--json", "--path"], "--path goes with neither"),
        (["--list", "--path"], "--path goes with neither"),
        (["--list", FIRST], "--list takes no run"),
    ],
)
def test_what_cannot_be_shown_is_one_clear_line(data, words, says):
    output = scrapy("report", *words, data=data, code=2).decode()
    assert re.search(f"error: .*{says}", output)
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no run in .* has a report: run scrapy harvest"),
        ("{", "report.json cannot be read: "),
        (json.dumps({**empty_report(), "schema": "x/2"}), "the report has the schema 'x/2', expected"),
        (json.dumps({"schema": "migration-spider/report/1"}), "report.run is missing"),
    ],
)
def test_no_report_is_one_clear_line(tmp_path, content, says):
    if content is not None:
        folder = tmp_path / "runs" / "a"
        folder.mkdir(parents=True)
        (folder / "report.json").write_text(content, encoding="utf-8")
    output = scrapy("report", data=tmp_path, code=2).decode()
    assert re.fullmatch(f"scrapy report: error: .*{says}.*\n", output)


@given(texts)
@example("".join(FRAGMENTS))
@settings(max_examples=40, deadline=None)
def test_no_text_reaches_the_terminal_as_a_command(text):
    report = sample_report(items=230, months=2, runs=2)
    report["items"]["new"] = report["items"]["new"][:2]
    screen = io.StringIO()
    show(poisoned(report, text, kept=frozenset({"schema"})), Console(file=screen, force_terminal=False, width=100))
    for character in set(screen.getvalue()) - {"\n"}:
        assert unicodedata.category(character) not in ("Cc", "Cs"), hex(ord(character))


def test_an_empty_report_is_shown():
    screen = io.StringIO()
    show(empty_report("a"), Console(file=screen, width=100))
    assert screen.getvalue().startswith(
        "\nComplete\nNothing new, changed or gone. No address of a news item was found.\n"
    )


def test_styles_are_the_views_own_and_none_comes_out_of_a_text():
    report = sample_report()
    report["items"]["new"][0]["publication_date"] = "2026-12-01"
    report["items"]["new"][0]["title"] = "[bold]\x1b[31mx"
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, color_system="standard", no_color=False, width=100)
    show(report, console)
    assert "\x1b[1;31mNOT COMPLETE: 7 pages that the site names are missing\x1b[0m\n" in screen.getvalue()
    assert "\n\x1b[1mNew\x1b[0m \x1b[2m63\x1b[0m\n" in screen.getvalue()
    assert "  [bold][U+001B][31mx\n" in screen.getvalue()
