"""What is kept of a page is what reading it gives, and is used for the same bytes read by the same code alone."""

import re
import sqlite3
from collections import Counter

import pytest
from parsel import Selector
from scrapy.http import HtmlResponse

from migration_spider import kept_readings
from migration_spider.items import to_record
from migration_spider.kept_readings import KeptReadings, reader_digest
from migration_spider.pages import ListingPage, NewsPage, page_for
from migration_spider.pages.bounds import why_unread
from migration_spider.pages.broken import shape_of
from migration_spider.pages.requisites import page_requisites
from migration_spider.whole import code_of
from tests.crawling import ROOT
from tests.portal.site import Site

SITE = Site("http://127.0.0.1:9", nodes=6)
NEWS = [SITE.path(node, language) for node in SITE.items()[:3] for language in node.translations]
PATHS = [*NEWS, "/news", "/fr/news", "/", "/about"]
OF_ALL = [
    "language",
    "base_url",
    "canonical_url",
    "alternates",
    "is_fallback",
    "node_type",
    "node_id",
    "links",
    "is_cut",
]
OF_LISTINGS = ["rows", "shown", "total", "pager_links", "facets", "next_url"]
OF_NEWS = ["left_out", "alone", "layout", "printed"]


def answer(path, headers=(), body=None):
    html = SITE.answer(path).body if body is None else body
    return HtmlResponse(
        SITE.url(path), body=html, headers={"Content-Type": "text/html; charset=utf-8", **dict(headers)}
    )


class Unread(HtmlResponse):
    """An answer that nobody may parse or decode."""

    selector = text = property(lambda self: pytest.fail(f"{self.url} is read"))


def unread(response):
    made = Unread(response.url, body=response.body, headers=response.headers)
    made.__class__.__name__ = type(response).__name__
    return made


def read(readings, response, template=frozenset(), named=True):
    """All that the crawl asks of an answer, kept."""
    reading = readings.of(response)
    facts = reading.facts(named)
    page = facts.result
    told = [reading.code, reading.shape, reading.why_unread, reading.requisites, page.kind, facts.is_news_if_named]
    told += [getattr(page, name) for name in OF_ALL]
    if isinstance(page, ListingPage):
        told += [getattr(page, name) for name in OF_LISTINGS]
    if isinstance(page, NewsPage):
        page.template = template
        reading.fit(page)
        reading.note_text(page)
        told += [set(page.parts), *(getattr(page, name) for name in OF_NEWS)]
        item = page.to_item()
        told.append(to_record(item))
        item.title = "changed by a pipeline"
    reading.note(facts.page, facts.read_as_listing, page)
    readings.keep(response)
    return told


@pytest.fixture
def path(tmp_path):
    return tmp_path / "readings.sqlite"


@pytest.fixture
def count():
    return Counter()


@pytest.fixture
def opened(path, count):
    """Opens the readings; what was counted before is forgotten."""
    made = []

    def open_readings():
        for one in made:
            one.close()
        count.clear()
        made.append(KeptReadings(path, lambda name: count.update([name.removeprefix("readings/")])))
        return made[-1]

    yield open_readings
    for one in made:
        one.close()


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


@pytest.mark.parametrize("change", ["data = substr(data, 2)", "data = x'00'", "seal = x'00'", "data = 7"])
def test_what_is_damaged_is_read_anew_and_told(opened, count, path, change):
    told = read(opened(), answer(NEWS[0]))
    opened().close()
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE reading SET {change}")
    database.close()
    assert told == read(opened(), answer(NEWS[0]))
    assert {"unusable": 1, "kept": 1} == count
    assert told == read(opened(), unread(answer(NEWS[0])))


def test_a_file_of_something_else_is_put_aside(opened, count, path):
    path.write_bytes(b"words of somebody" * 100)
    told = read(opened(), answer(NEWS[0]))
    assert {"unusable": 1, "kept": 1} == count
    assert b"words of somebody" * 100 == path.with_name("readings.sqlite.damaged").read_bytes()
    assert told == read(opened(), unread(answer(NEWS[0])))


def test_what_is_no_file_or_of_another_form_is_done_without(opened, count, path):
    path.mkdir()
    assert read(opened(), answer(NEWS[0])) == read(opened(), answer(NEWS[0]))
    assert {"unusable": 1} == count
    path.rmdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE reading (words TEXT)")
    database.close()
    assert read(opened(), answer(NEWS[0])) == read(opened(), answer(NEWS[0]))
    assert 1 == count["unusable"]


def test_a_full_file_takes_no_more_and_the_next_run_makes_some_room(opened, count, path, monkeypatch):
    monkeypatch.setattr(kept_readings, "MOST_KEPT", 2)
    readings = opened()
    for one in NEWS[:3]:
        read(readings, answer(one))
    assert {"kept": 2} == count
    readings = opened()
    for one in NEWS[:2]:
        read(readings, answer(one))
    assert {"reused": 1, "kept": 1} == count
    monkeypatch.setattr(kept_readings, "MOST_KEPT", 1)
    read(opened(), answer(NEWS[2]))
    assert {"kept": 1} == count


def test_what_is_odd_at_the_place_of_the_file_and_cannot_be_put_aside_is_done_without(opened, count, path, monkeypatch):
    path.write_bytes(b"words of somebody" * 100)
    monkeypatch.setattr(type(path), "replace", refuse)
    assert read(opened(), answer(NEWS[0])) == read(KeptReadings(), answer(NEWS[0]))
    assert {"unusable": 1} == count


def refuse(*_):
    raise PermissionError(13, "Permission denied")


class OfLxml(str):
    """As what xpath gives."""


@pytest.mark.parametrize("title", [OfLxml("A"), 7])
def test_what_has_not_the_stated_type_costs_no_page(opened, title):
    readings, response = opened(), answer(NEWS[0])
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    page.title, page.base_url = title, title if isinstance(title, str) else page.base_url
    reading.note(page)
    reading.note_text(page)
    readings.keep(response)
    assert "printed" not in fitted(opened(), answer(NEWS[0])).__dict__


def test_text_that_has_no_bytes_is_not_kept(opened):
    readings, response = opened(), answer(NEWS[0])
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    page.title = "half of a pair: \ud83d"
    reading.note_text(page)
    readings.keep(response)
    assert "printed" not in fitted(opened(), answer(NEWS[0])).__dict__
    read(opened(), answer(NEWS[0]))
    assert "printed" in fitted(opened(), answer(NEWS[0])).__dict__


def fitted(readings, response):
    """The page of ``response`` with what is kept of its text."""
    reading = readings.of(response)
    page = reading.facts(named_as_news=True).result
    reading.fit(page)
    return page


def test_without_a_file_an_answer_is_read_once_all_the_same():
    readings, response = KeptReadings(), answer(NEWS[0])
    assert readings.of(response).requisites is readings.of(response).requisites
