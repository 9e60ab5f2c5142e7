"""What the site asks for is kept: pace, pauses, robots.txt that cannot be read."""

import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from migration_spider.middlewares.politeness import http_date, retry_after
from tests.crawling import ENVIRONMENT, ROOT, command, crawl, items, stats
from tests.portal import Portal
from tests.serving import refusing

NOW = datetime(2024, 5, 6, 8, 49, 0, tzinfo=timezone.utc)
FAST = {"MIGRATION_REQUISITES": False, "MIGRATION_SLOWDOWN_DELAY": 0.2}
# Without any delay Scrapy starts all that is queued at the same moment, whatever the concurrency.
ONE_BY_ONE = FAST | {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_DELAY": 0.01, "DOWNLOAD_DELAY_JITTER": 0}


class TimedPortal(Portal):
    """Knows when each request came, in seconds."""

    def __init__(self, *faults, nodes=8):
        self.times = []
        super().__init__(nodes=nodes, faults=set(faults))

    def record(self, method, target, status, headers):
        self.times.append(time.monotonic())
        super().record(method, target, status, headers)

    def gaps(self):
        """Seconds between each request and the one before."""
        return [after - before for before, after in pairwise(self.times)]

    def refusals(self):
        """Positions of the answers 429 and 503."""
        return [n for n, (_, _, status, _) in enumerate(self.requests) if status in (429, 503)]


ENGLISH = "languages=en"
"""Pages enough to see a pace by."""


def urls_of(portal):
    return {row["url"] for row in portal.truth() if row["lang"] == "en" and not row.get("redirected")}


def few(portal, folder):
    """The option by which a crawl asks for six pages and no list."""
    (folder / "urls").write_text("\n".join(sorted(urls_of(portal))[:6]), encoding="utf-8")
    return f"urls={folder / 'urls'}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("0.5", 0.5),
        ("Mon, 06 May 2024 08:49:37 GMT", 37.0),
        ("Monday, 06-May-24 08:49:37 GMT", 37.0),
        ("Mon May  6 08:49:37 2024", 37.0),
        ("Mon, 06 May 2024 10:50:00 +0200", 60.0),
        ("Mon, 06 May 2024 08:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Mon, 99 May 2024 08:49:37 GMT", None),
    ],
)
def test_retry_after(value, seconds):
    assert seconds == retry_after(value, NOW)


@pytest.mark.parametrize("throttle", [False, True])
def test_crawl_delay_is_the_shortest_gap_also_with_autothrottle(tmp_path, throttle):
    with TimedPortal("crawl-delay-short") as portal:
        crawl(
            tmp_path / "data", few(portal, tmp_path), site=portal.url, AUTOTHROTTLE_ENABLED=throttle,
            AUTOTHROTTLE_START_DELAY=0, **FAST,
        )  # fmt: skip
        assert len(portal.times) > 6
        # Scrapy's clock ticks when a request leaves, ours when it comes.
        assert min(portal.gaps()[1:]) > 0.2 - 0.03
    assert 0.2 == stats(tmp_path / "data")["migration/pace/crawl_delay"]


def test_a_crawl_delay_without_measure_is_bounded(tmp_path):
    with TimedPortal("crawl-delay-long") as portal:
        pages = few(portal, tmp_path)
        output = crawl(tmp_path / "data", pages, site=portal.url, MIGRATION_MAX_CRAWL_DELAY=0.1, **FAST)
        assert min(portal.gaps()[1:]) > 0.1 - 0.03
    assert "robots.txt asks for 3600 seconds between requests: limited to 0.1 (MIGRATION_MAX_CRAWL_DELAY)" in output


@pytest.mark.parametrize(("fault", "shortest"), [("busy-seconds", 2.0), ("busy-date", 1.9)])
def test_retry_after_pauses_the_whole_host(tmp_path, fault, shortest):
    with TimedPortal(fault) as portal:
        crawl(tmp_path, ENGLISH, site=portal.url, **ONE_BY_ONE)
        (refused,) = portal.refusals()
        gaps = portal.gaps()
        assert shortest - 0.05 < gaps[refused] == max(gaps)
        assert urls_of(portal) == {line["url"] for line in items(tmp_path)}
    assert 1 == stats(tmp_path)["migration/pace/pauses"]


def test_requests_at_once_are_all_paused(tmp_path):
    with TimedPortal("busy-seconds") as portal:
        crawl(tmp_path, ENGLISH, site=portal.url, **FAST)
        (refused,) = portal.refusals()
        # Others are under way when the answer comes; whatever was sent after it waited.
        pause = max(portal.gaps())
        assert pause > 1.5  # of two seconds, less what those took that were under way
        assert refused <= portal.gaps().index(pause) <= refused + 16


def test_a_longer_pause_than_allowed_ends_the_run_at_once(tmp_path):
    with TimedPortal("busy-for-a-day") as portal:
        output = crawl(tmp_path, site=portal.url, code=4, **FAST)  # without the pause, else the command would time out
        assert len(portal.requests) < 45  # of 130; some were under way
    assert "asks to wait 86400 seconds (Retry-After), more than MIGRATION_MAX_RETRY_AFTER (900)" in output
    assert "refused" == stats(tmp_path)["finish_reason"]


def test_refusals_without_a_time_slow_the_host_down_and_it_recovers(tmp_path):
    with TimedPortal("busy-awhile") as portal:
        crawl(tmp_path, ENGLISH, site=portal.url, **ONE_BY_ONE)
        gaps = portal.gaps()
        first, *_, last = portal.refusals()
        assert [0.2, 0.4, 0.8, 1.6] == pytest.approx(gaps[first : last + 1], abs=0.15)
        # The timer of the next request was set before the first good answer came.
        assert [1.6, 1.28, 1.03] == pytest.approx(gaps[last + 1 : last + 4], abs=0.15)
        assert all(before > after - 0.1 for before, after in pairwise(gaps[last + 1 : last + 12]))
        assert max(gaps[-10:]) < 0.3
        assert urls_of(portal) == {line["url"] for line in items(tmp_path)}
    assert 4 == stats(tmp_path)["migration/pace/slowdowns"]


def test_refusals_of_requests_sent_together_are_one(tmp_path):
    with TimedPortal("busy-awhile", "slow") as portal:
        crawl(tmp_path, "max_items=1", site=portal.url, MIGRATION_MAX_REFUSALS=4, **FAST)
        assert 4 == len(portal.refusals())
    assert stats(tmp_path)["migration/pace/slowdowns"] in (1, 2)


def test_the_slowest_pace_is_bounded(tmp_path):
    with TimedPortal("busy-awhile") as portal:
        crawl(tmp_path, "max_items=8", site=portal.url, AUTOTHROTTLE_MAX_DELAY=0.3, **ONE_BY_ONE)
        assert max(portal.gaps()) < 1.2  # the fourth would be 1.6


def test_refusals_in_a_row_end_the_run(tmp_path):
    with TimedPortal("busy") as portal:
        output = crawl(tmp_path, site=portal.url, code=4, MIGRATION_MAX_REFUSALS=4, AUTOTHROTTLE_MAX_DELAY=0.2, **FAST)
        # Those under way together are one refusal, then it is one at a time.
        assert 4 <= len(portal.refusals()) <= 16 + 3
    assert "NOT COMPLETE (exit code 4): the site refuses: 4 answers in a row were 429 or 503" in output
    assert "refused" == stats(tmp_path)["finish_reason"]


def test_robots_txt_that_fails_forbids_everything(tmp_path):
    with Portal(nodes=8, faults={"robots-error"}) as portal:
        output = crawl(tmp_path, site=portal.url, code=4)
        assert {"/robots.txt"} == {path for _, path, _, _ in portal.requests}
    assert "robots.txt was answered 500, so no page is requested" in output
    assert "the site is down, or cannot be reached" in output.splitlines()[-1]
    assert "Traceback" not in output


def test_robots_txt_that_cannot_be_fetched_forbids_everything(tmp_path):
    with refusing() as url:
        output = crawl(tmp_path, site=url, code=4, RETRY_ENABLED=False)
    assert "robots.txt could not be fetched" in output
    assert "the site is down, or cannot be reached" in output.splitlines()[-1]
    assert "Traceback" not in output


def test_a_connection_that_is_closed_is_told_in_words(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def close_each():
            with suppress(OSError):
                while True:
                    server.accept()[0].close()

        threading.Thread(target=close_each, daemon=True).start()
        output = crawl(tmp_path, site=f"http://127.0.0.1:{server.getsockname()[1]}", code=4, RETRY_ENABLED=False)
        server.shutdown(socket.SHUT_RDWR)
    assert re.search(r"robots.txt could not be fetched \(Connection [^<]+\), so no page is requested", output)


def test_robots_txt_that_is_missing_allows_everything_whatever_its_page_says(tmp_path):
    with Portal(nodes=8, faults={"robots-gone"}) as portal:
        crawl(tmp_path, ENGLISH, site=portal.url, MIGRATION_REQUISITES=False)
        assert urls_of(portal) == {line["url"] for line in items(tmp_path)}


def test_ctrl_c_during_a_pause_does_not_wait_for_its_end(tmp_path):
    with TimedPortal("busy-for-a-day") as portal:
        words = command(tmp_path, site=portal.url, MIGRATION_MAX_RETRY_AFTER=100_000, **FAST)
        with subprocess.Popen(
            words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            until = time.monotonic() + 60
            while not portal.refusals() and time.monotonic() < until:
                time.sleep(0.1)
            time.sleep(1)
            asked = len(portal.requests)
            run.send_signal(signal.SIGINT)
            try:
                output, _ = run.communicate(timeout=60)
            finally:
                run.kill()
        assert run.returncode == 3, output[-4000:]
        assert asked == len(portal.requests)


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 2024 00:00:00 +9999999999", "Mon, 01 Jan 9999999 00:00:00 GMT", "9" * 5000]
)
def test_a_date_that_no_clock_can_show_is_none(date):
    assert http_date(date) is None


def test_a_time_to_wait_that_no_clock_can_count_is_read():
    assert retry_after("9" * 400, datetime.now(timezone.utc)) == float("inf")
