"""What a killed writer left is salvaged: whole records are kept, what was cut off is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from archive import WarcWriter, iter_records
from archive.repair import repair
from tests.archive.damaged import exchange, parts, plain_answer, verify, write
from tests.archive.writing import left_behind, response


@pytest.mark.parametrize("missing", [1, 100, "record"])
def test_a_file_left_by_a_killed_writer_is_cut_to_its_last_whole_record(tmp_path, missing):
    left = left_behind(tmp_path)
    whole = left.read_bytes()
    last = list(iter_records(left))[-1]
    kept = whole[: last.offset]
    left.write_bytes(whole[: -(last.length if missing == "record" else missing)])
    writer = WarcWriter(tmp_path)
    (salvaged,) = writer.salvaged
    writer.close()
    assert (tmp_path / left.name.removesuffix(".open")).read_bytes() == kept
    assert (salvaged.records, salvaged.kept) == (2, len(kept))
    assert salvaged.dropped == (0 if missing == "record" else last.length - missing)
    assert (salvaged.problem is None) == (missing == "record")
    assert not left.exists()


def test_zeros_that_a_power_cut_leaves_are_dropped(tmp_path):
    left = left_behind(tmp_path)
    whole = left.read_bytes()
    left.write_bytes(whole + bytes(4096))
    writer = WarcWriter(tmp_path)
    assert [(salvaged.records, salvaged.dropped) for salvaged in writer.salvaged] == [(3, 4096)]
    (span,) = writer.write([response(b"next")])
    writer.close()
    name = left.name.removesuffix(".open")
    assert (tmp_path / name).read_bytes() == whole
    info = next(iter_records(tmp_path / span.file)).block.decode()
    assert info == f"salvaged: {name}: 3 records kept, 4096 bytes dropped\r\n"


def test_an_unfinished_file_without_a_whole_record_goes(tmp_path):
    left = left_behind(tmp_path)
    left.write_bytes(left.read_bytes()[:50])
    writer = WarcWriter(tmp_path)
    assert [(salvaged.records, salvaged.dropped) for salvaged in writer.salvaged] == [(0, 50)]
    writer.close()
    assert list(tmp_path.glob("*.warc*")) == []


def exchanges_left_behind(directory: Path) -> Path:
    finished = write(directory, exchange(plain_answer()), exchange(plain_answer()))
    return finished.rename(finished.with_name(finished.name + ".open"))


@pytest.mark.parametrize("written", [0.02, 0.98])
def test_what_was_cut_off_is_said_in_the_archive(tmp_path, written):
    left = exchanges_left_behind(tmp_path)
    *_, request, answer = parts(left)
    size = round(answer.length * written)
    left.write_bytes(left.read_bytes()[: answer.offset + size])
    assert {"unfinished"} == {fault.code for fault in verify(left, notes=True)}
    writer = WarcWriter(tmp_path)
    writer.close()
    cut, new = tmp_path / left.name.removesuffix(".open"), tmp_path / writer.files[0]
    (told,) = iter_records(new)
    answer_id = dict(answer.content[1])["WARC-Record-ID"]
    dropped = f"{cut.name}: 4 records kept, {size} bytes dropped"
    assert f"salvaged: {dropped}\r\nlostRecord: {answer_id}\r\n" == told.block.decode()
    assert [(request.offset, "link-unresolved")] == [(fault.offset, fault.code) for fault in verify(cut)]
    assert [(request.offset, "record-lost")] == [(fault.offset, fault.code) for fault in verify(cut, new, notes=True)]


def test_after_a_cut_between_exchanges_there_is_nothing_to_say(tmp_path):
    left = exchanges_left_behind(tmp_path)
    left.write_bytes(left.read_bytes()[: parts(left)[3].offset])
    writer = WarcWriter(tmp_path)
    assert [()] == [salvaged.lost for salvaged in writer.salvaged]
    writer.close()
    assert [] == verify(*tmp_path.glob("*.warc.gz"), notes=True)
    assert [left.name.removesuffix(".open")] == [path.name for path in tmp_path.glob("*.warc*")]


@pytest.mark.parametrize("number", [0, 2])
def test_whole_records_behind_a_damage_are_kept_elsewhere(tmp_path, number):
    left = exchanges_left_behind(tmp_path)
    whole, hit = left.read_bytes(), parts(left)[number]
    left.write_bytes(whole[: hit.offset] + bytes(hit.length) + whole[hit.offset + hit.length :])
    damaged = left.read_bytes()
    writer = WarcWriter(tmp_path)
    writer.close()
    (salvaged,) = writer.salvaged
    tail = tmp_path / salvaged.tail
    assert (number, damaged[hit.offset :]) == (salvaged.records, tail.read_bytes())
    cut = tmp_path / left.name.removesuffix(".open")
    assert (damaged[: hit.offset] or None) == (cut.read_bytes() if cut.exists() else None)
    repair(tail, tmp_path / "rest.warc.gz")
    assert whole[hit.offset + hit.length :] == (tmp_path / "rest.warc.gz").read_bytes()


def test_whole_records_behind_several_damages_are_kept_elsewhere(tmp_path):
    left = exchanges_left_behind(tmp_path)
    found, data = parts(left), bytearray(left.read_bytes())
    for hit in found[1:3]:
        data[hit.offset + hit.length - 8] ^= 0xFF  # the check sum: seen at the end of a record only
    left.write_bytes(data)
    writer = WarcWriter(tmp_path)
    writer.close()
    (salvaged,) = writer.salvaged
    assert data[found[1].offset :] == (tmp_path / salvaged.tail).read_bytes()


def test_a_plain_file_under_the_name_of_an_unfinished_one_is_kept_elsewhere(tmp_path):
    left = left_behind(tmp_path)
    plain = gzip.decompress(left.read_bytes())
    left.write_bytes(plain)
    writer = WarcWriter(tmp_path)
    writer.close()
    (salvaged,) = writer.salvaged
    assert (0, "this is not a gzip file") == (salvaged.records, salvaged.problem)
    assert plain == (tmp_path / salvaged.tail).read_bytes()
