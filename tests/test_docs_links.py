"""The pages lead to each other, to tests that are there, and to one meaning of each word."""

import re

from docs import conf
from tests.crawling import ROOT
from tests.documented import DOCS, FILES, rows_of


def test_of_what_is_promised_to_hold_every_test_is_there():
    """docs/security.md names a test, or a file or folder of tests, in each row."""
    named = {cell for row in rows_of("security.md") for cell in re.findall(r"`([^`]+)`", row[-1])}
    there = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    targets = re.findall(r"^[a-z-]+(?=:)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    missing = {
        name
        for name in named - {f"make {target}" for target in targets}
        if not ((ROOT / name).exists() if "/" in name else f"\ndef {name}(" in there)
    }
    assert set() == missing
    assert len(named) > 40
    shown = re.compile(r"`(test|\.github/)|^test$")
    assert [] == [row[0] for row in rows_of("security.md") if not shown.search(row[-1])]


def test_the_site_names_pages_by_their_titles():
    here = ROOT / "docs"
    assert "Those of [`scrapy crawl news`](crawl.md#exit-codes)." == conf._entitled(
        "Those of [crawl.md](crawl.md#exit-codes).", here
    )
    assert "[cron](../deploy-cron.md)" == conf._entitled("[deploy-cron.md](../deploy-cron.md)", here / "how-to")
    assert "[how](deploy.md), [CHANGELOG.md](../CHANGELOG.md)" == conf._entitled(
        "[how](deploy.md), [CHANGELOG.md](../CHANGELOG.md)", here
    )


def links(text):
    return re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", text)


def test_links_between_the_documents():
    for file in [*FILES, ROOT / "README.md"]:
        for target in links(file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


def test_every_page_is_linked_from_another_page():
    linked = {
        (file.parent / target).resolve()
        for file in FILES
        for target in links(file.read_text(encoding="utf-8"))
        if target.endswith(".md")
    }
    readme = {(ROOT / target).resolve() for target in links((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert set() == {*FILES} - linked - readme - {ROOT / "docs" / "index.md"}


def test_each_word_of_the_glossary_has_one_meaning():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", DOCS["glossary.md"], re.MULTILINE)
    words = [word for names, _, _ in rows if names not in ("word", "-") for word in names.split(", ")]
    assert len(words) > 80
    assert [] == sorted({word for word in words if words.count(word) > 1})
    assert {"revisit", "tombstone", "gone", "withheld", "cycle", "verdict", "ledger", "evidence", "chrome"} <= {*words}
