"""Archives of other crawlers: WARC 1.0, revisits, duplicates, other hosts, texts without pages (WET)."""

import re
from hashlib import sha256

import pytest

from migration_spider.reparse import reading
from migration_spider.reparse.source import sources
from tests.crawling import scrapy
from tests.other_crawlers import BASE, DATE, TRUTH, URLS, Warc, page, reparse, small, titles, wanted


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("packed", [True, False])
def test_warc_of_other_crawlers(tmp_path, version, packed):
    warc = small(version=version, packed=packed)
    file = warc.save(tmp_path / ("old.warc.gz" if packed else "old.warc"))
    items, _ = reparse(tmp_path, file)
    assert wanted() == titles(items)
    assert sorted(warc.spans) == sorted((item["warc"]["offset"], item["warc"]["length"]) for item in items)
    assert {"old.warc.gz" if packed else "old.warc"} == {item["warc"]["file"] for item in items}
    assert {"2019-03-01T10:00:00Z"} == {item["fetched_at"] for item in items}
    assert {""} == {item["run_id"] for item in items}


@pytest.mark.parametrize(
    ("without", "bare"),
    [
        (["WARC-Refers-To"], False),
        (["WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"], False),
        (["WARC-Payload-Digest"], False),
        ([], True),
    ],
)
@pytest.mark.parametrize("behind", [True, False])
def test_revisits_are_read_from_their_original(tmp_path, without, bare, behind):
    """The first title, another one, and by a revisit the first again."""
    url = URLS[0]
    first, later = Warc(), Warc()
    original = first.response(url, page(url), DATE.format(1))
    first.response(url, page(url).replace(TRUTH[url]["title"].encode(), b"Another title"), DATE.format(2))
    later.revisit(url, original, DATE.format(3), without, bare)
    files = [first.save(tmp_path / "1.warc.gz"), later.save(tmp_path / "2.warc.gz")]
    items, _ = reparse(tmp_path, *(files if behind else files[::-1]))
    assert [TRUTH[url]["title"], "Another title", TRUTH[url]["title"]] == [item["title"] for item in items]
    assert [DATE.format(day) for day in (1, 2, 3)] == [item["fetched_at"] for item in items]
    assert items[0]["warc"] == items[2]["warc"]


@pytest.mark.parametrize("dates", [(1, 4), (4, 1)])
def test_an_attachment_is_the_one_of_the_time_of_its_page(tmp_path, dates):
    url, path = next(
        (url, found[1]) for url in sorted(TRUTH) if (found := re.search(rb'href="(/[^"]+\.pdf)', page(url)))
    )
    files = {1: b"%PDF- as it was", 4: b"%PDF- as it is now"}
    warc = Warc()
    for day in dates:
        warc.response(BASE + path.decode(), files[day], DATE.format(day), "application/pdf")
    warc.response(url, page(url), DATE.format(1))
    warc.response(url, page(url).replace(TRUTH[url]["title"].encode(), b"Another title"), DATE.format(4))
    items, _ = reparse(tmp_path, warc.save(tmp_path / "a.warc.gz"))
    assert 2 == len(items)
    for item, file in zip(items, (files[1], files[4]), strict=True):
        attachment = next(one for one in item["attachments"] if one["url"] == BASE + path.decode())
        assert (sha256(file).hexdigest(), len(file), "application/pdf") == (
            attachment["sha256"],
            attachment["size"],
            attachment["media_type"],
        )


def test_a_revisit_without_its_original_is_counted(tmp_path):
    other, warc = Warc(), small(URLS[:1])
    warc.revisit(URLS[1], other.response(URLS[1], page(URLS[1])), DATE.format(2))
    items, printed = reparse(tmp_path, warc.save(tmp_path / "a.warc.gz"))
    assert wanted(URLS[:1]) == titles(items)
    assert "1 revisits without original" in printed


def test_duplicates_are_dropped(tmp_path):
    one = small().save(tmp_path / "one.warc.gz")
    two = small().save(tmp_path / "two.warc.gz")
    items, printed = reparse(tmp_path, one, two, one)
    assert wanted() == titles(items)
    assert f"{2 * len(URLS)} duplicates" in printed
    assert f"{len(URLS)} pages read: {len(wanted())} items" in printed


def test_other_hosts_and_other_records_are_skipped(tmp_path):
    warc = small()
    for url in URLS[:2]:
        warc.response(url.replace("portal.example", "other.example"), page(url))
    warc.other("resource", "urn:text:http://portal.example/", b"Text of the page", "text/plain")
    warc.other("resource", "urn:pageinfo:http://portal.example/", b"{}", "application/json")
    warc.other("metadata", URLS[0], b"fetchTimeMs: 12\r\n", "application/warc-fields")
    file = warc.save(tmp_path / "a.warc.gz")
    assert "other.example" in scrapy("reparse", "--output", tmp_path / "x", file, code=2).decode()
    items, printed = reparse(tmp_path, file, words=["--site", BASE])
    assert wanted() == titles(items)
    assert "2 other hosts" in printed
    assert "duplicates" not in printed


TEXT = """{0}

{0}

Two harbours agreed on a night ferry, the port of the larger one said.

Date of Publication
17 December 2021
Type of Material
News
Geographic Scope
West Asia
"""


def wet(**urls):
    warc = Warc()
    for url, text, refers in urls.values():
        fields = {"WARC-Date": DATE.format(1), "WARC-Identified-Content-Language": "eng"}
        warc.other("conversion", url, text.encode(), "text/plain", **fields, **({"WARC-Refers-To": refers}))
    return warc


def test_wet(tmp_path):
    warc = wet(
        news=(f"{BASE}/node/5", TEXT.format("Ferry"), "<urn:uuid:1>"),
        other=(f"{BASE}/about", "About us\n\nWe are many.\n", "<urn:uuid:2>"),
        foreign=("http://other.example/node/5", TEXT.format("Foreign"), "<urn:uuid:3>"),
    )
    items, printed = reparse(tmp_path, warc.save(tmp_path / "a.warc.wet.gz"), words=["--site", BASE])
    assert [("5@en", "Ferry", "2021-12-17")] == [(i["id"], i["title"], i["publication_date"]) for i in items]
    assert warc.spans[0] == (items[0]["warc"]["offset"], items[0]["warc"]["length"])
    assert items[0]["warc"]["payload_digest"].startswith("sha1:")
    assert "text-rendition" in items[0]["problems"]
    assert "1 not news" in printed
    assert "1 other hosts" in printed


def test_the_page_itself_is_better_than_its_text(tmp_path):
    url = URLS[0]
    pages = Warc()
    cited = pages.response(url, page(url)).get_header("WARC-Record-ID")
    texts = wet(news=(url, TEXT.format("Ferry"), cited)).save(tmp_path / "a.warc.wet.gz")
    items, printed = reparse(tmp_path, texts, pages.save(tmp_path / "a.warc.gz"))
    assert wanted([url]) == titles(items)
    assert "1 duplicates" in printed


@pytest.mark.parametrize("packed", [True, False])
def test_fastwarc_and_our_reader_see_the_same(tmp_path, monkeypatch, packed):
    pytest.importorskip("fastwarc")
    warc = small(packed=packed)
    original = warc.response(BASE + "/ümläut", page(URLS[0]))
    warc.revisit(URLS[0], original, DATE.format(4))
    warc.other("conversion", URLS[1], TEXT.encode(), "text/plain; charset=utf-8")
    file = sources([str(warc.save(tmp_path / "a.warc"))])[0]
    fast = reading.scan_file(file)
    monkeypatch.setattr(reading, "fastwarc", None)
    assert len(URLS) + 3 == len(fast)
    assert reading.scan_file(file) == fast


def test_fastwarc_and_our_reader_see_the_same_in_the_own_archive(demo, monkeypatch):
    pytest.importorskip("fastwarc")
    files = sources(str(path) for path in sorted((demo.data / "warc").glob("*.warc.gz")))
    fast = [reading.scan_file(file) for file in files]
    monkeypatch.setattr(reading, "fastwarc", None)
    assert {"warcinfo", "answer", "item"} <= {seen.type for part in fast for seen in part}
    assert [reading.scan_file(file) for file in files] == fast
