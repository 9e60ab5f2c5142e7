"""Revisits, links, the index and the items lead to the records that they name."""

from __future__ import annotations

import gzip
import json
import math
import re
from pathlib import Path

import pytest

from archive import Draft, iter_records
from archive.cdxj import WarcFile, build_index
from archive.warc.record import new_record_id
from tests.archive.damaged import DATE, URI, as_plain, codes, exchange, parts, plain_answer, sha256, verify, write


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


def test_a_file_that_is_not_in_the_index_yet_is_told_once(collection):
    path, index, _ = collection
    index.write_bytes(b"")
    (fault,) = verify(path, index=index, is_whole=True)
    assert "index-missing" == fault.code
    assert fault.words.endswith(" has no line for this file (2 captures): scrapy archive-index adds it")


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
