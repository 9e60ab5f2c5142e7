"""The summary of a run, printed at its end, and where the rest of what it leaves for people stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migration_spider.report.text import size
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
HARVESTED = frozenset(("reappeared", "rerendered", "unconfirmed", "vanished"))
"""Counts of items that only a harvest has."""


def run_folder(settings: Any) -> Path:
    """``runs/<run id>`` below DATA_DIR."""
    return Path(settings["DATA_DIR"], "runs", settings["ARCHIVE_RUN_ID"])


def outcome(sample: str | None) -> str:
    """A run of which nothing is missing, in words; ``sample`` when less than all was asked for."""
    return f"Sample of {sample}: all that was asked for" if sample else "Complete"


def summary(run: Run) -> str:
    """The end of a run in plain lines: what was found and how, what was written where, what is missing."""
    verdict, stats, settings = run.judge(), run.facts, run.crawler.settings
    n = {kind: stats.get(f"migration/items/{kind}", 0) for kind in ("new", "changed", "unchanged")}
    attachments = stats.get("migration/attachments/fetched", 0)
    requisites = stats.get("migration/requisites/requested", 0)
    lines = ["", f"Run {settings['ARCHIVE_RUN_ID']} of {settings['USER_AGENT']}"]
    lines += [f"  items     {n['new']} new, {n['changed']} changed, {n['unchanged']} as before"]
    lines += _breakdown(stats, "migration/items/", "            also", HARVESTED)
    found = [(stats.get(f"migration/found/{how}", 0), words) for how, words in FOUND.items()]
    lines += [f"            {count:>6} through {words}" for count, words in sorted(found, reverse=True) if count]
    lines += [f"  files     {attachments} attachments, {requisites} style sheets, scripts and images"]
    lines += [f"  archive   {stats.get('archive/exchanges', 0)} exchanges, {size(stats.get('archive/bytes', 0))}"]
    lines += _breakdown(stats, "migration/unrecognized/", "  unknown   values in")
    if stats.get("migration/unknown_label"):
        lines.append(f"  unknown   labels: {stats['migration/unknown_label']}")
    lines += _breakdown(stats, "migration/skipped/", "  not taken")
    lines += _breakdown(stats, "migration/answered/", "  answers  ")
    lines += [
        "",
        f"  {run.config.data_dir / 'items' / 'news.jsonl'}   the items, one JSON object per line",
        f"  {settings['ARCHIVE_DIR']}   the archive (WARC/1.1)",
        f"  {run_folder(settings)}   log and stats of this run",
        "",
        f"{outcome(stats.get('migration/sample'))}."
        if verdict.code == 0
        else f"NOT COMPLETE (exit code {verdict.code}): " + "; ".join(verdict.messages),
    ]
    return "\n".join(lines)


def _breakdown(stats: dict[str, Any], prefix: str, title: str, only: frozenset[str] | None = None) -> list[str]:
    found = [(name[len(prefix) :], n) for name, n in sorted(stats.items()) if name.startswith(prefix)]
    values = [f"{name} {n}" for name, n in found if only is None or name in only]
    return [f"{title} {', '.join(values)}"] if values else []
