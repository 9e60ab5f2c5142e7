"""Write and read WARC files: exact blocks, ids, dates, rotation, the lock."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from archive import ArchiveError, CollectionLockedError, Draft, WarcWriter, iter_records, read_record
from archive.warc.file import sha256
from archive.warc.record import format_date, new_record_id
from tests.archive.writing import response, write_some

TOOLS = Path(sys.executable).parent


class Zeros:
    size = 5_000_000

    def chunks(self):
        for _ in range(5):
            yield bytes(1_000_000)


def test_spans_lead_to_the_exact_blocks(tmp_path):
    drafts, spans = write_some(tmp_path)
    for draft, span in zip(drafts, spans, strict=True):
        record = read_record(tmp_path / span.file, span.offset, span.length)
        assert record.block == draft.block
        assert record.record_id == span.record_id
        assert (record.status, record.payload) == (200, draft.block[-3:])


def test_every_record_of_a_file_is_read_in_order(tmp_path):
    drafts, spans = write_some(tmp_path, info=[("software", "a test"), ("operator", "several\nlines")])
    records = list(iter_records(tmp_path / spans[0].file))
    assert [record.type for record in records] == ["warcinfo", "response", "response"]
    assert records[0].block == b"software: a test\r\noperator: several lines\r\n"
    assert records[0].headers.get("WARC-Filename") == spans[0].file
    assert [(record.offset, record.length) for record in records[1:]] == [(s.offset, s.length) for s in spans]
    assert {record.headers.get("WARC-Warcinfo-ID") for record in records[1:]} == {records[0].record_id}
    assert records[1].headers.get("WARC-Block-Digest") == f"sha256:{hashlib.sha256(drafts[0].block).hexdigest()}"
    assert records[-1].offset + records[-1].length == (tmp_path / spans[0].file).stat().st_size


@pytest.mark.parametrize("tool", [["warcio", "check", "-v"], ["fastwarc", "check", "--verify-payloads"]])
def test_other_tools_accept_the_file(tmp_path, tool):
    _, spans = write_some(tmp_path)
    subprocess.run([TOOLS / tool[0], *tool[1:], tmp_path / spans[0].file], check=True, capture_output=True)


def test_a_streamed_block_is_written_like_one_in_memory(tmp_path):
    draft = response(b"")
    draft.block = Zeros()
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([draft])
    writer.close()
    record = read_record(tmp_path / span.file, span.offset, span.length)
    assert record.block == bytes(Zeros.size)
    assert record.headers.get("WARC-Block-Digest") == f"sha256:{hashlib.sha256(bytes(Zeros.size)).hexdigest()}"


ODD_HEAD = b"HTTP/1.1  404 P\xc3\xa1gina no encontrada\r\nx-LOW:1\r\nX-Two :  2 \r\nX-Folded: a\r\n\t b\r\nno colon\nX-Two: 3\r\n\r\n"


@pytest.mark.parametrize("kind", ["response", "request", "revisit", "resource", "metadata"])
@pytest.mark.parametrize("block", [b"", ODD_HEAD, b"\xff\xfe no head at all"])
def test_fields_and_block_are_written_as_they_are_given(tmp_path, kind, block):
    fields = [
        ("WARC-Type", kind),
        ("Content-Type", "one/type"),
        ("WARC-Record-ID", "<urn:x:1>"),
        ("WARC-Concurrent-To", "<urn:x:2>"),
        ("X-Note", "naïve  – folded\r\n\tvalue"),
        ("WARC-Concurrent-To", "<urn:x:3>"),
        ("Content-Type", "another/type"),
    ]
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([Draft(kind, list(fields), block, "<urn:x:1>")])
    writer.close()
    whole = (tmp_path / span.file).read_bytes()
    info, record = (gzip.decompress(part) for part in (whole[: span.offset], whole[span.offset :]))
    info_id = info.split(b"WARC-Record-ID: ")[1].split(b"\r\n")[0].decode()
    fields += [
        ("WARC-Warcinfo-ID", info_id),
        ("WARC-Block-Digest", f"sha256:{hashlib.sha256(block).hexdigest()}"),
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    assert head.encode() + block + b"\r\n\r\n" == record


def written_by_warcio(head: bytes) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    writer.write_record(writer.create_warc_record("http://x/", "response", payload=io.BytesIO(head), length=len(head)))
    return out.getvalue()


def test_warcio_itself_would_write_a_head_anew_and_add_a_digest():
    """Why `archive.warc.serialize` gives it every block whole: should this fail, that detour may go."""
    with pytest.raises(UnicodeEncodeError):
        written_by_warcio(ODD_HEAD)
    head = ODD_HEAD.replace(b"\xc3\xa1", b"a")
    assert head not in written_by_warcio(head)
    assert b"WARC-Payload-Digest: sha1:" in written_by_warcio(head)


def test_a_full_file_is_finished_and_the_next_begun(tmp_path):
    _, spans = write_some(tmp_path, [os.urandom(3000) for _ in range(6)], max_file_size=5000, prefix="a b")
    names = sorted(path.name for path in tmp_path.glob("*.warc.gz"))
    assert len(names) == 3
    assert sorted({span.file for span in spans}) == names
    assert all(name.startswith("a_b-2") for name in names)
    assert [len(list(iter_records(tmp_path / name))) for name in names] == [3, 3, 3]


def test_record_ids_are_random_uuids():
    ids = {new_record_id() for _ in range(200)}
    found = [uuid.UUID(one.removeprefix("<urn:uuid:").removesuffix(">")) for one in ids]
    assert ids == {f"<urn:uuid:{one}>" for one in found}
    assert {(4, uuid.RFC_4122)} == {(one.version, one.variant) for one in found}
    assert 200 == len(ids)
    assert {"8", "9", "a", "b"} == {str(one)[19] for one in found}


@pytest.mark.parametrize("here", ["UTC", "Asia/Tokyo"])
def test_dates_are_in_utc_whatever_the_clock_of_the_machine(monkeypatch, here):
    with monkeypatch.context() as there:
        there.setenv("TZ", here)
        time.tzset()
        moment = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone(timedelta(hours=-5)))
        told = format_date(moment)
    time.tzset()
    assert "2026-01-02T08:04:05.678901Z" == told


def test_a_file_carries_its_suffix_until_it_is_finished(tmp_path):
    writer = WarcWriter(tmp_path)
    writer.write([response(b"one")])
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".open"]
    writer.finish()
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".gz"]
    writer.close()


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(tmp_path):
    writer = WarcWriter(tmp_path)
    script = "import sys, archive; archive.WarcWriter(sys.argv[1])"
    second = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"process {os.getpid()} is writing this archive" in second.stderr
    with pytest.raises(CollectionLockedError) as caught:
        WarcWriter(tmp_path)
    assert caught.value.pid == os.getpid()
    writer.close()
    WarcWriter(tmp_path).close()


def test_a_finished_file_is_never_replaced(tmp_path, monkeypatch):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 1, 2, tzinfo=tz)

    monkeypatch.setattr("archive.warc.writer.datetime", Stopped)
    spans = [write_some(tmp_path, bodies=(body,))[1][0] for body in (b"one", b"two")]
    assert [b"one", b"two"] == [read_record(tmp_path / s.file, s.offset, s.length).body for s in spans]


def test_a_file_that_came_meanwhile_is_not_replaced_either(tmp_path):
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([response(b"ours")])
    (tmp_path / span.file).write_bytes(b"another's")
    with pytest.raises(ArchiveError, match="would be replaced"):
        writer.close()
    with pytest.raises(ArchiveError, match="move one of them away"):
        WarcWriter(tmp_path)
    assert b"another's" == (tmp_path / span.file).read_bytes()
    (tmp_path / span.file).unlink()
    WarcWriter(tmp_path).close()
    assert b"ours" == read_record(tmp_path / span.file, span.offset, span.length).body


@pytest.mark.parametrize("sizes", [[], [0], [3], [2047, 1], [2048, 131072], [131073, 5, 300000]])
def test_pieces_have_the_digest_and_the_size_of_the_whole(sizes):
    data = os.urandom(sum(sizes))
    whole = io.BytesIO(data)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == sha256(whole.read(size) for size in sizes)
