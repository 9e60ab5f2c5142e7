"""Captures of archived pages: which one is shown, as what, within which bounds, and Memento."""

from __future__ import annotations

import gzip
import re

import pytest

from archive import ArchiveError
from archive.cdxj import build_index, named_files
from archive.entity import MOST_CODINGS
from archive.playback import Archive, UnshowableError, file_name, shown, shown_headers
from archive.playback.markup import LARGEST_PAGE
from archive.playback.memento import Places, distinct, http_date, link_map, links, timestamp_of_http_date
from tests.archive.hostile_page import AT, HERE
from tests.archive.records import HTML, head, record, revisit, write


def kept(tmp_path, *records):
    """A collection of these records."""
    folder = tmp_path / "warc"
    folder.mkdir()
    path = write(folder / "a.warc.gz", *records)
    build_index(named_files([path]), tmp_path / "index.cdxj")
    return Archive(folder, tmp_path / "index.cdxj")


def asked(archive, url, *, embedded=False, at=AT):
    """(type, content) of what is shown."""
    what = shown(archive.answer(archive.nearest(url, at)), HERE, embedded=embedded)
    return what.media_type, b"".join(what.pieces)


# ---- captures


URL = "http://a.example/page"


def test_a_revisit_is_answered_by_the_record_that_holds_the_body(tmp_path):
    other, unmodified = "http://a.example/copy", "http://a.example/304"
    archive = kept(
        tmp_path,
        record(URL, b"<p>body</p>", "2026-01-01T00:00:00Z", HTML),
        revisit(
            other, "2026-02-01T00:00:00Z", URL, "2026-01-01T00:00:00Z", block=head("404 No", Content_Type="text/html")
        ),
        revisit(unmodified, "2026-02-01T00:00:00Z", other, "2026-02-01T00:00:00Z", block=b""),
    )
    answer = archive.answer(archive.nearest(other, AT))
    assert (404, URL, b"<p>body</p>") == (answer.status, answer.holder.url, answer.whole(100))
    again = archive.answer(archive.nearest(unmodified, AT))
    assert (200, b"<p>body</p>") == (again.status, again.whole(100))


def test_a_revisit_without_a_date_is_found_by_its_digest_and_one_of_nothing_is_told(tmp_path):
    archive = kept(
        tmp_path,
        record(URL, b"<p>one</p>", "2026-01-01T00:00:00Z", HTML, WARC_Payload_Digest="sha1:A"),
        record(URL, b"<p>two</p>", "2026-02-01T00:00:00Z", HTML, WARC_Payload_Digest="sha1:B"),
        record(URL, b"", "2026-03-01T00:00:00Z", HTML, "revisit", WARC_Payload_Digest="sha1:A"),
        revisit("http://a.example/x", "2026-03-01T00:00:00Z", "http://a.example/x", "2026-03-01T00:00:00Z"),
        revisit("http://a.example/y", "2026-03-01T00:00:00Z", "http://a.example/z", "2026-03-01T00:00:00Z"),
        revisit("http://a.example/z", "2026-03-01T00:00:00Z", "http://a.example/y", "2026-03-01T00:00:00Z"),
    )
    assert b"<p>one</p>" == archive.answer(archive.nearest(URL, "20260301000000")).whole(100)
    for url in ("x", "y"):
        with pytest.raises(ArchiveError, match="its body"):
            archive.answer(archive.nearest(f"http://a.example/{url}", AT))


def test_the_nearest_capture_and_a_redirect_for_its_very_address_alone(tmp_path):
    moved = head("301 Moved", Location="https://a.example/page")
    archive = kept(
        tmp_path,
        record(URL, b"old", "2026-01-01T00:00:00Z", HTML),
        record(URL, b"", "2026-03-01T00:00:00Z", moved),
        record("https://a.example/page", b"new", "2026-03-01T00:00:05Z", HTML),
        record("https://a.example/page", b"", "2026-04-01T00:00:00Z", head("503 Busy")),
    )
    assert "20260301000000" == archive.nearest(URL, "20260301000000").timestamp
    # Else the redirect would lead to itself.
    assert "20260301000005" == archive.nearest("https://a.example/page", "20260301000000").timestamp
    assert "20260101000000" == archive.nearest("https://a.example/page", "20260115000000").timestamp
    assert "20260401000000" == archive.nearest("https://a.example/page", "20260501000000").timestamp
    assert "20260301000005" == archive.nearest("https://a.example/page", "20260501000000", shown=True).timestamp
    assert archive.nearest("http://a.example/none", AT) is None


def test_a_stale_index_shows_no_other_record(tmp_path):
    archive = kept(tmp_path, record(URL, b"one", head=HTML))
    write(archive.directory / "a.warc.gz", record("http://a.example/other", b"two", head=HTML))
    with pytest.raises(ArchiveError, match="make the index again"):
        archive.answer(archive.nearest(URL, AT))


# ---- what is handed out as what


@pytest.mark.parametrize(
    ("kind", "body", "embedded", "expected"),
    [
        ("text/html", b"<p>x", False, "text/html; charset=utf-8"),
        ("application/xhtml+xml", b"<p>x</p>", False, "text/html; charset=utf-8"),
        ("text/html", b"<p>x", True, None),
        ("text/javascript", b"x()", False, None),
        ("text/javascript", b"x()", True, None),
        ("application/javascript", b"x()", True, None),
        ("application/json", b"{}", False, None),
        ("application/pdf", b"%PDF", False, None),
        ("text/xml", b"<x/>", False, None),
        ("image/png", b"png", True, "image/png"),
        ("IMAGE/PNG; x=y", b"png", False, "image/png"),
        ("image/svg+xml", b"<svg/>", True, "image/svg+xml"),
        ("text/css", b"a{}", True, "text/css; charset=utf-8"),
        ("text/css", b"a{}", False, "text/plain; charset=utf-8"),
        ("text/plain", b"<script>", False, "text/plain; charset=utf-8"),
        ("text/plain", b"<script>", True, None),
        ("application/octet-stream", b"wOF2font", True, "font/woff2"),
        ("", b"\x89PNG\r\n\x1a\nx", True, "image/png"),
        ("", b"<!DOCTYPE html><p>x", False, "text/html; charset=utf-8"),
        ("application/octet-stream", b"x()", True, None),
        ("multipart/x-mixed-replace; boundary=x", b"--x", True, None),
    ],
)
def test_types_that_act_are_never_handed_out(tmp_path, kind, body, embedded, expected):
    archive = kept(tmp_path, record(URL, body, head=head(**({"Content_Type": kind} if kind else {"X": "y"}))))
    if expected is None:
        with pytest.raises(UnshowableError, match="are not shown"):
            asked(archive, URL, embedded=embedded)
    else:
        assert expected == asked(archive, URL, embedded=embedded)[0]


def test_a_body_is_decoded_within_bounds(tmp_path):
    bomb = gzip.compress(b"<p>" + b" " * (LARGEST_PAGE + 1))
    many = ", ".join(["gzip"] * (MOST_CODINGS + 1))
    archive = kept(
        tmp_path,
        record(URL, gzip.compress(b"<p>packed"), head=head(Content_Type="text/html", Content_Encoding="gzip")),
        record(f"{URL}/bomb", bomb, head=head(Content_Type="text/html", Content_Encoding="gzip")),
        record(f"{URL}/many", b"x", head=head(Content_Type="text/html", Content_Encoding=many)),
        record(f"{URL}/css", b" " * (2 << 20) + b"a", head=head(Content_Type="text/css")),
        record(f"{URL}/te", b"<p>no chunks", head=head(Content_Type="text/html", Transfer_Encoding="chunked")),
    )
    assert b"packed" in asked(archive, URL)[1]
    assert b"no chunks" in asked(archive, f"{URL}/te")[1]
    for name, words in (("bomb", "larger than 8 MB"), ("many", "codings"), ("css", "larger than 2 MB")):
        with pytest.raises(ArchiveError, match=words):
            asked(archive, f"{URL}/{name}", embedded=name == "css")


def test_a_download_has_a_name_that_is_one(tmp_path):
    names = {"a/report%20one.pdf": "report one.pdf", "": "page", "..%2f..%2fx": "x", "%22;x=%0d%0a": ";x="}
    archive = kept(tmp_path, *[record(f"http://a.example/{path}", b"x", head=HTML) for path in names])
    found = [file_name(archive.answer(archive.nearest(f"http://a.example/{path}", AT))) for path in names]
    assert ["report one.pdf", "page.html", "x.html", ";x=.html"] == [name.replace("....", "") for name in found]


def test_the_header_lets_nothing_out():
    policy = dict(shown_headers("http://127.0.0.1:1/memento/", "text/html"))["Content-Security-Policy"]
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    replay = "http://127.0.0.1:1/memento/"
    expected = {
        "sandbox": "",
        "default-src": "'none'",
        "img-src": f"{replay} data:",
        "style-src": f"{replay} 'unsafe-inline'",
        "font-src": f"{replay} data:",
        "media-src": replay,
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert expected == parts


# ---- Memento


def test_dates_of_memento():
    assert "Thu, 31 May 2007 20:35:00 GMT" == http_date("20070531203500")
    assert "20070531203500" == timestamp_of_http_date("Thu, 31 May 2007 20:35:00 GMT")
    for wrong in (
        "2007-05-31",
        "Thu, 31 May 2007 20:35:00",
        "Thu, 31 Feb 2007 20:35:00 GMT",
        "Thu, 31 May 07 20:35:00 GMT",
        "x",
    ):
        with pytest.raises(ValueError, match=r"date|day"):
            timestamp_of_http_date(wrong)


def test_a_timemap_and_the_links_of_a_capture(tmp_path):
    dates = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-01T00:00:00.5Z", "2026-03-01T00:00:00Z"]
    archive = kept(tmp_path, *[record(URL, b"x", date, HTML) for date in dates])
    captures = distinct(archive.captures(URL), URL)
    places = Places("http://h/memento/", "http://h/timemap/", "http://h/timegate/")
    span = 'from="Thu, 01 Jan 2026 00:00:00 GMT"; until="Sun, 01 Mar 2026 00:00:00 GMT"'
    lines = "".join(link_map(URL, captures, places)).split(",\n")
    assert [
        f'<{URL}>; rel="original"',
        f'<http://h/timemap/link/{URL}>; rel="self"; type="application/link-format"; {span}',
        f'<http://h/timegate/{URL}>; rel="timegate"',
        f'<http://h/memento/20260101000000/{URL}>; rel="first memento"; datetime="Thu, 01 Jan 2026 00:00:00 GMT"',
        f'<http://h/memento/20260201000000/{URL}>; rel="memento"; datetime="Sun, 01 Feb 2026 00:00:00 GMT"',
        f'<http://h/memento/20260301000000/{URL}>; rel="last memento"; datetime="Sun, 01 Mar 2026 00:00:00 GMT"\n',
    ] == lines
    relations = re.findall(r'/memento/(\d+)/[^>]*>; rel="([^"]*)"', links(URL, captures, captures[1], places))
    assert [
        ("20260101000000", "first prev memento"), ("20260201000000", "memento"), ("20260301000000", "last next memento"),
    ] == relations  # fmt: skip
