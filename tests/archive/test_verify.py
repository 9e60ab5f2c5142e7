"""Every fault of the members and records of a file is found, named with its place, and told once."""

from __future__ import annotations

import gc
import gzip
import re
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import iter_records
from archive.cdxj import WarcFile
from archive.verify import Verification
from tests.archive.damaged import CHUNKED, URI, as_plain, codes, contents, exchange, parts, sha256, verify, write


def test_a_sound_file_is_clean_and_counted(sound):
    verification = Verification([WarcFile(sound)])
    assert [] == list(verification.run())
    assert {"warcinfo": 1, "request": 2, "response": 2} == dict(verification.records)
    assert {"both": 1, "stored": 1} == dict(verification.readings)


def test_both_readings_of_the_payload_digest_are_right(tmp_path):
    path = write(tmp_path, exchange(CHUNKED, payload_digest=sha256(b"hello world")))
    verification = Verification([WarcFile(path)])
    assert [] == list(verification.run())
    assert {"entity": 1} == dict(verification.readings)


@pytest.mark.parametrize("number", [0, 1, 4])
@pytest.mark.parametrize("missing", [1, 5, 9, 60])
def test_a_cut_inside_a_record_is_told_where_the_record_starts(sound, number, missing):
    record = parts(sound)[number]
    sound.write_bytes(sound.read_bytes()[: record.offset + record.length - missing])
    assert (record.offset, "member-cut") in [(fault.offset, fault.code) for fault in verify(sound)]


def test_a_cut_between_two_records_of_an_exchange_is_a_missing_link(sound):
    sound.write_bytes(sound.read_bytes()[: parts(sound)[2].offset])
    assert ["link-unresolved"] == codes(sound)


@pytest.mark.parametrize("plain", [True, False])
def test_a_cut_of_an_open_file_is_only_a_note(sound, plain):
    path = as_plain(sound) if plain else sound
    left = path.rename(path.with_name(path.name + ".open"))
    left.write_bytes(left.read_bytes()[:-3])
    assert ["unfinished"] == codes(left, notes=True)


@pytest.mark.parametrize(
    ("tail", "words"),
    [(bytes(4096), r"4096 bytes \(zeros\) up to the end of the file"), (b"garbage", "7 bytes up to the end")],
)
def test_what_follows_the_last_record_is_told(sound, tail, words):
    size = sound.stat().st_size
    sound.write_bytes(sound.read_bytes() + tail)
    (fault,) = verify(sound)
    assert (size, "garbage") == (fault.offset, fault.code)
    assert re.search(words, fault.words)


def test_the_walk_goes_on_behind_damage(sound):
    record = parts(sound)[2]
    data = bytearray(sound.read_bytes())
    data[record.offset + 60 : record.offset + 70] = bytes(10)
    data[record.offset + record.length - 1] ^= 1
    sound.write_bytes(data)
    verification = Verification([WarcFile(sound)])
    faults = list(verification.run())
    assert faults[0].offset == record.offset
    # Which of them, the ids in the record decide: they are others each time, and so are the bits that are overwritten.
    assert faults[0].code in {"member-damaged", "member-check", "garbage"}
    assert f"up to byte {record.offset + record.length} are lost" in faults[0].words
    assert {"warcinfo": 1, "request": 2, "response": 1} == dict(verification.records)


@pytest.mark.parametrize("place", [-8, -1])
def test_a_wrong_check_sum_or_length_of_a_member(sound, place):
    data = bytearray(sound.read_bytes())
    data[place] ^= 1
    sound.write_bytes(data)
    assert "member-check" in codes(sound)


def test_a_damaged_first_byte_does_not_hide_the_other_records(sound):
    data = sound.read_bytes()
    second = parts(sound)[1].offset
    sound.write_bytes(b"\0" + data[1:])
    assert (0, "garbage") == (verify(sound)[0].offset, verify(sound)[0].code)
    assert f"up to byte {second}" in verify(sound)[0].words


def test_members_with_several_records_with_none_and_with_something_else(sound):
    data = sound.read_bytes()
    sound.write_bytes(gzip.compress(gzip.decompress(data)))
    assert ["member-several-records"] == codes(sound)
    sound.write_bytes(data + gzip.compress(b""))
    assert ["member-empty"] == codes(sound)
    sound.write_bytes(data + gzip.compress(b"filedesc://an.arc"))
    assert ["garbage"] == codes(sound)


def test_a_doubled_member_is_a_duplicate_id(sound):
    record = parts(sound)[0]
    data = sound.read_bytes()
    sound.write_bytes(data + data[: record.length])
    assert [(len(data), "duplicate-id")] == [(fault.offset, fault.code) for fault in verify(sound)]


def test_files_without_a_record(tmp_path):
    for name, data, code in [
        ("empty.warc.gz", b"", "file-empty"),
        ("text.warc.gz", b"<html>", "garbage"),
        ("zeros.warc", bytes(300_000), "garbage"),
    ]:
        (tmp_path / name).write_bytes(data)
        assert [code] == codes(tmp_path / name)
    assert ["unreadable"] == codes(tmp_path / "none.warc.gz")
    assert ["unreadable"] == codes(tmp_path)


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_reported_or_changes_no_record(small, tmp_path, data):
    whole = small.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "changed.warc.gz"
    path.write_bytes(changed)
    if not verify(path):
        assert contents(small) == contents(path)


@given(st.data())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cut_is_reported_or_falls_between_exchanges(small, tmp_path, data):
    whole = small.read_bytes()
    end = data.draw(st.integers(1, len(whole) - 1))
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(whole[:end])
    if not verify(path):
        assert end in {parts(small)[number].offset for number in (1, 3)}


@given(st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_of_any_block_is_reported_although_the_check_sum_is_right(small, tmp_path, data):
    path = tmp_path / "plain.warc"
    whole = gzip.decompress(small.read_bytes())
    path.write_bytes(whole)
    record = data.draw(st.sampled_from(list(iter_records(path))))
    start = record.offset + record.length - 4 - len(record.block)
    place = data.draw(st.integers(start, start + len(record.block) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    assert (record.offset, "block-digest") in [(fault.offset, fault.code) for fault in verify(path)]
    packed = tmp_path / "packed.warc.gz"
    spans = [(one.offset, one.offset + one.length) for one in iter_records(path)]
    packed.write_bytes(b"".join(gzip.compress(changed[begin:end], 1) for begin, end in spans))
    assert "block-digest" in [fault.code for fault in verify(packed)]


@given(st.binary(max_size=400), st.booleans())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_is_a_traceback(tmp_path, noise, gzipped):
    path = tmp_path / "noise.warc"
    text = b"WARC/1.1\r\nContent-Length: 7\r\n" + noise
    path.write_bytes(gzip.compress(text) + noise if gzipped else text)
    assert [] != verify(path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves temporary files open
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("gzipped", [True, False])
def test_files_of_warcio_are_clean(tmp_path, version, gzipped):
    path = tmp_path / f"foreign.warc{'.gz' if gzipped else ''}"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=gzipped, warc_version=version)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "warcio"}))
        head = StatusAndHeaders("200 OK", [("Content-Length", "5")], protocol="HTTP/1.1")
        response = writer.create_warc_record(URI, "response", payload=BytesIO(b"hello"), http_headers=head)
        asked = StatusAndHeaders("GET /page HTTP/1.1", [("Host", "127.0.0.1")], is_http_request=True)
        link = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        request = writer.create_warc_record(URI, "request", http_headers=asked, warc_headers_dict=link)
        writer.write_record(response)
        writer.write_record(request)
        writer.write_record(
            writer.create_revisit_record(
                URI, response.rec_headers.get_header("WARC-Payload-Digest"), URI,
                response.rec_headers.get_header("WARC-Date"), http_headers=head,
            )
        )  # fmt: skip
    del writer, response, request
    gc.collect()
    assert [] == codes(path)


def test_a_recorded_portal_of_wget_is_clean(shared):
    verification = Verification([WarcFile(shared / "portals" / "olivero.warc.gz")])
    faults = list(verification.run())
    assert [] == [fault for fault in faults if not fault.is_note]
    # Wget names the request in its response and not the other way round.
    assert {"concurrent-one-way"} == {fault.code for fault in faults}
    assert {"both": 2810} == dict(verification.readings)
