"""When the archive cannot be written: nothing is called stored, and the process says so."""

from __future__ import annotations

import os
import subprocess

import pytest

from archive import WarcWriter, iter_records, read_record
from tests.archive.cases import BY_NAME, RANDOM, RANDOM_HEAD
from tests.archive.foreign import crawl, environment, prepare
from tests.archive.raw_server import Case
from tests.disks import mounted


def limited(size: int) -> str:
    """Code that lets no file of the process grow beyond ``size`` bytes, as a full disk would."""
    return f"\nimport resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"


def test_without_a_directory_the_crawl_does_not_start(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"ARCHIVE_DIR": None})
    assert result.exit_code == 1
    assert "ConfigurationError: ARCHIVE_DIR is not set" in result.log
    assert server.log == []


def test_a_handler_that_cannot_be_tapped_is_refused(server, tmp_path):
    handlers = {"https": "scrapy.core.downloader.handlers.ftp.FTPDownloadHandler"}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"DOWNLOAD_HANDLERS": handlers})
    assert result.exit_code == 1
    assert "only that one can be captured exactly" in result.log
    assert server.log == []


def test_a_handler_of_the_project_is_wrapped(server, tmp_path):
    prelude = """
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

class OwnHandler(HTTP11DownloadHandler):
    async def download_request(self, request):
        response = await super().download_request(request)
        return response.replace(status=299)
"""
    settings = {"DOWNLOAD_HANDLERS": {"http": "spider.OwnHandler"}}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings=settings, prelude=prelude)
    assert [told["status"] for told in result.results] == [299]
    assert [record.block for record in result.of("response", "plain")] == [BY_NAME["plain"].message]


def test_a_collection_in_use_is_refused(server, tmp_path):
    writer = WarcWriter(tmp_path / "warc")
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}])
    writer.close()
    assert result.exit_code == 1
    assert f"process {os.getpid()} is writing this archive" in result.log
    assert server.log == []


def test_a_capture_that_is_not_exact_is_noticed_before_the_crawl(server, tmp_path):
    prelude = """
from archive.capture.exchange import Exchange
Exchange.receive = lambda self, data, receive=Exchange.receive: receive(self, data.replace(b"MiXed", b"Mixed"))
"""
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], prelude=prelude)
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert "self-check of the capture failed" in result.log
    assert server.log == []


@pytest.mark.parametrize("spool_size", [1_000_000, 1000])
def test_a_full_disk_ends_the_crawl_and_the_process_says_so(server, tmp_path, spool_size):
    requests = [{"url": f"{server.base}/random"}] * 6
    settings = {"ARCHIVE_SPOOL_SIZE": spool_size, "ARCHIVE_DEDUP": False}
    result = crawl(tmp_path, requests, settings=settings, prelude=limited(100_000))
    assert (result.exit_code, result.reason, result.stats["archive/failed"]) == (5, "archive_error", 1)
    assert "The archive could not be written, the crawl stops" in result.log
    told = [entry for entry in result.results if entry["archive"]]
    assert len(told) == 2
    (path,) = result.warc.glob("*.warc.gz")
    assert [record.payload for record in iter_records(path) if record.type == "response"] == [RANDOM, RANDOM]
    assert len(server.log) < 6


BROKEN_DISK = """
import archive.warc.file, os

def broken(*arguments):
    if os.path.getsize(next((HERE / "warc").glob("*.open"))) > 150_000:
        raise OSError(5, "Input/output error")
    return original(*arguments)

"""
BROKEN_CALLS = {
    "write": "original = archive.warc.file.FileIO.write\n"
    "archive.warc.file.FileIO = type('FileIO', (archive.warc.file.FileIO,), {'write': broken})\n",
    "fsync": "original, os.fsync = os.fsync, broken\n",
}


@pytest.mark.parametrize("call", BROKEN_CALLS)
def test_a_broken_disk_ends_the_crawl(server, tmp_path, call):
    requests = [{"url": f"{server.base}/random"}] * 60
    settings = {"ARCHIVE_DEDUP": False, "ARCHIVE_FSYNC_INTERVAL": 0.01, "DOWNLOAD_DELAY": 0.01}
    result = crawl(tmp_path, requests, settings=settings, prelude=BROKEN_DISK + BROKEN_CALLS[call])
    assert (result.exit_code, result.reason, result.stats["archive/failed"]) == (5, "archive_error", 1)
    assert "Input/output error" in result.log
    assert len(server.log) < 60
    told = [entry["archive"] for entry in result.results if entry["archive"]]
    (path,) = result.warc.glob("*.warc.gz*")
    # After a failed fsync nobody knows what is on the disk: the file does not get its name.
    assert path.suffix == {"write": ".gz", "fsync": ".open"}[call]
    for facts in told:
        assert read_record(path, facts["offset"], facts["length"]).record_id == facts["record_id"]


@pytest.mark.parametrize("spool_size", [1_000_000, 1000])
@pytest.mark.parametrize("dedup", [True, False])
def test_a_file_system_without_space_ends_the_crawl(server, tmp_path, small_disk, spool_size, dedup):
    server.cases |= {f"random-{n}": Case(name="random", pieces=[RANDOM_HEAD + os.urandom(40_000)]) for n in range(15)}
    requests = [{"url": f"{server.base}/random-{n}"} for n in range(15)]
    settings = {"ARCHIVE_DIR": str(small_disk), "ARCHIVE_SPOOL_SIZE": spool_size, "ARCHIVE_DEDUP": dedup}
    result = crawl(tmp_path, requests, settings=settings)
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert "No space left on device" in result.log
    told = [entry["archive"] for entry in result.results if entry["archive"]]
    assert 2 <= len(told) < 15
    for facts in told:
        path = small_disk / facts["file"]
        record = read_record(
            path if path.exists() else path.with_name(path.name + ".open"), facts["offset"], facts["length"]
        )
        assert record.record_id == facts["record_id"]
    for path in small_disk.glob("*.warc.gz"):
        assert list(iter_records(path))


def test_a_directory_that_cannot_be_written_stops_the_crawl_before_it_starts(server, tmp_path):
    with mounted("size=200k,ro") as folder:
        if folder is None:
            pytest.skip("a disk can be mounted by root only")
        result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"ARCHIVE_DIR": str(folder)})
    assert result.exit_code == 5
    assert "the archive cannot be written: [Errno 30] Read-only file system" in result.log
    assert server.log == []


def test_a_file_in_the_place_of_the_directory_stops_the_crawl_before_it_starts(server, tmp_path):
    (tmp_path / "warc").write_bytes(b"")
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}])
    assert (result.exit_code, server.log) == (5, [])
    assert "the archive cannot be written" in result.log


def test_a_body_that_cannot_be_spooled_ends_the_crawl(server, tmp_path):
    requests = [{"url": f"{server.base}/plain"}, {"url": f"{server.base}/1-mb"}, {"url": f"{server.base}/gzip"}]
    settings = {"ARCHIVE_SPOOL_SIZE": 10_000}
    result = crawl(tmp_path, requests, settings=settings, prelude=limited(300_000))
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert "cannot be spooled" in result.log
    assert [entry["archive"] is not None for entry in result.results][:2] == [True, False]
    assert result.of("response", "gzip") == []


def test_a_pipeline_learns_that_its_record_is_not_stored(server, tmp_path):
    prelude = """
import os
from archive import ArchiveError
from archive.capture import archiver_of

class Pipeline:
    @classmethod
    def from_crawler(cls, crawler):
        pipeline = cls()
        pipeline.crawler = crawler
        return pipeline
    async def process_item(self, item):
        archiver = archiver_of(self.crawler)
        for action in (
            archiver.write_metadata(os.urandom(9000), content_type="x/y", target_uri="x:", refers_to="<x:>"),
            archiver.sync(),
        ):
            try:
                await action
            except ArchiveError as error:
                self.crawler.spider.results.append(str(error))
        return item

async def parse(self, response):
    yield {"item": 1}
ForeignSpider.parse = parse
""" + limited(5_000)
    settings = {"ITEM_PIPELINES": {"spider.Pipeline": 1}}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings=settings, prelude=prelude)
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert "cannot be written" in result.results[0]
    assert "could not be written" in result.results[1]


def test_a_script_around_a_crawler_process_ends_with_the_failure_too(server, tmp_path):
    prepare(tmp_path, [{"url": f"{server.base}/random"}] * 4, {"ARCHIVE_DEDUP": False}, prelude=limited(100_000))
    script = "from scrapy.crawler import AsyncCrawlerProcess as P; from spider import ForeignSpider as S;"
    script += "p = P(); p.crawl(S); p.start(); print('the script goes on')"
    env = environment()
    command = [prepare.__globals__["sys"].executable, "-c", script]
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (5, "the script goes on\n")


FSYNCS = """
import os
from archive.capture import archiver_of

fsyncs = []
original = os.fsync

def counted(descriptor):
    fsyncs.append(descriptor)
    original(descriptor)

os.fsync = counted

async def parse(self, response):
    import asyncio
    before = len(fsyncs)
    await archiver_of(self.crawler).write_metadata(b"", content_type="x/y", target_uri="x:", refers_to="<x:>")
    for _ in range(200):
        await asyncio.sleep(0.01)
        if len(fsyncs) > before and WAITS_FOR_ONE:
            break
    self.results.append({"fsyncs": len(fsyncs) - before})

ForeignSpider.parse = parse
"""


@pytest.mark.parametrize(("interval", "is_synced"), [(0.05, True), (3600, False)])
def test_the_interval_between_syncs_is_the_one_that_is_set(server, tmp_path, interval, is_synced):
    prelude = f"\nWAITS_FOR_ONE = {is_synced}\n{FSYNCS}"
    settings = {"ARCHIVE_FSYNC_INTERVAL": interval}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings=settings, prelude=prelude)
    assert [told["fsyncs"] > 0 for told in result.results] == [is_synced]


def test_after_a_failure_nothing_is_fetched_or_written_although_the_crawl_goes_on(server, tmp_path):
    prelude = """
from archive import ArchiveError
from archive.capture import archiver_of

async def parse(self, response):
    async def goes_on(*, reason):
        pass
    self.crawler.engine.close_spider_async, close = goes_on, self.crawler.engine.close_spider_async
    archiver = archiver_of(self.crawler)
    archiver.fail(ArchiveError("sabotage"))
    for action in (archiver.write_metadata(b"", content_type="x/y", target_uri="x:", refers_to="<x:>"), archiver.sync()):
        try:
            await action
        except ArchiveError as error:
            self.results.append({"refused": str(error)})
    for _ in range(3):
        yield Request(response.url, callback=self.parse, errback=self.failed, dont_filter=True)
    self.crawler.engine.close_spider_async = close
ForeignSpider.parse = parse
"""
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], prelude=prelude)
    assert result.exit_code == 5
    refused = [told["refused"] for told in result.results if "refused" in told]
    assert refused == ["the archive could not be written: sabotage"] * 2
    assert [told["error"] for told in result.results if "error" in told] == ["ArchiveError"] * 3
    assert len(server.log) == 1
    assert [record.type for record in result.records] == ["warcinfo", "request", "response", "metadata"]
