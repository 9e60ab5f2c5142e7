"""The capture in a foreign project: whatever comes or fails to come is archived as it was."""

from __future__ import annotations

import base64
import socket

import pytest

from tests.archive.cases import BY_NAME, TEXT
from tests.archive.damaged import verify
from tests.archive.foreign import crawl
from tests.archive.raw_server import RawServer, self_signed


def test_head_and_post(server, tmp_path):
    requests = [
        {"url": f"{server.base}/head", "method": "HEAD"},
        {"url": f"{server.base}/plain", "method": "POST", "body": "a=1&b=ü"},
    ]
    result = crawl(tmp_path, requests)
    assert [record.block for record in result.of("response", "head")] == [BY_NAME["head"].message]
    assert [record.block for record in result.of("request", "plain")] == [server.log[1].received]
    assert server.log[1].received.endswith("\r\n\r\na=1&b=ü".encode())
    assert "entitySha256" not in result.metadata("head")[0]


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
    assert result.metadata(name)[0].get("surplus") == (base64.b64encode(TEXT).decode() if "body" in name else None)
    assert verify(*result.warc.glob("*.warc.gz")) == []


def test_a_refused_connection_is_archived_as_an_attempt(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = crawl(tmp_path, [{"url": f"http://127.0.0.1:{port}/gone#part"}])
    assert [record.type for record in result.records] == ["warcinfo", "metadata"]
    assert result.records[1].target_uri == f"http://127.0.0.1:{port}/gone"
    (told,) = result.metadata("gone")
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
    (told,) = result.metadata("page")
    assert told["endReason"] == "not-sent"
    assert told["error"].startswith("CannotResolveHostError: ")


def test_a_failed_handshake_sends_no_request(tmp_path):
    with RawServer(BY_NAME, self_signed(tmp_path)) as server:
        result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"DOWNLOAD_VERIFY_CERTIFICATES": True})
    assert [record.type for record in result.records] == ["warcinfo", "metadata"]
    (told,) = result.metadata("plain")
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
    (told,) = result.metadata("header-1-mb")
    assert "a line of more than 262144 bytes: b'X-Long: aaa" in told["error"]


def test_an_interim_response_that_is_cut_off_is_no_answer(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/cut-interim"}])
    assert result.of("response", "cut-interim") == []
    (told,) = result.metadata("cut-interim")
    assert base64.b64decode(told["interimResponse"]) == b"".join(BY_NAME["cut-interim"].pieces)
    assert told["endReason"] == "disconnect"


@pytest.mark.parametrize("name", ["extra-bytes", "length-too-short", "204-with-body"])
def test_what_comes_behind_the_message_is_kept_apart(server, tmp_path, name):
    result = crawl(tmp_path, [{"url": f"{server.base}/{name}"}])
    (told,) = result.metadata(name)
    (record,) = result.of("response", name)
    assert record.block + base64.b64decode(told["surplus"]) == b"".join(BY_NAME[name].pieces)


def test_every_retry_is_an_exchange_of_its_own(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/status-500"}], settings={"RETRY_ENABLED": True, "RETRY_TIMES": 2})
    assert [told.get("retryCount") for told in result.metadata("status-500")] == [None, "1", "2"]
    last = result.of("response", "status-500")[-1]
    assert result.results[0]["archive"]["record_id"] == last.record_id


def test_redirects_are_archived_and_the_spider_is_told_of_the_last_hop(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/redirect"}])
    assert [record.status for name in ["redirect", "hop", "plain"] for record in result.of("response", name)] == [
        302,
        301,
        200,
    ]
    assert result.metadata("plain")[0]["via"] == f"{server.base}/hop"
    assert result.results[0]["archive"]["target_uri"] == f"{server.base}/plain?after"


def test_a_request_resent_on_a_stale_connection_leaves_both_exchanges(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/stale"}, {"url": f"{server.base}/plain"}])
    assert [logged.case for logged in server.log] == ["stale", "dropped", "plain"]
    assert [record.block for record in result.of("request", "plain")] == [
        server.log[1].received,
        server.log[2].received,
    ]
    assert [record.block for record in result.of("response", "plain")] == [BY_NAME["plain"].message]
    first, second = result.metadata("plain")
    assert (first["endReason"], second["endReason"]) == ("disconnect", "complete")
    assert first["connectionId"] != second["connectionId"]
