"""What was stored before is referred to, not stored again; and whatever is referred to is there."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from archive import Draft, WarcWriter, iter_records, read_record
from archive.index import CollectionIndex
from archive.index_file import INDEX_NAME
from archive.originals import Originals
from archive.warc.record import new_record_id
from tests.archive.cases import CASES as WIRE_CASES
from tests.archive.cases import TEXT, chunked, chunks, plain
from tests.archive.foreign import Crawl, crawl
from tests.archive.raw_server import Case, RawServer

TOOLS = Path(sys.executable).parent
PAGE, FILE = b"Content-Type: text/html; charset=utf-8", b"Content-Type: application/pdf"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nX-Seen: now\r\n\r\n'
TAGGED = plain(TEXT, PAGE, b'ETag: "1"')
CASES = [
    Case(name="page", pieces=[plain(TEXT, PAGE)]),
    Case(name="same-page", pieces=[plain(TEXT, PAGE)]),
    Case(name="file", pieces=[plain(TEXT, FILE)]),
    Case(name="same-file", pieces=[plain(TEXT, FILE, b"X-Other: head")]),
    Case(name="chunks", pieces=[chunked(chunks(TEXT, 500), PAGE)]),
    Case(name="small", pieces=[plain(b"x" * 255, PAGE)]),
    Case(name="empty", pieces=[plain(b"", PAGE)]),
    Case(name="undecodable", pieces=[plain(TEXT, PAGE, b"Content-Encoding: gzip")]),
    Case(name="small-file", pieces=[plain(b"x" * 255, FILE)]),
    Case(name="same-small-file", pieces=[plain(b"x" * 255, FILE)]),
    Case(name="gone", pieces=[plain(TEXT, PAGE, status=b"HTTP/1.1 404 Gone")]),
    Case(name="redirect", pieces=[plain(TEXT, FILE, b"Location: /page", status=b"HTTP/1.1 302 Found")]),
    Case(name="same-redirect", pieces=[plain(TEXT, FILE, b"Location: /page", status=b"HTTP/1.1 302 Found")]),
    Case(name="cut", pieces=[plain(TEXT, PAGE, length=len(TEXT) + 9)], after="close"),
    Case(name="tagged", pieces=[TAGGED]),
    Case(name="cookie", pieces=[plain(TEXT, PAGE, b"Set-Cookie: session=s3cret")]),
]
BY_NAME = {case.name: case for case in CASES}
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
UNMODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@pytest.fixture
def server():
    with RawServer(dict(BY_NAME)) as running:
        yield running


def fetch(server, directory: Path, *names: str, headers: dict | None = None, **settings) -> Crawl:
    requests = [{"url": f"{server.base}/{name}", "headers": headers or {}} for name in names]
    return crawl(directory, requests, settings=settings)


def types(result: Crawl, name: str) -> list[str]:
    """``response`` and ``revisit`` records of a case, in order."""
    found = [r for r in result.records if r.type in {"response", "revisit"} and r.target_uri.endswith(f"/{name}")]
    return [record.type for record in found]


def held(result: Crawl, facts: dict):
    """The record that what the spider was told leads to."""
    return read_record(result.warc / facts["file"], facts["offset"], facts["length"])


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page", "revisit"),
        ("file", "revisit"),
        ("chunks", "revisit"),
        ("gone", "revisit"),
        ("small", "revisit"),
        ("redirect", "revisit"),
        ("undecodable", "revisit"),
        ("empty", "response"),
        ("cut", "response"),
    ],
)
def test_a_payload_is_stored_once(server, tmp_path, name, kind, runs):
    for _ in range(runs):
        result = fetch(server, tmp_path, *[name] * (3 - runs))
    assert types(result, name)[:2] == ["response", kind]


def test_a_revisit_record_says_what_it_refers_to(server, tmp_path):
    fetch(server, tmp_path, "file")
    result = fetch(server, tmp_path, "same-file")
    (original,), (revisit,) = result.of("response", "file"), result.of("revisit", "same-file")
    assert revisit.block == BY_NAME["same-file"].pieces[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert {name: revisit.headers.get(name) for name in (
        "WARC-Profile", "WARC-Truncated", "WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date",
        "WARC-Payload-Digest", "Content-Type",
    )} == {
        "WARC-Profile": IDENTICAL,
        "WARC-Truncated": "length",
        "WARC-Refers-To": original.record_id,
        "WARC-Refers-To-Target-URI": f"{server.base}/file",
        "WARC-Refers-To-Date": original.date,
        "WARC-Payload-Digest": original.headers.get("WARC-Payload-Digest"),
        "Content-Type": "application/http;msgtype=response",
    }  # fmt: skip
    (metadata,) = result.of("metadata", "same-file")
    assert f"entitySha256: {hashlib.sha256(TEXT).hexdigest()}" in metadata.block.decode()
    assert revisit.record_id in metadata.headers.get_all("WARC-Concurrent-To")
    assert metadata.record_id in revisit.headers.get_all("WARC-Concurrent-To")
    assert result.stats["archive/records/revisit"] == 1


def test_the_spider_is_told_of_the_record_that_holds_the_payload(server, tmp_path):
    first = fetch(server, tmp_path, "page").results[0]["archive"]
    result = fetch(server, tmp_path, "page")
    told = result.results[0]["archive"]
    assert first["revisit"] is None
    span = told.pop("revisit")
    assert read_record(result.warc / span["file"], span["offset"], span["length"]).record_id == span["record_id"]
    assert result.of("revisit", "page")[0].record_id == span["record_id"]
    assert told.pop("fetched_at") >= first["fetched_at"]
    assert told == {name: value for name, value in first.items() if name not in {"revisit", "fetched_at"}}
    assert held(result, told).payload == TEXT


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("page", "same-page", "response"),  # an item cites its own page
        ("redirect", "same-redirect", "response"),
        ("small-file", "same-small-file", "response"),  # it would save nothing
        ("file", "same-file", "revisit"),
    ],
)
def test_only_files_refer_to_other_urls(server, tmp_path, one, other, kind):
    result = fetch(server, tmp_path, one, other)
    assert types(result, one) + types(result, other) == ["response", kind]


def test_of_what_cannot_be_decoded_no_entity_is_told(server, tmp_path):
    first = fetch(server, tmp_path, "undecodable").results[0]["archive"]
    (tmp_path / "warc" / INDEX_NAME).unlink()
    result = fetch(server, tmp_path, "undecodable")
    told = result.results[0]["archive"]
    assert told["revisit"] is not None
    assert (told["entity_sha256"], told["entity_length"]) == (None, None)
    assert told["record_id"] == first["record_id"]
    assert held(result, told).body == TEXT


def test_only_heads_that_say_the_same_of_the_body_are_exchanged(server, tmp_path):
    fetch(server, tmp_path, "page")
    server.cases["page"] = Case(name="page", pieces=[chunked(chunks(TEXT), PAGE)])
    fetch(server, tmp_path, "page")
    server.cases["page"] = Case(name="page", pieces=[chunked(chunks(TEXT, 99), PAGE)])
    result = fetch(server, tmp_path, "page")
    assert types(result, "page") == ["response", "response", "revisit"]
    assert held(result, result.results[0]["archive"]).body == chunks(TEXT)


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_only_what_get_answers_is_referred_to(server, tmp_path, method):
    crawl(tmp_path, [{"url": f"{server.base}/page", "method": "POST", "body": "a=1"}])
    (tmp_path / "warc" / INDEX_NAME).unlink(missing_ok=True)
    result = crawl(tmp_path, [{"url": f"{server.base}/page", "method": method}] * 2 if method == "POST" else [])
    assert set(types(result, "page")) == {"response"}
    assert types(fetch(server, tmp_path, "page"), "page")[-1] == "response"


def test_the_same_crawl_again_stores_no_payload_again(tmp_path):
    cases = {case.name: case for case in WIRE_CASES if case.end == "complete"}
    with RawServer(cases) as server:
        for _ in range(2):
            result = fetch(server, tmp_path, *cases)
    stored = Counter(record.target_uri for record in result.records if record.type == "response" and record.body)
    assert {1} == set(stored.values())
    assert set(stored) == {record.target_uri for record in result.records if record.type == "revisit"}
    assert [None] == [record.headers.get("WARC-Payload-Digest") for record in result.of("response", "bare-lf")]
    assert [f"sha256:{hashlib.sha256(TEXT).hexdigest()}"] == [
        record.headers.get("WARC-Payload-Digest") for record in result.of("revisit", "bare-lf")
    ]


def test_it_can_be_turned_off(server, tmp_path):
    result = fetch(server, tmp_path, "page", "page", ARCHIVE_DEDUP=False)
    assert types(result, "page") == ["response", "response"]
    assert not (result.warc / INDEX_NAME).exists()


def test_secrets_are_blanked_in_revisits_too(server, tmp_path):
    result = fetch(server, tmp_path, "cookie", "cookie", ARCHIVE_REDACT=["Set-Cookie", "Cookie"])
    (revisit,) = result.of("revisit", "cookie")
    assert b"Set-Cookie: [redacted]\r\n" in revisit.block
    assert b"s3cret" not in b"".join(record.block for record in result.records)


@pytest.mark.parametrize("asked", [{"If-None-Match": 'W/"1"'}, {"If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}])
def test_a_304_refers_to_what_it_calls_unmodified(server, tmp_path, asked):
    fetch(server, tmp_path, "tagged")
    server.cases["tagged"] = Case(name="tagged", pieces=[NOT_MODIFIED])
    result = fetch(server, tmp_path, "tagged", headers=asked)
    (original,), (revisit,) = result.of("response", "tagged"), result.of("revisit", "tagged")
    assert (revisit.block, revisit.content_type) == (b"", None)
    assert revisit.headers.get("WARC-Profile") == UNMODIFIED
    assert revisit.headers.get("WARC-Refers-To") == original.record_id
    assert revisit.headers.get("WARC-Refers-To-Target-URI") == original.target_uri
    assert revisit.headers.get("WARC-Refers-To-Date") == original.date
    told = result.results[0]
    assert (told["status"], held(result, told["archive"]).payload) == (304, TEXT)
    assert told["archive"]["revisit"]["record_id"] == revisit.record_id
    assert told["archive"]["entity_sha256"] == hashlib.sha256(TEXT).hexdigest()
    head = dict(line.split(": ", 1) for line in result.of("metadata", "tagged")[-1].block.decode().splitlines())
    import base64

    assert base64.b64decode(head["notModifiedResponse"]) == NOT_MODIFIED
    assert "entitySha256" not in head


@pytest.mark.parametrize(
    ("asked", "told", "kind"),
    [
        ('"0","1"', "", "revisit"),
        ('"0", W/"1"', '"1"', "revisit"),
        ('"1", "2"', '"2"', "response"),
        ('"1-gzip", "2"', '"2"', "response"),
        ('"1"', '"1-gzip"', "revisit"),
        ("*", '"1"', "revisit"),
        ("*", '"2"', "response"),
        ("*", "", "revisit"),
        ('"2, ", "1"', "", "revisit"),
        ('"2, 1"', "", "response"),
    ],
)
def test_of_several_etags_a_304_means_the_one_it_names(server, tmp_path, asked, told, kind):
    fetch(server, tmp_path, "tagged")
    etag = f"ETag: {told}\r\n".encode() if told else b""
    server.cases["tagged"] = Case(name="tagged", pieces=[b"HTTP/1.1 304 Not Modified\r\n" + etag + b"\r\n"])
    result = fetch(server, tmp_path, "tagged", headers={"If-None-Match": asked})
    assert types(result, "tagged") == ["response", kind]


@pytest.mark.parametrize("asked", [{"If-None-Match": '"2"'}, {}])
def test_a_304_about_something_else_is_stored_as_it_came(server, tmp_path, asked):
    fetch(server, tmp_path, "tagged")
    server.cases["tagged"] = Case(name="tagged", pieces=[NOT_MODIFIED])
    result = fetch(server, tmp_path, "tagged", headers=asked)
    assert result.of("response", "tagged")[-1].block == NOT_MODIFIED


def test_a_304_is_not_about_what_came_in_between_without_a_tag(server, tmp_path):
    fetch(server, tmp_path, "tagged")
    server.cases["tagged"] = Case(name="tagged", pieces=[plain(TEXT * 2, PAGE)])
    fetch(server, tmp_path, "tagged")
    server.cases["tagged"] = Case(name="tagged", pieces=[NOT_MODIFIED])
    result = fetch(server, tmp_path, "tagged", headers={"If-None-Match": '"1"'})
    assert types(result, "tagged") == ["response", "response", "response"]


def test_a_304_means_the_last_payload_also_when_that_was_a_revisit(server, tmp_path):
    other = Case(name="tagged", pieces=[plain(TEXT * 2, PAGE, b'ETag: "2"')])
    again = server.cases["tagged"]
    for case in (again, other, again):
        server.cases["tagged"] = case
        fetch(server, tmp_path, "tagged")
    (tmp_path / "warc" / INDEX_NAME).unlink()  # What the files say is the same.
    server.cases["tagged"] = Case(name="tagged", pieces=[NOT_MODIFIED])
    result = fetch(server, tmp_path, "tagged", headers={"If-None-Match": '"1"'})
    assert types(result, "tagged") == ["response", "response", "revisit", "revisit"]
    assert held(result, result.results[0]["archive"]).payload == TEXT


# ---- the index ----------------------------------------------------------------------------------------------------


def damage_nothing(warc: Path) -> None: ...


def remove_the_index(warc: Path) -> None:
    (warc / INDEX_NAME).unlink()


def write_over_the_index(warc: Path) -> None:
    (warc / INDEX_NAME).write_bytes(b"no database" * 1000)


def write_over_its_middle(warc: Path) -> None:
    data = bytearray((warc / INDEX_NAME).read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    (warc / INDEX_NAME).write_bytes(data)


def make_it_of_another_version(warc: Path) -> None:
    with sqlite3.connect(warc / INDEX_NAME) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


@pytest.mark.parametrize(
    "harm",
    [damage_nothing, remove_the_index, write_over_the_index, write_over_its_middle, make_it_of_another_version],
)
def test_the_index_heals_itself(server, tmp_path, harm):
    fetch(server, tmp_path, "page", "file")
    harm(tmp_path / "warc")
    result = fetch(server, tmp_path, "page", "file")
    assert types(result, "page") + types(result, "file") == ["response", "revisit"] * 2
    assert result.exit_code == 0


def remove_the_file(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def flip_a_byte_of_the_payload(path: Path) -> None:
    (record,) = [record for record in iter_records(path) if record.type == "response"]
    data = bytearray(path.read_bytes())
    data[record.offset + record.length - 40] ^= 1
    path.write_bytes(data)


def cut_the_file(path: Path) -> None:
    (record,) = [record for record in iter_records(path) if record.type == "response"]
    path.write_bytes(path.read_bytes()[: record.offset + record.length - 1])


def put_another_in_its_place(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(b"\x1f\x8b" + os.urandom(size - 2))


@pytest.mark.parametrize("harm", [remove_the_file, flip_a_byte_of_the_payload, cut_the_file, put_another_in_its_place])
def test_a_record_that_is_not_whole_is_never_referred_to(server, tmp_path, harm):
    fetch(server, tmp_path, "page")
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    harm(path)
    result = fetch(server, tmp_path, "page", "page")
    (new,) = (file for file in (tmp_path / "warc").glob("*.warc.gz") if file != path)
    kinds = [record.type for record in iter_records(new) if record.type in {"response", "revisit"}]
    assert (kinds, result.exit_code) == (["response", "revisit"], 0)


def write_foreign(directory: Path, uri: str, block: bytes, **fields: str) -> None:
    """A response by a program that writes no metadata records."""
    record_id = new_record_id()
    head = [("WARC-Type", "response"), ("WARC-Record-ID", record_id), ("WARC-Date", "2020-01-02T03:04:05Z"),
            ("WARC-Target-URI", uri), ("WARC-Payload-Digest", "sha1:" + "A" * 32), *fields.items(),
            ("Content-Type", "application/http; msgtype=response")]  # fmt: skip
    writer = WarcWriter(directory, prefix="foreign")
    writer.write([Draft("response", head, block, record_id)])
    writer.close()


def test_files_of_other_programs_are_referred_to(server, tmp_path):
    write_foreign(tmp_path / "warc", f"{server.base}/page", BY_NAME["page"].message)
    result = fetch(server, tmp_path, "page")
    (revisit,) = result.of("revisit", "page")
    assert revisit.headers.get("WARC-Payload-Digest") == "sha1:" + "A" * 32
    assert revisit.headers.get("WARC-Refers-To-Date") == "2020-01-02T03:04:05Z"


def test_truncated_and_empty_payloads_of_other_programs_are_not(tmp_path):
    write_foreign(tmp_path, "http://127.0.0.1/a", BY_NAME["page"].message, **{"WARC-Truncated": "length"})
    write_foreign(tmp_path, "http://127.0.0.1/b", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
    write_foreign(tmp_path, "http://127.0.0.1/c", BY_NAME["page"].message)
    originals = Originals(tmp_path)
    found = {name: originals.find_unmodified(f"http://127.0.0.1/{name}", []) for name in "abc"}
    originals.close()
    assert [name for name, original in found.items() if original] == ["c"]


def test_an_index_that_cannot_be_written_costs_no_record(server, tmp_path):
    (tmp_path / "warc" / INDEX_NAME).mkdir(parents=True)
    result = fetch(server, tmp_path, "page", "page")
    assert (result.exit_code, types(result, "page")) == (0, ["response", "response"])
    assert "unable to open database file" in result.log


def test_a_file_that_a_killed_run_left_is_read_again(server, tmp_path):
    fetch(server, tmp_path, "page")
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    path.rename(path.with_name(path.name + ".open"))
    with closing(CollectionIndex(tmp_path / "warc")) as index:
        assert index.unknown_files() == []  # knows of no finished file
    result = fetch(server, tmp_path, "page")
    assert types(result, "page") == ["response", "revisit"]


@pytest.mark.parametrize("digest", ["stored", "entity"])
def test_other_tools_accept_revisits(server, tmp_path, digest):
    names = ["page", "file", "same-file", "chunks", "tagged"]
    fetch(server, tmp_path, *names, ARCHIVE_PAYLOAD_DIGEST=digest)
    server.cases["tagged"] = Case(name="tagged", pieces=[NOT_MODIFIED])
    fetch(server, tmp_path, *names, headers={"If-None-Match": '"1"'}, ARCHIVE_PAYLOAD_DIGEST=digest)
    if digest == "stored":
        for path in (tmp_path / "warc").glob("*.warc.gz"):
            subprocess.run([TOOLS / "warcio", "check", path], capture_output=True, check=True)
            # Not with --verify-payloads: it looks for the payload in the revisit record itself.
            subprocess.run([TOOLS / "fastwarc", "check", path], capture_output=True, check=True)
