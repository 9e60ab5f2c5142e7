"""Temporary folders: none is left, whatever ends the process that made it."""

import os
import signal
import subprocess
import sys

from archive.warc.lock import LOCK_NAME, CollectionLock
from migration_spider.browse.scratch import NEW, PREFIX, remove_left
from tests.crawling import ENVIRONMENT, ROOT

MAKES = "from migration_spider.browse.scratch import scratch\nprint(scratch(), scratch(), flush=True)\n"


def made(folder, then):
    """The process that makes two folders in ``folder``, and where they are."""
    words = [sys.executable, "-c", MAKES + then]
    process = subprocess.Popen(
        words, cwd=ROOT, env={**ENVIRONMENT, "TMPDIR": str(folder)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    return process, process.stdout.readline().decode().split()


def aged(folder):
    """Make the folder as old as one that was left."""
    long_ago = folder.stat().st_mtime - 2 * NEW
    os.utime(folder, (long_ago, long_ago))
    return folder


def test_what_ends_by_itself_leaves_nothing(tmp_path):
    process, folders = made(tmp_path, "")
    process.communicate(timeout=60)
    assert 2 == len(set(folders))
    assert [] == [*tmp_path.iterdir()]


def test_what_a_killed_process_left_is_removed_by_the_next_and_nothing_else(tmp_path):
    killed, [left, _] = made(tmp_path, "input()")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / f"{PREFIX}other").mkdir()  # of another program: it has no lock
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    [home] = [path for path in tmp_path.iterdir() if left.startswith(f"{path}/")]
    remove_left(tmp_path)
    assert home.exists(), "it may be one that begins"
    held = tmp_path / f"{PREFIX}held"
    held.mkdir()
    lock = CollectionLock(held)
    for path in (home, held):
        assert (aged(path) / LOCK_NAME).is_file()
    remove_left(tmp_path)
    assert {"elsewhere", held.name, f"{PREFIX}link", f"{PREFIX}other"} == {path.name for path in tmp_path.iterdir()}
    lock.release()
