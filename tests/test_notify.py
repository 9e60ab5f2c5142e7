"""What a run tells others: metrics that Prometheus reads, pings and webhooks that a real server gets."""

from __future__ import annotations

import copy
import json
import logging
import shutil
import socket
import stat
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from migration_spider import notify
from migration_spider.config import Config
from migration_spider.exceptions import OptionError
from migration_spider.notify import delivery
from tests.crawling import ROOT

REPORT = {
    "schema": "migration-spider/report/1",
    "run": {
        "id": "20260102T030400Z-abcdef",
        "cycle": "20260102T030400Z-abcdef",
        "started": "2026-01-02T03:04:00Z",
        "ended": "2026-01-02T03:14:30.5Z",
        "seconds": 630.5,
        "site": "https://migrationnetwork.un.org",
        "user_agent": "migration-spider/0.1.0 (+me@example.org)",
        "extractor": "migration-spider 0.1.0",
        "options": {},
        "full": False,
        "resumed": False,
    },
    "outcome": {"exit_code": 0, "finish_reason": "finished", "messages": []},
    "items": {
        "total": 1200,
        "withdrawn": 3,
        "counts": {
            "known": 1201, "new": 2, "changed": 1, "back": 0, "as_before": 90, "perhaps_gone": 2, "gone": 1,
            "not_reached": 5, "not_due": 1100, "unchanged": 90, "vanished": 1, "reappeared": 0, "rerendered": 5,
        },
        "new": [],
        "changed": [],
        "reappeared": [],
        "vanished": [],
        "unconfirmed": [{"id": "9@en"}, {"id": "9@fr"}],
    },
    "missing": [{"url": "https://migrationnetwork.un.org/a", "reason": "failed", "detail": "", "found": "sitemap"}],
    "completeness": {
        "known": 1210,
        "accounted": 1209,
        "sitemaps": [{"url": "https://migrationnetwork.un.org/sitemap.xml", "status": 200, "named": 9, "problem": "cut"}],
        "listings": [{"path": "/news", "pages": 3, "rows": 30, "total": 30, "problem": None}],
    },
    "coverage": [
        {"field": "title", "filled": 1200, "of": 1200, "before": 1.0},
        {"field": "summary", "filled": 300, "of": 1200, "before": None},
    ],
    "vocabulary": [{"where": "label", "text": "Ünknown", "count": 2, "examples": []}],
    "charts": {
        "months": [],
        "objectives": [],
        "regions": [],
        "history": [
            {"run": "a", "started": "2025-12-31T03:00:00Z", "exit_code": 0, "seconds": 60.0},
            {"run": "b", "started": "2026-01-01T03:00:00Z", "exit_code": 0, "seconds": 90.5},
            {"run": "c", "started": "2026-01-01T23:00:00Z", "exit_code": None, "seconds": None},
            {"run": "d", "started": "2026-01-02T03:04:00Z", "exit_code": 0, "seconds": 630.5},
        ],
    },
    "http": {
        "requests": 150, "status": {"200": 60, "304": 88}, "not_modified": 88, "from_archive": 0, "bytes": 7654321,
        "failures": {"timeout": 2},
    },
    "archive": {"files": ["a.warc.gz"], "bytes": 54321, "exchanges": 148, "revisits": 90},
    "robots": {"status": 200, "sha256": "0" * 64, "changed": True, "crawl_delay": 10.0},
    "timings": [{"phase": "crawl", "seconds": 600.25}, {"phase": "report", "seconds": 1}],
}  # fmt: skip


def failed(code=3, *messages):
    """The report above, of a run that ended with ``code``."""
    report = copy.deepcopy(REPORT)
    report["outcome"] = {"exit_code": code, "finish_reason": "refused", "messages": list(messages)}
    report["charts"]["history"][-1]["exit_code"] = code
    return report


def settings(**values):
    """What a run was asked to tell, unchecked."""
    asked = dict.fromkeys(("metrics_file", "ping_url", "webhook_url"), "")
    return Config.model_construct(**asked | {name[10:].lower(): value for name, value in values.items()})


@contextmanager
def listener(*answers):
    """A server that gives ``answers`` (statuses) in their order, then 200; yields (address, what it got)."""
    left, got = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["Content-Type"], body.decode()))
            self.send_response(left.pop(0) if left else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self):  # what a redirected POST would become
            self.do_POST()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(delivery, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(delivery, "TIMEOUT", 0.5)


@pytest.fixture
def docs():
    return {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("deploy*.md")}


def samples(text):
    """Lines of a metrics file -> {series without the label that all have: value}."""
    site = 'site="https://migrationnetwork.un.org"'
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name.replace(f"{site},", "").replace("{" + site + "}", ""): float(value) for name, _, value in rows}


# ---- metrics


def test_the_numbers_of_a_run():
    expected = {
        'migration_run_info{run="20260102T030400Z-abcdef",extractor="migration-spider 0.1.0",finish_reason="finished"}': 1,
        "migration_exit_code": 0,
        "migration_last_run_timestamp_seconds": 1767323670.5,
        "migration_last_success_timestamp_seconds": 1767323670.5,
        "migration_duration_seconds": 630.5,
        'migration_phase_duration_seconds{phase="crawl"}': 600.25,
        'migration_phase_duration_seconds{phase="report"}': 1,
        "migration_items": 1200,
        "migration_withdrawn_items": 3,
        "migration_known_items": 1201,
        'migration_run_items{result="new"}': 2,
        'migration_run_items{result="changed"}': 1,
        'migration_run_items{result="back"}': 0,
        'migration_run_items{result="as_before"}': 90,
        'migration_run_items{result="perhaps_gone"}': 2,
        'migration_run_items{result="gone"}': 1,
        'migration_run_items{result="not_reached"}': 5,
        'migration_run_items{result="not_due"}': 1100,
        "migration_unconfirmed_items": 2,
        "migration_missing_urls": 1,
        "migration_known_urls": 1210,
        "migration_accounted_urls": 1209,
        "migration_source_problems": 1,
        "migration_run_requests": 150,
        'migration_run_responses{status="200"}': 60,
        'migration_run_responses{status="304"}': 88,
        'migration_run_failed_requests{reason="timeout"}': 2,
        "migration_run_received_bytes": 7654321,
        "migration_run_archived_bytes": 54321,
        "migration_run_exchanges": 148,
        "migration_run_revisits": 90,
        'migration_field_filled_ratio{field="title"}': 1,
        'migration_field_filled_ratio{field="summary"}': 0.25,
        "migration_unknown_values": 1,
        "migration_robots_changed": 1,
    }
    assert expected == samples(notify.metrics_text(REPORT))


def test_last_success_of_a_run_that_failed():
    name = "migration_last_success_timestamp_seconds"
    assert 1767236490.5 == samples(notify.metrics_text(failed()))[name]  # run b
    never = failed()
    never["charts"]["history"] = never["charts"]["history"][-1:]
    assert 0 == samples(notify.metrics_text(never))[name]


def test_every_metric_is_documented(docs):
    names = {line.split()[2] for line in notify.metrics_text(REPORT).splitlines() if line.startswith("# TYPE")}
    assert set() == {name for name in names if f"`{name}" not in docs["deploy-notify.md"]}


def nasty():
    report = failed(1)
    report["run"]["extractor"] = 'a "quoted" \\ back\nslash'
    report["http"]["status"] = {}
    return report


@pytest.mark.parametrize("report", [REPORT, failed(), nasty()], ids=["complete", "incomplete", "odd characters"])
def test_prometheus_reads_it(report):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    text = notify.metrics_text(report)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("report", [REPORT, failed(), nasty()], ids=["complete", "incomplete", "odd characters"])
def test_the_client_library_reads_it(report):
    parser = pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")
    families = list(parser.text_string_to_metric_families(notify.metrics_text(report)))
    assert {"gauge"} == {family.type for family in families}
    assert len(families) == len({family.name for family in families})
    info = next(sample for family in families for sample in family.samples if sample.name == "migration_run_info")
    assert report["run"]["extractor"] == info.labels["extractor"]
    assert {"https://migrationnetwork.un.org"} == {s.labels["site"] for family in families for s in family.samples}


def test_metrics_file_is_replaced_whole_and_readable(tmp_path):
    file = tmp_path / "migration.prom"
    file.write_text("old\n")
    before = file.stat().st_ino
    notify.write_metrics(file, "new 1\n")
    assert "new 1\n" == file.read_text()
    assert before != file.stat().st_ino
    assert 0o644 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == list(tmp_path.iterdir())


def test_metrics_file_that_cannot_be_written(tmp_path, caplog):
    file = tmp_path / "missing" / "migration.prom"
    notify.finish(settings(MIGRATION_METRICS_FILE=str(file)), REPORT)
    assert ["MIGRATION_METRICS_FILE could not be written: [Errno 2] No such file or directory: "] == [
        message.partition("'")[0] for message in caplog.messages
    ]


def test_metrics_file_after_every_run(tmp_path):
    file = tmp_path / "migration.prom"
    for report in (REPORT, failed(4)):
        notify.finish(settings(MIGRATION_METRICS_FILE=str(file)), report)
        assert notify.metrics_text(report) == file.read_text(encoding="utf-8")


# ---- ping


def test_pings_of_a_run():
    with listener() as (url, got):
        chosen = settings(MIGRATION_PING_URL=f"{url}/secret/")
        notify.start(chosen)
        notify.finish(chosen, REPORT)
        notify.start(chosen)
        notify.finish(chosen, failed(3, "2 pages could not be fetched"))
        notify.fail(chosen, "https://migrationnetwork.un.org", 1, ["KeyError: 'x'"], "broken")
    assert ["/secret/start", "/secret", "/secret/start", "/secret/3", "/secret/1"] == [path for path, *_ in got]
    assert "Harvest of https://migrationnetwork.un.org: Complete.\n" == got[1][2].splitlines(keepends=True)[0]
    assert "- 2 pages could not be fetched" in got[3][2].splitlines()
    assert "- KeyError: 'x'" in got[4][2].splitlines()
    assert {"text/plain; charset=utf-8"} == {media_type for _, media_type, _ in got}


def test_ping_address_with_a_query():
    with listener() as (url, got):
        assert delivery.ping(f"{url}/key/harvest?create=1", 75, "")
        assert delivery.ping(f"{url}/key/harvest?create=1", None, "")
        assert delivery.ping(f"{url}/key/harvest?create=1", 0, "")
    assert ["/key/harvest/75?create=1", "/key/harvest/start?create=1", "/key/harvest?create=1"] == [p for p, *_ in got]


def test_long_text_is_cut_between_characters():
    with listener() as (url, got):
        assert delivery.ping(url, 0, "x" + "é" * 9000)
    assert "x" + "é" * 4999 == got[0][2]


@pytest.mark.parametrize(
    ("answers", "tries", "taken", "says"),
    [
        ((200,), 1, True, None),
        ((503, 200), 2, True, None),
        ((429, 500, 200), 3, True, None),
        ((503, 503, 503), 3, False, "answer 503"),
        ((404,), 1, False, "answer 404"),
        ((301,), 1, False, "answer 301"),
        ((302,), 1, False, "answer 302"),
    ],
)
def test_tries(answers, tries, taken, says, caplog):
    with listener(*answers) as (url, got):
        assert taken == delivery.ping(f"{url}/secret", 0, "")
        assert tries == len(got)
    expected = [] if taken else [f"Ping could not be delivered to http://127.0.0.1/...: {says}"]
    assert expected == caplog.messages


def nobody():
    with listener() as (url, _):
        return f"{url}/secret"


def silent_server():
    """Takes the connection and says nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    return server, f"http://127.0.0.1:{server.getsockname()[1]}/secret"


def test_a_server_that_does_not_answer(caplog):
    server, url = silent_server()
    with server:
        assert not delivery.ping(url, 0, "")
    assert ["Ping could not be delivered to http://127.0.0.1/...: timed out"] == caplog.messages


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (nobody, "http://127.0.0.1/..."),
        ("http://127.0.0.1:1/secret", "http://127.0.0.1/..."),
        ("https://127.0.0.1:1/secret", "https://127.0.0.1/..."),
        ("http://secret@127.0.0.1:1/", "http://127.0.0.1/..."),
        ("http://127.0.0.1:1/secret path", "http://127.0.0.1/..."),
        ("http://127.0.0.1:secret/", "http://127.0.0.1/..."),
        ("http://" + "a" * 64 + ".invalid/secret", "http://" + "a" * 64 + ".invalid/..."),
        ("http://[secret/", "something that is not a web address"),
        ("file:///secret", "file://None/..."),
        ("secret", "://None/..."),
    ],
)
def test_what_cannot_be_delivered_is_logged_without_the_secret(url, shown, caplog):
    caplog.set_level(logging.DEBUG)
    chosen = settings(
        MIGRATION_PING_URL=url() if callable(url) else url, MIGRATION_WEBHOOK_URL=url() if callable(url) else url
    )
    notify.start(chosen)
    notify.finish(chosen, failed(4, "refused"))
    assert [f"{what} could not be delivered to {shown}" for what in ("Ping", "Ping", "Webhook")] == [
        message.rpartition(": ")[0] for message in caplog.messages
    ]
    assert "secret" not in caplog.text


# ---- webhook


def test_webhook_of_a_failed_run():
    with listener() as (url, got):
        notify.finish(
            settings(MIGRATION_WEBHOOK_URL=f"{url}/hook?sig=a&b=c"), failed(4, "robots.txt says no", "è", "c", "d")
        )
    (path, media_type, body) = got[0]
    assert ("/hook?sig=a&b=c", "application/json", 1) == (path, media_type, len(got))
    assert {
        "schema": "migration-spider/outcome/1",
        "run": "20260102T030400Z-abcdef",
        "site": "https://migrationnetwork.un.org",
        "started": "2026-01-02T03:04:00Z",
        "ended": "2026-01-02T03:14:30.5Z",
        "seconds": 630.5,
        "exit_code": 4,
        "finish_reason": "refused",
        "messages": ["robots.txt says no", "è", "c", "d"],
        "counts": {
            "items": 1200, "new": 2, "changed": 1, "back": 0, "as_before": 90, "perhaps_gone": 2, "gone": 1,
            "not_reached": 5, "not_due": 1100, "unchanged": 90, "vanished": 1, "reappeared": 0, "unconfirmed": 2,
            "missing": 1, "requests": 150, "bytes": 7654321,
        },
        "kind": None,
        "do": "look",
        "advice": "the report, or the log, says what is missing and why",
        "text": "Harvest of https://migrationnetwork.un.org: NOT COMPLETE (exit code 4): robots.txt says no.",
    } == json.loads(body)  # fmt: skip


def test_no_webhook_of_a_complete_run():
    with listener() as (url, got):
        notify.finish(settings(MIGRATION_WEBHOOK_URL=url), REPORT)
    assert [] == got


def test_webhook_of_a_run_that_broke():
    with listener() as (url, got):
        notify.fail(settings(MIGRATION_WEBHOOK_URL=url), "https://migrationnetwork.un.org", 5, ["No space left"])
    said = json.loads(got[0][2])
    assert (None, 5, ["No space left"], None) == (said["run"], said["exit_code"], said["messages"], said["counts"])


def test_webhook_keys_are_documented(docs):
    assert set() == {key for key in notify.message(REPORT) if f"`{key}`" not in docs["deploy-notify.md"]}


# ---- settings


def test_settings_that_are_right(tmp_path):
    given = {
        "MIGRATION_METRICS_FILE": str(tmp_path / "a.prom"),
        "MIGRATION_PING_URL": "https://example.org/x?create=1",
        "MIGRATION_WEBHOOK_URL": "http://127.0.0.1:8080",
    }
    checked = Config.of(given)
    assert list(given.values()) == [checked.metrics_file, checked.ping_url, checked.webhook_url]
    # A variable that is set to nothing, as workflow files do with secrets that are not there, is not set.
    assert "" == Config.of({"MIGRATION_PING_URL": ""}).ping_url == Config.of({"MIGRATION_PING_URL": " "}).ping_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIGRATION_PING_URL", "example.org/secret"),
        ("MIGRATION_PING_URL", "https:///secret"),
        ("MIGRATION_PING_URL", "https://host:secret/"),
        ("MIGRATION_WEBHOOK_URL", "file:///secret"),
        ("MIGRATION_WEBHOOK_URL", "https://secret@example.org"),
        ("MIGRATION_METRICS_FILE", "/nowhere/migration.prom"),
        ("MIGRATION_METRICS_FILE", "migration.txt"),
    ],
)
def test_settings_that_are_wrong(name, value):
    with pytest.raises(OptionError, match=name) as caught:
        Config.of({name: value})
    assert "secret" not in str(caught.value)
