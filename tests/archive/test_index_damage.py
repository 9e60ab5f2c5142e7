"""Damaged files in an index: told, and no line is lost for them."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import ArchiveError
from archive.cdxj import (
    build_index,
    index_path,
    iter_captures,
    lookup,
    named_files,
    read_capture,
    read_damage,
    warc_files,
)
from tests.archive.records import GOOD, command, index_of, record, refresh, write


@pytest.mark.parametrize(
    ("name", "data", "problem", "lines"),
    [
        ("cut.warc.gz", GOOD[0] + GOOD[1][:-9], "the file ends inside a gzip member", 1),
        ("flipped.warc.gz", GOOD[0] + GOOD[1][:60] + b"\0\0" + GOOD[1][62:] + GOOD[2], "gzip member is damaged", 2),
        ("zeros.warc.gz", GOOD[0] + bytes(600), "gzip member is damaged", 1),
        ("joined.warc.gz", gzip.compress(record("http://a.example/") * 2), "more than one record in a gzip member", 0),
        ("page.warc", b"<html>no archive</html>\r\n\r\n", "no WARC record starts here", 0),
        ("head.warc", record("http://a.example/")[:50], "the record's header is cut off", 0),
        ("block.warc", record("http://a.example/")[:-9], "the block ends 5 bytes early", 0),
        (
            "length.warc",
            record("http://a.example/").replace(b"Content-Length: ", b"Content-Length: x"),
            "is not a number",
            0,
        ),
        ("short.warc", record("http://a.example/")[:-4] + b"more\r\n\r\n", "not followed by two line ends", 0),
    ],
)
def test_damage_is_told_in_one_line_and_the_rest_is_indexed(tmp_path, name, data, problem, lines):
    (tmp_path / name).write_bytes(data)
    done = command("archive-index", str(tmp_path / name))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == lines
    (told,) = done.stderr.splitlines()
    assert told.startswith(f"scrapy archive-index: error: {tmp_path / name}: at byte ")
    assert problem in told


def test_a_damaged_file_is_reported_every_time(collection):
    (collection / "c.warc.gz").write_bytes(GOOD[0] + GOOD[1][:-9])
    for _ in range(2):
        result = build_index(warc_files(collection), index_path(collection))
        assert ([fault.offset for fault in result.faults], result.lines) == ([len(GOOD[0])], 11)


def flip(path, offset):
    """Change one bit of the file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("is_gzipped", [True, False])
def test_a_flipped_bit_loses_no_line_and_hides_nothing_behind_it(tmp_path, is_gzipped):
    folder = tmp_path / "warc"
    folder.mkdir()
    name = "a.warc.gz" if is_gzipped else "a.warc"
    write(folder / name, *(record(f"http://a.example/{number}") for number in range(5)))
    index = index_path(folder)
    build_index(warc_files(folder), index)
    before = index.read_bytes()
    places = [(one.offset, one.length) for one in iter_captures(index)]
    offset, length = places[1]
    flip(folder / name, offset + (length // 2 if is_gzipped else 3))
    for _ in range(2):
        result = build_index(warc_files(folder), index)
        assert before == index.read_bytes()
        assert [offset] == [fault.offset for fault in result.faults]
        (sentence,) = result.sentences
        assert sentence.startswith(f"{folder / name}: at byte {offset}: ")
    (damage,) = read_damage(index, folder)
    assert (name, offset, places[2][0]) == (damage.file, damage.offset, damage.end)
    assert [one for one, _ in places if damage.holds(one)] == [offset]
    with pytest.raises(ArchiveError, match=f"at byte {offset}"):
        read_capture(folder, lookup(index, "http://a.example/1")[0])
    assert read_capture(folder, lookup(index, "http://a.example/4")[0]).target_uri == "http://a.example/4"
    # Without an index of before it is not known what stood there; what stands behind it is.
    index.unlink()
    assert (build_index(warc_files(folder), index).lines, len(read_damage(index, folder))) == (4, 1)


def test_what_was_cut_off_or_emptied_stays_in_the_index(collection):
    index = index_path(collection)
    before = index.read_bytes()
    a, b = (collection / name for name in ("a.warc.gz", "b.warc.gz"))
    a.write_bytes(a.read_bytes()[:-9])
    b.write_bytes(b"")
    result = build_index(warc_files(collection), index)
    assert before == index.read_bytes()
    assert [None, None] == [one.end for one in result.damage]
    write(a, record("http://c.example/"))
    b.unlink()
    assert refresh(collection) == (["a.warc.gz"], [])
    assert read_damage(index, collection) == []


def test_a_file_that_is_nothing_but_damage_is_read_for_a_while_only(tmp_path):
    folder = tmp_path / "warc"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(b"".join(GOOD[number % 3][:-9] for number in range(500)))
    result = build_index(warc_files(folder), index_path(folder))
    assert (len(result.damage), len(result.sentences)) == (101, 1)
    assert "and in 100 more places" in result.sentences[0]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_found_or_harmless(tmp_path_factory, data):
    whole = b"".join(GOOD)
    position = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[position] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("flip")
    (folder / "a.warc.gz").write_bytes(whole)
    expected = index_of(folder / "a.warc.gz")
    (folder / "a.warc.gz").write_bytes(changed)
    result = build_index(named_files([folder / "a.warc.gz"]), folder / "i.cdxj")
    left = (folder / "i.cdxj").read_text().splitlines()
    assert result.faults or left == expected
    assert len(left) >= len(expected) - 1
