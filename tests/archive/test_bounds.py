"""Files of others, and files made to be read for ever: what is read of them, and how often."""

from __future__ import annotations

import gzip
import io
import json
import os

import pytest

from archive import ArchiveError, BrokenRecordError, WarcWriter, read_record
from archive.capture.framing import LONGEST_FRAMING, LONGEST_HEAD, MOST_FIELDS, Framing, OverlongError
from archive.cdxj.files import find, named_files, warc_files
from archive.verify import Verification
from archive.warc.lock import CollectionLock
from archive.warc.walk import DamageError, Gap, walk

RECORD = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:%d>\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"


def record(number: int, block: bytes) -> bytes:
    return RECORD % (number, len(block), block)


class CountingStream(io.BytesIO):
    """Counts the bytes that are read of it."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def read_all(data: bytes) -> tuple[int, list[str | None]]:
    stream = CountingStream(data)
    found: list[str | None] = []
    for one in walk("x", stream):
        if isinstance(one, Gap):
            found.append(None)
            continue
        try:
            one.finish()
            found.append(one.fields.get("WARC-Record-ID"))
        except DamageError:
            continue
    return stream.taken, found


START = b"WARC/1.1\r\n"
FALSE_MEMBER = (
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff\0" + len(START).to_bytes(2, "little") + (65_535 - len(START)).to_bytes(2, "little")
)
"""A gzip member that begins like a record; what follows it is its next block, and so on to the end of the file."""


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(record(1, b"x")) + (FALSE_MEMBER + START + b"\0\xff\xff\0\0" * 200) * 2_000,
        record(1, b"x") + (b"\nWARC/1.1\r\nContent-Length: 900000\r\n\r\n") * 60_000,
    ],
    ids=["gzip", "plain"],
)
def test_a_file_made_of_starts_of_records_is_read_a_few_times_and_not_once_for_each(data):
    taken, found = read_all(data)
    assert "<urn:uuid:1>" == found[0]
    assert taken < 40 * len(data)


def test_behind_damage_every_record_is_found_as_before():
    members = [gzip.compress(record(number, os.urandom(500))) for number in range(60)]
    for number in range(0, 60, 3):
        members[number] = members[number][:300] + bytes(40) + members[number][340:]
    _, found = read_all(b"".join(members))
    assert [f"<urn:uuid:{number}>" for number in range(60) if number % 3] == [one for one in found if one]


def test_no_more_of_a_block_is_held_than_is_asked_for(tmp_path):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(record(1, bytes(100_000))))
    assert 100_000 == len(read_record(path, 0, path.stat().st_size, 100_000).block)
    with pytest.raises(BrokenRecordError, match="no more than 99999 are held"):
        read_record(path, 0, path.stat().st_size, 99_999)


@pytest.mark.parametrize(
    "name", ["../x.warc.gz", "/etc/hostname", "a/x.warc.gz", "a\\x", "", ".", "..", "x\0", "é" * 126, "\ud800" * 251]
)
def test_a_file_of_the_archive_has_a_plain_name(tmp_path, name):
    (tmp_path / "x.warc.gz").write_bytes(b"")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.warc.gz").write_bytes(b"")
    with pytest.raises(ArchiveError, match="is not the name of a file"):
        find(tmp_path / "a", name)


def test_links_pipes_and_folders_are_no_files_of_the_archive(tmp_path):
    (tmp_path / "outside").write_bytes(b"")
    folder = tmp_path / "warc"
    folder.mkdir()
    (folder / "link.warc.gz").symlink_to(tmp_path / "outside")
    with pytest.raises(ArchiveError, match=r"is a link, not a file: put the file .*, or name the WARC files"):
        warc_files(folder)
    assert [folder / "link.warc.gz"] == [file.path for file in named_files([folder / "link.warc.gz"])]
    (folder / "folder.warc.gz").mkdir()
    os.mkfifo(folder / "pipe.warc.gz")
    for name in ("link.warc.gz", "folder.warc.gz", "pipe.warc.gz"):
        with pytest.raises(ArchiveError, match="not a file of the archive"):
            find(folder, name)
    (folder / "link.warc.gz").unlink()
    with pytest.raises(ArchiveError, match="not a file: move it away"):
        warc_files(folder)
    (tmp_path / "other").symlink_to(tmp_path / "whole", target_is_directory=True)
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "a.warc.gz").write_bytes(b"")
    assert ["a.warc.gz"] == [file.name for file in warc_files(tmp_path / "other")]


@pytest.mark.parametrize("is_there", [True, False])
def test_what_a_killed_run_left_is_no_link(tmp_path, is_there):
    """It would be cut to its last whole record, whatever it is and wherever it lies."""
    target, folder = tmp_path / "precious", tmp_path / "warc"
    folder.mkdir()
    if is_there:
        target.write_bytes(b"precious")
    link = folder / "x-20260101000000000-00000-host.warc.gz.open"
    link.symlink_to(target)
    with pytest.raises(ArchiveError, match=r"host\.warc\.gz\.open is a link, not a file"):
        WarcWriter(folder)
    assert link.is_symlink()
    assert (b"precious" if is_there else None) == (target.read_bytes() if target.exists() else None)
    link.unlink()
    WarcWriter(folder).close()  # it is not locked


def test_what_is_cut_off_is_not_put_through_a_link(tmp_path):
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    name = "x-20260101000000000-00000-host.warc.gz"
    whole = [gzip.compress(record(number, b"x")) for number in range(3)]
    (tmp_path / f"{name}.open").write_bytes(whole[0] + b"damage" + whole[1] + whole[2])
    (tmp_path / f"{name}.tail").symlink_to(target)
    WarcWriter(tmp_path).close()
    assert whole[0] == (tmp_path / name).read_bytes()
    assert b"damage" + whole[1] + whole[2] == (tmp_path / f"{name}.tail").read_bytes()
    assert b"precious" == target.read_bytes()


def test_a_lock_that_is_a_link_does_not_empty_what_it_points_to(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    (tmp_path / ".lock").symlink_to(target)
    with pytest.raises(OSError, match=r"\.lock"):
        CollectionLock(tmp_path)
    assert b"precious" == target.read_bytes()


def test_what_a_running_crawl_adds_meanwhile_is_no_fault(tmp_path):
    path = tmp_path / "x.warc.gz.open"
    path.write_bytes(gzip.compress(record(1, b"x")))
    lines = tmp_path / "items.jsonl"
    lines.write_bytes(b"")
    index = tmp_path / "index.cdxj"
    index.write_bytes(b"")

    def crawl_goes_on(size):
        where = {"file": "x.warc.gz", "offset": 5_000, "length": 10, "record_id": "<urn:uuid:2>"}
        lines.write_text(json.dumps({"id": "1@en", "warc": where}) + "\n")
        index.unlink(missing_ok=True)
        index.write_bytes(b"org,example)/ 20260101000000 {\n")

    verification = Verification(warc_files(tmp_path), index=index, items=[lines], is_whole=True, advance=crawl_goes_on)
    codes = {fault.code for fault in verification.run() if not fault.is_note}
    assert set() == codes - {"field-missing"}  # the made-up record has no date
    again = Verification(warc_files(tmp_path), index=index, items=[lines], is_whole=True)
    assert {"item-stray", "index-syntax"} <= {fault.code for fault in again.run()}


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "more", "most"),
    [
        (OK, b"A: b\r\n", 7 * MOST_FIELDS),
        (OK, b"A: " + b"b" * 50_000 + b"\r\n", LONGEST_HEAD + 100_000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", LONGEST_HEAD),
        (OK + b"A: ", b"b" * 1_000, LONGEST_HEAD),
        (CHUNKED + b"0\r\n", b"A: b\r\n", 7 * MOST_FIELDS),
        (CHUNKED, b"1;" + b"x" * 200_000 + b"\r\na\r\n", LONGEST_FRAMING + 300_000),
    ],
    ids=["fields", "bytes", "interim", "line", "trailers", "extensions"],
)
def test_what_stands_around_a_body_is_bounded(start, more, most):
    framing = Framing(b"GET")
    framing.feed(start)
    fed = 0
    while framing.problem is None and fed < 2 * most:
        fed += framing.feed(more)
    assert isinstance(framing.problem, OverlongError)
    assert fed <= most
