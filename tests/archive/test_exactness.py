"""Every byte on the wire is in the archive, whatever the server does: seen from a project that only sets the add-on."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from archive import read_record
from tests.archive.cases import CASES, SILENT
from tests.archive.foreign import crawl
from tests.archive.raw_server import Proxy, RawServer, self_signed

TOOLS = Path(sys.executable).parent
BY_NAME = {case.name: case for case in [*CASES, *SILENT]}


def request(base: str, name: str, proxy: str | None = None) -> dict:
    meta = {"proxy": proxy} if proxy else {}
    if BY_NAME[name].after == "stall":
        meta["download_timeout"] = 1
    return {"url": f"{base}/{name}", "meta": meta}


@pytest.fixture(scope="module", params=["http", "https", "http-proxy", "https-connect"])
def captured(request_factory, request, tmp_path_factory):
    return request_factory(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def request_factory():
    def run(way: str, directory: Path):
        tls = self_signed(directory) if "https" in way else None
        with RawServer(BY_NAME, tls) as server, Proxy() as proxy:
            through = proxy.url if "-" in way else None
            # Some bodies are the same: here each is to be seen in a record of its own.
            requests = [request(server.base, name, through) for name in BY_NAME]
            result = crawl(directory, requests, settings={"ARCHIVE_DEDUP": False})
        return way, server, result

    return run


def test_the_crawl_ends_well(captured):
    _, _, result = captured
    assert (result.reason, result.exit_code) == ("finished", 0)


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_responses_equal_the_bytes_that_were_sent(captured, name):
    _, server, result = captured
    case = BY_NAME[name]
    sent = [case.message for logged in server.log if logged.case == name]
    records = result.of("response", name)
    assert [record.block for record in records] == sent
    truncated = None if case.end == "complete" else case.end
    assert [record.headers.get("WARC-Truncated") for record in records] == [truncated] * len(sent)


@pytest.mark.parametrize("name", [case.name for case in [*CASES, *SILENT]])
def test_requests_equal_the_bytes_that_were_received(captured, name):
    _, server, result = captured
    received = [logged.received for logged in server.log if logged.case == name]
    assert [record.block for record in result.of("request", name)] == received
    assert received


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_the_entity_is_known(captured, name):
    _, _, result = captured
    entity = BY_NAME[name].entity
    metadata = result.of("metadata", name)[0].block.decode()
    if entity is None:
        assert "entitySha256" not in metadata
    else:
        assert f"entitySha256: {hashlib.sha256(entity).hexdigest()}\r\nentityLength: {len(entity)}\r\n" in metadata
        assert result.of("response", name)[0].payload == entity


def test_what_the_spider_is_told_leads_to_the_record(captured):
    _, _, result = captured
    told = [entry["archive"] for entry in result.results if entry["archive"]]
    assert len(told) > 30
    for facts in told:
        record = read_record(result.warc / facts["file"], facts["offset"], facts["length"])
        assert record.type == "response"
        assert record.record_id == facts["record_id"]
        assert record.target_uri == facts["target_uri"]
        assert record.date == facts["date"]
        if not facts["target_uri"].endswith(("/bare-lf", "/header-40k")):
            assert record.headers.get("WARC-Payload-Digest") == facts["payload_digest"]


@pytest.mark.parametrize("name", [case.name for case in SILENT])
def test_a_request_without_an_answer_is_archived_with_the_reason(captured, name):
    _, _, result = captured
    assert result.of("response", name) == []
    (metadata,) = result.of("metadata", name)
    assert f"endReason: {BY_NAME[name].end}\r\n" in metadata.block.decode()


def test_records_of_an_exchange_are_linked_both_ways(captured):
    _, _, result = captured
    records = {record.record_id: record for record in result.records}
    for record in records.values():
        if record.type == "warcinfo":
            continue
        others = record.headers.get_all("WARC-Concurrent-To")
        assert others
        for other in others:
            assert record.record_id in records[other].headers.get_all("WARC-Concurrent-To")
            assert records[other].date == record.date
            assert records[other].target_uri == record.target_uri
        assert records[record.headers.get("WARC-Warcinfo-ID")].type == "warcinfo"


def test_peer_and_protocol_are_named(captured):
    way, _, result = captured
    (record,) = result.of("response", "gzip")
    tls = [f"tls/{version}" for version in ["1.3"] if "https" in way]
    assert record.headers.get_all("WARC-Protocol") == ["http/1.1", *tls]
    (old,) = result.of("response", "http-1.0")
    assert old.headers.get_all("WARC-Protocol") == ["http/1.0", *tls]
    assert (record.headers.get("WARC-Cipher-Suite") or "none").startswith("TLS_" if tls else "none")
    assert record.headers.get("WARC-IP-Address") == (None if "-" in way else "127.0.0.1")
    assert ("\r\nproxy: http://127.0.0.1:" in result.of("metadata", "gzip")[0].block.decode()) == ("-" in way)
    assert ("serverCertificateSha256" in result.of("metadata", "gzip")[0].block.decode()) == bool(tls)


def test_connections_are_reused(captured):
    _, server, _ = captured
    used = {logged.connection for logged in server.log if logged.case in {"header-12k", "headers-300", "status-999"}}
    assert len(used) == 1


def test_other_tools_accept_the_files(captured):
    _, _, result = captured
    # warcio 1.8 ends with a traceback on "br" where brotli >= 1.2 is installed, which Scrapy requires.
    without_brotli = "import sys; sys.modules['brotli'] = None; from warcio.cli import main; main()"
    for path in result.warc.glob("*.warc.gz"):
        subprocess.run([sys.executable, "-c", without_brotli, "check", path], capture_output=True, check=True)
        subprocess.run([TOOLS / "fastwarc", "check", "--verify-payloads", path], capture_output=True, check=True)
