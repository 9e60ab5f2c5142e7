"""What is read at a glance is what the careful readers read, or is left to them."""

from __future__ import annotations

import gzip
import io
import random

import pytest

from archive import BrokenRecordError
from archive.cdxj import build_index, named_files
from archive.message import parse_fields, plain_field
from archive.warc import reader, whole
from archive.warc.reader import stream_records
from archive.warc.whole import LARGEST_WHOLE, whole_record
from tests.archive.damaged import CHUNKED, exchange, plain_answer, write

HEAD = (
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
    b"Content-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n"
)
BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>words</p>\r\n\r\n"
PLAIN = HEAD % len(BLOCK) + BLOCK + b"\r\n\r\n"


def read(data: bytes) -> list[object]:
    """All that the reader says of a file."""
    found: list[object] = []
    try:
        for record in stream_records("x", io.BytesIO(data)):
            found.append((record.offset, record.head, record.size, list(record.headers)))
            found += [record.start(20)[:20], b"".join([record.start(20), *record.chunks()]), record.length()]
    except BrokenRecordError as error:
        found.append((error.offset, error.problem))
    return found


def read_carefully(data: bytes) -> list[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "whole_record", lambda stream, offset: None)
        return read(data)


@pytest.mark.parametrize(
    "plain",
    [
        PLAIN[:-1],
        PLAIN[:-4] + b"\n\n\n\n",
        PLAIN + b"\r\n",
        PLAIN * 2,
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"WARC/1.1", b"WARC/0.18"),
        PLAIN.replace(b"\r\nContent-Length", b"\r\nContent-Length: 3\r\nContent-Length"),
        PLAIN.replace(b"\r\nContent-Length", b"\r\nX: y\r\n\r\nContent-Length"),
        PLAIN.replace(b"\r\nContent-Length: %d" % len(BLOCK), b"\r\nContent-Length: %d\r\n 1" % len(BLOCK)),
        PLAIN.replace(b"Content-Length: ", b"Content-Length: +"),
        HEAD % -4,
        PLAIN.replace(b"\r\nContent-Type", b"\nX: y\n\nContent-Type", 1),
        PLAIN.replace(b"Content-Length: ", b"Content-Length: 0"),
        PLAIN.replace(b"Content-Length: ", b"Content-Length:  "),
        PLAIN.replace(b"http://a.example/", b"http://a.example/?content-length=5"),
        PLAIN.replace(b"http://a.example/", b"http://a.example/\xe4\xff"),
        b"",
    ],
)
def test_odd_records_are_read_as_before(plain):
    data = gzip.compress(PLAIN) + gzip.compress(plain) + gzip.compress(PLAIN)
    assert read_carefully(data) == read(data)


def test_no_damage_is_read_over(tmp_path):
    chance = random.Random(20261126)  # noqa: S311
    sound = write(tmp_path, exchange(plain_answer()), exchange(CHUNKED)).read_bytes()
    assert len(read(sound)) == 5 * 4
    for _ in range(400):
        data = bytearray(sound)
        data[chance.randrange(len(data))] = chance.randrange(256)
        assert read_carefully(bytes(data)) == read(bytes(data))
        data = data[: chance.randrange(len(data))]
        assert read_carefully(bytes(data)) == read(bytes(data))


@pytest.mark.parametrize("size", [LARGEST_WHOLE - 2000, LARGEST_WHOLE + 1, 3 * LARGEST_WHOLE])
@pytest.mark.parametrize("level", [0, 6])
def test_long_records_are_left_to_who_reads_piece_by_piece(size, level):
    block = bytes(size)
    data = gzip.compress(HEAD % size + block + b"\r\n\r\n", level)
    found = whole_record(io.BytesIO(data), 0)
    assert (size < LARGEST_WHOLE) == (found is not None)
    assert read_carefully(data) == read(data)


def test_a_sound_file_is_unpacked_once_and_by_nothing_else(tmp_path, monkeypatch):
    path = write(tmp_path, *(exchange(plain_answer()) for _ in range(10)))
    unpacked: list[int] = []
    make = whole.isal_zlib.decompressobj

    def counted(*arguments):
        unpacked.append(1)
        return make(*arguments)

    monkeypatch.setattr(whole.isal_zlib, "decompressobj", counted)
    monkeypatch.setattr(reader, "WARCIterator", None)
    monkeypatch.setattr(reader, "found_at", None)
    read_fields: list[bytes] = []

    def counted_fields(head, encoding):
        read_fields.append(head)
        return parse_fields(head, encoding)

    monkeypatch.setattr(reader, "parse_fields", counted_fields)
    assert build_index(named_files([path]), tmp_path / "i.cdxj").lines == 10
    assert len(unpacked) == 21  # the warcinfo record is one
    assert not read_fields  # The header of a response is split at once.


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (b"X\r\nA: b\r\n\r\n", b"b"),
        (b"X\r\nB: c: b\r\nA: c d\r\n\r\n", b"c d"),
        (b"X\r\nA:  b\r\n\r\n", None),
        (b"X\r\nA: b \r\n\r\n", None),
        (b"X\r\na: b\r\n\r\n", None),
        (b"X\r\nA: b\r\n c\r\n\r\n", None),
        (b"X\r\nA: b\r\n\tc\r\n\r\n", None),
        (b"X\r\nA: c\r\nB: a\r\n\r\n", None),
        (b"X\r\nA: b\r\nA: c\r\n\r\n", None),
        (b"X\r\nB: c\r\n\r\n", None),
        (b"X\r\nA: b", None),
    ],
)
def test_a_plain_field(head, value):
    assert value == plain_field(head, b"A")
    assert value is None or value.decode() == parse_fields(head).get("A")
