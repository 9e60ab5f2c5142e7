"""A package of some pages: what goes in, byte for byte, and that it can be replayed."""

from __future__ import annotations

import json
import zipfile

import pytest

from archive import ArchiveError, iter_records
from archive.cdxj import build_index, lookup, warc_files
from archive.playback import Archive
from archive.wacz.reading import WaczFile
from archive.wacz.selection import PageOf, SelectionTooLargeError, write_selection
from tests.archive.records import HTML, head, record, revisit, write

SITE = "http://a.example"


def exchange(url, body=b"x", date="2026-01-02T03:04:05Z", answer=HTML, number=0, **fields):
    """Request, answer and what was noted of it."""
    own, asked, noted = (f"<urn:uuid:00000000-0000-4000-8000-{number:010d}{part:02d}>" for part in range(3))
    get = f"GET {url} HTTP/1.1\r\n\r\n".encode()
    return [
        record(
            url, b"", date, get, "request", WARC_Record_ID=asked, WARC_Concurrent_To=own,
            Content_Type="application/http;msgtype=request",
        ),
        record(url, body, date, answer, WARC_Record_ID=own, **fields),
        record(
            url, b"runId: 1\r\n", date, b"", "metadata", WARC_Record_ID=noted, WARC_Concurrent_To=own,
            Content_Type="application/warc-fields",
        ),
    ]  # fmt: skip


INFO = record(None, b"software: x\r\n", head=b"", kind="warcinfo", Content_Type="application/warc-fields")
STORY = b"<link rel=stylesheet href=/s.css><img src=/i.png srcset='/i2.png 2x'><img src=//elsewhere.example/n.png><a href=/other>"


@pytest.fixture(params=["a.warc.gz", "a.warc"])
def archive(tmp_path, request):
    folder = tmp_path / "warc"
    folder.mkdir()
    records = [
        INFO,
        *exchange(f"{SITE}/first", b"<p>first</p>", number=1),
        *exchange(f"{SITE}/story", STORY, number=2),
        *exchange(f"{SITE}/s.css", b"@import 't.css';a{b:url(f.woff)}", answer=head(Content_Type="text/css"), number=3),
        *exchange(f"{SITE}/t.css", b"a{}", answer=head(Content_Type="text/css"), number=4),
        *exchange(f"{SITE}/f.woff", b"wOFF", answer=head(Content_Type="font/woff"), number=5),
        *exchange(f"{SITE}/i.png", b"", answer=head("302 Found", Location="/j.png"), number=6),
        *exchange(f"{SITE}/j.png", b"png", answer=head(Content_Type="image/png"), number=7),
        *exchange(f"{SITE}/i2.png", b"png", answer=head("404 No", Content_Type="text/html"), number=8),
        *exchange(f"{SITE}/other", b"<p>other</p>", number=9),
        record("urn:item:http://a.example/story", b"{}", kind="metadata", head=b"", Content_Type="application/json"),
        *exchange(f"{SITE}/doc.pdf", b"%PDF", answer=head(Content_Type="application/pdf"), number=10),
        revisit(f"{SITE}/again", "2026-02-01T00:00:00Z", f"{SITE}/first", "2026-01-02T03:04:05Z"),
    ]
    write(folder / request.param, *records)
    build_index(warc_files(folder), tmp_path / "index.cdxj")
    return Archive(folder, tmp_path / "index.cdxj")


def cited(archive, path, **more):
    entry = lookup(archive.index, f"{SITE}{path}")[0]
    return PageOf(f"{SITE}{path}", entry.filename, entry.offset, **more)


def packaged(archive, tmp_path, *pages, **options):
    output = tmp_path / "some.wacz"
    result = write_selection(archive, pages, output, title="Some", warcinfo=[("description", "of a test")], **options)
    with WaczFile(output) as package:
        assert [] == list(package.problems())
    with zipfile.ZipFile(output) as file:
        (name,) = [name for name in file.namelist() if name.startswith("archive/")]
        (tmp_path / "out.warc.gz").write_bytes(file.read(name))
        lines = file.read("pages/pages.jsonl").decode().splitlines()
    return result, list(iter_records(tmp_path / "out.warc.gz")), [json.loads(line) for line in lines[1:]]


def test_a_page_comes_with_what_shows_it_and_nothing_else(archive, tmp_path):
    page = cited(
        archive, "/story", title="A story", text="Its text", files=[f"{SITE}/doc.pdf"], notes=[f"urn:item:{SITE}/story"]
    )
    result, records, pages = packaged(archive, tmp_path, page)
    found = {(one.type, (one.target_uri or "").removeprefix(SITE)) for one in records}
    shown = {"/story", "/s.css", "/t.css", "/f.woff", "/i.png", "/j.png", "/i2.png", "/doc.pdf"}
    expected = {(kind, path) for path in shown for kind in ("request", "response", "metadata")}
    assert expected | {("warcinfo", ""), ("metadata", f"urn:item:{SITE}/story")} == found
    assert 1 == result.pages
    assert [("A story", "Its text", f"{SITE}/story")] == [(one["title"], one["text"], one["url"]) for one in pages]


def test_the_records_are_those_of_the_archive_byte_for_byte(archive, tmp_path):
    _, records, _ = packaged(archive, tmp_path, cited(archive, "/story"))
    (source,) = warc_files(archive.directory)
    there = {one.record_id: one for one in iter_records(source.path)}
    for one in records[1:]:
        assert (list(there[one.record_id].headers), there[one.record_id].block) == (list(one.headers), one.block)
    if source.name.endswith(".gz"):
        data, copied = source.path.read_bytes(), (tmp_path / "out.warc.gz").read_bytes()
        mine = {one.record_id for one in records}
        wanted = [one for one in there.values() if one.record_id in mine]
        assert all(data[one.offset : one.offset + one.length] in copied for one in wanted)
    assert records[0].block.decode().splitlines() == ["description: of a test", f"copiedFrom: {source.name}"]
    assert "software: x" in records[1].block.decode()


def test_a_revisit_comes_with_what_it_refers_to(archive, tmp_path):
    _, records, _ = packaged(archive, tmp_path, cited(archive, "/again"))
    assert {"revisit", "response"} <= {one.type for one in records}
    assert {f"{SITE}/again", f"{SITE}/first"} == {one.target_uri for one in records if one.target_uri}


def test_what_two_pages_share_goes_in_once(archive, tmp_path):
    _, records, _ = packaged(
        archive, tmp_path, cited(archive, "/story"), cited(archive, "/story"), cited(archive, "/s.css")
    )
    assert len(records) == len({one.record_id for one in records})


def test_too_much_and_nothing_are_refused_and_leave_nothing(archive, tmp_path):
    with pytest.raises(SelectionTooLargeError, match="the records of the pages are larger than 0 MB"):
        packaged(archive, tmp_path, cited(archive, "/story"), most_bytes=500)
    with pytest.raises(ArchiveError, match="no page"):
        packaged(archive, tmp_path)
    with pytest.raises(ArchiveError, match="none of the pages is in this archive"):
        packaged(archive, tmp_path, PageOf(f"{SITE}/none", None, None))
    assert {"warc", "index.cdxj", ".index.cdxj.json"} == {path.name for path in tmp_path.iterdir()}


def test_a_page_that_the_archive_has_not_is_named(archive, tmp_path):
    result, records, _ = packaged(archive, tmp_path, PageOf(f"{SITE}/none", None, None), cited(archive, "/first"))
    assert 1 == result.pages
    assert f"notInArchive: {SITE}/none" in records[0].block.decode().splitlines()
