"""Every kind of fault is found, named with its place, and told once; sound files of any writer are clean."""

from __future__ import annotations

import gc
import gzip
import json
import math
import os
import re
import subprocess
import sys
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import Draft, iter_records
from archive.cdxj import WarcFile, build_index
from archive.verify import FAULTS, NOTES, Verification
from archive.warc.record import new_record_id
from tests.archive.damaged import (
    CHUNKED,
    DATE,
    URI,
    as_plain,
    codes,
    contents,
    exchange,
    parts,
    payload_of,
    plain_answer,
    sha256,
    verify,
    write,
)
from tests.archive.foreign import scrapy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sound(tmp_path):
    return write(tmp_path, exchange(plain_answer()), exchange(CHUNKED, uri="http://127.0.0.1/chunked"))


def test_a_sound_file_is_clean_and_counted(sound):
    verification = Verification([WarcFile(sound)])
    assert [] == list(verification.run())
    assert {"warcinfo": 1, "request": 2, "response": 2} == dict(verification.records)
    assert {"both": 1, "stored": 1} == dict(verification.readings)


def test_both_readings_of_the_payload_digest_are_right(tmp_path):
    path = write(tmp_path, exchange(CHUNKED, payload_digest=sha256(b"hello world")))
    verification = Verification([WarcFile(path)])
    assert [] == list(verification.run())
    assert {"entity": 1} == dict(verification.readings)


# ---- the container ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 4])
@pytest.mark.parametrize("missing", [1, 5, 9, 60])
def test_a_cut_inside_a_record_is_told_where_the_record_starts(sound, number, missing):
    record = parts(sound)[number]
    sound.write_bytes(sound.read_bytes()[: record.offset + record.length - missing])
    assert (record.offset, "member-cut") in [(fault.offset, fault.code) for fault in verify(sound)]


def test_a_cut_between_two_records_of_an_exchange_is_a_missing_link(sound):
    sound.write_bytes(sound.read_bytes()[: parts(sound)[2].offset])
    assert ["link-unresolved"] == codes(sound)


@pytest.mark.parametrize("plain", [True, False])
def test_a_cut_of_an_open_file_is_only_a_note(sound, plain):
    path = as_plain(sound) if plain else sound
    left = path.rename(path.with_name(path.name + ".open"))
    left.write_bytes(left.read_bytes()[:-3])
    assert ["unfinished"] == codes(left, notes=True)


@pytest.mark.parametrize(
    ("tail", "words"),
    [(bytes(4096), r"4096 bytes \(zeros\) up to the end of the file"), (b"garbage", "7 bytes up to the end")],
)
def test_what_follows_the_last_record_is_told(sound, tail, words):
    size = sound.stat().st_size
    sound.write_bytes(sound.read_bytes() + tail)
    (fault,) = verify(sound)
    assert (size, "garbage") == (fault.offset, fault.code)
    assert re.search(words, fault.words)


def test_the_walk_goes_on_behind_damage(sound):
    record = parts(sound)[2]
    data = bytearray(sound.read_bytes())
    data[record.offset + 60 : record.offset + 70] = bytes(10)
    data[record.offset + record.length - 1] ^= 1
    sound.write_bytes(data)
    verification = Verification([WarcFile(sound)])
    faults = list(verification.run())
    assert faults[0].offset == record.offset
    # Which of them, the ids in the record decide: they are others each time, and so are the bits that are overwritten.
    assert faults[0].code in {"member-damaged", "member-check", "garbage"}
    assert f"up to byte {record.offset + record.length} are lost" in faults[0].words
    assert {"warcinfo": 1, "request": 2, "response": 1} == dict(verification.records)


@pytest.mark.parametrize("place", [-8, -1])
def test_a_wrong_check_sum_or_length_of_a_member(sound, place):
    data = bytearray(sound.read_bytes())
    data[place] ^= 1
    sound.write_bytes(data)
    assert "member-check" in codes(sound)


def test_a_damaged_first_byte_does_not_hide_the_other_records(sound):
    data = sound.read_bytes()
    second = parts(sound)[1].offset
    sound.write_bytes(b"\0" + data[1:])
    assert (0, "garbage") == (verify(sound)[0].offset, verify(sound)[0].code)
    assert f"up to byte {second}" in verify(sound)[0].words


def test_members_with_several_records_with_none_and_with_something_else(sound):
    data = sound.read_bytes()
    sound.write_bytes(gzip.compress(gzip.decompress(data)))
    assert ["member-several-records"] == codes(sound)
    sound.write_bytes(data + gzip.compress(b""))
    assert ["member-empty"] == codes(sound)
    sound.write_bytes(data + gzip.compress(b"filedesc://an.arc"))
    assert ["garbage"] == codes(sound)


def test_a_doubled_member_is_a_duplicate_id(sound):
    record = parts(sound)[0]
    data = sound.read_bytes()
    sound.write_bytes(data + data[: record.length])
    assert [(len(data), "duplicate-id")] == [(fault.offset, fault.code) for fault in verify(sound)]


def test_files_without_a_record(tmp_path):
    for name, data, code in [
        ("empty.warc.gz", b"", "file-empty"),
        ("text.warc.gz", b"<html>", "garbage"),
        ("zeros.warc", bytes(300_000), "garbage"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert [code] == codes(tmp_path / name)
    assert ["unreadable"] == codes(tmp_path / "none.warc.gz")
    assert ["unreadable"] == codes(tmp_path)


# ---- one record ---------------------------------------------------------------------------------------------------

HEADER = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:0f0f0f0f-0000-4000-8000-000000000000>\r\n"
    b"WARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Target-URI: urn:x:1\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 5\r\n\r\n"
)


def resource(tmp_path: Path, old: bytes = b"", new: bytes = b"", ending: bytes = b"\r\n\r\n") -> Path:
    """A plain file of one record, its header changed."""
    path = tmp_path / "resource.warc"
    assert old in HEADER
    path.write_bytes(HEADER.replace(old, new, 1) + b"hello" + ending if old else HEADER + b"hello" + ending)
    return path


def test_a_plain_record_is_clean(tmp_path):
    assert [] == codes(resource(tmp_path), notes=True)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"WARC/1.1", b"WARC/0.18", "version"),
        (b"WARC/1.1", b"WARC/2", "garbage"),
        (b"WARC-Type: resource\r\n", b"", "field-missing"),
        (b"WARC-Date: 2026-01-02T03:04:05Z\r\n", b"", "field-missing"),
        (b"WARC-Target-URI: urn:x:1\r\n", b"", "field-missing"),
        (b"Content-Length: 5\r\n", b"", "field-missing"),
        (b"WARC-Type: resource", b"WARC-Type: revisit", "field-missing"),
        (b"Content-Type: text/plain\r\n", b"", "content-type-missing"),
        (b"Content-Length: 5", b"Content-Length: five", "field-value"),
        (b"2026-01-02T03:04:05Z", b"2026-02-30T03:04:05Z", "field-value"),
        (b"2026-01-02T03:04:05Z", b"2026-01-02 03:04:05", "field-value"),
        (b"2026-01-02T03:04:05Z", b"2026-01-02T03:04:05+01:00", "field-value"),
        (b"<urn:uuid:0f0f0f0f-0000-4000-8000-000000000000>", b"0f0f0f0f", "field-value"),
        (b"urn:x:1", b"<urn:x:1>", "field-value"),
        (b"Content-Type", b"WARC-IP-Address: 1.2.3\r\nContent-Type", "field-value"),
        (b"Content-Type", b"WARC-Block-Digest: abc\r\nContent-Type", "field-value"),
        (b"Content-Type", b"WARC-Filename: x\r\nContent-Type", "field-not-allowed"),
        (b"Content-Type", b"WARC-Refers-To: <urn:x:2>\r\nContent-Type", "field-not-allowed"),
        (b"Content-Type", b"warc-target-uri: urn:x:1\r\nContent-Type", "field-repeated"),
        (b"Content-Type", b"no colon\r\nContent-Type", "header-syntax"),
        (b"Content-Type", b"a b: c\r\nContent-Type", "header-syntax"),
        (b"urn:x:1", b"urn:x:\x01", "header-syntax"),
        (b"Content-Type", b"X: \xff\r\nContent-Type", "header-syntax"),
        (b"Content-Type", b"WARC-Block-Digest: sha1:AAAA\r\nContent-Type", "block-digest"),
        (b"Content-Type", b"WARC-Payload-Digest: sha1:AAAA\r\nContent-Type", "payload-digest"),
        (b"Content-Type", b"WARC-Block-Digest: sha1:\xc3\xa9\r\nContent-Type", "block-digest"),
        (b"Content-Type", b"WARC-Block-Digest: gost:AAAA\r\nContent-Type", "digest-unknown"),
        (b"Content-Type", b"WARC-Warcinfo-ID: <urn:x:2>\r\nContent-Type", "link-unresolved"),
        (b"Content-Type", b"WARC-Concurrent-To: <urn:x:2>\r\nContent-Type", "link-unresolved"),
        (b"Content-Length: 5", b"Content-Length: 4", "record-end"),
        (b"Content-Length: 5", b"Content-Length: 6", "record-end"),
        (b"Content-Length: 5", b"Content-Length: 50", "record-cut"),
        (b"Content-Length: 5\r\n\r\n", b"Content-Length: 5\r\n", "record-cut"),
    ],
)
def test_each_fault_of_a_header(tmp_path, old, new, code):
    assert code in codes(resource(tmp_path, old, new), notes=True)


@pytest.mark.parametrize("size", [3, 9, 30, len(HEADER) - 1])
def test_a_header_that_does_not_end(tmp_path, size):
    path = resource(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + HEADER[:size])
    assert [(len(whole), "header-cut")] == [(fault.offset, fault.code) for fault in verify(path)]


def test_a_header_that_does_not_end_hides_no_other(tmp_path):
    path = resource(tmp_path)
    path.write_bytes(HEADER[:-2] + path.read_bytes())
    verification = Verification([WarcFile(path)])
    assert [(0, "header-cut")] == [(fault.offset, fault.code) for fault in verification.run()]
    assert {"resource": 1} == dict(verification.records)


def test_hostile_headers_take_no_time(tmp_path):
    path = tmp_path / "hostile.warc"
    path.write_bytes(b"WARC/1.1\r\n" * 30_000 + b"WARC/1.1\r\nContent-Length: 99999999\r\n\r\n" * 10_000)
    counts = Counter(codes(path))
    assert (30_000, 10_000) == (counts["header-cut"], counts["record-cut"])


@pytest.mark.parametrize("date", [b"2026", b"2026-01", b"2026-01-02", b"2026-01-02T03:04Z", b"2026-01-02T03:04:05.1Z"])
def test_dates_of_any_precision_are_right_in_1_1_only(tmp_path, date):
    path = resource(tmp_path, b"2026-01-02T03:04:05Z", date)
    assert [] == codes(path)
    path.write_bytes(path.read_bytes().replace(b"WARC/1.1", b"WARC/1.0"))
    assert ["field-value"] == codes(path)


def test_a_header_with_bare_line_feeds(tmp_path):
    path = resource(tmp_path)
    path.write_bytes(HEADER.replace(b"\r\n", b"\n") + b"hello\r\n\r\n")
    assert ["header-syntax"] == codes(path)


@pytest.mark.parametrize("ending", [b"", b"\r\n", b"\n\n"])
def test_missing_line_ends_are_told_and_the_next_record_is_read(tmp_path, ending):
    path = resource(tmp_path, ending=ending)
    path.write_bytes(path.read_bytes() + HEADER.replace(b"0f0f0f0f", b"0f0f0f00") + b"hello\r\n\r\n")
    assert ["record-end"] == codes(path)


def test_blank_lines_too_many(tmp_path):
    path = resource(tmp_path, ending=b"\r\n\r\n\r\n")
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + HEADER.replace(b"0f0f0f0f", b"0f0f0f00") + b"hello\r\n\r\n")
    (fault,) = verify(path)
    assert (size - 2, "garbage") == (fault.offset, fault.code)


# ---- HTTP ---------------------------------------------------------------------------------------------------------

PACKED = gzip.compress(b"hello world" * 20, mtime=0)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (plain_answer(b"hello", "Content-Length: 11"), "http-short"),
        (plain_answer(b"hello world", "Content-Length: 5"), "http-long"),
        (plain_answer(b"", "Content-Length: 11"), "http-short"),
        (plain_answer(b"hello", "Content-Length: x"), "http-lengths"),
        (plain_answer(b"hello", "Content-Length: 5", "Content-Length: 6"), "http-lengths"),
        (CHUNKED[:-5], "http-chunks"),
        (CHUNKED[:-9], "http-chunks"),
        (CHUNKED.replace(b"\r\n6\r\n", b"\r\nzz\r\n"), "http-chunks"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello world", "http-unchunked"),
        (b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + PACKED[:-9], "http-cut"),
        (plain_answer(PACKED[:-9], "Content-Encoding: gzip"), "http-encoding"),
        (plain_answer(b"hello", "Content-Encoding: gzip"), "http-encoding"),
        (plain_answer(b"hello", "Content-Encoding: odd"), "http-encoding"),
    ],
)
def test_silent_truncations_and_other_faults_of_a_body(tmp_path, answer, code):
    assert [code] == codes(write(tmp_path, exchange(answer)), notes=True)


@pytest.mark.parametrize("answer", [plain_answer(b"hello", "Content-Length: 11"), CHUNKED[:-9]])
def test_other_tools_pass_a_silent_truncation(tmp_path, answer):
    path = write(tmp_path, exchange(answer))
    subprocess.run([Path(sys.executable).parent / "warcio", "check", path], check=True)
    assert 1 == len(verify(path))


@pytest.mark.parametrize(
    "answer",
    [
        plain_answer(b"hello", "Content-Length: 11"),
        plain_answer(b"", "Content-Length: 11"),
        CHUNKED[:-9],
        b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + PACKED[:-9],
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
def test_a_truncation_that_is_declared_is_no_fault(tmp_path, answer):
    group = exchange(answer, ("WARC-Truncated", "disconnect"), payload_digest=None)
    assert [] == codes(write(tmp_path, group), notes=True)


def test_a_truncation_of_a_whole_body_is_noted(tmp_path):
    group = exchange(plain_answer(), ("WARC-Truncated", "time"))
    assert ["truncated-whole"] == codes(write(tmp_path, group), notes=True)


@pytest.mark.parametrize("swapped", [True, False])
def test_an_answer_to_head_has_no_body(tmp_path, swapped):
    group = exchange(plain_answer(b"", "Content-Length: 11"), request=b"HEAD /page HTTP/1.1\r\n\r\n")
    assert [] == codes(write(tmp_path, group[::-1] if swapped else group), notes=True)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_statuses_without_a_body(tmp_path, status):
    answer = b"HTTP/1.1 " + status + b"\r\nContent-Length: 11\r\n\r\n"
    assert [] == codes(write(tmp_path, exchange(answer)), notes=True)


def test_a_block_without_start_line_is_what_the_server_sent_unless_a_payload_was_found_in_it(tmp_path):
    path = write(tmp_path, exchange(b"no status\r\n\r\nline", payload_digest=None))
    assert ["http-raw"] == codes(path, notes=True)
    path.unlink()
    assert ["http-head"] == codes(write(tmp_path, exchange(b"no status\r\n\r\nline")), notes=True)


def test_a_payload_digest_that_fits_no_reading_names_both(tmp_path):
    (fault,) = verify(write(tmp_path, exchange(CHUNKED, payload_digest=sha256(b"other"))))
    assert "payload-digest" == fault.code
    assert sha256(payload_of(CHUNKED)) in fault.words
    assert sha256(b"hello world") in fault.words


def test_a_large_body_is_checked_in_little_memory(tmp_path):
    program = (
        "import resource, sys; from pathlib import Path; from archive.cdxj import WarcFile\n"
        "from archive.verify import Verification\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(len(list(Verification([WarcFile(Path(sys.argv[1]))]).run())),"
        " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    size = 150_000_000
    with (tmp_path / "large.warc.gz").open("wb") as stream:
        stream.write(packer.compress(HEADER.replace(b"Length: 5", b"Length: %d" % size)))
        for _ in range(size // 1_000_000):
            stream.write(packer.compress(bytes(1_000_000)))
        stream.write(packer.compress(b"\r\n\r\n") + packer.flush())
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "large.warc.gz"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    faults, kilobytes = map(int, run.stdout.split())
    assert 0 == faults
    assert kilobytes < 20_000


# ---- links --------------------------------------------------------------------------------------------------------


def revisit(uri: str = URI, date: str = DATE, refers_to: str | None = None, digest: str = sha256(b"hello world")):
    fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Date", "2026-02-02T03:04:05Z"),
        ("WARC-Target-URI", URI),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
        ("WARC-Refers-To-Target-URI", uri),
        ("WARC-Refers-To-Date", date),
        ("WARC-Payload-Digest", digest),
        ("Content-Type", "application/http;msgtype=response"),
        *([("WARC-Refers-To", refers_to)] if refers_to else []),
    ]
    return Draft("revisit", fields, b"HTTP/1.1 200 OK\r\n\r\n", fields[1][1])


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({}, None),
        ({"digest": sha256(b"other")}, "revisit-mismatch"),
        ({"uri": "http://127.0.0.1/other"}, "revisit-mismatch"),
        ({"date": "2025-01-01T00:00:00Z"}, "revisit-mismatch"),
    ],
)
def test_a_revisit_against_its_original(tmp_path, by_id, other, code):
    original = exchange(plain_answer())
    refers_to = original[1].record_id if by_id else None
    if not by_id and code and "digest" not in other:
        code = "refers-elsewhere"
    found = codes(write(tmp_path, original, [revisit(refers_to=refers_to, **other)]), notes=True)
    assert ([code] if code else []) == found


def test_revisits_that_refer_to_revisits(tmp_path):
    original = exchange(plain_answer())
    seen = [revisit(refers_to=original[1].record_id, date="2026-02-02T03:04:05Z")]
    seen += [revisit(refers_to=seen[0].record_id, date="2026-02-02T03:04:05Z")]
    chain = codes(write(tmp_path / "chain", original, seen))
    assert "revisit-loop" not in chain
    first, second, third = (revisit() for _ in range(3))
    for one, other in ((first, second), (second, first), (third, first)):
        one.fields.append(("WARC-Refers-To", other.record_id))
    lone = revisit()
    lone.fields.append(("WARC-Refers-To", lone.record_id))
    assert ["revisit-loop"] * 4 == codes(write(tmp_path / "loop", original, [first, second, third, lone]))


def test_a_link_that_is_not_returned(tmp_path):
    good, bad = exchange(plain_answer()), exchange(plain_answer())
    bad[1].fields = [field for field in bad[1].fields if field[0] != "WARC-Concurrent-To"]
    assert ["link-one-way"] == codes(write(tmp_path, good, bad))
    for path in tmp_path.iterdir():
        path.unlink()
    assert ["concurrent-one-way"] == codes(write(tmp_path, bad), notes=True)


def test_links_lead_to_other_files(tmp_path):
    group = exchange(plain_answer())
    first = write(tmp_path / "1", group[:1])
    second = write(tmp_path / "2", group[1:])
    assert ["link-unresolved"] == codes(first)
    assert [] == codes(first, second)
    assert [] == codes(second, first)


# ---- the index and the items --------------------------------------------------------------------------------------


@pytest.fixture
def collection(sound, tmp_path):
    """A sound file, its index, and the lines of that."""
    index = tmp_path / "index.cdxj"
    build_index([WarcFile(sound)], index)
    return sound, index, index.read_bytes().splitlines(keepends=True)


def with_json(line: bytes, **changes) -> bytes:
    key, time, text = line.split(b" ", 2)
    return b" ".join([key, time, json.dumps({**json.loads(text), **changes}).encode()]) + b"\n"


@pytest.mark.parametrize("plain", [True, False])
def test_an_index_that_fits(collection, plain):
    path, index, lines = collection
    assert 2 == len(lines)
    if plain:
        path = as_plain(path)
        build_index([WarcFile(path)], index)
    assert [] == codes(path, index=index, is_whole=True, notes=True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: lines[::-1], ["index-unsorted"]),
        (lambda lines: lines[:1], ["index-missing"]),
        (lambda lines: [*lines, b"~ no line\n"], ["index-syntax"]),
        (lambda lines: [lines[0], with_json(lines[1], filename=["x"])], ["index-syntax", "index-missing"]),
        (lambda lines: [lines[0], with_json(lines[1], length=math.inf)], ["index-syntax", "index-missing"]),
        (lambda lines: [lines[0], with_json(lines[1], filename="\ud800")], ["index-stray", "index-missing"]),
        (lambda lines: [lines[0], with_json(lines[1], url=7)], ["index-syntax", "index-missing"]),
        (lambda lines: [with_json(lines[0], length="9"), lines[1]], ["index-mismatch"]),
        (lambda lines: [with_json(lines[0], url="http://127.0.0.1/x"), lines[1]], ["index-mismatch"]),
        (lambda lines: [with_json(lines[0], status="404"), lines[1]], ["index-mismatch"]),
        (lambda lines: [with_json(lines[0], digest="sha256:00"), lines[1]], ["index-mismatch"]),
        (lambda lines: [lines[0].replace(b" 20260102", b" 20260103"), lines[1]], ["index-mismatch"]),
        (lambda lines: [with_json(lines[0], offset="1"), lines[1]], ["index-stray", "index-missing"]),
        (lambda lines: [with_json(lines[0], filename="x.warc.gz"), lines[1]], ["index-stray", "index-missing"]),
    ],
)
def test_each_fault_of_an_index(collection, change, expected):
    path, index, lines = collection
    index.write_bytes(b"".join(change(lines)))
    assert expected == codes(path, index=index, is_whole=True)


def test_lines_about_files_that_were_not_named_are_noted(collection):
    path, index, lines = collection
    index.write_bytes(b"".join([*lines, with_json(lines[1], filename="x.warc.gz")]))
    assert ["lines-elsewhere"] == codes(path, index=index, notes=True)


def cited(tmp_path, **changes) -> tuple[Path, Path]:
    """A file with an archived item, and the items: the lines differ from what is archived by ``changes``."""
    group = exchange(plain_answer())
    path = write(tmp_path, group)
    record = next(record for record in iter_records(path) if record.type == "response")
    where = {
        "offset": record.offset,
        "length": record.length,
        "record_id": record.record_id,
        "target_uri": URI,
        "date": DATE,
        "payload_digest": record.headers.get("WARC-Payload-Digest"),
    }
    path.unlink()
    # The name has a fixed length; a second writing of the same records puts them at the same offsets.
    final = tmp_path / "items.warc.gz"
    item = {"id": "1@en", "title": "A title", "warc": {"file": final.name, **where}}
    fields = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", "urn:x:1"),
        ("WARC-Refers-To", record.record_id),
        ("Content-Type", "application/vnd.x+json"),
    ]
    written = write(tmp_path, group, [Draft("metadata", fields, json.dumps(item).encode(), fields[1][1])])
    written.rename(final)
    actual = next(record for record in iter_records(final) if record.type == "response")
    item["warc"].update(offset=actual.offset, length=actual.length)
    data = final.read_bytes()
    last = parts(final)[-1]
    block = json.dumps(item).encode()
    header = gzip.decompress(data[last.offset :]).split(b"\r\n\r\n", 1)[0]
    header = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(block), header)
    header = re.sub(rb"WARC-Block-Digest: \S+", b"WARC-Block-Digest: " + sha256(block).encode(), header)
    final.write_bytes(data[: last.offset] + gzip.compress(header + b"\r\n\r\n" + block + b"\r\n\r\n"))
    warc = {**item["warc"], **changes.pop("warc", {})}
    items = tmp_path / "news.jsonl"
    items.write_text(json.dumps({**item, **changes, "warc": warc}) + "\n")
    return final, items


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": "Another"}, ["item-not-archived"]),
        ({"warc": {"offset": 5}}, ["item-stray"]),
        ({"warc": {"file": "x.warc.gz"}}, ["item-stray"]),
        ({"warc": {"length": 5}}, ["item-mismatch", "item-not-archived"]),
        ({"warc": {"record_id": "<urn:x:2>"}}, ["item-mismatch", "item-not-archived"]),
        ({"warc": {"target_uri": "http://x/"}}, ["item-mismatch", "item-not-archived"]),
        ({"warc": {"date": "2026-01-02T03:04:05Z"}}, ["item-mismatch", "item-not-archived"]),
        ({"warc": {"file": ["x"]}}, ["item-stray"]),
        ({"warc": {"offset": {}}}, ["item-stray"]),
        ({"warc": {"payload_digest": 7, "date": [], "length": None}}, ["item-mismatch", "item-not-archived"]),
        ({"warc": {"payload_digest": "sha256:00"}}, ["item-mismatch", "item-not-archived"]),
    ],
)
def test_each_fault_of_an_item(tmp_path, changes, expected):
    path, items = cited(tmp_path, **changes)
    assert expected == codes(path, items=[items], is_whole=True)


def test_a_fault_is_one_printable_line_whatever_a_file_says(tmp_path):
    path, items = cited(tmp_path)
    line = {"id": "one\ntwo\x1b[31m\ud800\u2028", "warc": {"file": "\udfff", "offset": "\n", "record_id": "x"}}
    items.write_text(json.dumps(line) + "\n")
    (fault,) = verify(path, items=[items], is_whole=True)
    assert str(fault).isprintable()
    assert r"one\ntwo\x1b[31m\ud800\u2028: no record in \udfff at offset \n" in str(fault)


def test_lines_that_are_no_items(tmp_path):
    path, items = cited(tmp_path)
    items.write_bytes(items.read_bytes() + b'{"cut":\n[]\n{"warc": null}\n\xff\n' + b"[" * 100_000)
    assert ["item-syntax"] * 5 == codes(path, items=[items])


# ---- any damage ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    directory = tmp_path_factory.mktemp("small")
    return write(directory, exchange(plain_answer()), exchange(CHUNKED))


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_reported_or_changes_no_record(small, tmp_path, data):
    whole = small.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "changed.warc.gz"
    path.write_bytes(changed)
    if not verify(path):
        assert contents(small) == contents(path)


@given(st.data())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_is_reported_or_falls_between_exchanges(small, tmp_path, data):
    whole = small.read_bytes()
    end = data.draw(st.integers(1, len(whole) - 1))
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(whole[:end])
    if not verify(path):
        assert end in {parts(small)[number].offset for number in (1, 3)}


@given(st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_of_any_block_is_reported_although_the_check_sum_is_right(small, tmp_path, data):
    path = tmp_path / "plain.warc"
    whole = gzip.decompress(small.read_bytes())
    path.write_bytes(whole)
    record = data.draw(st.sampled_from(list(iter_records(path))))
    start = record.offset + record.length - 4 - len(record.block)
    place = data.draw(st.integers(start, start + len(record.block) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    assert (record.offset, "block-digest") in [(fault.offset, fault.code) for fault in verify(path)]
    packed = tmp_path / "packed.warc.gz"
    spans = [(one.offset, one.offset + one.length) for one in iter_records(path)]
    packed.write_bytes(b"".join(gzip.compress(changed[begin:end], 1) for begin, end in spans))
    assert "block-digest" in [fault.code for fault in verify(packed)]


@given(st.binary(max_size=400), st.booleans())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_is_a_traceback(tmp_path, noise, gzipped):
    path = tmp_path / "noise.warc"
    text = b"WARC/1.1\r\nContent-Length: 7\r\n" + noise
    path.write_bytes(gzip.compress(text) + noise if gzipped else text)
    assert [] != verify(path)


# ---- files of other writers ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves temporary files open
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("gzipped", [True, False])
def test_files_of_warcio_are_clean(tmp_path, version, gzipped):
    path = tmp_path / f"foreign.warc{'.gz' if gzipped else ''}"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=gzipped, warc_version=version)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "warcio"}))
        head = StatusAndHeaders("200 OK", [("Content-Length", "5")], protocol="HTTP/1.1")
        response = writer.create_warc_record(URI, "response", payload=BytesIO(b"hello"), http_headers=head)
        asked = StatusAndHeaders("GET /page HTTP/1.1", [("Host", "127.0.0.1")], is_http_request=True)
        link = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        request = writer.create_warc_record(URI, "request", http_headers=asked, warc_headers_dict=link)
        writer.write_record(response)
        writer.write_record(request)
        writer.write_record(
            writer.create_revisit_record(
                URI, response.rec_headers.get_header("WARC-Payload-Digest"), URI,
                response.rec_headers.get_header("WARC-Date"), http_headers=head,
            )
        )  # fmt: skip
    del writer, response, request
    gc.collect()
    assert [] == codes(path)


def test_a_recorded_portal_of_wget_is_clean(shared):
    verification = Verification([WarcFile(shared / "portals" / "olivero.warc.gz")])
    faults = list(verification.run())
    assert [] == [fault for fault in faults if not fault.is_note]
    # Wget names the request in its response and not the other way round.
    assert {"concurrent-one-way"} == {fault.code for fault in faults}
    assert {"both": 2810} == dict(verification.readings)


# ---- the command --------------------------------------------------------------------------------------------------


def command(*arguments, cwd: Path = ROOT, **settings) -> subprocess.CompletedProcess:
    given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return scrapy(cwd, "archive-verify", *arguments, *given)


def test_the_command_in_a_foreign_project(sound, tmp_path):
    run = command(sound.name, cwd=tmp_path)
    assert (0, "") == (run.returncode, run.stderr)
    assert run.stdout == (
        "1 file, 5 records: 2 request, 2 response, 1 warcinfo\n"
        "payload digests: 1 both, 1 stored\n"
        "notes: none\n"
        "0 faults\n"
    )


def test_the_command_tells_each_fault_in_a_line(sound, tmp_path):
    last = parts(sound)[-1].offset
    sound.write_bytes(sound.read_bytes()[:-1])
    run = command("--quiet", sound)
    assert 1 == run.returncode
    assert f"{sound}: offset {last}: member-cut: " in run.stdout
    assert 1 == len(run.stdout.splitlines())
    assert "" == run.stderr


def test_a_file_may_have_a_name_that_is_no_text(sound, tmp_path):
    odd = tmp_path / os.fsdecode(b"p\xe9gina.warc.gz")
    sound.rename(odd)
    odd.write_bytes(odd.read_bytes()[:-1])
    run = command(odd, cwd=tmp_path)
    assert (1, "") == (run.returncode, run.stderr)
    assert r"p\udce9gina.warc.gz: offset" in run.stdout


def test_the_whole_collection_by_default(demo):
    run = command(DATA_DIR=demo.data)
    assert (0, "") == (run.returncode, run.stderr)
    assert "news.jsonl: " in run.stdout
    assert run.stdout.endswith("\n0 faults\n")


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--odd"], "unknown option"), (["."], "no WARC files"), (["none.warc"], "no such file")]
)
def test_wrong_usage(tmp_path, arguments, words):
    run = command(*arguments, cwd=tmp_path)
    assert 2 == run.returncode
    assert words in run.stderr


def test_every_code_is_documented():
    text = (ROOT / "docs" / "archive.md").read_text(encoding="utf-8")
    section = text.split("## Verify")[1].split("\n## ")[0]
    assert sorted([*FAULTS, *NOTES]) == sorted(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
