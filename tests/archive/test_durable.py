"""What is called written is on the disk, and what could not be written is not called so."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from archive import ArchiveError, WarcWriter, iter_records
from archive.warc.file import OpenFile
from tests.archive.writing import Failing, left_behind, response
from tests.starter import ROOT

FULL_DISK = """
import resource, sys
from archive import ArchiveError, WarcWriter
from tests.archive.writing import response
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
