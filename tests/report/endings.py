"""Reports of a small portal, one for each way in which a harvest ends; the same at every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migration_spider.config import Config
from migration_spider.harvest.facts import outcome_of
from migration_spider.monitors import verdict_of
from tests.report.empty import empty_report

SITE = "https://portal.example"
RUN = "20261120T030405Z-8c1f2a"
FILE = "portal-20261120T030405Z-00000.warc.gz"
WELL = {"finish_reason": "finished", "migration/pages": 52, "migration/taken": 12, "migration/not_due": 28}
FAR = {"finish_reason": "shutdown", "migration/pages": 9, "migration/taken": 2}


def item(node: int, title: str, version: int = 1, **more: Any) -> dict[str, Any]:
    """One item."""
    where = {"file": FILE, "offset": 1000 * node, "length": 9000 + node, "record_id": f"<urn:uuid:{node:032x}>"}
    return {
        "id": f"{node}@en", "title": title, "url": f"{SITE}/en/node/{node}", "language": "en", "version": version,
        "publication_date": "2026-11-19", "warc": where, **more,
    }  # fmt: skip


NEW = [item(71, "Ferry line opens between the two harbours"), item(72, "Call for papers on seasonal work")]
CHANGED = [item(40, "Programme of the spring meeting", 3, fields=["body_text", "attachments"])]
PERHAPS = [
    item(12, "Old notice of a tender", reason="gone", status=404, confirmed=1, needed=2),
    item(13, "Minutes of 2019", reason="redirected", status=301, confirmed=1, needed=2),
]
MISSING = [
    {"url": f"{SITE}/en/news/harbour-{n}", "reason": reason, "detail": detail, "found": "sitemap"}
    for n, (reason, detail) in enumerate([("failed", "502 Bad Gateway, four times"), ("not_reached", "")] * 2)
]


def ended(facts: dict[str, Any], missing: int = 0, **found: Any) -> dict[str, Any]:
    """The report of a run with these ``facts``, that found these items and misses so many addresses."""
    report: dict[str, Any] = empty_report(RUN)
    report["run"] |= {
        "started": "2026-11-20T03:04:05Z", "ended": "2026-11-20T03:10:47Z", "seconds": 402.4, "site": SITE,
        "user_agent": "migration-spider/0.1.0 (+mailto:archive@example.org)", "extractor": "migration-spider 0.1.0",
        "options": {"site": SITE, "languages": ["en"], "full": False},
    }  # fmt: skip
    items = report["items"]
    items["total"], items["withdrawn"] = 40 + len(found.get("new", ())), 1
    items |= found
    counts = {"new": len(items["new"]), "changed": len(items["changed"]), "back": 0, "as_before": 9}
    counts |= {"perhaps_gone": len(items["unconfirmed"]), "gone": 0, "not_reached": missing}
    counts["not_due"] = items["total"] - sum(counts.values())
    items["counts"] |= {"known": items["total"], **counts, "unchanged": 9}
    report["missing"] = MISSING[:missing]
    report["completeness"] |= {"known": items["total"], "accounted": items["total"] - missing}
    reads = facts.get("migration/pages", 0)
    report["http"] |= {"requests": 4 + reads, "status": {"200": 4 + reads} if reads else {}, "bytes": 41_000 * reads}
    report["archive"] |= {"files": [FILE], "bytes": 9_000 * reads, "exchanges": 4 + reads}
    report["outcome"] = outcome_of(verdict_of(facts, Config()), facts, items)
    for day, code in (("18", 0), ("19", 0), ("20", report["outcome"]["exit_code"])):
        report["charts"]["history"].append(
            {"run": f"202611{day}T030405Z-8c1f2a", "started": f"2026-11-{day}T03:04:05Z", "exit_code": code, "new": 0,
             "changed": 0, "vanished": 0, "requests": 56, "bytes": 2_000_000, "seconds": 402.4}
        )  # fmt: skip
    return report


_CLOSED = f"{SITE}/robots.txt could not be fetched (Connection refused), so no page is requested: try later"
_CHALLENGE = f"{SITE}/ is answered 403: a challenge that only a browser can answer (challenge)"

ENDINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "complete": lambda: ended(WELL, new=NEW, changed=CHANGED),
    "nothing-new": lambda: ended(WELL),
    "perhaps-gone": lambda: ended(WELL, new=NEW[:1], unconfirmed=PERHAPS),
    "relaunch": lambda: ended({**WELL, "migration/share/renumbered": 0.95, "migration/items/relaunched": 38}),
    "sample": lambda: ended({**WELL, "migration/sample": "20 items (max_items)"}, new=NEW),
    "paused": lambda: ended(
        {**FAR, "finish_reason": "budget", "migration/paused": "50 minutes are over (MIGRATION_MAX_MINUTES)"},
        4, new=NEW[:1],
    ),
    "interrupted": lambda: ended({**FAR, "migration/interrupted": "by Ctrl-C or a signal"}, 4, new=NEW[:1]),
    "unfetched": lambda: ended({**WELL, "migration/failed": 4, "migration/completeness/unsettled": 4}, 4, new=NEW),
    "incomplete": lambda: ended(
        {**WELL, "migration/completeness/listings_short": "/en/news shows 104 of the 131 results that it announces",
         "migration/failed": 2},
        2,
    ),
    "down": lambda: ended(
        {"finish_reason": "refused", "migration/stopped": _CLOSED, "migration/stopped_as": "down"},
    ),
    "refused": lambda: ended(
        {**FAR, "finish_reason": "refused", "migration/stopped": "the site refuses: 4 answers in a row were 429 or 503",
         "migration/stopped_as": "refused"},
        4,
    ),
    "blocked": lambda: ended(
        {**FAR, "finish_reason": "blocked", "migration/stopped": f"the site is blocked: {_CHALLENGE}",
         "migration/stopped_as": "blocked"},
        4,
    ),
    "broken": lambda: ended({**FAR, "migration/failure": "KeyError: 'harbour'", "finish_reason": "internal_error"}, 2),
    "unarchived": lambda: ended(
        {**FAR, "archive/failed": "warc: No space left on device", "finish_reason": "archive_error"}, 2
    ),
}  # fmt: skip
"""Name of the outcome -> its report."""
