"""Whole records of damaged files are kept byte for byte, what is dropped is told, the damaged file stays as it is."""

from __future__ import annotations

import gzip
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import ArchiveError
from archive.repair import repair, repaired_name
from tests.archive.damaged import CHUNKED, as_plain, codes, contents, exchange, parts, plain_answer, write
from tests.archive.foreign import scrapy

ANY_FIXTURE = [HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return write(tmp_path_factory.mktemp("small"), exchange(plain_answer()), exchange(CHUNKED))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return as_plain(write(tmp_path_factory.mktemp("plain"), exchange(plain_answer()), exchange(CHUNKED)))


def repaired(tmp_path: Path, data: bytes):
    """``(what became of data, the new file)``, of which the latter is sound."""
    damaged, new = tmp_path / "damaged.warc.gz", tmp_path / "new.warc.gz"
    new.unlink(missing_ok=True)
    damaged.write_bytes(data)
    result = repair(damaged, new)
    assert data == damaged.read_bytes()
    assert (result.kept > 0) == new.exists()
    if new.exists():
        assert (result.kept, result.size) == (len(parts(new)), new.stat().st_size)
        assert not {"member-cut", "record-end", "garbage", "member-several-records"} & set(codes(new))
    assert sorted(tmp_path.iterdir()) == sorted(path for path in (damaged, new) if path.exists())
    return result, new


def test_a_sound_file_is_copied(tmp_path, small, plain):
    for path in (small, plain):
        result, new = repaired(tmp_path, path.read_bytes())
        assert ([], {}) == (result.dropped, dict(result.mended))
        assert path.read_bytes() == new.read_bytes()


@pytest.mark.parametrize("shift", [-1, 0, 1])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_cut_at_each_border(tmp_path, small, plain, number, shift):
    for path in (small, plain):
        whole = path.read_bytes()
        end = parts(path)[number].offset + shift
        result, new = repaired(tmp_path, whole[:end])
        kept = [part for part in parts(path) if part.offset + part.length <= end]
        if shift == -1:  # All of the record is there, but a byte of its check or of the line ends.
            assert [part.content for part in parts(path)[:number]] == contents(new)
            assert [1] == list(result.mended.values())
            assert [] == result.dropped
        else:
            assert whole[: kept[-1].offset + kept[-1].length] == new.read_bytes()
            assert [(end - shift, end)] * shift == [(dropped.start, dropped.end) for dropped in result.dropped]


def test_zeros_and_garbage_are_dropped(tmp_path, small):
    whole = small.read_bytes()
    second = parts(small)[1].offset
    result, new = repaired(tmp_path, whole[:second] + b"garbage" + whole[second:] + bytes(5000))
    assert whole == new.read_bytes()
    end = len(whole) + 7
    assert [(second, second + 7), (end, end + 5000)] == [(dropped.start, dropped.end) for dropped in result.dropped]


def test_a_hole_in_a_plain_file_costs_one_record(tmp_path, plain):
    whole = plain.read_bytes()
    hit = parts(plain)[2]
    middle = hit.offset + hit.length - 20
    result, new = repaired(tmp_path, whole[: middle - 30] + whole[middle:])
    assert [part.content for part in parts(plain) if part is not hit and part != hit] == contents(new)
    assert [(hit.offset, hit.offset + hit.length - 30)] == [(gap.start, gap.end) for gap in result.dropped]


def test_a_member_with_several_records_is_split(tmp_path, small):
    result, new = repaired(tmp_path, gzip.compress(gzip.decompress(small.read_bytes())))
    assert contents(small) == contents(new)
    assert ([], {"several records in a gzip member": 5}) == (result.dropped, dict(result.mended))


def test_of_a_large_member_that_is_cut_the_records_before_the_cut_are_kept(tmp_path, small):
    data = gzip.compress(gzip.decompress(small.read_bytes()))
    result, new = repaired(tmp_path, data[: len(data) // 2])
    assert 0 < result.kept < 5
    assert contents(small)[: result.kept] == contents(new)
    (dropped,) = result.dropped
    assert (0, len(data) // 2) == (dropped.start, dropped.end)
    assert f"{result.kept} records of this gzip member are kept" in dropped.reason


def test_a_length_that_runs_into_the_line_ends_is_doubtful(tmp_path, small):
    """A byte too long, the block ends in the line ends that then are missing: put back, they would make it look right."""
    whole = small.read_bytes()
    last = parts(small)[-1]
    raw = gzip.decompress(whole[last.offset :])
    size = int(raw.split(b"Content-Length: ")[1].split(b"\r")[0])
    longer = raw.replace(b"Content-Length: %d\r" % size, b"Content-Length: %d\r" % (size + 1), 1)
    result, _ = repaired(tmp_path, whole[: last.offset] + gzip.compress(longer))
    assert ([last.offset], {"line ends after the block are missing": 1}) == (result.doubted, dict(result.mended))
    assert command(tmp_path, "damaged.warc.gz", "-o", "told.warc.gz").returncode == 1


@given(st.data())
@settings(deadline=None, max_examples=60, suppress_health_check=ANY_FIXTURE)
def test_of_a_damaged_member_with_several_records_those_before_the_damage_are_kept(small, tmp_path, data):
    records = [part.content for part in parts(small)]
    whole = gzip.compress(gzip.decompress(small.read_bytes()))
    place = data.draw(st.integers(12, len(whole) - 1))
    _, new = repaired(tmp_path, whole[:place])
    found = contents(new) if new.exists() else []
    assert records[: len(found)] == found
    # What unpacks of the part that is left shows how many records are whole in it.
    seen = zlib.decompressobj(31).decompress(whole[:place])
    assert len(found) >= seen.count(b"\r\n\r\nWARC/1.1")


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


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=ANY_FIXTURE)
def test_a_changed_byte_costs_no_record_but_its_own(small, tmp_path, data):
    whole = small.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    _, new = repaired(tmp_path, bytes(changed))
    others = [p.content for p in parts(small) if not p.offset <= place < p.offset + p.length]
    found = contents(new)
    assert others == [content for content in found if content in others]
    assert len(found) - len(others) <= 1


@given(st.data())
@settings(deadline=None, max_examples=80, suppress_health_check=ANY_FIXTURE)
def test_a_hole_costs_no_record_outside_of_it(small, plain, tmp_path, data):
    path = data.draw(st.sampled_from([small, plain]))
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    filled = data.draw(st.sampled_from([b"", bytes(end - start), b"x"]))
    _, new = repaired(tmp_path, whole[:start] + filled + whole[end:])
    outside = [p for p in parts(path) if p.offset + p.length <= start or p.offset >= end]
    # Behind a hole in a plain file, a record that begins right after it may look like the rest of a line.
    certain = [p.content for p in outside if path is small or p.offset + p.length <= start or p.offset > end + 1]
    found = contents(new) if new.exists() else []
    assert certain == [content for content in found if content in certain]


def test_what_has_no_record_becomes_no_file(tmp_path):
    for data in (b"", b"<html>", bytes(100_000), gzip.compress(b"filedesc://an.arc")):
        result, new = repaired(tmp_path, data)
        assert (0, False) == (result.kept, new.exists())


def test_nothing_is_overwritten(tmp_path, small):
    with pytest.raises(ArchiveError, match="exists already"):
        repair(small, small)
    with pytest.raises(ArchiveError, match="No such file"):
        repair(tmp_path / "none.warc", tmp_path / "new.warc")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.b.warc.gz", "a.b.repaired.warc.gz"),
        ("a.warc.gz.open", "a.repaired.warc.gz"),
        ("a.warc", "a.repaired.warc"),
        ("a", "a.repaired"),
    ],
)
def test_the_name_of_the_new_file(name, expected):
    assert expected == repaired_name(Path(name)).name


def command(cwd: Path, *arguments: str) -> subprocess.CompletedProcess:
    return scrapy(cwd, "archive-repair", *arguments)


def test_the_command(tmp_path, small):
    whole = small.read_bytes()
    damaged = tmp_path / "x.warc.gz"
    last = parts(small)[-1].offset
    damaged.write_bytes(whole[: last + 20])
    run = command(tmp_path, "x.warc.gz")
    assert (1, "") == (run.returncode, run.stderr)
    assert f"x.warc.gz: bytes {last} to {last + 20} dropped: the file ends inside a gzip member" in run.stdout
    assert f"x.repaired.warc.gz: 4 records, {last} bytes\n" in run.stdout
    assert whole[:last] == (tmp_path / "x.repaired.warc.gz").read_bytes()
    again = command(tmp_path, "x.repaired.warc.gz", "-o", "y.warc.gz")
    assert (0, "y.warc.gz: 4 records") == (again.returncode, again.stdout.partition(",")[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name one WARC file"),
        (["none.warc"], "there is no such file"),
        (["text", "-o", "text"], "exists already"),
        (["text"], "no whole record"),
        (["text", "--odd"], "unknown option"),
    ],
)
def test_wrong_usage_and_nothing_readable(tmp_path, arguments, words):
    (tmp_path / "text").write_text("<html>")
    run = command(tmp_path, *arguments)
    assert 2 == run.returncode
    assert words in run.stderr
    assert "Traceback" not in run.stderr
