"""What a project can choose of the capture and build on it: secrets, spooling, digests, rotation, pipelines, stats."""

from __future__ import annotations

import pytest

from archive import read_record
from tests.archive.cases import BIG, BY_NAME, TEXT
from tests.archive.foreign import crawl


def test_credentials_in_a_url_stay_out(server, tmp_path):
    result = crawl(tmp_path, [{"url": server.base.replace("//", "//user:s3cret@") + "/plain"}])
    assert [record.target_uri for record in result.records[1:]] == [f"{server.base}/plain"]
    assert b"s3cret" not in result.all_bytes


def test_credentials_are_blanked_and_the_record_says_so(server, tmp_path):
    secrets = {"Authorization": "Basic czNjcmV0", "Cookie": "a=s3cret", "Proxy-Authorization": "Basic czNjcmV0"}
    bare = {"COOKIES_ENABLED": False, "HTTPPROXY_ENABLED": False}  # Both take such headers away.
    result = crawl(tmp_path, [{"url": f"{server.base}/cookie", "headers": secrets}], settings=bare)
    (request,) = result.of("request", "cookie")
    expected = server.log[0].received
    assert expected.count(b"czNjcmV0") == 2
    assert b"s3cret" in expected
    for secret in secrets.values():
        expected = expected.replace(secret.encode(), b"[redacted]")
    assert request.block == expected
    told = result.of("metadata", "cookie")[0].block.decode()
    assert sorted(line for line in told.splitlines() if line.startswith("redacted")) == [
        "redactedHeader: Authorization",
        "redactedHeader: Cookie",
        "redactedHeader: Proxy-Authorization",
    ]
    assert b"s3cret" in result.of("response", "cookie")[0].block


@pytest.mark.parametrize("name", ["cookie", "big-cookie"])
def test_a_rule_for_answers_blanks_them_too(server, tmp_path, name):
    settings = {"ARCHIVE_REDACT": ["Set-Cookie"], "ARCHIVE_SPOOL_SIZE": 10_000}
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}"}], settings=settings)
    (record,) = result.of("response", name)
    assert record.block == BY_NAME[name].message.replace(b"session=s3cret; Path=/", b"[redacted]")
    assert b"s3cret" not in result.all_bytes
    assert result.metadata(name)[0]["redactedHeader"] == "Set-Cookie"


@pytest.mark.parametrize("name", ["1-mb", "length-too-short", "chunk-trailer", "gzip", "103"])
def test_a_spooled_body_gives_the_same_records(server, tmp_path, name):
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}"}], settings={"ARCHIVE_SPOOL_SIZE": 100})
    (record,) = result.of("response", name)
    assert record.block == BY_NAME[name].message
    assert record.payload == BY_NAME[name].entity
    assert sorted(path.name for path in result.warc.iterdir()) == [
        ".index.sqlite",
        ".lock",
        *sorted({e["archive"]["file"] for e in result.results}),
    ]


def test_the_payload_digest_of_the_entity_is_a_setting(server, tmp_path):
    import hashlib

    requests = [{"url": f"{server.base}/{name}"} for name in ("chunked", "chunk-cut")]
    result = crawl(tmp_path, requests, settings={"ARCHIVE_PAYLOAD_DIGEST": "entity"})
    (record,) = result.of("response", "chunked")
    assert record.headers.get("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
    (broken,) = result.of("response", "chunk-cut")
    assert broken.headers.get("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(broken.body).hexdigest()}"


def test_files_rotate_and_the_spider_is_told_the_right_one(server, tmp_path):
    requests = [{"url": f"{server.base}/1-mb"}] * 3
    settings = {"ARCHIVE_MAX_FILE_SIZE": 1000, "ARCHIVE_PREFIX": "some", "ARCHIVE_DEDUP": False}
    result = crawl(tmp_path, requests, settings=settings)
    files = [told["archive"]["file"] for told in result.results]
    assert files == sorted(path.name for path in result.warc.glob("some-*.warc.gz"))
    assert len(set(files)) == result.stats["archive/files"] == 3
    for told in result.results:
        facts = told["archive"]
        assert read_record(result.warc / facts["file"], facts["offset"], facts["length"]).payload == BIG


def test_stats_count_what_is_on_the_disk(server, tmp_path):
    result = crawl(
        tmp_path, [{"url": f"{server.base}/{name}"} for name in ["plain", "gzip", "stall"] if name != "stall"]
    )
    assert {name: value for name, value in result.stats.items() if name.startswith("archive/")} == {
        "archive/bytes": sum(path.stat().st_size for path in result.warc.glob("*.warc.gz")),
        "archive/exchanges": 2,
        "archive/files": 1,
        "archive/records/metadata": 2,
        "archive/records/request": 2,
        "archive/records/response": 2,
        "archive/records/warcinfo": 1,
    }


PIPELINE = """
from archive.capture import archiver_of

class Pipeline:
    @classmethod
    def from_crawler(cls, crawler):
        pipeline = cls()
        pipeline.archiver = archiver_of(crawler)
        return pipeline

    async def write(self, what, facts):
        return await self.archiver.write_metadata(
            what, content_type="application/json", target_uri=facts["target_uri"], refers_to=facts["record_id"],
            extra={"X-Extra": "1"})

    async def process_item(self, item):
        self.facts = item["archive"]
        item["span"] = await self.write(b'{"item": 1}', self.facts)
        await self.archiver.sync()
        return item

    async def close_spider(self):
        await self.write(b'{"last": 1}', self.facts)

async def parse(self, response):
    item = {"archive": response.meta["archive"]}
    self.results.append(item)
    yield item

ForeignSpider.parse = parse
"""


def test_a_pipeline_writes_metadata_to_its_last_moment(server, tmp_path):
    settings = {"ITEM_PIPELINES": {"spider.Pipeline": 1}, "ARCHIVE_RUN_ID": "run-7"}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}] * 2, settings=settings, prelude=PIPELINE)
    assert (result.exit_code, result.reason) == (0, "finished")
    written = [record for record in result.records if record.content_type == "application/json"]
    assert [record.block for record in written] == [b'{"item": 1}', b'{"item": 1}', b'{"last": 1}']
    for told, record in zip(result.results, written, strict=False):
        span = told["span"]
        again = read_record(result.warc / span["file"], span["offset"], span["length"])
        assert (again.block, again.record_id) == (record.block, span["record_id"])
        assert again.headers.get("WARC-Refers-To") == told["archive"]["record_id"]
        assert (again.headers.get("X-Extra"), again.target_uri) == ("1", told["archive"]["target_uri"])
    assert "isPartOf: run-7\r\n" in result.records[0].block.decode()


def test_what_comes_after_the_close_is_written_too(server, tmp_path):
    prelude = """
from archive.capture import archiver_of

async def closed(self, reason, closed=ForeignSpider.closed):
    import asyncio
    await asyncio.sleep(0.2)
    await archiver_of(self.crawler).write_metadata(b"late", content_type="text/plain", target_uri="x:", refers_to="<x:>")
    closed(self, reason)

ForeignSpider.closed = closed
"""
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], prelude=prelude)
    assert (result.exit_code, list(result.warc.glob("*.open"))) == (0, [])
    assert result.records[-1].block == b"late"
    assert len(list(result.warc.glob("*.warc.gz"))) == 2


def test_a_response_from_a_cache_carries_no_evidence(server, tmp_path):
    settings = {"HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": str(tmp_path / "cache")}
    stale = {"archive": {"file": "copied from another response"}}
    requests = [{"url": f"{server.base}/plain", "meta": stale}]
    first = crawl(tmp_path, requests, settings=settings)
    assert first.results[0]["archive"]["target_uri"] == f"{server.base}/plain"
    again = crawl(tmp_path, requests, settings=settings)
    assert (again.results[0]["status"], again.results[0]["archive"]) == (200, None)


@pytest.mark.parametrize("asked", [True, False])
def test_what_lives_as_long_as_the_crawl_is_no_work_for_the_garbage_collector_where_asked(server, tmp_path, asked):
    prelude = """
import gc
gc.unfreeze()  # what the server of the tests froze
frozen = [gc.get_freeze_count()]

def note(name):
    (HERE / name).write_text(str(gc.get_freeze_count()))

def parse(self, response):
    frozen.append(gc.get_freeze_count())
    atexit.register(note, "left")

def closed(self, reason, closed=ForeignSpider.closed):
    self.results.append(frozen)
    closed(self, reason)

import atexit
atexit.register(note, "end")  # called last
ForeignSpider.parse = parse
ForeignSpider.closed = closed
"""
    settings = {"ARCHIVE_FREEZE_GC": asked}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings=settings, prelude=prelude)
    before, during = result.results[0]
    assert before == 0
    assert (during > 10_000) == asked
    assert (tmp_path / "left").read_text() == "0"
    # What is garbage when the process ends is nobody's work either.
    assert (int((tmp_path / "end").read_text()) > 10_000) == asked
