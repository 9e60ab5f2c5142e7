"""Runs killed at any moment: the next run goes on, and everything that was told is true. `make soak` kills more."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

from archive import read_record
from archive.cdxj.files import WarcFile
from archive.verify import FAULTS, Verification
from tests.crawling import ENVIRONMENT, ROOT, command, crawl, items
from tests.portal import Portal

KILLS = int(os.environ.get("SOAK_KILLS", "2"))


def faults(data):
    """What `archive-verify` finds wrong with the archive and with what the items cite."""
    files = [WarcFile(path) for path in sorted((data / "warc").glob("*.warc.gz"))]
    found = Verification(files, items=[data / "items" / "news.jsonl"], is_whole=True).run()
    return [fault for fault in found if fault.code in FAULTS]


def stored(data):
    """The items stored so far; the last line may be seen half-way, or be cut by the kill, and is none yet."""
    file = data / "items" / "news.jsonl"
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def size(data):
    """Bytes of the archive."""
    return sum(path.stat().st_size for path in (data / "warc").glob("*.warc.gz*"))


def test_runs_that_are_killed_leave_nothing_that_is_not_true(tmp_path):
    # Slow enough that no run is over before it is killed.
    settings = {"ARCHIVE_MAX_FILE_SIZE": 150_000, "ARCHIVE_FSYNC_INTERVAL": 0.05, "DOWNLOAD_DELAY": 0.05}
    killed = 0
    with Portal(nodes=25) as portal:
        for moment in range(KILLS):
            chance = random.Random(moment)  # noqa: S311  (repeatable moments)
            before = size(tmp_path)
            words = command(tmp_path, site=portal.url, **settings)
            with subprocess.Popen(
                words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as run:
                until = time.monotonic() + 60
                while size(tmp_path) <= before and run.poll() is None and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 3))
                run.kill()
            killed += run.returncode == -signal.SIGKILL
            for line in stored(tmp_path):
                where = line["warc"]
                path = tmp_path / "warc" / where["file"]
                path = path if path.exists() else path.with_name(path.name + ".open")
                record = read_record(path, where["offset"], where["length"])
                assert ("response", where["record_id"]) == (record.type, record.record_id)
        crawl(tmp_path, site=portal.url)
        truth = {row["url"] for row in portal.truth() if not row.get("redirected")}
    assert KILLS == killed
    assert [] == list((tmp_path / "warc").glob("*.open"))
    assert [] == faults(tmp_path)
    assert truth == {line["url"] for line in items(tmp_path)}


@pytest.mark.parametrize("moment", range(KILLS))
def test_items_are_stored_once_whatever_moment_the_run_is_killed_at(tmp_path, moment):
    """As above, but killed between the page and its line: when the state and the lines grow."""
    chance = random.Random(1000 + moment)  # noqa: S311
    with Portal(nodes=8) as portal:
        with subprocess.Popen(
            command(tmp_path, site=portal.url),
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as run:
            wanted, until = chance.randint(1, 12), time.monotonic() + 60
            while len(stored(tmp_path)) < wanted and run.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(chance.random() / 50)
            run.kill()
        crawl(tmp_path, site=portal.url)
    ids = [line["id"] for line in items(tmp_path)]
    assert len(set(ids)) == len(ids) >= wanted
    assert [] == faults(tmp_path)
