"""Fails closed: whatever is wrong with the capture, nothing is fetched, and the process says why in one line."""

from __future__ import annotations

import json

import pytest

from tests.archive.cases import BY_NAME
from tests.archive.foreign import crawl
from tests.archive.raw_server import Proxy, RawServer, self_signed

SABOTAGE = {
    # ---- private names that are not there any more ----
    "pool": (
        ("from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler as H\n"
        "H.__init__ = lambda self, crawler, init=H.__init__: (init(self, crawler), delattr(self, '_pool'))[0]\n"),
        "HTTP11DownloadHandler._pool is not there in Scrapy",
    ),
    "context factory": (
        ("from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler as H\n"
        "H.__init__ = lambda self, crawler, init=H.__init__: (init(self, crawler), delattr(self, '_contextFactory'))[0]\n"),
        "HTTP11DownloadHandler._contextFactory is not there in Scrapy",
    ),
    "parser": (
        "from twisted.web._newclient import HTTP11ClientProtocol\ndel HTTP11ClientProtocol._parser\n",
        "HTTP11ClientProtocol._parser is not there in Scrapy",
    ),
    "parser at work": (
        ("import archive.capture.tap\n"
        "archive.capture.tap.lengthen_lines = lambda protocol, length: protocol._parser_renamed\n"),
        "self-check",
    ),
    # ---- a capture that is not in the way ----
    "pool's getConnection": (
        ("from archive.capture.tap import TappedPool\n"
        "TappedPool.getConnection = lambda self, key, endpoint: self._pool.getConnection(key, endpoint)\n"),
        "the self-check of the capture failed for http",
    ),
    "pool put back": (
        "import archive.capture.handler\narchive.capture.handler.set_pool = lambda handler, pool: None\n",
        "the self-check of the capture failed for http",
    ),
    "http handler": ("REPLACED = 'http'", "something replaced the http download handler"),
    "https handler": ("REPLACED = 'https'", "something replaced the https download handler"),
    "connections unwrapped": (
        ("from archive.capture.tap import TappedEndpoint\n"
        "TappedEndpoint.connect = lambda self, factory: self._endpoint.connect(factory)\n"),
        "the self-check of the capture failed for http",
    ),
    # ---- a capture that is not exact ----
    "a byte less": (
        ("from archive.capture.exchange import Exchange\n"
        "Exchange.receive = lambda self, data, receive=Exchange.receive: receive(self, data[1:])\n"),
        "the self-check of the capture failed for http",
    ),
    "an end too early": (
        ("from archive.capture.framing import Framing\n"
        "Framing._chunks = lambda self: iter(())\n"),
        "the self-check of the capture failed for http",
    ),
    "TLS alone": (
        ("from archive.capture.tap import Tap\n"
        "Tap.write = lambda self, data, write=Tap.write: write(self, data.replace(b'Self', b'self') "
        "if hasattr(self.transport, 'getPeerCertificate') else data)\n"
        "from archive.capture import tap\n"
        "tap._tls_handle = lambda transport: 1 // 0 if hasattr(transport.getHandle(), 'get_cipher_name') else None\n"),
        "self-check",
    ),
    # ---- a self-check that does not get to its end ----
    "an error in it": (
        ("from archive.capture import selfcheck\n"
        "def renamed(self, *arguments):\n    raise AttributeError(\"no attribute '_clientProtocol'\")\n"
        "selfcheck._compare = renamed\n"),
        "no attribute '_clientProtocol'",
    ),
    "no port": (
        ("from twisted.internet import reactor\n"
        "def refused(*arguments, **named):\n    raise OSError('no port')\n"
        "reactor.listenTCP = refused\n"),
        "no port",
    ),
    "its end is the process's": (
        ("from archive.capture import selfcheck\n"
        "async def ended(*_):\n    raise SystemExit(0)\n"
        "selfcheck.check_capture = ended\n"),
        "SystemExit",
    ),
    "no answer": (
        "from archive.capture import selfcheck\nselfcheck._FETCH_TIMEOUT = 0.5\nselfcheck._ANSWER = b''\n",
        "self-check",
    ),
    "engine without its handlers": (
        ("def opened(self):\n    del self.crawler.engine.downloader.handlers\n"
        "from scrapy import signals\n"
        "ForeignSpider.from_crawler = classmethod(lambda cls, crawler: spy(cls, crawler))\n"
        "def spy(cls, crawler):\n    spider = cls()\n    spider._set_crawler(crawler)\n"
        "    crawler.signals.connect(spider.opened, signals.spider_opened)\n    return spider\n"
        "ForeignSpider.opened = opened\n"),
        "self-check",
    ),
}  # fmt: skip

REPLACING = """
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

class Replacing:
    @classmethod
    def from_crawler(cls, crawler):
        from scrapy import signals
        extension = cls()
        extension.crawler = crawler
        crawler.signals.connect(extension.opened, signals.spider_opened)
        return extension
    def opened(self):
        handlers = self.crawler.engine.downloader.handlers._handlers
        handlers[REPLACED] = HTTP11DownloadHandler(self.crawler)
"""


def failed_lines(result) -> list[str]:
    return [line for line in result.log.splitlines() if "The archive could not be written, the crawl stops: " in line]


@pytest.mark.parametrize("what", SABOTAGE)
def test_a_sabotaged_capture_fetches_nothing(server, tmp_path, what):
    code, words = SABOTAGE[what]
    settings = {}
    if code.startswith("REPLACED"):
        code, settings = code + REPLACING, {"EXTENSIONS": {"spider.Replacing": 0}}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}] * 3, settings=settings, prelude="\n" + code)
    assert server.log == []
    assert result.exit_code != 0
    assert [told["archive"] for told in result.results if "size" in told] == []
    said = failed_lines(result) or [line for line in result.log.splitlines() if "Error: " in line]
    assert words in said[0]
    assert len(failed_lines(result)) <= 1
    if result.reason is not None:
        assert (result.exit_code, result.reason) == (5, "archive_error")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_handler_replaced_after_the_self_check_ends_the_crawl(tmp_path, scheme):
    prelude = (
        f"\nREPLACED = {scheme!r}"
        + REPLACING
        + """
def parse(self, response):
    self.results.append({"url": response.url, "archive": response.meta["archive"]})
    Replacing.opened(self)
ForeignSpider.parse = parse
"""
    )
    with RawServer(BY_NAME, self_signed(tmp_path) if scheme == "https" else None) as server:
        result = crawl(tmp_path, [{"url": f"{server.base}/plain"}] * 6, prelude=prelude)
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert f"the response is not archived: something replaced the {scheme} download handler" in failed_lines(result)[0]
    assert len(server.log) < 6
    assert all(told["archive"] for told in result.results if "error" not in told)


def test_without_its_middleware_and_with_another_handler_the_run_is_not_called_archived(server, tmp_path):
    settings = {
        "EXTENSIONS": {"spider.Replacing": 0},
        "DOWNLOADER_MIDDLEWARES": {"archive.capture.middleware.GuardMiddleware": None},
    }
    prelude = "\nREPLACED = 'http'" + REPLACING
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings=settings, prelude=prelude)
    assert (result.exit_code, result.reason) == (5, "finished")
    assert "the capture was never checked, although something was fetched" in failed_lines(result)[0]


RAISING = """
from scrapy import signals

class Raising:
    @classmethod
    def from_crawler(cls, crawler):
        extension = cls()
        for name in ("spider_opened", "spider_closed", "engine_started", "engine_stopped", "item_scraped",
                     "request_reached_downloader", "response_downloaded"):
            crawler.signals.connect(extension.fail, getattr(signals, name))
        return extension
    async def fail_later(self):
        raise ERROR
    def fail(self):
        raise ERROR

def parse(self, response):
    self.results.append({"archive": response.meta["archive"]})
    yield {"an": "item"}
ForeignSpider.parse = parse
"""


@pytest.mark.parametrize("order", [0, 1000])
def test_an_extension_that_raises_in_each_signal_harms_no_archive(server, tmp_path, order):
    result = crawl(
        tmp_path,
        [{"url": f"{server.base}/plain"}],
        settings={"EXTENSIONS": {"spider.Raising": order}},
        prelude="\nERROR = ValueError('sabotage')\n" + RAISING,
    )
    assert (result.exit_code, len(result.of("response", "plain"))) == (0, 1)
    assert list(result.warc.glob("*.open")) == []


OWN = {
    "spider_opened": "spider_opened",
    "request_reached_downloader": "request_reached_downloader",
    "spider_closed": "close",
}


@pytest.mark.parametrize(("name", "error"), [*((name, "ValueError") for name in OWN), ("spider_opened", "SystemExit")])
def test_an_error_in_a_receiver_of_our_own_is_never_called_good(server, tmp_path, name, error):
    prelude = f"""
from archive.capture.extension import ArchiveExtension

def sabotaged(self):
    raise {error}("sabotage")
ArchiveExtension.{OWN[name]} = sabotaged
"""
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], prelude=prelude)
    if name == "spider_closed":
        assert result.exit_code == 5
        assert "archive: the archive was not closed" in result.log
    elif result.exit_code == 0:  # What it was for, was not needed: all is archived, and told so.
        assert len(result.of("response", "plain")) == 1
        assert list(result.warc.glob("*.open")) == []


CLOSING = {
    "the writer's close": "from archive.warc.writer import WarcWriter\nWarcWriter.close = broken\n",
    "the archiver's close": "from archive.capture.archiver import Archiver\nArchiver.close = broken\n",
    "the digests' close": "from archive.originals import Originals\nOriginals.close = broken\n",
}


@pytest.mark.parametrize("what", CLOSING)
def test_a_close_that_fails_is_a_failure(server, tmp_path, what):
    prelude = "\ndef broken(self):\n    raise RuntimeError('sabotage')\n" + CLOSING[what]
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], prelude=prelude)
    assert result.exit_code == 5
    assert "sabotage" in result.log


DEATHS = {
    "in a write": "WarcWriter.write = dying\n",
    "in a sync": "WarcWriter.sync = dying\n",
    "between": "from archive.capture.thread import WriterThread\nWriterThread._batch = dying\n",
    "at once": "from archive.capture.thread import WriterThread\nWriterThread._run = lambda self: None\n",
    "when it tells": "from archive.capture.thread import WriterThread\n"
    "WriterThread._run = lambda self, run=WriterThread._run: (dying if self._batch() else dying)()\n",
}


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "MemoryError"])
@pytest.mark.parametrize("where", DEATHS)
def test_a_writer_that_dies_ends_the_crawl(server, tmp_path, where, error):
    prelude = f"""
from archive.warc.writer import WarcWriter

def dying(*arguments):
    raise {error}("sabotage")
""" + DEATHS[where]
    settings = {"ARCHIVE_FSYNC_INTERVAL": 0.01, "DOWNLOAD_DELAY": 0.05, "DOWNLOAD_DELAY_JITTER": 0}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}] * 40, settings=settings, prelude=prelude)
    assert (result.exit_code, result.reason) == (5, "archive_error")
    assert len(failed_lines(result)) == 1
    assert len(server.log) < 40


def test_the_self_check_passes_where_certificates_are_verified_and_a_proxy_is_set(tmp_path):
    with RawServer(BY_NAME) as server, Proxy() as proxy:
        requests = [{"url": f"{server.base}/plain", "meta": {"proxy": proxy.url}}]
        result = crawl(tmp_path, requests, settings={"DOWNLOAD_VERIFY_CERTIFICATES": True})
    assert (result.exit_code, result.reason) == (0, "finished")
    assert len(proxy.requests) == 1  # The self-check has a proxy of its own.
    assert [record.target_uri for record in result.of("response", "plain")] == [f"{server.base}/plain"]


def test_nothing_of_the_self_check_is_archived_or_counted(server, tmp_path):
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}])
    assert [record.type for record in result.records] == ["warcinfo", "request", "response", "metadata"]
    assert result.stats["downloader/request_count"] == result.stats["archive/exchanges"] == 1


VERDICT = """
from archive.capture import archiver_of

class Watch:
    @classmethod
    def from_crawler(cls, crawler):
        import atexit
        atexit.register(lambda: cls.tell(crawler))
        return cls()
    @staticmethod
    def tell(crawler):
        archiver = archiver_of(crawler)
        (HERE / "verdict.json").write_text(json.dumps([archiver.is_proved, archiver.doubt, dict(archiver.counts)]))

def parse(self, response, parse=ForeignSpider.parse):
    assert not archiver_of(self.crawler).is_proved
    parse(self, response)
ForeignSpider.parse = parse
"""


@pytest.mark.parametrize(
    "stats", ["scrapy.statscollectors.MemoryStatsCollector", "scrapy.statscollectors.DummyStatsCollector"]
)
@pytest.mark.parametrize("requests", [0, 2])
def test_a_good_run_is_proved_whatever_becomes_of_the_stats(server, tmp_path, stats, requests):
    settings = {"EXTENSIONS": {"spider.Watch": 950}, "STATS_CLASS": stats}
    result = crawl(tmp_path, [{"url": f"{server.base}/plain"}] * requests, settings=settings, prelude=VERDICT)
    proved, doubt, counts = json.loads((tmp_path / "verdict.json").read_text())
    assert (result.exit_code, proved, doubt) == (0, True, None)
    assert len(result.results) == requests
    if requests:
        assert counts["exchanges"] == 2
        assert counts["records/response"] + counts["records/revisit"] == 2
        assert counts["bytes"] == sum(path.stat().st_size for path in result.warc.glob("*.gz"))


def test_archiver_of_a_crawl_without_the_add_on_says_so():
    from scrapy.crawler import Crawler
    from scrapy.spiders import Spider

    from archive import ConfigurationError
    from archive.capture import archiver_of

    with pytest.raises(ConfigurationError, match="there is no archive in this crawl"):
        archiver_of(Crawler(Spider))
