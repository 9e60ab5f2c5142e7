"""What is kept of a page is what reading it gives, and is used for the same bytes read by the same code alone."""

import re

import pytest
from parsel import Selector

from migration_spider import kept_readings
from migration_spider.items import to_record
from migration_spider.kept_readings import KeptReadings, reader_digest
from migration_spider.pages import ListingPage, NewsPage, page_for
from migration_spider.pages.bounds import why_unread
from migration_spider.responses.broken import shape_of
from migration_spider.responses.requisites import page_requisites
from migration_spider.whole import code_of
from tests.crawling import ROOT
from tests.kept_readings.asked import NEWS, OF_ALL, OF_LISTINGS, SITE, answer, read, unread

PATHS = [*NEWS, "/news", "/fr/news", "/", "/about"]


def test_what_is_kept_is_what_reading_gives_and_nothing_is_parsed_for_it(opened, count):
    readings = opened()
    first = [read(readings, answer(path)) for path in PATHS]
    assert {"kept": len(PATHS)} == count
    readings = opened()
    assert first == [read(readings, unread(answer(path))) for path in PATHS]
    assert {"reused": len(PATHS)} == count
    for told, path in zip(first, PATHS, strict=True):
        response, page = answer(path), page_for(SITE.url(path), answer(path).selector, named_as_news=True)
        expected = [code_of(response), shape_of(response.text), why_unread(response.text)]
        assert [*expected, page_requisites(response.url, response.selector), page.kind] == told[:5]
        assert [getattr(page, name) for name in OF_ALL] == told[6 : 6 + len(OF_ALL)]
        if isinstance(page, NewsPage):
            assert to_record(page.to_item()) == told[-1]
        elif isinstance(page, ListingPage):
            assert [getattr(page, name) for name in OF_LISTINGS] == told[6 + len(OF_ALL) :]
    assert {"news", "listing"} <= {told[4] for told in first}


def test_what_was_not_asked_before_is_read_from_the_page(opened):
    read(opened(), answer("/news"), named=False)
    told = read(opened(), answer("/news"), named=True)
    assert told == read(KeptReadings(), answer("/news"), named=True)
    facts = opened().of(answer(NEWS[0])).facts(named_as_news=False)
    assert facts.page.title


@pytest.mark.parametrize(
    "changed",
    [
        {"body": SITE.answer(NEWS[0]).body.replace(b"</title>", b"!</title>")},
        {"headers": {"Content-Type": "text/html; charset=iso-8859-1"}},
        {"headers": {"cf-mitigated": "challenge"}},
    ],
)
def test_another_body_or_a_header_field_that_is_looked_at_is_read_anew(opened, count, changed):
    read(opened(), answer(NEWS[0]))
    told = read(opened(), answer(NEWS[0], **changed))
    assert {"kept": 1} == count
    assert told == read(KeptReadings(), answer(NEWS[0], **changed))


def test_a_header_field_that_nothing_goes_by_changes_nothing(opened, count):
    read(opened(), answer(NEWS[0]))
    read(opened(), unread(answer(NEWS[0], {"Date": "Thu, 26 Nov 2026 22:59:25 GMT", "X-Request-Id": "7"})))
    assert {"reused": 1} == count


def test_other_code_reads_anew(opened, count, monkeypatch):
    read(opened(), answer(NEWS[0]))
    monkeypatch.setattr(kept_readings, "reader_digest", lambda: b"of another version")
    read(opened(), answer(NEWS[0]))
    assert {"kept": 1} == count


def test_the_digest_of_the_reader_is_of_each_of_its_files(monkeypatch, tmp_path):
    before = reader_digest()
    names = kept_readings._CODE["migration_spider"]
    archive = kept_readings.files("archive")
    for changed in ("pages/labels.py", "vocabularies/labels.json", "items.py"):
        package = tmp_path / changed.replace("/", "-")
        for name in names:
            for file in [ROOT / "migration_spider" / name, *(ROOT / "migration_spider" / name).rglob("*.*")]:
                if file.is_file() and "__pycache__" not in file.parts:
                    copy = package / file.relative_to(ROOT / "migration_spider")
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(file.read_bytes())
        with monkeypatch.context() as patch:
            patch.setattr(kept_readings, "files", lambda name, own=package: own if name != "archive" else archive)
            assert before == reader_digest.__wrapped__()
            (package / changed).write_bytes((package / changed).read_bytes() + b"\n")
            assert before != reader_digest.__wrapped__()


@pytest.mark.parametrize("named", ["sys.version", "scrapy.__version__", "parsel.__version__", "w3lib.__version__"])
def test_that_digest_is_of_the_libraries_too(monkeypatch, named):
    before = reader_digest()
    monkeypatch.setattr(f"migration_spider.kept_readings.{named}", "of another day")
    assert before != reader_digest.__wrapped__()


def test_only_pages_that_are_there_are_kept_and_the_status_tells(opened, count):
    read(opened(), answer(NEWS[0]))
    missing = answer(NEWS[0]).replace(status=404)
    for _ in "ab":
        assert read(KeptReadings(), missing) == read(opened(), missing)
        assert not count


def test_whatever_reads_pages_is_in_that_digest():
    covered = {name.removesuffix(".py") for name in kept_readings._CODE["migration_spider"]}
    for name in ("pages", "vocabularies", "items.py"):
        place = ROOT / "migration_spider" / name
        for file in [place] if place.is_file() else place.rglob("*.py"):
            used = re.findall(r"from migration_spider\.(\w+)", file.read_text(encoding="utf-8"))
            assert set(used) <= covered, file


def test_the_text_is_read_anew_by_another_template(opened):
    html = "<html><head><title>A</title></head><body><main><article class='node node--type-news'><h1>A</h1>%s</article>"
    words = "".join(
        f"<div class='part-{word}'><p>The {word} of the ferry is long, and told.</p></div>" for word in "ab"
    )
    response = answer("/node/1", body=(html % words).encode())
    page = page_for(response.url, Selector(response.text))
    part = next(iter(page.parts))
    alone, without = read(opened(), response), read(opened(), response, frozenset([part]))
    assert alone != without
    assert without == read(opened(), unread(response), frozenset([part]))
    assert without == read(opened(), unread(response), frozenset([part, ("p < div.other", "Words of other pages")]))
    assert alone == read(opened(), response)


def test_without_a_file_an_answer_is_read_once_all_the_same():
    readings, response = KeptReadings(), answer(NEWS[0])
    assert readings.of(response).requisites is readings.of(response).requisites
