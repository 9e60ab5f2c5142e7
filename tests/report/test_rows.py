"""Long lists of a report: the same three files as of lists that are held, and never more than some rows in memory."""

import copy
import gc
import json
import re

import pytest

from migration_spider.report.checking import ReportError
from migration_spider.report.rows import Newest, Rows, newest_first
from migration_spider.report.write import write_report
from tests.report.sample import sample_report

LONG = ("new", "changed", "reappeared", "vanished")


def as_rows(report):
    """The report, its long lists made anew whenever they are read."""
    found = report["items"]
    lists = {name: Rows(len(found[name]), lambda rows=found[name]: iter(copy.deepcopy(rows))) for name in LONG}
    return {**report, "items": {**found, **lists}}


def test_the_files_are_those_of_lists_that_are_held(tmp_path):
    report = sample_report()
    report["items"]["new"][0]["title"] = "half of a pair: \ud83d"
    report["items"]["reappeared"] = []
    write_report(tmp_path / "held", report)
    write_report(tmp_path / "made", as_rows(report))
    for file in (tmp_path / "held").iterdir():
        assert file.read_bytes() == (tmp_path / "made" / file.name).read_bytes()


def test_a_row_of_another_form_is_one_clear_error_and_no_file(tmp_path):
    report = sample_report()
    report["items"]["new"][3]["warc"]["offset"] = "12"
    with pytest.raises(ReportError, match=r"^report.items.new\[3\].warc.offset is '12', expected an integer$"):
        write_report(tmp_path, as_rows(report))
    assert [] == list(tmp_path.iterdir())


class Row(dict):
    """One that can be counted."""


def test_a_report_of_many_items_holds_some_of_them(tmp_path):
    number, most = 2000, 0
    report = sample_report()
    one = report["items"]["new"][0]

    def made():
        nonlocal most
        for place in range(number):
            if place % 100 == 99:
                most = max(most, sum(type(it) is Row for it in gc.get_objects()))
            yield Row(one, id=f"{place}@en")

    report["items"]["new"] = Rows(number, made)
    write_report(tmp_path, report)
    assert number == len(json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["items"]["new"])
    # The page shows 100 of them.
    assert 0 < most <= 101


def test_a_reader_sees_the_newest_first_and_the_undated_last():
    days = ["2026-02-01", None, "2026-03-01", "soon", "2026-02-01", "2019-12-31"]
    rows = [
        {"publication_date": day, "url": f"https://example.org/{9 - n}", "id": str(n)} for n, day in enumerate(days)
    ]
    assert ["2", "4", "0", "5", "3", "1"] == [row["id"] for row in sorted(rows, key=newest_first)]
    read = Newest(rows, 3)
    assert (6, ["2", "4", "0"]) == (len(read), [row["id"] for row in read[:10]])


def test_the_files_show_the_newest_of_a_list_longer_than_they_show(tmp_path):
    report = sample_report()
    one = report["items"]["new"][0]
    report["items"]["new"] = [
        {**one, "id": f"{n}@en", "title": f"Story {n}.", "publication_date": f"2025-{1 + n // 28:02}-{1 + n % 28:02}"}
        for n in range(150)
    ]
    write_report(tmp_path, as_rows(report))
    for file, most in (("report.html", 100), ("report.md", 10)):
        shown = re.findall(r"Story (\d+)\.", (tmp_path / file).read_text(encoding="utf-8"))
        assert [str(n) for n in range(149, 149 - most, -1)] == shown


@pytest.mark.parametrize("place", [0, -1, slice(2), slice(1, 4, 2), slice(None, None, -1), slice(9, 20)])
def test_rows_are_a_sequence(place):
    numbers = range(5)
    assert list(numbers)[place] == Rows(5, lambda: iter(numbers))[place]
    with pytest.raises(IndexError):
        Rows(5, lambda: iter(numbers))[5]
