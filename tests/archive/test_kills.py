"""When a crawl ends in the middle: what was cited is whole, and the next crawl salvages the rest."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from archive import WarcWriter, iter_records, read_record
from tests.archive.cases import BY_NAME, RANDOM
from tests.archive.damaged import verify
from tests.archive.foreign import crawl, environment, prepare

KILLS = int(os.environ.get("SOAK_KILLS", "2"))


@pytest.mark.parametrize("how", ["removed", "renamed"])
def test_a_folder_that_goes_away_ends_the_crawl(server, tmp_path, how):
    settings = {"ARCHIVE_FSYNC_INTERVAL": 0.05, "DOWNLOAD_DELAY": 0.02}
    process = running_crawl(server, tmp_path, 5, "random", **settings)
    if how == "removed":
        shutil.rmtree(tmp_path / "warc")
    else:
        (tmp_path / "warc").rename(tmp_path / "elsewhere")
    assert process.wait(60) == 5
    assert len(server.log) < 500
    told = json.loads((tmp_path / "results.json").read_text())
    assert told["reason"] == "archive_error"


CITING = """
import os
cited = os.open(HERE / "cited.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def parse(self, response):
    os.write(cited, json.dumps(response.meta["archive"]).encode() + b"\\n")

ForeignSpider.parse = parse
"""


def running_crawl(server, tmp_path, count: int, name: str = "1-mb", **settings):
    """A crawl in the background, once it has cited ``count`` pages in cited.jsonl."""
    settings = {"ARCHIVE_DEDUP": False, **settings}
    command = prepare(tmp_path, [{"url": f"{server.base}/{name}"}] * 500, settings, CITING)
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    cited = tmp_path / "cited.jsonl"
    while time.monotonic() < deadline and (not cited.exists() or cited.read_bytes().count(b"\n") < count):
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("count", [3, 9])
def test_a_killed_crawl_is_salvaged_by_the_next(server, tmp_path, count):
    process = running_crawl(server, tmp_path, count)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    (left,) = (tmp_path / "warc").glob("*.open")
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}])
    assert result.exit_code == 0
    assert f"Salvaged {left.name.removesuffix('.open')}, left by a killed run" in result.log
    assert not left.exists()
    responses = result.of("response", "1-mb")
    assert len(responses) >= count
    assert {record.block for record in responses} <= {BY_NAME["1-mb"].message}
    assert [record.payload for record in result.of("response", "plain")] == [BY_NAME["plain"].entity]


@pytest.mark.parametrize("moment", range(KILLS))
def test_whatever_was_cited_before_a_kill_is_whole_after_it(server, tmp_path, moment):
    chance = random.Random(moment)  # noqa: S311  (repeatable moments)
    # Bodies in memory and bodies in files, which take longer to write.
    settings = {"CONCURRENT_REQUESTS": 8, "ARCHIVE_MAX_FILE_SIZE": 300_000, "ARCHIVE_FSYNC_INTERVAL": 0.01}
    settings["ARCHIVE_SPOOL_SIZE"] = chance.choice([1000, 1_000_000])
    process = running_crawl(server, tmp_path, chance.randint(5, 60), "random", **settings)
    time.sleep(chance.random() / 20)
    process.kill()
    process.wait(60)
    WarcWriter(tmp_path / "warc").close()
    cited = [json.loads(line) for line in (tmp_path / "cited.jsonl").read_text().splitlines()]
    assert cited
    for facts in cited:
        record = read_record(tmp_path / "warc" / facts["file"], facts["offset"], facts["length"])
        assert (record.record_id, record.payload) == (facts["record_id"], RANDOM)
    for path in (tmp_path / "warc").glob("*.warc.gz*"):
        assert path.suffix == ".gz"
        assert list(iter_records(path))
    assert verify(*(tmp_path / "warc").glob("*.warc.gz")) == []


def test_one_interrupt_ends_the_crawl_with_whole_finished_files(server, tmp_path):
    process = running_crawl(server, tmp_path, 5)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert list((tmp_path / "warc").glob("*.open")) == []
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    types = [record.type for record in iter_records(path)]
    assert types == ["warcinfo"] + ["request", "response", "metadata"] * (len(types) // 3)
    assert len(types) > 12
