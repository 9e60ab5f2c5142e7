"""What people are told of each way in which a harvest ends: on the terminal, by mail, on the page.

The files in golden/ are looked at by a person. ``GOLDEN=write`` before the command writes them anew.
"""

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from migration_spider.monitors import MONITORS
from migration_spider.notify import message, text_of
from migration_spider.report.checking import check
from migration_spider.report.html import page
from migration_spider.report.outcomes import LOOK, NOTHING, OUTCOMES, WAIT, ending
from migration_spider.report.screen import screen_of
from migration_spider.report.terminal import show
from migration_spider.report.text import short
from tests.report.endings import ENDINGS, RUN

GOLDEN = Path(__file__).with_name("golden")
FOLDER = Path("data", "runs", RUN)
SCREEN = (24, 200)
"""Lines and characters of the longest that a mail may have."""


def terminal(report):
    """What `scrapy report` prints."""
    printed = io.StringIO()
    show(report, Console(file=printed, width=120, color_system=None))
    return printed.getvalue()


def html(report):
    """The page without its style sheet, which may change alone."""
    text = re.sub(r"(?s)<style>.*?</style>", "<style></style>", page(report))
    return re.sub(r"'sha256-[^']*'", "'sha256-...'", text)


def mail(report):
    """What cron mails, and what a ping carries."""
    return f"{screen_of(report, FOLDER)}\n\n---- ping\n{text_of(message(report))}"


VIEWS = {"terminal.txt": terminal, "mail.txt": mail, "html": html}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ENDINGS)
def test_told_as_a_person_has_read_it(name, view):
    file, told = GOLDEN / f"{name}.{view}", VIEWS[view](check(ENDINGS[name]()))
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(told, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == told


def test_a_long_reason_stands_whole_in_the_mail_and_is_cut_behind_a_word_elsewhere():
    reason = "lists that name nothing any more: " + ", ".join(f"https://portal.example/en/list-{n}" for n in range(14))
    report = check(ENDINGS["incomplete"]())
    report["outcome"]["messages"] = [reason, reason.replace("nothing", "less")]
    told = screen_of(report, FOLDER)
    rows = [line for line in told.split("\n  ") if line.startswith(("reason  ", "        "))]
    assert reason == " ".join(" ".join(rows).split()).removeprefix("reason ")
    assert max(map(len, told.split("\n"))) <= SCREEN[1] + len("NOT COMPLETE (exit code 3): ")
    for line in told.split("\n"):
        if "…" in line:
            cut = line.partition(": ")[2].rpartition("…")[0].removesuffix(",").rpartition(" ")[2]
            assert re.fullmatch(r"https://portal\.example/en/list-\d+", cut)
    assert 2 == told.count("…")


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("a https://portal.example/very-long", 20, "a https://portal.ex…"),
        ("\u6587" * 9, 5, "\u6587" * 4 + "…"),
    ],
)
def test_a_text_is_cut_behind_a_word(text, longest, expected):
    assert expected == short(text, longest)


def test_every_outcome_has_its_report_and_every_monitor_its_outcome():
    assert OUTCOMES.keys() == {*ENDINGS, "forbidden", "moved"}
    assert {monitor.kind for monitor in MONITORS} - {None} <= OUTCOMES.keys()
    for name, make in ENDINGS.items():
        assert name == make()["outcome"]["kind"]


def test_a_mail_is_one_screen():
    for make in ENDINGS.values():
        report = make()
        report["outcome"]["messages"] += [f"reason {n}: {'long ' * 300}" for n in range(30)]
        lines = screen_of(report, FOLDER).splitlines()
        assert len(lines) <= SCREEN[0]
        assert all(len(line) <= SCREEN[1] for line in lines), lines


def test_headings_and_last_lines_tell_outcomes_apart():
    told = [ending(make()["outcome"], 2) for make in ENDINGS.values()]
    assert len(told) == len({one.heading for one in told}) == len({one.last for one in told})
    for one in told:
        assert "\n" not in one.heading + one.last
        assert len(one.heading) <= 80
        assert one.do in (NOTHING, WAIT, LOOK)


def test_who_went_on_is_not_told_of_a_plain_crawl():
    outcome = ENDINGS["interrupted"]()["outcome"]
    assert ending(outcome).last.endswith("the same command continues where it stopped.")
    assert "continues" not in ending(outcome, goes_on=False).last


def test_reports_of_earlier_versions_are_told_by_their_exit_code():
    for code, heading in (
        (0, "Complete"),
        (3, "NOT COMPLETE: one page is missing"),
        (9, "NOT COMPLETE: one page is missing"),
    ):
        assert heading == ending({"exit_code": code, "messages": ["one page is missing"] * bool(code)}).heading
