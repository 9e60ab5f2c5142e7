"""Saved pages: a folder ``<type>/<case>`` with page.html, capture.json and expected.json is a test per field."""

import json
from pathlib import Path

import pytest

from migration_spider.saved_case import FIELDS, read, write_expected

HERE = Path(__file__).parent
CASES = sorted(found.parent for found in HERE.glob("*/*/capture.json"))


def checks():
    for case in CASES:
        for name in ("kind", *FIELDS[case.parent.name]):
            yield pytest.param(case, name, id=f"{case.parent.name}/{case.name}-{name}")


@pytest.mark.parametrize(("case", "name"), list(checks()))
def test_field_of_a_saved_page(case, name):
    said, file = read(case), case / "expected.json"
    if not file.exists():
        write_expected(case, said)
        pytest.fail(f"{file.relative_to(HERE)} was missing and is written now: review it, then run again")
    assert json.loads(file.read_text(encoding="utf-8"))[name] == said[name]


def test_there_are_cases_of_each_kind():
    assert {"listing", "news", "other"} == {case.parent.name for case in CASES}
