"""Damaged WARC files of other crawlers: where the damage is is told, and the rest is read."""

import gzip

import pytest

from migration_spider.reparse import reading
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import sources
from tests.other_crawlers import URLS, reparse, small, titles, wanted


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_malformed_records_are_skipped_with_their_position(tmp_path, monkeypatch, packed, fast):
    if fast:
        pytest.importorskip("fastwarc")
    else:
        monkeypatch.setattr(reading, "fastwarc", None)
    warc = small(packed=packed)
    data = bytearray(warc.data.getvalue())
    place, length = warc.spans[2]
    if packed:
        data[place + length // 2] ^= 0xFF
    else:
        data[place : place + 8] = b"XXXX/9.9"
    file = tmp_path / "a.warc"
    file.write_bytes(data)
    catalogue = scan(sources([str(file)]))
    assert URLS[:2] + URLS[3:] == [capture.url for capture in catalogue.captures()]
    assert 1 == len(catalogue.broken)
    assert f"a.warc: at byte {place}: " in catalogue.broken[0]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("length", [b"Content-Lenght: ", b"Content-Length: x"])
def test_a_record_without_its_length_is_said_too(tmp_path, monkeypatch, fast, length):
    """FastWARC takes it for an empty one."""
    if fast:
        pytest.importorskip("fastwarc")
    else:
        monkeypatch.setattr(reading, "fastwarc", None)
    warc = small(packed=False)
    place, size = warc.spans[2]
    data = warc.data.getvalue()
    record = data[place : place + size].replace(b"Content-Length: ", length, 1)
    file = tmp_path / "a.warc"
    file.write_bytes(data[:place] + record + data[place + size :])
    catalogue = scan(sources([str(file)]))
    assert URLS[:2] + URLS[3:] == [capture.url for capture in catalogue.captures()]
    assert 1 == len(catalogue.broken)
    assert f"a.warc: at byte {place}: Content-Length " in catalogue.broken[0]


def test_damage_is_said_and_the_rest_is_read(tmp_path):
    warc = small()
    data = bytearray(warc.data.getvalue())
    data[warc.spans[2][0] + 40] ^= 0xFF
    file = tmp_path / "a.warc.gz"
    file.write_bytes(data[:-10])
    items, printed = reparse(tmp_path, file, code=3)
    assert wanted(URLS[:2] + URLS[3:-1]) == titles(items)
    assert f"at byte {warc.spans[2][0]}: " in printed
    assert f"at byte {warc.spans[-1][0]}: " in printed
    assert "2 damaged" in printed


def test_a_file_packed_as_a_whole_is_named(tmp_path):
    file = tmp_path / "whole.warc.gz"
    file.write_bytes(gzip.compress(small(packed=False).data.getvalue()))
    catalogue = scan(sources([str(file)]))
    assert [] == list(catalogue.captures())
    assert 1 == len(catalogue.broken)
    assert "archive-repair" in catalogue.broken[0]
