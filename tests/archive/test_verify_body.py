"""What HTTP says of a body is true: silent truncations, codings, digests of the payload."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.archive.damaged import CHUNKED, HEADER, codes, exchange, payload_of, plain_answer, sha256, verify, write
from tests.starter import ROOT

PACKED = gzip.compress(b"hello world" * 20, mtime=0)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (plain_answer(b"hello", "Content-Length: 11"), "http-short"),
        (plain_answer(b"hello world", "Content-Length: 5"), "http-long"),
        (plain_answer(b"", "Content-Length: 11"), "http-short"),
        (plain_answer(b"hello", "Content-Length: x"), "http-lengths"),
        (plain_answer(b"hello", "Content-Length: 5", "Content-Length: 6"), "http-lengths"),
        (CHUNKED[:-5], "http-chunks"),
        (CHUNKED[:-9], "http-chunks"),
        (CHUNKED.replace(b"\r\n6\r\n", b"\r\nzz\r\n"), "http-chunks"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello world", "http-unchunked"),
        (b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + PACKED[:-9], "http-cut"),
        (plain_answer(PACKED[:-9], "Content-Encoding: gzip"), "http-encoding"),
        (plain_answer(b"hello", "Content-Encoding: gzip"), "http-encoding"),
        (plain_answer(b"hello", "Content-Encoding: odd"), "http-encoding"),
    ],
)
def test_silent_truncations_and_other_faults_of_a_body(tmp_path, answer, code):
    assert [code] == codes(write(tmp_path, exchange(answer)), notes=True)


@pytest.mark.parametrize("answer", [plain_answer(b"hello", "Content-Length: 11"), CHUNKED[:-9]])
def test_other_tools_pass_a_silent_truncation(tmp_path, answer):
    path = write(tmp_path, exchange(answer))
    subprocess.run([Path(sys.executable).parent / "warcio", "check", path], check=True)
    assert 1 == len(verify(path))


@pytest.mark.parametrize(
    "answer",
    [
        plain_answer(b"hello", "Content-Length: 11"),
        plain_answer(b"", "Content-Length: 11"),
        CHUNKED[:-9],
        b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + PACKED[:-9],
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
def test_a_truncation_that_is_declared_is_no_fault(tmp_path, answer):
    group = exchange(answer, ("WARC-Truncated", "disconnect"), payload_digest=None)
    assert [] == codes(write(tmp_path, group), notes=True)


def test_a_truncation_of_a_whole_body_is_noted(tmp_path):
    group = exchange(plain_answer(), ("WARC-Truncated", "time"))
    assert ["truncated-whole"] == codes(write(tmp_path, group), notes=True)


@pytest.mark.parametrize("swapped", [True, False])
def test_an_answer_to_head_has_no_body(tmp_path, swapped):
    group = exchange(plain_answer(b"", "Content-Length: 11"), request=b"HEAD /page HTTP/1.1\r\n\r\n")
    assert [] == codes(write(tmp_path, group[::-1] if swapped else group), notes=True)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_statuses_without_a_body(tmp_path, status):
    answer = b"HTTP/1.1 " + status + b"\r\nContent-Length: 11\r\n\r\n"
    assert [] == codes(write(tmp_path, exchange(answer)), notes=True)


def test_a_block_without_start_line_is_what_the_server_sent_unless_a_payload_was_found_in_it(tmp_path):
    path = write(tmp_path, exchange(b"no status\r\n\r\nline", payload_digest=None))
    assert ["http-raw"] == codes(path, notes=True)
    path.unlink()
    assert ["http-head"] == codes(write(tmp_path, exchange(b"no status\r\n\r\nline")), notes=True)


def test_a_payload_digest_that_fits_no_reading_names_both(tmp_path):
    (fault,) = verify(write(tmp_path, exchange(CHUNKED, payload_digest=sha256(b"other"))))
    assert "payload-digest" == fault.code
    assert sha256(payload_of(CHUNKED)) in fault.words
    assert sha256(b"hello world") in fault.words


def test_a_large_body_is_checked_in_little_memory(tmp_path):
    program = (
        "import resource, sys; from pathlib import Path; from archive.cdxj import WarcFile\n"
        "from archive.verify import Verification\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(len(list(Verification([WarcFile(Path(sys.argv[1]))]).run())),"
        " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    size = 150_000_000
    with (tmp_path / "large.warc.gz").open("wb") as stream:
        stream.write(packer.compress(HEADER.replace(b"Length: 5", b"Length: %d" % size)))
        for _ in range(size // 1_000_000):
            stream.write(packer.compress(bytes(1_000_000)))
        stream.write(packer.compress(b"\r\n\r\n") + packer.flush())
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "large.warc.gz"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    faults, kilobytes = map(int, run.stdout.split())
    assert 0 == faults
    assert kilobytes < 20_000
