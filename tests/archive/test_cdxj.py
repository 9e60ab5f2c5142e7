"""The lines of the index: those of cdxj-indexer, with their keys and times, sorted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tracemalloc
import warnings
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.cdxj import build_index, iter_captures, lookup, named_files, read_capture, surt, warc_files
from archive.cdxj.line import timestamp_of
from archive.cdxj.sort import LineSorter
from tests.archive.records import index_of, record, write

TOOLS = Path(sys.executable).parent


def indexed_by_cdxj_indexer(*paths):
    command = [TOOLS / "cdxj-indexer", "--sort", *paths]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.splitlines()


def test_a_line(tmp_path):
    uri = "http://www.Example.org/B/?y=2&x=1#top"
    path = write(tmp_path / "a.warc.gz", record(uri, WARC_Payload_Digest="sha1:ABC"))
    length = path.stat().st_size
    line = (
        f'org,example)/b?x=1&y=2 20260102030405 {{"url": "{uri}", "mime": "text/html", "status": "200", '
        f'"digest": "sha1:ABC", "length": "{length}", "offset": "0", "filename": "a.warc.gz"}}'
    )
    assert index_of(path) == [line]


ODD_RECORDS = {
    "no digest": record("http://a.example/"),
    "no digest, long": record("http://a.example/long", bytes(3_000_000)),
    "no body": record("http://a.example/none", b""),
    "no type": record("http://a.example/", head=b"HTTP/1.1 404 Not Found\r\n\r\n"),
    "empty type": record("http://a.example/", head=b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\n"),
    "two types": record(
        "http://a.example/", head=b"HTTP/1.1 200 OK\r\ncontent-type : a/b\r\nContent-Type: c/d\r\n\r\n"
    ),
    "folded type": record("http://a.example/", head=b"HTTP/1.1 200 OK\r\nContent-Type:\r\n text/x\r\nA: b\r\n\r\n"),
    "folded first": record("http://a.example/", head=b"HTTP/1.1 200 OK\r\n Content-Type: text/x\r\nA: b\r\n\r\n"),
    "bare line feeds": record("http://a.example/", head=b"HTTP/1.1 200 OK\nContent-Type: text/x;q=1\n\n"),
    "space in the blank line": record("http://a.example/", head=b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n \r\n"),
    "no colon": record("http://a.example/", head=b"HTTP/1.1 200 OK\r\nnothing\r\nContent-Type: a/b\r\n\r\n"),
    "no reason": record("http://a.example/", head=b"HTTP/1.1 204\r\n\r\n"),
    "Latin-1 reason": record("http://a.example/", head=b"HTTP/1.1 404 P\xe1gina\r\nContent-Type: t\xe9xt/x\r\n\r\n"),
    "status 999": record("http://a.example/", head=b"HTTP/1.1 999 Odd\r\n\r\n"),
    "HTTP/0.9": record("http://a.example/", b"old and bare", head=b""),
    "HTTP/0.9, one word": record("http://a.example/", b"bare", head=b""),
    "blank first line": record("http://a.example/", b"x", head=b"\r\nHTTP/1.1 200 OK\r\n\r\n"),
    "head without end": record("http://a.example/", b"", head=b"HTTP/1.1 200 OK\r\nContent-Type: a/b"),
    "nothing at all": record("http://a.example/", b"", head=b""),
    "dns": record("dns:a.example", b"20260102 a.example. A 127.0.0.1", head=b"", Content_Type="text/dns"),
    "resource": record("http://a.example/r", kind="resource", head=b"", Content_Type="text/plain; charset=utf-8"),
    "metadata of our own": record("urn:x:7", b"{}", kind="metadata", head=b"", Content_Type="application/json"),
    "metadata without URI": record(None, b"{}", kind="metadata", head=b"", Content_Type="application/json"),
    "metadata fields": record(
        "http://a.example/", b"a: b\r\n", kind="metadata", head=b"", Content_Type="application/warc-fields"
    ),
    "revisit": record("http://a.example/", b"", kind="revisit", WARC_Payload_Digest="sha1:ABC"),
    "revisit without digest": record("http://a.example/", b"", kind="revisit"),
    "empty revisit": record("http://a.example/", b"", head=b"", kind="revisit", WARC_Payload_Digest="sha1:ABC"),
    "request": record("http://a.example/", b"", head=b"GET / HTTP/1.1\r\n\r\n", kind="request"),
    "Wget's angle brackets": record("<http://a.example/w>"),
    "spaces in the URI": record("http://a.example/a b"),
    "not ASCII": record("http://a.example/é?q=中"),
    "date only": record("http://a.example/", date="2026-01-02"),
}


@pytest.mark.parametrize("name", ["odd.warc.gz", "odd.warc"])
def test_the_lines_are_those_of_cdxj_indexer(tmp_path, name):
    path = write(tmp_path / name, *ODD_RECORDS.values())
    ours = index_of(path)
    assert indexed_by_cdxj_indexer(path) == ours
    assert len(ours) == len(ODD_RECORDS) - 2  # the request and the metadata fields


@pytest.mark.parametrize("version", ["WARC/1.0", "WARC/1.1"])
@pytest.mark.parametrize("name", ["theirs.warc.gz", "theirs.warc"])
def test_files_of_warcio(tmp_path, version, name):
    path = tmp_path / name
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=name.endswith(".gz"), warc_version=version)
        writer.write_record(writer.create_warcinfo_record(name, {"software": "a test"}))
        for number in range(3):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            uri = f"https://example.org/{number}"
            body = BytesIO(b"<p>" * number)
            record = writer.create_warc_record(uri, "response", payload=body, http_headers=headers, length=3 * number)
            writer.write_record(record)
    assert indexed_by_cdxj_indexer(path) == index_of(path)
    for number in range(3):
        (capture,) = lookup(tmp_path / "fresh.cdxj", f"https://example.org/{number}")
        assert read_capture(tmp_path, capture).body == b"<p>" * number


def test_the_demo_crawl(demo, tmp_path):
    output = tmp_path / "index.cdxj"
    files = warc_files(demo.data / "warc")
    result = build_index(files, output)
    assert indexed_by_cdxj_indexer(*(file.path for file in files)) == output.read_text().splitlines()
    assert result.lines > 1000
    assert result.faults == []
    for capture in list(iter_captures(output))[::25]:
        found = read_capture(demo.data / "warc", capture)
        assert (found.target_uri, found.status) == (capture.url, capture.status)


def test_a_crawl_of_wget(shared, tmp_path):
    path = tmp_path / "wget.warc.gz"
    shutil.copy(shared / "portals" / "olivero.warc.gz", path)
    assert indexed_by_cdxj_indexer(path) == index_of(path)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.Example.org", "org,example)/"),
        ("https://www3.example.org:443/A/../b//c/./", "org,example)/b/c"),
        ("http://example.org:8080/?", "org,example:8080)/"),
        ("http://user:word@example.org/x", "org,example)/x"),
        ("http://example.org/?b=2&B=1&a", "org,example)/?a&b=1&b=2"),
        ("http://example.org/p;jsessionid=1?jsessionid=" + "0aB9" * 8 + "&x=Y", "org,example)/p;jsessionid=1?x=y"),
        ("http://example.org/%2541%20é", "org,example)/a%20%c3%a9"),
        ("http://2130706433/", "1,0,0,127)/"),
        ("http://münchen.example/", "example,xn--mnchen-3ya)/"),
        ("example.org/x", "org,example)/x"),
        (":8080/example.org/x", "org,example:8080)/x"),
        ("./../x", "http:/../x"),
        ("urn:uuid:AB", "urn:uuid:ab"),
        ("http://example.org:port/a b", "http://example.org:port/a%20b"),
        ("", "-"),
    ],
)
def test_keys(url, key):
    assert surt(url) == key


BITS = [
    "http:", "https:", "HTTP:", "ftp:", "dns:", "//", "/", "?", "#", "&", "=", "a", "B", "www.", "www2.", ".", "..",
    "example.org", ":", "80", "443", "8080", "99999", "@", "[", "]", "%", "%25", "%41", "%2F", " ", "\t", "é", "中",
    "sid=" + "F" * 32, "cfid=1&cftoken=2", "(" + "b" * 24 + ")", "x.aspx", "127.0.0.1", "010", "1.2", "_", "+",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["http://example.org", "https://a.b:443", "", ":8080/", "urn:"]),
    st.lists(st.sampled_from(BITS), max_size=9),
)
def test_keys_are_those_of_the_package_surt(start, bits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its regular expressions are no raw strings
        from surt import surt as theirs
    url = start + "".join(bits)
    ours = surt(url)
    assert ours.isascii()
    assert len(ours.split()) == 1
    with pytest.MonkeyPatch.context() as patch:
        # The package asks the name server about hosts that begin like a number.
        patch.setattr(
            socket, "gethostbyname_ex", lambda host: ("", [], [socket.inet_ntoa(socket.inet_aton(host.decode()))])
        )
        try:
            expected = theirs(url)
        except (ValueError, AttributeError, OSError):
            return
    assert expected == ours


@pytest.mark.parametrize(
    ("date", "timestamp"),
    [
        ("2026-01-02T03:04:05Z", "20260102030405"),
        ("2026-01-02T03:04:05.123456789Z", "20260102030405"),
        ("2026-01", "20260101000000"),
        ("2026", "20260101000000"),
    ],
)
def test_timestamps(date, timestamp):
    assert timestamp_of(date) == timestamp


@pytest.mark.parametrize("date", ["", "yesterday", "2026-13-01", "2026-01-01T25:00:00Z"])
def test_no_date(tmp_path, date):
    with pytest.raises(ValueError, match=r".*"):
        timestamp_of(date)
    path = write(tmp_path / "a.warc", record("http://a.example/1"), record("http://a.example/2", date=date))
    result = build_index(named_files([path]), tmp_path / "i.cdxj")
    assert [fault.problem for fault in result.faults] == [f"WARC-Date {date!r} is not a date"]
    assert result.lines == 1


def test_more_lines_than_fit_in_memory_are_sorted(tmp_path):
    lines = [b"%d %d\n" % (number % 97, number) for number in range(20_000)]
    with LineSorter(tmp_path, run_bytes=1000) as sorter:
        for line in lines:
            sorter.add(line)
        assert list(sorter.sorted()) == sorted(lines)
        assert list(tmp_path.iterdir()) == []  # nothing that a killed process would leave


def test_the_order_is_that_of_the_c_locale(tmp_path):
    hosts = ["b.example", "a.example", "A-b.example", "a_b.example", "é.example", "10.example"]
    records = [record(f"http://{host}/{path}") for host in hosts for path in ("~", "b", "_", "b/c", "b?x", "")]
    path = write(tmp_path / "a.warc.gz", *records)
    build_index(named_files([path]), tmp_path / "i.cdxj")
    subprocess.run(["sort", "-c", tmp_path / "i.cdxj"], check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})


def test_memory_does_not_grow_with_a_record(tmp_path):
    path = write(tmp_path / "a.warc.gz", record("http://a.example/", bytes(60_000_000)))
    tracemalloc.start()
    (line,) = index_of(path)
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()
    assert json.loads(line.split(" ", 2)[2])["digest"].startswith("sha1:")
