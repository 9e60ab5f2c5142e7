"""Whatever a file holds, the library says what is wrong with it in words of its own: no traceback, no endless memory."""

from __future__ import annotations

import gzip
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import ArchiveError, BrokenRecordError, iter_records, read_record
from archive.cdxj import WarcFile, build_index, read_capture
from archive.cdxj.line import parse_line
from archive.index import CollectionIndex
from archive.repair import repair
from archive.wacz import write_wacz
from archive.warc.reader import stream_file
from archive.warc.salvage import whole_records
from tests.archive.damaged import parts, verify

NUMBERS = [
    (b"Content-Length: ", b"9" * 12, 0),  # more than the memory holds
    (b"Content-Length: ", b"9" * 25, 0),  # more than a file can have
    (b"Content-Length: ", b"9" * 5000, 0),  # more than int() reads
    (b"WARC-Date: ", b"9" * 25 + b"-01-01", 0),
    (b"WARC-Date: ", b"9" * 5000, 0),
    (b"Content-Length: ", b"9" * 25, 1),  # of the HTTP message in the block
    (b"Content-Length: ", b"9" * 5000, 1),
    (b"HTTP/1.1 ", b"2" * 5000, 0),
]


def use(path: Path, scratch: Path) -> None:
    """Everything that reads WARC files, on ``path``; errors of our own are welcome."""
    verify(path)
    with suppress(ArchiveError):
        for record in iter_records(path):
            assert record.status is None or record.http_headers is not None
            with suppress(ArchiveError):
                assert isinstance(record.payload, bytes)
    with suppress(ArchiveError):
        build_index([WarcFile(path)], scratch / "index.cdxj")
    with closing(CollectionIndex(scratch / "collection")) as index, suppress(ArchiveError):
        list(index.passing(WarcFile(path), stream_file(path)))
    with suppress(ArchiveError):
        write_wacz([WarcFile(path)], scratch / "packed.wacz")
    (scratch / "repaired").unlink(missing_ok=True)
    repair(path, scratch / "repaired")
    if (scratch / "repaired").exists():
        assert list(iter_records(scratch / "repaired"))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(("before", "number", "nth"), NUMBERS)
def test_numbers_of_any_length(small, tmp_path, before, number, nth, packed):
    text = gzip.decompress(small.read_bytes())
    text = text[text.index(b"WARC/1.1\r\nWARC-Type: response") :]
    start = 0
    for _ in range(nth + 1):
        start = text.index(before, start) + len(before)
    end = min(text.index(ending, start) for ending in (b"\r\n", b" "))
    text = text[:start] + number + text[end:]
    path = tmp_path / f"x.warc{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(text) if packed else text)
    assert [] != verify(path, notes=True)
    use(path, tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04" + bytes(100), "a ZIP file; a WACZ has its WARC files in archive/"),
        (b"\x28\xb5\x2f\xfd" + bytes(100), "zstd data"),
        (b"filedesc://a.arc 0.0.0.0 20200101 text/plain 9\n", "an ARC file"),
        (gzip.compress(b"filedesc://a.arc 0.0.0.0 20200101 text/plain 9\n", mtime=0), "an ARC file"),
        (b"WARC/0.18\r\nContent-Length: 0\r\n\r\n\r\n\r\n", "a version that is not read"),
    ],
)
def test_other_formats_are_named(tmp_path, data, words):
    path = tmp_path / "x.warc"
    path.write_bytes(data)
    with pytest.raises(BrokenRecordError, match=words):
        list(iter_records(path))
    (fault,) = build_index([WarcFile(path)], tmp_path / "i.cdxj").faults
    assert words in fault.problem
    use(path, tmp_path)


@pytest.mark.parametrize("flags", [0x20, 0x80, 0xFF])
@pytest.mark.parametrize("number", [0, 2])
def test_reserved_flags_of_a_gzip_member_are_damage_to_all_readers(small, tmp_path, number, flags):
    hit = parts(small)[number]
    data = bytearray(small.read_bytes())
    data[hit.offset + 3] = flags
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    with pytest.raises(BrokenRecordError, match="unknown header flags"):
        list(iter_records(path))
    assert [hit.offset] == [fault.offset for fault in build_index([WarcFile(path)], tmp_path / "i.cdxj").faults]
    assert [hit.offset] == [dropped.start for dropped in repair(path, tmp_path / "new.warc.gz").dropped]
    with path.open("rb") as stream:
        assert (number, hit.offset) == whole_records("x", stream)[:2]


@pytest.mark.parametrize("ending", [b"\r\n\r\x1a", b"\n\n\n\n", b"\r\n\r\n\r\n"])
def test_a_sound_member_with_another_ending_is_damage_to_all_readers(small, tmp_path, ending):
    hit = parts(small)[1]
    whole = small.read_bytes()
    end = hit.offset + hit.length
    member = gzip.compress(gzip.decompress(whole[hit.offset : end])[:-4] + ending)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(whole[: hit.offset] + member + whole[end:])
    with pytest.raises(BrokenRecordError):
        list(iter_records(path))
    assert [hit.offset] == [fault.offset for fault in build_index([WarcFile(path)], tmp_path / "i.cdxj").faults]
    with path.open("rb") as stream:
        assert (1, hit.offset) == whole_records("x", stream)[:2]
    use(path, tmp_path)


@pytest.mark.parametrize(("offset", "length"), [(-5, 10), (0, -1), (0, 10**15), (10**30, 10)])
def test_a_place_that_no_file_has(small, offset, length):
    with pytest.raises(BrokenRecordError):
        read_record(small, offset, length)
    line = f'a 2026 {{"length": "{length}", "offset": "{offset}", "filename": "{small.name}"}}\n'
    with pytest.raises(ArchiveError):  # in some places none can be, and the line is none
        read_capture(small.parent, parse_line(line.encode()))


TOKENS = [
    b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"WARC/0.17\r\n", b"\r\n\r\n", b"\n", b"\0", b"\xff\xfe", b"\x1f\x8b\x08", b"-5\r\n",
    b"Content-Length: 99999999999\r\n", b"WARC-Date: 0000\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n", b"Content-Encoding: zstd\r\n", b"[" * 3000,
    b"WARC-Payload-Digest: sha1:\r\n", b"WARC-Block-Digest: :\r\n", b"WARC-Truncated: \r\n", b"WARC-Type: revisit\r\n",
    b"WARC-Type: metadata\r\n", b"Content-Type: application/json\r\n", b"WARC-Target-URI: http://[::1/\r\n",
    b"WARC-Target-URI: http://a:99999/\r\n", b"ffffffffffffffffffffffff\r\n",
]  # fmt: skip


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_token_at_any_place(small, tmp_path, data):
    text = gzip.decompress(small.read_bytes())
    borders = [part.offset for part in parts(small)]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        place = text.find(b"\n", place) + 1 if data.draw(st.booleans()) else place
        token = data.draw(st.sampled_from(TOKENS))
        text = text[:place] + token + text[place + data.draw(st.sampled_from([0, len(token)])) :]
    packing = data.draw(st.sampled_from(["plain", "one member", "members"]))
    if packing == "one member":
        text = gzip.compress(text)
    elif packing == "members":
        ends = [*borders[1:], len(text)]
        text = b"".join(gzip.compress(text[start:end]) for start, end in zip(borders, ends, strict=True))
    path = tmp_path / "x.warc"
    path.write_bytes(text)
    use(path, tmp_path)
