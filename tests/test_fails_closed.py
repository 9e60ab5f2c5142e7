"""Whatever breaks: nothing more is fetched, the exit code is not 0, and one line says why."""

import pytest

from tests import sabotage
from tests.crawling import crawl, items, stats
from tests.harvesting import harvest
from tests.portal import Portal


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=2) as portal:
        yield portal


def test_an_unbroken_run_is_complete(portal, tmp_path):
    done = sabotage.run(tmp_path, portal, "")
    assert (0, 1) == (done.code, len(items(tmp_path / "data"))), done.output


# ---- receivers of signals that are not ours

BEFORE = ("spider_opened", "engine_started")
DURING = (
    *("scheduler_empty", "request_scheduled", "request_reached_downloader", "request_left_downloader", "spider_idle"),
    *("response_downloaded", "response_received", "headers_received", "bytes_received", "item_scraped"),
    *("spider_closed", "engine_stopped"),
)


@pytest.mark.parametrize("signal", [*BEFORE, *DURING])
def test_a_receiver_that_raises_fails_the_run(portal, tmp_path, signal):
    done = sabotage.run(tmp_path, portal, sabotage.receiver(signal))
    assert 1 == done.code, done.output
    assert "(exit code 1): an error in the code: sabotaged.Extension.receive: KeyError: 'sabotage'" in done.printed
    if signal in BEFORE:
        assert [] == done.asked
    if signal in ("request_scheduled", "request_reached_downloader"):
        assert "/es/node/7756" not in done.asked


# ---- what is ours

SPIDER = "from migration_spider.spiders.news import NewsSpider as It\n"
RUN = "from migration_spider.run import Run as It\n"
PACE = "from migration_spider.middlewares.politeness import PolitenessMiddleware as It\n"
STORE = "from migration_spider.pipelines import StorePipeline as It\n"
HARVEST = "from migration_spider.harvest.session import Harvest as It\n"
SESSION = "from migration_spider.harvest import session as It\n"


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ("import archive.capture.selfcheck as it\nit.check_capture = broken", "sabotage"),
        (RUN + "It._started = broken", "sabotage"),
        ("import migration_spider.scrapy_internals as It\nIt.check = broken", "sabotage"),
        ("import logging\nlogging.Filter.filter = It = lambda *_: True\n" + RUN + "It._started = lambda self: None", ""),
        (PACE + "It._watch = broken", "sabotage"),
        (STORE + "It.open_spider = broken", "sabotage"),
        (SPIDER + "It.start = broken", "sabotage"),
        # Names of Scrapy's that a later version may not have.
        ("from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware as It\ndel It.robot_parser", "robot_parser"),
        ("from scrapy.core.downloader import Downloader as It\ndel It.get_slot_key", "engine.downloader.get_slot_key"),
        ("import scrapy.utils.signal as It\nimport logging\nIt.logger = logging.getLogger('renamed')", "scrapy.utils.signal"),
    ],
)  # fmt: skip
def test_what_breaks_before_the_first_request_lets_nothing_be_asked(portal, tmp_path, statements, says):
    done = sabotage.run(tmp_path, portal, statements)
    assert done.code in (1, 5), done.output
    assert says in (done.printed or done.output).splitlines()[-1]
    assert [] == done.asked
    assert "Complete." not in done.printed
    assert "as requested" not in done.printed


@pytest.mark.parametrize(
    "statements",
    [
        PACE + "It.robots_parsed = broken",
        PACE + "It.request_reached_downloader = broken",
        PACE + "It.response_downloaded = broken",
        PACE + "It._look = broken\nimport migration_spider.middlewares.politeness as pace\nlater = pace.call_later\n"
        "pace.call_later = lambda delay, *rest: later(0, *rest)",
        RUN + "It._closed = broken",
        STORE + "It.close_spider = broken",
        STORE + "It.process_item = broken",
        SPIDER + "It.parse = broken",
    ],
)
def test_what_breaks_in_the_crawl_is_an_internal_error(portal, tmp_path, statements):
    done = sabotage.run(tmp_path, portal, statements)
    assert 1 == done.code, done.output
    assert "NOT COMPLETE (exit code 1): " in done.printed.splitlines()[-1]


@pytest.mark.parametrize("name", ["crawl", "harvest"])
def test_a_temporary_file_that_cannot_be_written_is_told_with_its_remedy(portal, tmp_path, name):
    statements = (
        "import migration_spider.kept as it\nit.MOST_HELD = 3\nit._SCHEMA = f'PRAGMA max_page_count = 1;{it._SCHEMA}'"
    )
    done = sabotage.run(tmp_path, portal, statements, name)
    assert 5 == done.code, done.output
    assert "database or disk is full" in done.printed
    assert "SQLITE_TMPDIR" in done.printed
    assert "an error in the code" not in done.printed
    assert "Complete." not in done.printed


FULL = """\
import sqlite3
def full(*arguments, **named): raise OSError(28, "No space left on device")
def full_too(*arguments, **named): raise sqlite3.OperationalError("database or disk is full")
"""


@pytest.mark.parametrize(
    "statements",
    [
        "from migration_spider.extensions.lock import HarvestLock as It\nIt.__init__ = full",
        "from migration_spider.spiders.news import NewsSpider as It\nIt.dropped = It.parse = full_too",
        SESSION + "It.write_report = full",
        "from migration_spider.state.runs import Runs as It\nIt.end = full_too",
    ],
)
def test_a_disk_that_refuses_is_no_error_in_the_code(portal, tmp_path, statements):
    done = sabotage.run(tmp_path, portal, FULL + statements, "harvest")
    assert 5 == done.code, done.output
    told = done.output.splitlines()[-1]
    assert str(tmp_path / "data") in told, done.output
    assert " full: make room" in told or "No space left on device: make room" in told
    assert "Traceback" not in done.output


def test_a_harvest_that_cannot_begin_for_the_disk_is_told_to_those_who_wait(portal, tmp_path):
    """Every night, as long as it is full."""
    statements = f"{FULL}{SESSION}It.recover = full\nfrom migration_spider import notify\nnotify.fail = print\n"
    done = sabotage.run(tmp_path, portal, statements, "harvest")
    assert 5 == done.code, done.output
    (told,) = (line for line in done.printed.splitlines() if f" {portal.url} 5 [" in line)
    assert "No space left on device: make room, and run again" in told


@pytest.mark.parametrize("signal", ["request_dropped", "spider_error", "item_error"])
def test_receivers_of_what_is_rare_are_guarded_too(portal, tmp_path, signal):
    broken = {
        "request_dropped": SPIDER + "It.dropped = broken\n",
        "spider_error": SPIDER + "It.unreadable = broken\nIt.parse = broken\n",
        "item_error": RUN + "It._item_error = broken\n" + STORE + "It.process_item = broken\n",
    }[signal]
    if signal == "request_dropped":  # the page and its redirect, both asked for
        broken += SPIDER + "It._asked = lambda self: [self.page(u, 'urls', 1) for u in self.options.urls * 2]"
    done = sabotage.run(tmp_path, portal, broken)
    assert 1 == done.code, done.output
    assert "AttributeError: sabotage" in done.printed.splitlines()[-1]


@pytest.mark.parametrize(
    ("statements", "is_reported"),
    [
        (SESSION + "It.complete = broken", True),
        (SESSION + "It.build_index = broken", True),
        (SESSION + "It.report_of = broken", False),
        (SESSION + "It.write_report = broken", False),
        ("from migration_spider import notify as It\nIt.finish = broken", True),
        ("from migration_spider import notify as It\nIt.fail = broken\n" + SESSION + "It.report_of = broken", False),
        ("from migration_spider.state.runs import Runs as It\nIt.end = broken", True),
        ("from migration_spider.harvest.coverage import Coverage as It\nIt.add = broken", True),
    ],
)
def test_what_breaks_at_the_end_of_a_harvest_is_an_internal_error(portal, tmp_path, statements, is_reported):
    done = sabotage.run(tmp_path, portal, statements, "harvest")
    assert 1 == done.code, done.output
    assert "NOT COMPLETE (exit code 1): " in done.printed.splitlines()[-1]
    assert is_reported == any((tmp_path / "data" / "runs").glob("*/report.json"))


@pytest.mark.parametrize(
    "statements",
    [
        SESSION + "It.recover = broken",
        HARVEST + "It.__init__ = broken",
        "from migration_spider import notify as It\nIt.start = broken",
        "from migration_spider.extensions.lock import HarvestLock as It\nIt.__init__ = broken",
        "from migration_spider.extensions.run_log import RunLog as It\nIt.__init__ = broken",
    ],
)
def test_what_breaks_before_a_harvest_lets_nothing_be_asked(portal, tmp_path, statements):
    done = sabotage.run(tmp_path, portal, statements, "harvest")
    assert 1 == done.code, done.output
    assert "scrapy: error: an error in the code: AttributeError: sabotage" in done.output.splitlines()
    assert [] == done.asked


# ---- parts that are missing

HANDLER = "scrapy.core.downloader.handlers.file.FileDownloadHandler"


@pytest.mark.parametrize(
    ("name", "settings", "code", "says"),
    [
        ("crawl", {"ITEM_PIPELINES": "{}"}, 2, "ITEM_PIPELINES lacks migration_spider.pipelines.NormalizePipeline"),
        ("crawl", {"DOWNLOADER_MIDDLEWARES": '{"scrapy.downloadermiddlewares.stats.DownloaderStats": 1}'}, 2, "lacks"),
        ("crawl", {"SPIDER_MIDDLEWARES": "{}"}, 2, "SPIDER_MIDDLEWARES lacks"),
        ("harvest", {"EXTENSIONS": "{}"}, 2, "EXTENSIONS lacks"),
        ("crawl", {"DOWNLOAD_HANDLERS": f'{{"http": "{HANDLER}"}}'}, 2, "no HTTP11DownloadHandler"),
    ],
)
def test_a_part_that_is_missing_or_another_is_told_before_the_first_request(
    portal, tmp_path, name, settings, code, says
):
    done = sabotage.run(tmp_path, portal, "", name, **settings)
    assert code == done.code, done.output
    assert says in done.output.splitlines()[-1]
    assert [] == done.asked


@pytest.mark.parametrize("part", [STORE, PACE])
def test_a_part_that_drops_out_lets_nothing_be_asked(portal, tmp_path, part):
    drops_out = (
        "from scrapy.exceptions import NotConfigured\ndef out(crawler): raise NotConfigured\nIt.from_crawler = out"
    )
    done = sabotage.run(tmp_path, portal, part + drops_out)
    assert 1 == done.code, done.output
    assert "was not made" in done.printed.splitlines()[-1]
    assert [] == done.asked


# ---- the verdict rests on nothing that the stats collector says


def test_without_stats_the_run_is_the_same(portal, tmp_path):
    output = crawl(tmp_path, "max_items=2", site=portal.url, STATS_CLASS="scrapy.statscollectors.DummyStatsCollector")
    assert 2 == len(items(tmp_path))
    assert "2 new, 0 changed, 0 as before" in output
    assert "Sample of 2 items (max_items), as requested." == output.splitlines()[-1]


def test_without_stats_a_harvest_reports_what_it_counted(portal, tmp_path):
    told = harvest(
        tmp_path, "-a", "max_items=2", site=portal.url, STATS_CLASS="scrapy.statscollectors.DummyStatsCollector"
    )
    assert (2, 2) == (told["items"]["counts"]["new"], len(items(tmp_path)))
    assert (0, "finished") == (told["outcome"]["exit_code"], told["outcome"]["finish_reason"])
    assert told["http"]["requests"] == told["archive"]["exchanges"] > 2
    assert 2 == stats(tmp_path)["migration/items/new"]


# ---- what is lost, made up or cut short without a word

FOREIGN = """\
from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.http import HtmlResponse
class Foreign:
    @classmethod
    def from_crawler(cls, crawler):
        made = cls()
        made.crawler = crawler
        return made
"""
PIPELINE = "\nITEM_PIPELINES = {**ITEM_PIPELINES, Foreign: 450}"
CANCELLED = "import asyncio\n" + FOREIGN


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        (FOREIGN + "    def process_item(self, item):\n        raise DropItem('x')" + PIPELINE, 3),
        (CANCELLED + "    def process_item(self, item):\n        raise asyncio.CancelledError" + PIPELINE, 3),
        (
            FOREIGN
            + "    def process_item(self, item):\n        item.warc.offset += 1\n        return item"
            + PIPELINE,
            1,
        ),
        (
            FOREIGN + "    async def process_spider_output(self, response, result):\n        async for one in result:\n"
            "            if not hasattr(one, 'warc'):\n                yield one\n"
            "SPIDER_MIDDLEWARES = {**SPIDER_MIDDLEWARES, Foreign: 950}",
            3,
        ),
        (
            FOREIGN
            + "    async def process_start(self, start):\n        async for one in start:\n            yield one\n"
            "            return\nSPIDER_MIDDLEWARES = {**SPIDER_MIDDLEWARES, Foreign: 950}",
            1,
        ),
        (
            FOREIGN + "    def process_request(self, request):\n        if 'node' in request.url:\n"
            "            return HtmlResponse(request.url, body=b'<html><title>News</title><p>' + b'words ' * 99)\n"
            "DOWNLOADER_MIDDLEWARES = {**DOWNLOADER_MIDDLEWARES, Foreign: 700}",
            1,
        ),
        ("from migration_spider.state import ItemStore as It\nIt.append = lambda *_, **__: None", 1),
        (
            (
                "from archive.warc.writer import WarcWriter as It\nclose = It.close\n"
                "def closed(self):\n    close(self)\n    (self.directory / self.files[0]).unlink()\nIt.close = closed"
            ),
            5,
        ),
    ],
)
def test_what_is_lost_or_made_up_is_told(portal, tmp_path, statements, code):
    done = sabotage.run(tmp_path, portal, statements)
    assert code == done.code, done.output
    assert f"NOT COMPLETE (exit code {code}): " in done.printed.splitlines()[-1]


@pytest.mark.parametrize("signal", ["engine_started", "response_received"])
def test_an_exit_called_for_in_the_middle_is_no_good_end(portal, tmp_path, signal):
    """Where Scrapy then waits for ever, the run ends itself."""
    statements = sabotage.receiver(signal).replace('KeyError("sabotage")', "SystemExit(0)")
    impatient = dict.fromkeys(("MIGRATION_MAX_RETRY_AFTER", "MIGRATION_MAX_CRAWL_DELAY", "AUTOTHROTTLE_MAX_DELAY"), 1)
    done = sabotage.run(tmp_path, portal, statements, DOWNLOAD_TIMEOUT=1, **impatient)
    assert 1 == done.code, done.output
    assert "NOT COMPLETE (exit code 1): an error in the code: " in done.printed.splitlines()[-1]
