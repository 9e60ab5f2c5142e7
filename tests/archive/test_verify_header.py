"""Every fault of the header of a record is told by its code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from archive.cdxj import WarcFile
from archive.verify import Verification
from tests.archive.damaged import HEADER, codes, verify


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
