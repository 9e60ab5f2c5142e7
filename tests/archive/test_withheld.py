"""Long answers that go to the archive and not to the spider: the same records, and no more than a piece is held."""

from __future__ import annotations

import gzip
import hashlib

import pytest

from archive import read_record
from archive.capture.exchange import Call
from archive.capture.framing import Framing
from archive.capture.handing import HandedOn
from tests.archive.cases import BIG, CASES, TEXT, chunked, chunks, plain
from tests.archive.damaged import verify
from tests.archive.foreign import crawl
from tests.archive.raw_server import Case, RawServer

SLOW = {"stall", "silent", "no-answer", "dripping", "8-mb", "chunk-bad-big", "http-0.9-big"}
PDF = b"Content-Type: application/pdf"
LONG = plain(BIG, PDF)
CHUNKED = chunked(chunks(BIG, 9_000, b";a=b", b"X-Sum: 1\r\n"), PDF)
MORE = [
    Case(name="long", pieces=[LONG], entity=BIG),
    Case(name="long-gzip", pieces=[plain(gzip.compress(BIG, 0), PDF, b"Content-Encoding: gzip")], entity=BIG),
    Case(name="long-in-pieces", pieces=[LONG[:30], LONG[30:99], LONG[99:]], pause=0.02, entity=BIG),
    Case(name="long-cut", pieces=[plain(BIG[:-9], PDF, length=len(BIG))], after="close", end="disconnect"),
    Case(name="long-head-cut", pieces=[LONG[:30]], after="close", end="disconnect"),
    Case(name="long-404", pieces=[plain(BIG, PDF, status=b"HTTP/1.1 404 Not Found")], entity=BIG),
    Case(name="long-html", pieces=[plain(BIG, b"Content-Type: text/html")], entity=BIG),
    Case(name="long-old", pieces=[plain(BIG, PDF, status=b"HTTP/1.0 200 OK")], after="close", entity=BIG),
    Case(name="long-stall", pieces=[plain(BIG[:-9], PDF, length=len(BIG))], after="stall", end="time"),
    # No such name is a length for the client: only the end of the connection tells that of the body.
    Case(name="no-length", pieces=[LONG.replace(b"Length:", b"Length :")], after="close", entity=BIG),
    Case(name="too-long", pieces=[plain(BIG + 4 * TEXT, PDF)], after="close", end="length"),
    Case(
        name="close-too-long",
        pieces=[b"HTTP/1.1 200 OK\r\n" + PDF + b"\r\n\r\n", *[BIG] * 3],
        after="close",
        end="length",
    ),
    # Nor do those with chunks say it.
    Case(name="chunks", pieces=[CHUNKED], entity=BIG),
    Case(name="chunks-in-pieces", pieces=[CHUNKED[:30], CHUNKED[30:200], CHUNKED[200:]], pause=0.02, entity=BIG),
    Case(
        name="chunks-gzip",
        pieces=[chunked(chunks(gzip.compress(BIG, 0), 9_000), PDF, b"Content-Encoding: gzip")],
        entity=BIG,
    ),
    Case(name="chunks-short", pieces=[chunked(chunks(TEXT, 9), PDF)], entity=TEXT),
    Case(name="short-no-length", pieces=[b"HTTP/1.1 200 OK\r\n" + PDF + b"\r\n\r\n", TEXT], after="close", entity=TEXT),
    Case(name="chunks-cut", pieces=[CHUNKED[:-20]], after="close", end="disconnect"),
    Case(name="chunks-short-cut", pieces=[chunked(chunks(TEXT)[:-9], PDF)], after="close", end="disconnect"),
    Case(name="chunks-bad", pieces=[CHUNKED[:-15] + b"xyz\r\n"], after="close", end="unspecified"),
    Case(name="chunks-too-long", pieces=[chunked(chunks(BIG + 4 * TEXT), PDF)], after="close", end="length"),
]
BY_NAME = {case.name: case for case in [*CASES, *MORE] if case.name not in SLOW}
WITHHELD = {
    *("long", "long-gzip", "long-in-pieces", "long-old", "no-length"),
    *("chunks", "chunks-gzip", "chunks-in-pieces"),
}
"""Those with more bytes than are kept in memory that come whole."""
TOLD = """
def parse(self, response):
    self.results.append({"url": response.url, "size": len(response.body), "flags": response.flags,
                         "archive": response.meta["archive"], "latency": response.meta["download_latency"],
                         "headers": sorted(name.decode().lower() for name in response.headers)})
ForeignSpider.parse = parse
"""


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    directory = tmp_path_factory.mktemp("withheld")
    with RawServer(BY_NAME) as server:
        timeout = {"long-stall": {"download_timeout": 1}}
        requests = [
            {"url": f"{server.base}/{name}", "meta": {"archive_stream": True, **timeout.get(name, {})}}
            for name in BY_NAME
        ]
        settings = {
            "ARCHIVE_DEDUP": False,
            "ARCHIVE_SPOOL_SIZE": 200_000,
            "ARCHIVE_LARGEST_STREAM": len(BIG) + 5000,
            "DOWNLOAD_MAXSIZE": len(BIG) + 100,
        }
        result = crawl(directory, requests, settings=settings, prelude=TOLD)
    assert (result.reason, result.exit_code) == ("finished", 0)
    return server, result


def told(result, name: str) -> dict:
    return next(entry for entry in result.results if entry["url"].endswith(f"/{name}"))


def test_the_records_are_those_of_any_other_crawl(archived):
    server, result = archived
    for name, case in BY_NAME.items():
        sent = [case.message for logged in server.log if logged.case == name]
        records = result.of("response", name)
        if not name.endswith("too-long"):  # given up on at its head, whatever had come by then
            assert [record.block for record in records] == sent, name
        truncated = None if case.end == "complete" else case.end
        assert {record.headers.get("WARC-Truncated") for record in records} == {truncated}, name
        noted = result.of("metadata", name)[0].block.decode()
        if case.entity is not None:
            assert f"entitySha256: {hashlib.sha256(case.entity).hexdigest()}\r\n" in noted, name
    assert verify(*result.warc.glob("*.warc.gz")) == []


def test_what_is_long_is_not_handed_on(archived):
    _, result = archived
    flagged = {
        entry["url"].rpartition("/")[2] for entry in result.results if "archived-without-body" in entry.get("flags", [])
    }
    assert flagged == WITHHELD
    for name in WITHHELD:
        entry, entity = told(result, name), BY_NAME[name].entity
        where = entry["archive"]
        assert (entry["size"], where["entity_length"]) == (0, len(entity))
        assert where["entity_sha256"] == hashlib.sha256(entity).hexdigest()
        assert read_record(result.warc / where["file"], where["offset"], where["length"]).payload == entity
        assert {"content-length", "content-encoding"}.isdisjoint(entry["headers"])
    for name in ("plain", "gzip", "chunked", "1-mb", "long-404", "long-html", "chunks-short", "short-no-length", "100"):
        assert told(result, name)["size"] == len(BY_NAME[name].entity)


def test_what_comes_in_part_or_is_too_long_fails_as_ever(archived):
    _, result = archived
    broken = {
        "long-cut": "ResponseDataLossError",
        "long-head-cut": "DownloadFailedError",
        "long-stall": "DownloadTimeoutError",
        "too-long": "DownloadCancelledError",
        "chunks-cut": "ResponseDataLossError",
        "chunks-short-cut": "ResponseDataLossError",
        "chunks-bad": "ResponseDataLossError",
        "chunks-too-long": "DownloadCancelledError",
        "close-too-long": "DownloadCancelledError",
    }
    assert {name: told(result, name)["error"] for name in broken} == broken


def test_the_latency_is_that_of_the_head(archived):
    """AutoThrottle goes by it."""
    _, result = archived
    assert told(result, "long-in-pieces")["latency"] < BY_NAME["long-in-pieces"].pause * 3


def test_connections_are_used_again_behind_a_body_that_was_not_handed_on(archived):
    server, _ = archived
    names = list(BY_NAME)
    after = names[names.index("long-gzip") + 1]
    used = {logged.connection for logged in server.log if logged.case in {"long-gzip", after}}
    assert len(used) == 1


def handed(directory, data: bytes, step: int, largest: int) -> tuple[list[bytes], Call]:
    call = Call("http://a/", proxied=False, facts=[], spool_size=100, spool_directory=directory, largest_stream=largest)
    framing = Framing(b"GET")
    handed = HandedOn(call, framing)
    given = []
    for at in range(0, len(data), step):
        framing.feed(data[at : at + step])
        given.append(handed.of(data[at : at + step]))
    return given, call


@pytest.mark.parametrize("step", [1, 7, 50, 4096])
def test_the_client_never_gets_a_piece_of_the_body(tmp_path, step):
    early = b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\n" + PDF + b"\r\nContent-Encoding: br\r\n"
    data = early + plain(bytes(50_000), PDF, b"Content-Encoding: br")
    given, _ = handed(tmp_path, data, step, 10**9)
    assert b"".join(given) == early + head + b"Transfer-Encoding: chunked\r\n\r\n" + b"0\r\n\r\n"
    assert max(map(len, given)) < 200


@pytest.mark.parametrize(
    "data",
    [
        plain(bytes(100), PDF),
        plain(bytes(1000)),
        plain(bytes(1000), b"Content-Type: application/xhtml+xml"),
        plain(bytes(1000), PDF, status=b"HTTP/1.1 206 Partial Content"),
        plain(bytes(1000), PDF, b"Content-Length: 999"),
        chunked(chunks(bytes(20), 9), PDF),
        chunked(chunks(bytes(1000), 9)),
        chunked(chunks(bytes(1000), 9), b"Content-Type: text/html"),
        plain(bytes(1000), PDF, b"A: b", b" c"),
        plain(bytes(1000), PDF, b"Content-Encoding: gzip", b"\tx"),
        plain(bytes(2001), PDF),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1000),
        b"no head at all\r\n" * 9,
    ],
)
def test_all_else_is_handed_on_as_it_is(tmp_path, data):
    given, call = handed(tmp_path, data, 9, 2000)
    assert (b"".join(given), call.is_withheld) == (data, False)


@pytest.mark.parametrize("step", [1, 7, 50, 4096])
def test_of_chunks_the_client_gets_no_more_than_is_kept_in_memory(tmp_path, step):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + PDF + b"\r\n\r\n"
    given, call = handed(tmp_path, head + chunks(bytes(5_000), 100), step, 10**9)
    assert (b"".join(given), call.is_withheld) == (head + b"0\r\n\r\n", True)
    given, call = handed(tmp_path, head + chunks(bytes(5_000), 100)[:-5] + b"x\r\n", step, 10**9)
    assert (b"".join(given), call.is_withheld) == (head + b"-\r\n", True)  # no end for the client, either


def test_a_length_told_twice_is_one(tmp_path):
    given, call = handed(tmp_path, plain(bytes(1000), b"Content-Length: 1000", PDF), 9, 2000)
    assert b"".join(given) == b"HTTP/1.1 200 OK\r\n" + PDF + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert call.is_withheld
