"""The capture in a foreign project: failures, limits, secrets, spooling, what spiders and pipelines are told."""

from __future__ import annotations

import base64
import gzip
import socket

import pytest

from archive import read_record
from tests.archive.cases import BIG, CASES, TEXT, plain
from tests.archive.damaged import verify
from tests.archive.foreign import crawl
from tests.archive.raw_server import Case, RawServer, self_signed

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Encoding: gzip\r\n\r\n"
MORE = [
    Case(name="stale", pieces=[plain(TEXT)], after="drop"),
    Case(name="cookie", pieces=[plain(TEXT, b"Set-Cookie: session=s3cret; Path=/")]),
    Case(name="big-cookie", pieces=[plain(BIG, b"Set-Cookie: session=s3cret; Path=/")]),
    Case(name="header-1-mb", pieces=[plain(TEXT, b"X-Long: " + b"a" * 1_000_000)], after="close"),
    Case(name="cut-interim", pieces=[b"HTTP/1.1 103 Early Hints\r\nLink: </st"], after="close"),
    Case(name="head", pieces=[HEAD]),
    Case(name="head-with-body", pieces=[HEAD + TEXT]),
    Case(name="robots.txt", pieces=[plain(b"User-agent: *\nDisallow: /no\n", b"Content-Type: text/plain")]),
    Case(name="sitemap.xml.gz", pieces=[plain(gzip.compress(b"<urlset/>"), b"Content-Type: application/gzip")]),
    Case(name="paper.pdf", pieces=[plain(BIG, b"Content-Disposition: attachment; filename*=UTF-8''na%C3%AFve.pdf")]),
]
BY_NAME = {case.name: case for case in [*CASES, *MORE]}


@pytest.fixture
def server():
    with RawServer(BY_NAME) as running:
        yield running


def metadata(result, path: str) -> list[dict]:
    """The metadata records about ``path``, as dictionaries; of repeated names the last."""
    lines = [record.block.decode().splitlines() for record in result.of("metadata", path)]
    return [dict(line.split(": ", 1) for line in record) for record in lines]


def test_head_and_post(server, tmp_path):
    requests = [
        {"url": f"{server.base}/head", "method": "HEAD"},
        {"url": f"{server.base}/plain", "method": "POST", "body": "a=1&b=ü"},
    ]
    result = crawl(tmp_path, requests)
    assert [record.block for record in result.of("response", "head")] == [BY_NAME["head"].message]
    assert [record.block for record in result.of("request", "plain")] == [server.log[1].received]
    assert server.log[1].received.endswith("\r\n\r\na=1&b=ü".encode())
    assert "entitySha256" not in metadata(result, "head")[0]


def test_what_scrapy_fetches_on_its_own_is_archived_too(server, tmp_path):
    requests = [{"url": f"{server.base}/sitemap.xml.gz"}, {"url": f"{server.base}/paper.pdf"}]
    result = crawl(tmp_path, requests, settings={"ROBOTSTXT_OBEY": True})
    names = ["robots.txt", "sitemap.xml.gz", "paper.pdf"]
    assert names == [logged.case for logged in server.log]
    for name, logged in zip(names, server.log, strict=True):
        assert [record.block for record in result.of("request", name)] == [logged.received]
        assert [record.block for record in result.of("response", name)] == [BY_NAME[name].message]


@pytest.mark.parametrize("name", ["head", "head-with-body"])
def test_an_answer_to_head_has_no_body(server, tmp_path, name):
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}", "method": "HEAD"}])
    (record,) = result.of("response", name)
    assert record.block == BY_NAME["head"].message
    assert record.headers.get("WARC-Truncated") is None
    assert metadata(result, name)[0].get("surplus") == (base64.b64encode(TEXT).decode() if "body" in name else None)
    assert verify(*result.warc.glob("*.warc.gz")) == []


def test_a_refused_connection_is_archived_as_an_attempt(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = crawl(tmp_path, [{"url": f"http://127.0.0.1:{port}/gone#part"}])
    assert [record.type for record in result.records] == ["warcinfo", "metadata"]
    assert result.records[1].target_uri == f"http://127.0.0.1:{port}/gone"
    (told,) = metadata(result, "gone")
    assert told["endReason"] == "not-sent"
    assert "refused" in told["error"].lower()
    assert (told["spider"], told["runId"]) == (
        "foreign",
        result.records[0].block.decode().split("isPartOf: ")[1].split()[0],
    )


def test_a_name_that_does_not_resolve_is_archived_as_an_attempt(tmp_path):
    # RFC 6761, 6.4: no resolver knows a name below .invalid, with or without a network.
    result = crawl(tmp_path, [{"url": "http://no-such-host.invalid/page"}])
    assert (result.exit_code, result.results[0]["archive"]) == (0, None)
    assert [record.type for record in result.records] == ["warcinfo", "metadata"]
    assert result.records[1].target_uri == "http://no-such-host.invalid/page"
    (told,) = metadata(result, "page")
    assert told["endReason"] == "not-sent"
    assert told["error"].startswith("CannotResolveHostError: ")


def test_credentials_in_a_url_stay_out(server, tmp_path):
    result = crawl(tmp_path, [{"url": server.base.replace("//", "//user:s3cret@") + "/plain"}])
    assert [record.target_uri for record in result.records[1:]] == [f"{server.base}/plain"]
    assert b"s3cret" not in all_bytes(result)


def test_a_failed_handshake_sends_no_request(tmp_path):
    with RawServer(BY_NAME, self_signed(tmp_path)) as server:
        result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"DOWNLOAD_VERIFY_CERTIFICATES": True})
    assert [record.type for record in result.records] == ["warcinfo", "metadata"]
    (told,) = metadata(result, "plain")
    assert "certificate verify failed" in told["error"]
    assert server.log == []


@pytest.mark.parametrize("name", ["1-mb", "chunked-in-pieces"])
def test_a_body_over_the_limit_is_archived_as_far_as_it_came(server, tmp_path, name):
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}", "meta": {"download_maxsize": 500}}])
    (record,) = result.of("response", name)
    assert record.headers.get("WARC-Truncated") == "length"
    assert BY_NAME[name].message.startswith(record.block)
    assert b"\r\n\r\n" in record.block
    assert result.results[0]["error"] == "DownloadCancelledError"


def test_a_download_that_the_project_stops_is_truncated_for_no_named_reason(server, tmp_path):
    prelude = """
from scrapy import signals
from scrapy.exceptions import StopDownload

class Stop:
    @classmethod
    def from_crawler(cls, crawler):
        crawler.signals.connect(cls.stop, signals.headers_received)
        return cls()
    @staticmethod
    def stop(request):
        raise StopDownload(fail="1-mb" in request.url)
"""
    requests = [{"url": f"{server.base}/8-mb"}, {"url": f"{server.base}/1-mb"}]
    result = crawl(tmp_path, requests, settings={"EXTENSIONS": {"spider.Stop": 0}}, prelude=prelude)
    for name, told in zip(["8-mb", "1-mb"], result.results, strict=True):
        (record,) = result.of("response", name)
        assert record.headers.get("WARC-Truncated") == "unspecified"
        assert BY_NAME[name].message.startswith(record.block)
        assert told["archive"]["record_id"] == record.record_id


def test_data_loss_that_the_project_accepts_is_still_called_truncated(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/chunk-cut"}], settings={"DOWNLOAD_FAIL_ON_DATALOSS": False})
    (record,) = result.of("response", "chunk-cut")
    assert record.headers.get("WARC-Truncated") == "disconnect"
    assert (result.results[0]["status"], result.results[0]["archive"]["entity_sha256"]) == (200, None)


def test_a_line_at_which_the_client_gives_up_is_archived(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/header-1-mb"}])
    (record,) = result.of("response", "header-1-mb")
    assert BY_NAME["header-1-mb"].message.startswith(record.block)
    # As much as was read until the client had seen that the line is too long, and no megabyte more.
    assert 262_144 < len(record.block) < 400_000
    assert record.headers.get("WARC-Truncated") == "length"
    (told,) = metadata(result, "header-1-mb")
    assert "a line of more than 262144 bytes: b'X-Long: aaa" in told["error"]


def test_an_interim_response_that_is_cut_off_is_no_answer(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/cut-interim"}])
    assert result.of("response", "cut-interim") == []
    (told,) = metadata(result, "cut-interim")
    assert base64.b64decode(told["interimResponse"]) == b"".join(BY_NAME["cut-interim"].pieces)
    assert told["endReason"] == "disconnect"


@pytest.mark.parametrize("name", ["extra-bytes", "length-too-short", "204-with-body"])
def test_what_comes_behind_the_message_is_kept_apart(server, tmp_path, name):
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}"}])
    (told,) = metadata(result, name)
    (record,) = result.of("response", name)
    assert record.block + base64.b64decode(told["surplus"]) == b"".join(BY_NAME[name].pieces)


def test_every_retry_is_an_exchange_of_its_own(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/status-500"}], settings={"RETRY_ENABLED": True, "RETRY_TIMES": 2})
    assert [told.get("retryCount") for told in metadata(result, "status-500")] == [None, "1", "2"]
    last = result.of("response", "status-500")[-1]
    assert result.results[0]["archive"]["record_id"] == last.record_id


def test_redirects_are_archived_and_the_spider_is_told_of_the_last_hop(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/redirect"}])
    assert [record.status for name in ["redirect", "hop", "plain"] for record in result.of("response", name)] == [
        302,
        301,
        200,
    ]
    assert metadata(result, "plain")[0]["via"] == f"{server.base}/hop"
    assert result.results[0]["archive"]["target_uri"] == f"{server.base}/plain?after"


def test_a_request_resent_on_a_stale_connection_leaves_both_exchanges(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/stale"}, {"url": f"{server.base}/plain"}])
    assert [logged.case for logged in server.log] == ["stale", "dropped", "plain"]
    assert [record.block for record in result.of("request", "plain")] == [
        server.log[1].received,
        server.log[2].received,
    ]
    assert [record.block for record in result.of("response", "plain")] == [BY_NAME["plain"].message]
    first, second = metadata(result, "plain")
    assert (first["endReason"], second["endReason"]) == ("disconnect", "complete")
    assert first["connectionId"] != second["connectionId"]


def all_bytes(result) -> bytes:
    return b"".join(record.block for record in result.records)


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
    assert b"s3cret" not in all_bytes(result)
    assert metadata(result, name)[0]["redactedHeader"] == "Set-Cookie"


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
