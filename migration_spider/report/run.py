"""The summary of a run, printed at its end, with the paths of its files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from migration_spider.counts import AS_BEFORE, CHANGED, NEW, WORDS
from migration_spider.report.text import disarmed, size
from migration_spider.run import Run

FOUND = {
    "news_listing": "a news listing",
    "listing": "another listing",
    "rss": "RSS",
    "sitemap": "a sitemap",
    "hreflang": "a link to a translation",
    "canonical": "the original of a fallback page",
    "urls": "the option urls",
    "menu": "a page of a menu",
    "link": "a link in a text",
    "state": "earlier runs",
}
SKIPPED = {
    "off-site": "to other hosts",
    "language": "in languages that were not requested",
    "excluded": "to other types of content (MIGRATION_EXCLUDED_PATHS)",
    "calendar": "to calendars",
    "file": "to files",
    "query": "with a query string",
    "scheme": "that are not http or https",
    "malformed": "that are not valid",
    "before_since": "to items older than the option since",
    "max_items": "to items beyond the option max_items",
    "robots": "that robots.txt disallows",
}
"""Reason of the stat ``migration/skipped/<reason>`` -> which links were not followed."""

FIRST = (NEW, CHANGED, AS_BEFORE)
"""Results in the first line of a summary, also of a plain crawl."""


def run_folder(settings: Any) -> Path:
    """``runs/<run id>`` below DATA_DIR."""
    return Path(settings["DATA_DIR"], "runs", settings["ARCHIVE_RUN_ID"])


def summary(run: Run) -> str:
    """The summary of a run as text: what it found and how, and its files; `screen.end_of` adds how it ended."""
    stats, settings = run.facts, run.crawler.settings
    counts = run.account.words if run.account else Counter(run.found.values())
    attachments = stats.get("migration/attachments/fetched", 0)
    requisites = stats.get("migration/requisites/fetched", 0)
    lines = ["", f"Run {settings['ARCHIVE_RUN_ID']} of {settings['USER_AGENT']}"]
    lines += ["  items     " + ", ".join(f"{counts[word]} {word}" for word in FIRST)]
    rest = [f"{counts[word]} {word}" for word in WORDS if word not in FIRST and counts[word]]
    lines += [f"            {', '.join(rest)}"] if rest else []
    lines += [f"            {run.account.known} known"] if run.account else []
    found = [(stats.get(f"migration/found/{how}", 0), words) for how, words in FOUND.items()]
    lines += [f"            {count:>6} through {words}" for count, words in sorted(found, reverse=True) if count]
    lines += [f"  files     {attachments} attachments, {requisites} style sheets, scripts and images"]
    lines += [f"  archive   {stats.get('archive/exchanges', 0)} exchanges, {size(stats.get('archive/bytes', 0))}"]
    if ahead := stats.get("migration/clock/future"):
        lines.append(
            f"  clock     the archive has dates in the future, up to {ahead}: pages with such dates are requested again"
        )
    if misfits := stats.get("migration/layout/misfits"):
        lines.append(f"  layout    {misfits} pages have their title or text where no page had it before, or lack it")
    lines += _left_over(stats)
    places = {
        str(run.config.data_dir / "items" / "news.jsonl"): "the items, one JSON object per line",
        str(settings["ARCHIVE_DIR"]): "the archive (WARC/1.1)",
        str(run_folder(settings)): "log, report and statistics of this run",
    }
    width = max(map(len, places))
    lines += ["", *(f"  {place:{width}}   {content}" for place, content in places.items())]
    return "\n".join(map(disarmed, lines))


def _left_over(stats: dict[str, Any]) -> list[str]:
    """Lines about unknown values, links that were not followed, and errors."""
    lines = []
    if values := [f"{n} in {field}" for field, n in _counted(stats, "migration/unrecognized/")]:
        lines.append(f"  unknown   values: {', '.join(values)} (see scrapy vocabulary)")
    if labels := stats.get("migration/unknown_label"):
        lines.append(f"  unknown   labels: {labels}")
    if skipped := [f"{n} {SKIPPED.get(reason, reason)}" for reason, n in _counted(stats, "migration/skipped/")]:
        lines.append(f"  links     not followed: {', '.join(skipped)}")
    if answered := [f"{n} with {status}" for status, n in _counted(stats, "migration/answered/")]:
        lines.append(f"  errors    pages answered: {', '.join(answered)}")
    return lines


def _counted(stats: dict[str, Any], prefix: str) -> list[tuple[str, int]]:
    """The stats whose names begin with ``prefix``: the rest of the name, and the value."""
    return [(name[len(prefix) :], n) for name, n in sorted(stats.items()) if name.startswith(prefix)]
