"""Files of other tools are read, and damage is named with its place."""

from __future__ import annotations

import gzip

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import ArchiveError, BrokenRecordError, iter_records, read_record
from archive.warc.reader import check_record
from archive.warc.salvage import whole_records
from tests.archive.damaged import exchange, parts, plain_answer, write
from tests.archive.writing import write_some


@pytest.mark.parametrize("back", range(1, 9))
def test_check_sum_and_length_of_a_member_are_checked_by_all_readers(tmp_path, back):
    path = write(tmp_path, exchange(plain_answer()), exchange(plain_answer()))
    hit = parts(path)[2]
    data = bytearray(path.read_bytes())
    data[hit.offset + hit.length - back] ^= 1
    path.write_bytes(data)
    with pytest.raises(BrokenRecordError, match=f"at byte {hit.offset}: the gzip member is damaged: the check"):
        list(iter_records(path))
    with pytest.raises(BrokenRecordError):
        read_record(path, hit.offset, hit.length)
    with path.open("rb") as stream:
        assert (2, hit.offset) == whole_records(path.name, stream)[:2]
        with pytest.raises(BrokenRecordError):
            check_record(path.name, stream, hit.offset, hit.length)


def foreign(version: str, gzipped: bool) -> bytes:
    """A warcinfo and a response as another tool writes them: other field order, other case, no digests."""
    http = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    records = [
        b"WARC/%b\r\nwarc-type: warcinfo\r\nContent-Length: 15\r\n\r\nsoftware: other\r\n\r\n",
        b"WARC/%b\r\nContent-Type: application/http; msgtype=response\r\nWARC-Type: response\r\n"
        b"WARC-Target-URI: http://127.0.0.1/\r\nContent-Length: 43\r\n\r\n" + http + b"\r\n\r\n",
    ]
    return b"".join((gzip.compress if gzipped else bytes)(record % version.encode()) for record in records)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("gzipped", [True, False])
def test_files_of_other_tools_are_read(tmp_path, version, gzipped):
    path = tmp_path / "x.warc"
    path.write_bytes(foreign(version, gzipped))
    records = list(iter_records(path))
    assert [(record.version, record.type) for record in records] == [(version, "warcinfo"), (version, "response")]
    assert records[1].payload == b"hello"
    again = read_record(path, records[1].offset, records[1].length)
    assert (again.block, again.target_uri) == (records[1].block, "http://127.0.0.1/")


def test_a_target_uri_in_angle_brackets_is_read_without_them(tmp_path):
    path = tmp_path / "x.warc"
    path.write_bytes(foreign("1.0", False).replace(b"http://127.0.0.1/", b"<http://127.0.0.1/>"))
    assert list(iter_records(path))[1].target_uri == "http://127.0.0.1/"


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda data: data[:-1], "the file ends inside a gzip member"),
        (lambda data: data[:-40], "the file ends inside a gzip member"),
        (lambda data: data[:-6] + b"\0" * 6, "the gzip member is damaged"),
        (lambda data: data + b"garbage", "the gzip member is damaged"),
        (lambda data: data + gzip.compress(b"no record"), "no WARC record starts here"),
        (lambda data: data + gzip.compress(b"WARC/1.1\r\nContent-Le"), "header is cut off"),
        (lambda data: data + gzip.compress(b"WARC/1.1\r\nContent-Length: x\r\n\r\n\r\n\r\n"), "is not a number"),
        (lambda data: data + gzip.compress(b"WARC/1.1\r\nContent-Length: 9\r\n\r\nabc\r\n\r\n"), "ends 2 bytes early"),
        (lambda data: data + gzip.compress(b"WARC/1.1\r\nContent-Length: 1\r\n\r\nabc\r\n\r\n"), "its length is wrong"),
        (lambda data: data + gzip.compress(gzip.decompress(data)), "more than one record"),
    ],
)
def test_damage_is_named_with_its_place(tmp_path, damage, problem):
    path = tmp_path / "x.warc.gz"
    data = foreign("1.1", True)
    path.write_bytes(damage(data))
    with pytest.raises(BrokenRecordError, match=problem) as caught:
        list(iter_records(path))
    assert 0 < caught.value.offset <= len(data)


def test_plain_files_cut_off_are_named_too(tmp_path):
    path = tmp_path / "x.warc"
    path.write_bytes(foreign("1.1", False)[:-3])
    with pytest.raises(BrokenRecordError, match="ends 3 bytes before"):
        list(iter_records(path))


def test_a_wrong_span_is_an_error(tmp_path):
    _, spans = write_some(tmp_path)
    path = tmp_path / spans[0].file
    for offset, length in [(spans[0].offset, spans[0].length - 1), (spans[0].offset, spans[0].length + 1), (3, 20)]:
        with pytest.raises(ArchiveError):
            read_record(path, offset, length)
    with pytest.raises(ArchiveError, match="No such file"):
        read_record(tmp_path / "none.warc.gz", 0, 1)


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_healthy_is_not_taken_for_damaged(tmp_path, monkeypatch, packed):
    def damaged(*_, **__):
        raise AssertionError("taken for damaged")

    monkeypatch.setattr("archive.warc.reader.found_at", damaged)
    path = tmp_path / "x.warc"
    path.write_bytes(foreign("1.1", packed))
    records = list(iter_records(path))
    assert len(records) == 2
    assert [r.block for r in records] == [read_record(path, r.offset, r.length).block for r in records]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"X-Note: caf\xe9\r\n", "caf\ufffd"),  # warcio: ISO-8859-1
        (b" \r\nX-Note: behind white space\r\n", "behind white space"),  # warcio: the end of the header
        (b"X-Note: two\r\n\t lines\r\n", "two lines"),  # warcio: keeps the white space
        (b"X-Note: \xc2\xa0caf\xc3\xa9\xc2\x85\r\n", "\xa0caf\xe9\x85"),  # warcio: white space
    ],
)
def test_header_lines_that_warcio_reads_in_its_own_way(tmp_path, capfd, packed, line, value):
    data = foreign("1.1", False).replace(b"Length: 43\r\n", b"Length: 43\r\n" + line)
    path = tmp_path / "x.warc"
    ends = [data.index(b"WARC/1.1", 8), len(data)]
    members = (data[: ends[0]], data[ends[0] :])
    path.write_bytes(b"".join(map(gzip.compress, members)) if packed else data)
    record = list(iter_records(path))[1]
    assert (record.headers.get("X-Note"), record.payload) == (value, b"hello")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("hit", [30, -30, -6, None])
def test_damage_is_told_in_the_error_alone(tmp_path, capfd, hit):
    """warcio writes it to standard error and reads on."""
    path = tmp_path / "x.warc.gz"
    data = bytearray(foreign("1.1", True))
    if hit is None:
        data += gzip.compress(b"WARC/1.1\r\nContent-Length: 1\r\n\r\nabc\r\n\r\n")
    else:
        data[hit] ^= 255
    path.write_bytes(data)
    with pytest.raises(BrokenRecordError):
        list(iter_records(path))
    assert capfd.readouterr() == ("", "")


def test_warcio_reads_the_same_blocks(tmp_path):
    drafts, spans = write_some(tmp_path)
    with (tmp_path / spans[0].file).open("rb") as stream:
        blocks = [record.raw_stream.read() for record in ArchiveIterator(stream, no_record_parse=True)]
    assert blocks[1:] == [draft.block for draft in drafts]
