"""What a run leaves for people: ``runs/<run id>/`` with its log and stats, and the summary printed at the end."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.utils.log import get_scrapy_root_handler

from migration_spider.monitors import outcome

FOUND = {
    "news_listing": "a news listing",
    "listing": "another listing",
    "rss": "RSS",
    "sitemap": "a sitemap",
    "hreflang": "a link to a translation",
    "canonical": "the original of a fallback page",
    "urls": "the option urls",
    "state": "earlier runs",
}
HARVESTED = frozenset(("reappeared", "rerendered", "unconfirmed", "vanished"))
"""Counts of items that only a harvest has."""


logger = logging.getLogger(__name__)


class RunLog(logging.FileHandler):
    """``crawl.log``. A disk that takes no more costs its lines, not a traceback for each: the console has them all."""

    error: BaseException | None = None
    """Why the file is not whole."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name is logging's)
        self.error = sys.exc_info()[1]

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self.error = error


class RunReport:
    """Writes ``crawl.log`` while the run goes on and ``stats.json`` when it ends."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.folder = run_folder(crawler.settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = RunLog(self.folder / "crawl.log", encoding="utf-8")
        self.log.setLevel("DEBUG" if crawler.settings["LOG_LEVEL"] in ("DEBUG", 10, "10") else "INFO")
        self.log.setFormatter(
            logging.Formatter(crawler.settings["LOG_FORMAT"], datefmt=crawler.settings["LOG_DATEFORMAT"])
        )
        if console := get_scrapy_root_handler():
            for rule in console.filters:
                self.log.addFilter(rule)
        logging.getLogger().addHandler(self.log)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> RunReport:
        return cls(crawler)

    def engine_stopped(self) -> None:
        logging.getLogger().removeHandler(self.log)
        self.log.close()
        stats = dict(sorted(self.crawler.stats.get_stats().items()))
        text = json.dumps(stats, indent=1, default=str, ensure_ascii=False)
        error = self.log.error
        try:
            (self.folder / "stats.json").write_text(text + "\n", encoding="utf-8")
        except OSError as full:
            error = full
        if error is not None:
            logger.error("%s is not whole: %s", self.folder, error)


def run_folder(settings: Any) -> Path:
    """``runs/<run id>`` below DATA_DIR."""
    return Path(settings["DATA_DIR"], "runs", settings["ARCHIVE_RUN_ID"])


def summary(settings: Any, stats: dict[str, Any]) -> str:
    """The end of a run in plain lines: what was found and how, what was written where, what is missing."""
    code, messages = outcome(stats, settings)
    data = Path(settings["DATA_DIR"])
    n = {kind: stats.get(f"migration/items/{kind}", 0) for kind in ("new", "changed", "unchanged")}
    attachments = stats.get("migration/attachments/fetched", 0)
    requisites = stats.get("migration/requisites/requested", 0)
    lines = ["", f"Run {settings['ARCHIVE_RUN_ID']} of {settings['USER_AGENT']}"]
    lines += [f"  items     {n['new']} new, {n['changed']} changed, {n['unchanged']} as before"]
    lines += _named(stats, "migration/items/", "            also", HARVESTED)
    found = [(stats.get(f"migration/found/{how}", 0), words) for how, words in FOUND.items()]
    lines += [f"            {count:>6} through {words}" for count, words in sorted(found, reverse=True) if count]
    lines += [f"  files     {attachments} attachments, {requisites} style sheets, scripts and images"]
    lines += [f"  archive   {stats.get('archive/exchanges', 0)} exchanges, {_size(stats.get('archive/bytes', 0))}"]
    lines += _named(stats, "migration/unrecognized/", "  unknown   values in")
    if stats.get("migration/unknown_label"):
        lines.append(f"  unknown   labels: {stats['migration/unknown_label']}")
    lines += _named(stats, "migration/skipped/", "  not taken")
    lines += _named(stats, "migration/answered/", "  answers  ")
    lines += [
        "",
        f"  {data / 'items' / 'news.jsonl'}   the items, one JSON object per line",
        f"  {settings['ARCHIVE_DIR']}   the archive (WARC/1.1)",
        f"  {run_folder(settings)}   log and stats of this run",
        "",
        "Complete." if code == 0 else f"NOT COMPLETE (exit code {code}): " + "; ".join(messages),
    ]
    return "\n".join(lines)


def _named(stats: dict[str, Any], prefix: str, title: str, only: frozenset[str] | None = None) -> list[str]:
    found = [(name[len(prefix) :], n) for name, n in sorted(stats.items()) if name.startswith(prefix)]
    values = [f"{name} {n}" for name, n in found if only is None or name in only]
    return [f"{title} {', '.join(values)}"] if values else []


def _size(n: float) -> str:
    for unit in ("B", "KB", "MB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} GB"
