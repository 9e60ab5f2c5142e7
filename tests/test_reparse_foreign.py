"""Archives of other programs: WARC 1.0, WACZ, WET, revisits, duplicates, other hosts, damage."""

import gzip
import io
import json
import re
import zipfile
from copy import copy
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from migration_spider.reparse import reading
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import SourceError, sources
from tests.crawling import scrapy
from tests.portal.site import Site

BASE = "http://portal.example"
SITE = Site(BASE, nodes=12)
TRUTH = {
    row["url"]: row for row in SITE.truth() if row["lang"] == "en" and not row.get("redirected") and row.get("title")
}
URLS = sorted(TRUTH)[:6]
DATE = "2019-03-0{}T10:00:00Z"


def page(url):
    return SITE.answer(urlsplit(url).path).body


class Writer(WARCWriter):
    """Leaves no temporary files open."""

    @classmethod
    def _create_temp_file(cls):
        return io.BytesIO()


class Warc:
    """A WARC file made with warcio, as other crawlers do."""

    def __init__(self, version="1.0", packed=True):
        self.data = io.BytesIO()
        self.writer = Writer(self.data, gzip=packed, warc_version=version)
        self.spans = []

    def add(self, record):
        start = self.data.tell()
        self.writer.write_record(record)
        self.spans.append((start, self.data.tell() - start))
        return record.rec_headers

    def response(self, url, body, date="2019-03-01T10:00:00Z", media_type="text/html; charset=utf-8"):
        head = StatusAndHeaders("200 OK", [("Content-Type", media_type)], protocol="HTTP/1.1")
        return self.add(
            self.writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head, warc_headers_dict={"WARC-Date": date}
            )
        )

    def revisit(self, url, original, date, without=(), bare=False):
        headers = None if bare else StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = self.writer.create_revisit_record(
            url,
            original.get_header("WARC-Payload-Digest"),
            original.get_header("WARC-Target-URI"),
            original.get_header("WARC-Date"),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": date},
        )
        for name in without:
            record.rec_headers.remove_header(name)
        return self.add(record)

    def other(self, kind, url, body, content_type, **fields):
        return self.add(
            self.writer.create_warc_record(
                url, kind, payload=io.BytesIO(body), warc_content_type=content_type, warc_headers_dict=fields
            )
        )

    def save(self, path):
        path.write_bytes(self.data.getvalue())
        return path


def reparse(tmp_path, *files, code=0, words=()):
    """(items, what was printed)."""
    output = tmp_path / "items.jsonl"
    output.unlink(missing_ok=True)
    printed = scrapy("reparse", "--output", output, *words, *files, code=code).decode()
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()], printed


def small(urls=URLS, **options):
    warc = Warc(**options)
    for url in urls:
        warc.response(url, page(url))
    return warc


def titles(items):
    return sorted((item["url"], item["title"]) for item in items)


def wanted(urls=URLS):
    return sorted((url, TRUTH[url]["title"]) for url in urls)


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


def wacz(path, warcs, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", "{}")
        package.writestr("pages/pages.jsonl", "{}\n" * 50)
        for name, warc in warcs.items():
            package.writestr(f"archive/{name}", warc.data.getvalue(), compress_type=compression)
    return path


def test_wacz(tmp_path):
    first, second = small(URLS[:3]), small(URLS[3:])
    file = wacz(tmp_path / "collection.wacz", {"a.warc.gz": first, "b.warc.gz": second})
    items, _ = reparse(tmp_path, file)
    assert wanted() == titles(items)
    found = {item["url"]: item["warc"] for item in items}
    spans = [("a.warc.gz", *span) for span in first.spans] + [("b.warc.gz", *span) for span in second.spans]
    assert spans == [(found[url]["file"], found[url]["offset"], found[url]["length"]) for url in URLS]


def test_the_packaged_own_archive_is_the_own_archive(demo, tmp_path):
    file = tmp_path / "own.wacz"
    scrapy("archive-wacz", "--output", file, demo.data / "warc")
    output = tmp_path / "items.jsonl"
    scrapy("reparse", "--output", output, file)
    assert (demo.data / "items" / "news.jsonl").read_bytes() == output.read_bytes()


def test_a_wacz_that_cannot_be_read_by_spans_is_refused(tmp_path):
    file = wacz(tmp_path / "packed.wacz", {"a.warc.gz": small(URLS[:1])}, zipfile.ZIP_DEFLATED)
    assert "archive/a.warc.gz is compressed" in scrapy("reparse", "--output", tmp_path / "x", file, code=2).decode()
    file = tmp_path / "no.wacz"
    file.write_bytes(b"not a zip")
    assert "no.wacz" in scrapy("reparse", "--output", tmp_path / "x", file, code=2).decode()


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


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_malformed_records_are_skipped_with_their_position(tmp_path, monkeypatch, packed, fast):
    if fast:
        pytest.importorskip("fastwarc")
    else:
        monkeypatch.setattr(reading, "fastwarc", None)
    warc = small(packed=packed)
    data = bytearray(warc.data.getvalue())
    place, length = warc.spans[2]
    if packed:
        data[place + length // 2] ^= 0xFF
    else:
        data[place : place + 8] = b"XXXX/9.9"
    file = tmp_path / "a.warc"
    file.write_bytes(data)
    catalogue = scan(sources([str(file)]))
    assert URLS[:2] + URLS[3:] == [capture.url for capture in catalogue.captures()]
    assert 1 == len(catalogue.broken)
    assert f"a.warc: at byte {place}: " in catalogue.broken[0]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("length", [b"Content-Lenght: ", b"Content-Length: x"])
def test_a_record_without_its_length_is_said_too(tmp_path, monkeypatch, fast, length):
    """FastWARC takes it for an empty one."""
    if fast:
        pytest.importorskip("fastwarc")
    else:
        monkeypatch.setattr(reading, "fastwarc", None)
    warc = small(packed=False)
    place, size = warc.spans[2]
    data = warc.data.getvalue()
    record = data[place : place + size].replace(b"Content-Length: ", length, 1)
    file = tmp_path / "a.warc"
    file.write_bytes(data[:place] + record + data[place + size :])
    catalogue = scan(sources([str(file)]))
    assert URLS[:2] + URLS[3:] == [capture.url for capture in catalogue.captures()]
    assert 1 == len(catalogue.broken)
    assert f"a.warc: at byte {place}: Content-Length " in catalogue.broken[0]


def test_damage_is_said_and_the_rest_is_read(tmp_path):
    warc = small()
    data = bytearray(warc.data.getvalue())
    data[warc.spans[2][0] + 40] ^= 0xFF
    file = tmp_path / "a.warc.gz"
    file.write_bytes(data[:-10])
    items, printed = reparse(tmp_path, file, code=3)
    assert wanted(URLS[:2] + URLS[3:-1]) == titles(items)
    assert f"at byte {warc.spans[2][0]}: " in printed
    assert f"at byte {warc.spans[-1][0]}: " in printed
    assert "2 damaged" in printed


def test_a_file_packed_as_a_whole_is_named(tmp_path):
    file = tmp_path / "whole.warc.gz"
    file.write_bytes(gzip.compress(small(packed=False).data.getvalue()))
    catalogue = scan(sources([str(file)]))
    assert [] == list(catalogue.captures())
    assert 1 == len(catalogue.broken)
    assert "archive-repair" in catalogue.broken[0]


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


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({42: b"\xff\xff\xff\x7f"}, "does not begin where the directory says"),
        ({20: b"\xff\xff\xff\x7f\xff\xff\xff\x7f"}, "more bytes than the file itself"),
        ({6: b"\xff"}, "zip file version"),
    ],
    ids=["place", "size", "version"],
)
def test_a_wacz_whose_directory_lies_is_told_in_one_error(tmp_path, places, said):
    file = wacz(tmp_path / "a.wacz", {"a.warc.gz": small(URLS[:1])})
    data = bytearray(file.read_bytes())
    at = data.rindex(b"archive/a.warc.gz") - 46  # the fields in front of the name (APPNOTE 4.3.12)
    for place, value in places.items():
        data[at + place : at + place + len(value)] = value
    file.write_bytes(data)
    with pytest.raises(SourceError, match=said):
        sources([str(file)])


def test_files_of_a_wacz_that_are_the_same_bytes_are_refused(tmp_path):
    """A thousand names of one file would be read a thousand times."""
    file = tmp_path / "a.wacz"
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("archive/a.warc.gz", b"x" * 10_000)
        for number in range(1_000):
            again = copy(package.filelist[0])
            again.filename = f"archive/{number}.warc.gz"
            package.filelist.append(again)
    with pytest.raises(SourceError, match="more bytes than the file itself: it is truncated, or they overlap"):
        sources([str(file)])
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("archive/a.warc.gz", b"x")
        package.filelist.append(copy(package.filelist[0]))
    with pytest.raises(SourceError, match="more than once"):
        sources([str(file)])
