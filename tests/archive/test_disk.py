"""What a disk refuses is told with its place and a remedy; whatever else is wrong is not taken for that."""

import errno
import os
import sqlite3
import stat
from contextlib import suppress

import pytest

from archive.disk import refusal, replacing
from archive.errors import ArchiveError
from archive.index import CollectionIndex
from tests.disks import mounted


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EROFS, "mount it for writing"),
        (errno.EACCES, "let this user write"),
        (errno.EIO, "look at the disk"),
        (errno.ENOENT, "moved or deleted"),
    ],
)
def test_what_the_system_says_of_a_disk_has_a_remedy(code, says):
    told = refusal(OSError(code, os.strerror(code)), "data")
    assert told.startswith(f"data: {os.strerror(code)}: ")
    assert says in told
    assert refusal(OSError(code, os.strerror(code), "data/warc"), "data").startswith("data/warc: ")


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("database or disk is full", "make room"),
        ("disk I/O error", "look at the disk"),
        ("attempt to write a readonly database", "let this user write"),
        ("unable to open database file", "read and write"),
        ("database is locked", "another program"),
    ],
)
def test_what_sqlite_says_of_a_disk_has_a_remedy(message, says):
    told = refusal(sqlite3.OperationalError(message), "state.sqlite")
    assert told.startswith(f"state.sqlite: {message}: ")
    assert says in told


def test_a_database_without_room_for_its_smallest_file_is_told_as_a_full_disk():
    with mounted("size=1m") as folder:
        if folder is None:
            pytest.skip("a disk can be mounted by root only")
        CollectionIndex(folder).close()
        with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        with pytest.raises(ArchiveError) as told:
            CollectionIndex(folder)
    assert f"{folder}/.index.sqlite: No space left on device: make room, and run again" == str(told.value)


def test_an_error_in_the_code_is_not_the_disks():
    for error in (
        OSError("of ours"),
        ConnectionResetError(104, "reset"),
        sqlite3.OperationalError("no such table: x"),
        KeyError("x"),
    ):
        assert refusal(error, "data") is None


def test_a_new_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_told(tmp_path, monkeypatch):
    path, done, fsync = tmp_path / "file", [], os.fsync

    def noted(descriptor):
        done.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with replacing(path) as stream:
        stream.write(b"whole")
    assert [(False, False), (True, True)] == done
