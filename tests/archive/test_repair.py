"""Whole records of damaged files are kept byte for byte, what is dropped is told, the damaged file stays as it is."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import ArchiveError
from archive.repair import repair, repaired_name
from tests.archive.damaged import contents, parts
from tests.archive.repaired import ANY_FIXTURE, command, repaired


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
