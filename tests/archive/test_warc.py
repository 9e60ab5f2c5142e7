"""Write and read WARC files: exact blocks, damaged input, rotation, the lock, salvage."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import subprocess
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from archive import ArchiveError, BrokenRecordError, CollectionLockedError, Draft, WarcWriter, iter_records, read_record
from archive.repair import repair
from archive.warc.file import OpenFile, sha256
from archive.warc.reader import check_record
from archive.warc.record import format_date, new_record_id
from archive.warc.salvage import whole_records
from tests.archive.damaged import exchange, parts, plain_answer, verify, write

TOOLS = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]


def response(body: bytes, uri: str = "http://127.0.0.1/") -> Draft:
    record_id = new_record_id()
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", "2026-01-02T03:04:05.678901Z"),
        ("WARC-Target-URI", uri),
        ("Content-Type", "application/http;msgtype=response"),
    ]
    return Draft("response", fields, b"HTTP/1.1 200 OK\r\nX-Odd : \xff\r\n\r\n" + body, record_id)


class Zeros:
    size = 5_000_000

    def chunks(self):
        for _ in range(5):
            yield bytes(1_000_000)


class Failing:
    size = 2_000_000
    reads = 0

    def chunks(self):
        self.reads += 1
        if self.reads == 1:  # for the digest
            yield bytes(self.size)
            return
        yield os.urandom(1_000_000)
        raise OSError("no more of it")


def write_some(directory: Path, bodies=(b"one", b"two"), **options):
    writer = WarcWriter(directory, **options)
    drafts = [response(body) for body in bodies]
    spans = [writer.write([draft])[0] for draft in drafts]
    writer.close()
    return drafts, spans


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


def left_behind(directory: Path) -> Path:
    _, spans = write_some(directory)
    finished = directory / spans[0].file
    return finished.rename(finished.with_name(finished.name + ".open"))


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


FULL_DISK = """
import resource, sys
from archive import ArchiveError, WarcWriter
from tests.archive.test_warc import response
import os
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
writer = WarcWriter(sys.argv[1])
stored = 0
try:
    while True:
        writer.write([response(os.urandom(3000)), response(os.urandom(3000))])
        stored += 1
except ArchiveError as error:
    print(stored, error)
try:
    writer.write([response(b"small enough")])
except ArchiveError as error:
    print(error)
writer.close()
"""


def test_on_a_full_disk_the_whole_groups_stay_and_nothing_more_is_written(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True, cwd=ROOT
    )
    first, second = run.stdout.splitlines()
    assert first.startswith("2 ")
    assert "cannot be written" in first
    assert "writing failed before" in second
    (finished,) = tmp_path.glob("*.warc.gz")
    assert [record.type for record in iter_records(finished)] == ["warcinfo"] + ["response"] * 4


def test_after_a_failed_fsync_the_file_is_left_for_salvage(tmp_path, monkeypatch):
    writer = WarcWriter(tmp_path)
    writer.write([response(b"one")])

    def broken(descriptor):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(ArchiveError, match="Input/output error"):
            writer.sync()
    with pytest.raises(ArchiveError, match="writing failed before"):
        writer.write([response(b"two")])
    writer.close()
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".open"]
    WarcWriter(tmp_path).close()
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".gz"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_file_that_could_not_be_finished_is_not_tried_again(tmp_path, monkeypatch, call):
    writer = WarcWriter(tmp_path, max_file_size=1)
    writer.write([response(b"one")])

    def broken(*arguments):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(*{"fsync": (os, "fsync"), "rename": (Path, "rename")}[call], broken)
        with pytest.raises(ArchiveError, match="Input/output error"):
            writer.write([response(b"two")])
    writer.close()
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".open"]
    WarcWriter(tmp_path).close()
    (path,) = tmp_path.glob("*.warc.gz*")
    assert (path.suffix, [record.type for record in iter_records(path)]) == (".gz", ["warcinfo", "response"])


def test_a_failed_write_is_taken_back(tmp_path):
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([response(b"one")])
    draft = response(b"")
    draft.block = Failing()
    with pytest.raises(ArchiveError, match="no more of it"):
        writer.write([response(b"of the same group"), draft])
    writer.close()
    (path,) = tmp_path.glob("*.warc.gz*")
    assert (path.name, path.stat().st_size) == (span.file, span.offset + span.length)


@pytest.mark.parametrize("sizes", [[], [0], [3], [2047, 1], [2048, 131072], [131073, 5, 300000]])
def test_pieces_have_the_digest_and_the_size_of_the_whole(sizes):
    data = os.urandom(sum(sizes))
    whole = io.BytesIO(data)
    assert (hashlib.sha256(data).hexdigest(), len(data)) == sha256(whole.read(size) for size in sizes)


@pytest.fixture
def synced(tmp_path, monkeypatch):
    """What was given to fsync, in order: the names in the folder when it was the folder, else the size of the file."""
    calls = []
    real = os.fsync

    def noting(descriptor):
        status = os.fstat(descriptor)
        names = {path.name for path in tmp_path.glob("*.warc.gz*")}
        calls.append(names if stat.S_ISDIR(status.st_mode) else (status.st_ino, status.st_size))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return calls


def test_sync_is_an_fsync_of_all_that_was_written(tmp_path, synced):
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([response(b"one")])
    (path,) = tmp_path.glob("*.open")
    assert [{path.name}] == synced  # that there is such a file
    writer.sync()
    writer.sync()
    assert [(path.stat().st_ino, span.offset + span.length)] == synced[1:]  # once: then nothing was new
    writer.close()


def test_a_finished_file_and_its_name_are_on_the_disk(tmp_path, synced):
    writer = WarcWriter(tmp_path)
    (span,) = writer.write([response(b"one")])
    del synced[:]
    writer.finish()
    assert [((tmp_path / span.file).stat().st_ino, span.offset + span.length), {span.file}] == synced
    writer.close()


def test_a_salvaged_file_and_its_name_are_on_the_disk(tmp_path, synced):
    left = left_behind(tmp_path)
    whole = left.read_bytes()
    left.write_bytes(whole + bytes(10))
    del synced[:]
    WarcWriter(tmp_path).close()
    name = left.name.removesuffix(".open")
    assert [((tmp_path / name).stat().st_ino, len(whole)), {name}] == synced


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


def test_what_cannot_be_taken_back_is_not_finished(tmp_path, monkeypatch):
    writer = WarcWriter(tmp_path)
    writer.write([response(b"one")])
    draft = response(b"")
    draft.block = Failing()
    monkeypatch.setattr(OpenFile, "cut", lambda file, end: os.fstat(-1))
    with pytest.raises(ArchiveError, match="no more of it"):
        writer.write([draft])
    writer.close()
    assert [path.suffix for path in tmp_path.glob("*.warc.gz*")] == [".open"]
    again = WarcWriter(tmp_path)
    assert [(salvaged.records, salvaged.dropped > 0) for salvaged in again.salvaged] == [(2, True)]
    again.close()


def test_a_directory_taken_away_is_noticed_before_anything_is_called_durable(tmp_path):
    directory = tmp_path / "warc"
    writer = WarcWriter(directory)
    writer.write([response(b"one")])
    directory.rename(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="No such file"):
        writer.sync()
    writer.close()


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot be written"):
        WarcWriter(tmp_path / "file" / "warc")


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
