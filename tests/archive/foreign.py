"""A Scrapy project that knows of the archive no more than ``ADDONS`` and ``ARCHIVE_DIR``, run in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archive import Record, iter_records
from tests.starter import ROOT, start

_SPIDER = """
import json, sys
from pathlib import Path
from scrapy import Request, Spider

HERE = Path(__file__).parent

class ForeignSpider(Spider):
    name = "foreign"
    custom_settings = {
        "ADDONS": {"archive.addon.ArchiveAddon": 300},
        "ARCHIVE_DIR": str(HERE / "warc"), "ARCHIVE_EXIT_CODE": 5,
        "RETRY_ENABLED": False, "LOG_LEVEL": "INFO", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True, "CONCURRENT_REQUESTS": 1, "DOWNLOAD_DELAY": 0,
        **json.loads((HERE / "settings.json").read_text()),
    }
    if custom_settings["ARCHIVE_DIR"] is None:
        del custom_settings["ARCHIVE_DIR"]
    results = []

    async def start(self):
        for number, options in enumerate(json.loads((HERE / "requests.json").read_text())):
            body = options.pop("body", "").encode()
            yield Request(**options, body=body, callback=self.parse, errback=self.failed, dont_filter=True,
                          priority=-number)

    def parse(self, response):
        self.results.append({"url": response.url, "status": response.status, "size": len(response.body),
                             "archive": response.meta.get("archive")})

    def failed(self, failure):
        self.results.append({"url": failure.request.url, "error": failure.type.__name__,
                             "archive": failure.request.meta.get("archive")})

    def closed(self, reason):
        stats = {k: v for k, v in self.crawler.stats.get_stats().items() if isinstance(v, (int, str))}
        (HERE / "results.json").write_text(json.dumps({"reason": reason, "results": self.results, "stats": stats}))
"""


@dataclass
class Crawl:
    """What a crawl left."""

    directory: Path
    exit_code: int
    log: str
    reason: str | None
    results: list[dict]
    stats: dict

    @property
    def warc(self) -> Path:
        return self.directory / "warc"

    @cached_property
    def records(self) -> list[Record]:
        """All records of all finished files, in the order of writing."""
        return [record for path in sorted(self.warc.glob("*.warc.gz")) for record in iter_records(path)]

    def of(self, kind: str, path: str) -> list[Record]:
        """The records of type ``kind`` whose target's path begins with ``path``."""
        return [
            record
            for record in self.records
            if record.type == kind and (record.target_uri or "").split("/", 3)[-1].split("?")[0] == path
        ]

    def metadata(self, path: str) -> list[dict[str, str]]:
        """The metadata records about ``path``, as dictionaries; of repeated names the last."""
        lines = [record.block.decode().splitlines() for record in self.of("metadata", path)]
        return [dict(line.split(": ", 1) for line in record) for record in lines]

    @property
    def all_bytes(self) -> bytes:
        """The blocks of all records, one after the other."""
        return b"".join(record.block for record in self.records)


def prepare(directory: Path, requests: list[dict], settings: dict | None = None, prelude: str = "") -> list[str]:
    """Write the project; returns the command that crawls."""
    (directory / "spider.py").write_text(_SPIDER + prelude)
    (directory / "requests.json").write_text(json.dumps(requests))
    (directory / "settings.json").write_text(json.dumps(settings or {}))
    (directory / "results.json").unlink(missing_ok=True)
    return [sys.executable, "-m", "scrapy", "runspider", "spider.py"]


def environment() -> dict[str, str]:
    """The environment in which that command finds the archive."""
    # Without compiled files, every process would compile all of the archive again. Scrapy names our project in the
    # environment when a test reads its settings.
    left_out = ("PYTHONDONTWRITEBYTECODE", "SCRAPY_SETTINGS_MODULE")
    return {k: v for k, v in os.environ.items() if k not in left_out} | {"PYTHONPATH": str(ROOT)}


def scrapy(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """``scrapy`` with ``arguments`` in ``folder``."""
    run = start([str(one) for one in arguments], environment(), folder, imported=("archive",))
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())


def crawl(directory: Path, requests: list[dict], *, settings: dict | None = None, prelude: str = "") -> Crawl:
    """Fetch ``requests`` (arguments of ``scrapy.Request``), one after the other, archived below ``directory/warc``.

    ``settings`` are the project's own; ``prelude`` is code at the end of its spider module.
    """
    run = scrapy(directory, *prepare(directory, requests, settings, prelude)[3:])
    results = directory / "results.json"
    told = json.loads(results.read_text()) if results.exists() else {"reason": None, "results": [], "stats": {}}
    return Crawl(directory, run.returncode, run.stdout + run.stderr, **told)
