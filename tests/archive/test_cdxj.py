"""The index: the lines of cdxj-indexer, sorted, brought up to date, searched; damaged input."""

from __future__ import annotations

import gzip
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

from archive import ArchiveError, Draft, WarcWriter
from archive.cdxj import (
    build_index,
    index_path,
    iter_captures,
    lookup,
    named_files,
    read_capture,
    read_damage,
    surt,
    warc_files,
)
from archive.cdxj.files import manifest_path
from archive.cdxj.line import timestamp_of
from archive.cdxj.sort import LineSorter
from archive.warc.record import new_record_id
from tests.archive.foreign import scrapy

TOOLS = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]


def record(
    uri, body=b"<title>A page</title>", date="2026-01-02T03:04:05.678901Z", head=None, kind="response", **fields
):
    """One WARC record as bytes."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" if head is None else head
    content_type = fields.pop("Content_Type", "application/http;msgtype=response")
    named = {"WARC-Type": kind, "WARC-Record-ID": new_record_id(), "WARC-Date": date, "Content-Type": content_type}
    named |= {"WARC-Target-URI": uri} if uri else {}
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    block = head + body
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/1.0\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def write(path, *records):
    """A WARC file, gzip per record when its name says so."""
    path.write_bytes(b"".join(map(gzip.compress, records) if path.name.endswith(".gz") else records))
    return path


def index_of(*paths):
    """The lines of a fresh index."""
    output = paths[0].parent / "fresh.cdxj"
    build_index(named_files(paths), output)
    return output.read_text().splitlines()


def indexed_by_cdxj_indexer(*paths):
    command = [TOOLS / "cdxj-indexer", "--sort", *paths]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.splitlines()


def command(*arguments, cwd=ROOT):
    return scrapy(cwd, *arguments)


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


# ---- up to date ---------------------------------------------------------------------------------------------------


@pytest.fixture
def collection(tmp_path):
    """A folder of two files and its index."""
    folder = tmp_path / "warc"
    folder.mkdir()
    for name in "ab":
        write(folder / f"{name}.warc.gz", *(record(f"http://{name}.example/{number}") for number in range(5)))
    build_index(warc_files(folder), index_path(folder))
    return folder


def refresh(folder):
    """The names read and reused, after making sure that the index is what a fresh one would be."""
    output = index_path(folder)
    result = build_index(warc_files(folder), output)
    fresh = folder.parent / "fresh.cdxj"
    manifest_path(fresh).unlink(missing_ok=True)
    build_index(warc_files(folder), fresh)
    assert output.read_bytes() == fresh.read_bytes()
    assert result.lines == len(output.read_bytes().splitlines())
    return result.read, result.reused


def test_nothing_new_reads_nothing(collection):
    before = index_path(collection).stat()
    assert refresh(collection) == ([], ["a.warc.gz", "b.warc.gz"])
    assert index_path(collection).stat().st_mtime_ns == before.st_mtime_ns


def test_only_the_new_file_is_read(collection):
    write(collection / "aa.warc.gz", record("http://b.example/2"), record("http://b.example/9"))
    assert refresh(collection) == (["aa.warc.gz"], ["a.warc.gz", "b.warc.gz"])


def test_a_file_that_was_replaced_is_read_again(collection):
    write(collection / "a.warc.gz", record("http://c.example/"))
    assert refresh(collection) == (["a.warc.gz"], ["b.warc.gz"])


def test_the_lines_of_a_vanished_file_vanish(collection):
    (collection / "a.warc.gz").unlink()
    assert refresh(collection) == ([], ["b.warc.gz"])


@pytest.mark.parametrize("change", ["edited", "lost", "manifest lost", "manifest broken"])
def test_an_index_that_is_not_ours_is_made_anew(collection, change):
    output = index_path(collection)
    if change == "edited":
        output.write_bytes(output.read_bytes().replace(b"a.example", b"z.example"))
    elif change == "lost":
        output.unlink()
    elif change == "manifest lost":
        manifest_path(output).unlink()
    else:
        manifest_path(output).write_text("[]")
    assert refresh(collection) == (["a.warc.gz", "b.warc.gz"], [])


def test_an_open_file_is_indexed_under_its_final_name_and_read_again(collection):
    whole = gzip.compress(record("http://o.example/1"))
    path = collection / "o.warc.gz.open"
    path.write_bytes(whole + gzip.compress(record("http://o.example/2"))[:-20])
    result = build_index(warc_files(collection), index_path(collection))
    assert (result.faults, result.whole_bytes["o.warc.gz"]) == ([], len(whole))
    (capture,) = lookup(index_path(collection), "http://o.example/1")
    assert capture.filename == "o.warc.gz"
    assert read_capture(collection, capture).target_uri == "http://o.example/1"
    assert lookup(index_path(collection), "http://o.example/2") == []
    path.write_bytes(whole + gzip.compress(record("http://o.example/2")))
    assert refresh(collection)[0] == ["o.warc.gz"]
    path.rename(collection / "o.warc.gz")
    assert refresh(collection)[0] == ["o.warc.gz"]
    assert refresh(collection)[0] == []


def test_what_a_writer_writes_is_found_while_it_writes(tmp_path):
    writer = WarcWriter(tmp_path / "warc")
    record_id = new_record_id()
    named = [("WARC-Type", "resource"), ("WARC-Record-ID", record_id), ("WARC-Date", "2026-01-02T03:04:05Z")]
    named += [("WARC-Target-URI", "http://a.example/"), ("Content-Type", "text/plain")]
    (span,) = writer.write([Draft("resource", named, b"here", record_id)])
    build_index(warc_files(tmp_path / "warc"), tmp_path / "i.cdxj")
    (capture,) = lookup(tmp_path / "i.cdxj", "http://a.example/")
    assert (capture.filename, capture.offset, capture.length) == (span.file, span.offset, span.length)
    writer.close()
    assert read_capture(tmp_path / "warc", capture).block == b"here"


# ---- look up ------------------------------------------------------------------------------------------------------


def test_every_capture_is_found_by_its_url(tmp_path):
    urls = [f"http://h{number % 7}.example/{'x' * (number % 40)}?n={number % 90}" for number in range(700)]
    dates = [f"2026-01-{1 + number % 28:02}T00:00:{number % 60:02}Z" for number in range(700)]
    path = write(tmp_path / "a.warc", *(record(url, b"", date) for url, date in zip(urls, dates, strict=True)))
    build_index(named_files([path]), tmp_path / "i.cdxj")
    captures = list(iter_captures(tmp_path / "i.cdxj"))
    assert len(captures) == 700
    for url in set(urls):
        found, key = lookup(tmp_path / "i.cdxj", url), surt(url)
        assert found == [capture for capture in captures if capture.key == key]
        assert {capture.url for capture in found} == {url}
    assert lookup(tmp_path / "i.cdxj", "http://h1.example/absent") == []
    assert lookup(tmp_path / "i.cdxj", "http://a.a/") == lookup(tmp_path / "i.cdxj", "http://zz.zz/") == []


def test_the_nearest_capture_comes_first(tmp_path):
    days = ["2024-01-01", "2024-03-01", "2024-06-30"]
    path = write(tmp_path / "a.warc", *(record("http://a.example/", b"", f"{day}T00:00:00Z") for day in days))
    build_index(named_files([path]), tmp_path / "i.cdxj")

    def months(timestamp):
        return [capture.timestamp[4:6] for capture in lookup(tmp_path / "i.cdxj", "https://www.a.example", timestamp)]

    assert months(None) == ["01", "03", "06"]
    assert months("2024") == ["01", "03", "06"]
    assert months("20240310") == ["03", "01", "06"]
    assert months("2024-05-15T00:00:00Z") == ["06", "03", "01"]
    with pytest.raises(ArchiveError, match="is not a time"):
        months("soon")


def test_look_up_in_an_empty_or_absent_or_foreign_index(tmp_path):
    (tmp_path / "empty").write_text("")
    assert lookup(tmp_path / "empty", "http://a.example/") == []
    with pytest.raises(ArchiveError, match="archive-index"):
        lookup(tmp_path / "absent", "http://a.example/")
    (tmp_path / "cdx").write_text("example,a)/ 20240101000000 http://a.example/ text/html 200 ABC - - 1 2 x.warc.gz\n")
    with pytest.raises(ArchiveError, match="no CDXJ line"):
        lookup(tmp_path / "cdx", "http://a.example/")


# ---- damaged input ------------------------------------------------------------------------------------------------

GOOD = [gzip.compress(record(f"http://a.example/{number}")) for number in range(3)]


@pytest.mark.parametrize(
    ("name", "data", "problem", "lines"),
    [
        ("cut.warc.gz", GOOD[0] + GOOD[1][:-9], "the file ends inside a gzip member", 1),
        ("flipped.warc.gz", GOOD[0] + GOOD[1][:60] + b"\0\0" + GOOD[1][62:] + GOOD[2], "gzip member is damaged", 2),
        ("zeros.warc.gz", GOOD[0] + bytes(600), "gzip member is damaged", 1),
        ("joined.warc.gz", gzip.compress(record("http://a.example/") * 2), "more than one record in a gzip member", 0),
        ("page.warc", b"<html>no archive</html>\r\n\r\n", "no WARC record starts here", 0),
        ("head.warc", record("http://a.example/")[:50], "the record's header is cut off", 0),
        ("block.warc", record("http://a.example/")[:-9], "the block ends 5 bytes early", 0),
        (
            "length.warc",
            record("http://a.example/").replace(b"Content-Length: ", b"Content-Length: x"),
            "is not a number",
            0,
        ),
        ("short.warc", record("http://a.example/")[:-4] + b"more\r\n\r\n", "not followed by two line ends", 0),
    ],
)
def test_damage_is_told_in_one_line_and_the_rest_is_indexed(tmp_path, name, data, problem, lines):
    (tmp_path / name).write_bytes(data)
    done = command("archive-index", str(tmp_path / name))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == lines
    (told,) = done.stderr.splitlines()
    assert told.startswith(f"scrapy archive-index: error: {tmp_path / name}: at byte ")
    assert problem in told


def test_a_damaged_file_is_reported_every_time(collection):
    (collection / "c.warc.gz").write_bytes(GOOD[0] + GOOD[1][:-9])
    for _ in range(2):
        result = build_index(warc_files(collection), index_path(collection))
        assert ([fault.offset for fault in result.faults], result.lines) == ([len(GOOD[0])], 11)


def flip(path, offset):
    """Change one bit of the file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("is_gzipped", [True, False])
def test_a_flipped_bit_loses_no_line_and_hides_nothing_behind_it(tmp_path, is_gzipped):
    folder = tmp_path / "warc"
    folder.mkdir()
    name = "a.warc.gz" if is_gzipped else "a.warc"
    write(folder / name, *(record(f"http://a.example/{number}") for number in range(5)))
    index = index_path(folder)
    build_index(warc_files(folder), index)
    before = index.read_bytes()
    places = [(one.offset, one.length) for one in iter_captures(index)]
    offset, length = places[1]
    flip(folder / name, offset + (length // 2 if is_gzipped else 3))
    for _ in range(2):
        result = build_index(warc_files(folder), index)
        assert before == index.read_bytes()
        assert [offset] == [fault.offset for fault in result.faults]
        (sentence,) = result.said
        assert sentence.startswith(f"{folder / name}: at byte {offset}: ")
    (damage,) = read_damage(index, folder)
    assert (name, offset, places[2][0]) == (damage.file, damage.offset, damage.end)
    assert [one for one, _ in places if damage.holds(one)] == [offset]
    with pytest.raises(ArchiveError, match=f"at byte {offset}"):
        read_capture(folder, lookup(index, "http://a.example/1")[0])
    assert read_capture(folder, lookup(index, "http://a.example/4")[0]).target_uri == "http://a.example/4"
    # Without an index of before it is not known what stood there; what stands behind it is.
    index.unlink()
    assert (build_index(warc_files(folder), index).lines, len(read_damage(index, folder))) == (4, 1)


def test_what_was_cut_off_or_emptied_stays_in_the_index(collection):
    index = index_path(collection)
    before = index.read_bytes()
    a, b = (collection / name for name in ("a.warc.gz", "b.warc.gz"))
    a.write_bytes(a.read_bytes()[:-9])
    b.write_bytes(b"")
    result = build_index(warc_files(collection), index)
    assert before == index.read_bytes()
    assert [None, None] == [one.end for one in result.damage]
    write(a, record("http://c.example/"))
    b.unlink()
    assert refresh(collection) == (["a.warc.gz"], [])
    assert read_damage(index, collection) == []


def test_a_file_that_is_nothing_but_damage_is_read_for_a_while_only(tmp_path):
    folder = tmp_path / "warc"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(b"".join(GOOD[number % 3][:-9] for number in range(500)))
    result = build_index(warc_files(folder), index_path(folder))
    assert (len(result.damage), len(result.said)) == (101, 1)
    assert "and in 100 more places" in result.said[0]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_found_or_harmless(tmp_path_factory, data):
    whole = b"".join(GOOD)
    position = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[position] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("flip")
    (folder / "a.warc.gz").write_bytes(whole)
    expected = index_of(folder / "a.warc.gz")
    (folder / "a.warc.gz").write_bytes(changed)
    result = build_index(named_files([folder / "a.warc.gz"]), folder / "i.cdxj")
    left = (folder / "i.cdxj").read_text().splitlines()
    assert result.faults or left == expected
    assert len(left) >= len(expected) - 1


def test_two_files_of_one_name_are_refused(tmp_path):
    for folder in "xy":
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.warc", record("http://a.example/"))
    with pytest.raises(ArchiveError, match="the same name"):
        named_files([tmp_path / "x" / "a.warc", tmp_path / "y" / "a.warc"])


# ---- the command --------------------------------------------------------------------------------------------------


def test_the_index_of_a_project_stands_beside_its_archive(collection):
    index_path(collection).unlink()
    done = command("archive-index", "-s", f"ARCHIVE_DIR={collection}", cwd=collection)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{collection.parent}/index.cdxj: 10 captures; 2 files read, 0 known before\n"
    assert [path.name for path in sorted(collection.parent.iterdir())] == [".index.cdxj.json", "index.cdxj", "warc"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["absent.warc.gz"], 2, "absent.warc.gz: there is no such file or folder"),
        (["--color"], 2, "unknown option --color"),
        (["-s", "DATA_DIR=absent"], 2, "absent/warc: there is no such folder"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments, code, words):
    done = command("archive-index", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_folder_stands_for_its_warc_files(collection):
    done = command("archive-index", str(collection))
    assert done.stdout == index_path(collection).read_text()


def test_a_closed_pipe_is_no_error(tmp_path):
    path = write(tmp_path / "a.warc", *(record(f"http://a.example/{number}", b"") for number in range(2000)))
    words = f"'{sys.executable}' -m scrapy archive-index '{path}' | head -1"
    done = subprocess.run(["bash", "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


def test_help_has_examples():
    assert "scrapy archive-index *.warc.gz -o" in command("archive-index", "--help").stdout
