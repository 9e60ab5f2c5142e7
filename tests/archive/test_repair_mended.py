"""What is mended in a record or forgiven it, and what is damage all the same."""

from __future__ import annotations

import gzip
import zlib

import pytest

from tests.archive.damaged import codes, contents, parts
from tests.archive.repaired import command, repaired


def test_a_wrong_check_sum_is_forgiven_where_the_block_digest_is_right(tmp_path, small):
    data = bytearray(small.read_bytes())
    data[-8] ^= 1
    result, new = repaired(tmp_path, bytes(data))
    assert contents(small) == contents(new)
    assert [] == result.dropped
    assert "check" in next(iter(result.mended))


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_missing_line_ends_are_added(tmp_path, plain, missing):
    whole = plain.read_bytes()
    hit = parts(plain)[2]
    end = hit.offset + hit.length
    result, new = repaired(tmp_path, whole[: end - missing] + whole[end:])
    assert whole == new.read_bytes()
    assert {"line ends after the block are missing": 1} == dict(result.mended)


def test_the_same_in_a_gzip_member(tmp_path, small):
    last = parts(small)[-1]
    whole = small.read_bytes()
    short = gzip.compress(gzip.decompress(whole[last.offset :])[:-4])
    result, new = repaired(tmp_path, whole[: last.offset] + short)
    assert contents(small) == contents(new)
    assert {"line ends after the block are missing": 1} == dict(result.mended)


@pytest.mark.parametrize("length", [b"1", b"99999", b"x", b""])
def test_a_record_of_wrong_length_is_dropped(tmp_path, plain, length):
    whole = plain.read_bytes()
    hit = parts(plain)[2]
    start = whole.index(b"Content-Length: ", hit.offset) + len(b"Content-Length: ")
    result, new = repaired(tmp_path, whole[:start] + length + whole[whole.index(b"\r\n", start) :])
    assert [part.content for part in parts(plain) if part != hit] == contents(new)
    assert [hit.offset] == [dropped.start for dropped in result.dropped]


def test_a_header_of_a_version_that_nobody_reads_is_damage(tmp_path, small):
    whole, first = small.read_bytes(), parts(small)[0]
    member = gzip.decompress(whole[: first.length]).replace(b"WARC/1.1", b"WARC/1.3", 1)
    changed = gzip.compress(member)
    changed = changed[:-8] + bytes(4) + changed[-4:]
    result, new = repaired(tmp_path, changed + whole[first.length :])
    assert contents(small)[1:] == contents(new)
    assert [0] == [dropped.start for dropped in result.dropped]


def test_the_same_in_a_plain_file_and_in_a_sound_member(tmp_path, small, plain):
    hit = parts(plain)[1]
    whole = plain.read_bytes()
    result, new = repaired(tmp_path, whole[: hit.offset] + b"WARC/1.3" + whole[hit.offset + 8 :])
    assert [part.content for part in parts(plain) if part != hit] == contents(new)
    assert [(hit.offset, hit.offset + hit.length)] == [(dropped.start, dropped.end) for dropped in result.dropped]
    member = gzip.compress(gzip.decompress(small.read_bytes()[: parts(small)[0].length]).replace(b"1.1", b"0.9", 1))
    result, new = repaired(tmp_path, member + small.read_bytes()[parts(small)[0].length :])
    assert contents(small)[1:] == contents(new)
    assert [(0, len(member))] == [(dropped.start, dropped.end) for dropped in result.dropped]


def test_a_header_that_may_have_been_changed_is_not_given_a_new_check_sum(tmp_path, small):
    whole, last = small.read_bytes(), parts(small)[-1]
    packer = zlib.compressobj(level=0, wbits=31)  # stored, so that a byte can be changed in place
    stored = packer.compress(gzip.decompress(whole[last.offset :])) + packer.flush()
    result, new = repaired(tmp_path, whole[: last.offset] + stored.replace(b"2026-01-02", b"2025-01-02"))
    assert contents(small)[:-1] == contents(new)
    assert [last.offset] == [dropped.start for dropped in result.dropped]


@pytest.mark.parametrize("flags", [b"\0", b"\x08name\0"])
@pytest.mark.parametrize("place", range(-8, 0))
def test_a_damaged_byte_of_the_check_at_the_end_of_a_member_is_forgiven(tmp_path, small, place, flags):
    whole, last = small.read_bytes(), parts(small)[-1]
    member = bytearray(whole[last.offset :])
    member[3:10] = flags[:1] + member[4:10] + flags[1:]
    member[place] ^= 0x55
    result, new = repaired(tmp_path, whole[: last.offset] + member)
    assert (contents(small), []) == (contents(new), result.dropped)


def test_a_line_that_looks_like_a_version_is_no_damage_in_a_sound_member(tmp_path, small):
    whole, last = small.read_bytes(), parts(small)[-1]
    member = gzip.compress(gzip.decompress(whole[last.offset :]).replace(b"\r\n", b"\r\nWARC/1.0\r\n", 1))
    result, new = repaired(tmp_path, whole[: last.offset] + member)
    assert ([], whole[: last.offset] + member) == (result.dropped, new.read_bytes())
    assert ["header-syntax"] == codes(new)


def test_a_block_of_a_plain_file_that_is_not_that_of_its_digest_is_kept_and_told(tmp_path, plain):
    last = parts(plain)[-1]
    data = plain.read_bytes().replace(b"6\r\n world", b"6\r\n wXrld")
    result, new = repaired(tmp_path, data)
    assert ([last.offset], data) == (result.doubted, new.read_bytes())
    run = command(tmp_path, "damaged.warc.gz", "-o", "told.warc.gz")
    assert 1 == run.returncode
    assert f"the record at byte {last.offset} is kept, although its block is not that" in run.stdout
