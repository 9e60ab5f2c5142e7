"""``scrapy savepage``: a page becomes a test case."""

import json

import pytest
from scrapy.exceptions import UsageError

from migration_spider.commands import savepage
from migration_spider.saved_case import read
from tests.explain.sample import NEWS
from tests.pages.page import SITE


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "scrapy.cfg").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tests" / "pages"


def test_a_page_becomes_a_test_case(run, file, checkout):
    code, printed, _ = run(file(NEWS), "--url", f"{SITE}/ferry", "--named", "--case", "two-fields", command=savepage)
    folder = checkout / "news" / "two-fields"
    assert 0 == code
    assert str(folder) in printed
    assert "Review expected.json" in printed
    assert {"url": f"{SITE}/ferry", "named_as_news": True} == json.loads((folder / "capture.json").read_text())
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert read(folder) == expected
    assert ("news", "Ferry towns agree") == (expected["kind"], expected["title"])


def test_a_case_that_is_there_stays(run, file, checkout):
    words = (file(NEWS), "--case", "two-fields")
    run(*words, command=savepage)
    before = (checkout / "news" / "two-fields" / "page.html").read_bytes()
    file(NEWS.replace("Ferry", "Train"))
    code, _, error = run(*words, command=savepage)
    assert (2, 1) == (code, error.count("\n"))
    assert "exists" in error
    assert before == (checkout / "news" / "two-fields" / "page.html").read_bytes()


def test_where_the_reader_is_wrong_about_the_kind_the_case_says_so(run, file, checkout):
    run(file(NEWS), "--case", "no-news", "--type", "listing", command=savepage)
    expected = json.loads((checkout / "listing" / "no-news" / "expected.json").read_text(encoding="utf-8"))
    assert "listing" == expected["kind"]
    assert "rows" in expected
    assert "news" == read(checkout / "listing" / "no-news")["kind"]


@pytest.mark.parametrize("name", ["../up", "Upper", "", "a/b"])
def test_names_of_cases(run, file, checkout, name):
    with pytest.raises(UsageError):
        run(file(NEWS), "--case", name, command=savepage)
    assert not checkout.exists()
