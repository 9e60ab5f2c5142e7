"""The report of a run (schema in docs/report.md), from its stats, its ledger, the state and the lines it wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.dataset.lines import TOMBSTONE, is_tombstone
from migration_spider import EXTRACTOR, drift
from migration_spider.harvest.coverage import Coverage
from migration_spider.items import BLOCK_FIELDS
from migration_spider.monitors import Verdict
from migration_spider.reparse.diff import PROVENANCE
from migration_spider.state.lines import Record, read
from migration_spider.state.schedule import moment, stamp

if TYPE_CHECKING:
    from migration_spider.harvest.session import Harvest

SCHEMA = "migration-spider/report/1"
HISTORY = 30
"""Runs in the chart."""

REGION_TYPES = frozenset(("global", "region", "subregion"))


class Tally:
    """One pass over ``items/news.jsonl``: the present state, and what one run wrote. Holds no texts."""

    def __init__(self, path: Path, run_id: str) -> None:
        self.written: list[tuple[Record, Record | None]] = []
        """(line of this run, the line of the item before it)."""
        last: dict[str, Record] = {}
        for _, _, line in read(path):
            line["texts"] = hash((line.pop("body_text", None), line.pop("body_html", None)))
            if line["run_id"] == run_id:
                self.written.append((line, last.get(line["id"])))
            last[line["id"]] = line
        self.living = {item_id: line for item_id, line in last.items() if not is_tombstone(line)}
        self.withdrawn = len(last) - len(self.living)


def report_of(harvest: Harvest, verdict: Verdict) -> dict[str, Any]:
    """The report of a harvest whose archive is closed and indexed."""
    run, memory = harvest.run, harvest.memory
    stats: dict[str, Any] = run.all_stats()
    tally = Tally(harvest.data / "items" / "news.jsonl", harvest.run_id)
    ended = datetime.now(timezone.utc)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "run": {
            "id": harvest.run_id,
            "cycle": memory.cycle,
            "started": stamp(moment(harvest.started)),
            "ended": stamp(ended),
            "seconds": round((ended - moment(harvest.started)).total_seconds(), 1),
            "site": run.options.site,
            "user_agent": run.crawler.settings["USER_AGENT"],
            "extractor": EXTRACTOR,
            "options": harvest.options,
            "full": run.config.full,
            "resumed": memory.cycle != harvest.run_id,
        },
        "outcome": {
            "exit_code": verdict.code,
            "finish_reason": str(run.facts["finish_reason"]),
            "messages": list(verdict.messages),
            "sample": run.facts.get("migration/sample"),
        },
        "items": _items(harvest, tally),
        "missing": harvest.completeness.missing,
        "completeness": _completeness(harvest),
        "coverage": _coverage(harvest.coverage),
        "vocabulary": [
            {"where": one.where, "text": one.text, "count": one.count, "examples": one.examples}
            for one in drift.unknowns(tally.living.values())
        ],
        "charts": _charts(tally.living.values()),
        "http": _http(stats),
        "archive": {
            "files": sorted(harvest.warc_files),
            "bytes": stats.get("archive/bytes", 0),
            "exchanges": stats.get("archive/exchanges", 0),
            "revisits": stats.get("archive/records/revisit", 0),
        },
        "robots": {
            "status": harvest.robots.status,
            "sha256": harvest.robots.sha256,
            "changed": harvest.robots.changed,
            "crawl_delay": stats.get("migration/pace/crawl_delay"),
        },
        "dates": {
            "settled": run.dates.settled(),
            "changed": run.dates.changes(),
            "waited": len(run.dates.held),
        },
        "timings": harvest.timings,
    }
    report["charts"]["history"] = _history(harvest, report)
    return report


def _items(harvest: Harvest, tally: Tally) -> dict[str, Any]:
    kinds = ("new", "changed", "unchanged", "rerendered", "vanished", "reappeared")
    counts = {kind: harvest.run.counted(f"items/{kind}") for kind in kinds}
    counts["not_due"] = len(tally.living.keys() - harvest.coverage.read.keys())
    found: dict[str, list[dict[str, Any]]] = {"new": [], "changed": [], "reappeared": [], "vanished": []}
    for line, before in tally.written:
        if is_tombstone(line):
            found["vanished"].append({**_reference({**(before or {}), **line}), **line[TOMBSTONE]})
        elif before is None:
            found["new"].append(_reference(line))
        elif is_tombstone(before):
            found["reappeared"].append(_reference(line))
        else:
            found["changed"].append({**_reference(line), "fields": _differences(before, line)})
    return {
        "total": len(tally.living),
        "withdrawn": tally.withdrawn,
        "counts": counts,
        **found,
        "unconfirmed": [
            {
                **_reference(tally.living[missed.id]),
                "reason": missed.reason,
                "status": missed.status,
                "confirmed": missed.confirmed,
                "needed": harvest.run.config.tombstone_confirmations,
            }
            for missed in harvest.memory.missed.all()
            if missed.id in tally.living
        ],
    }


def _reference(line: Mapping[str, Any]) -> dict[str, Any]:
    where = line["warc"]
    return {
        **{name: line.get(name) for name in ("id", "title", "url", "language", "version", "publication_date")},
        "title": line.get("title") or "",
        "warc": {name: where[name] for name in ("file", "offset", "length", "record_id")},
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [name for name in after if name not in PROVENANCE and before.get(name) != after[name]]
    return ["body_text" if name == "texts" else name for name in names]


def _completeness(harvest: Harvest) -> dict[str, Any]:
    ledger = harvest.run.ledger
    return {
        "known": len(ledger.named),
        "accounted": len(ledger.named) - len(harvest.completeness.missing),
        "sitemaps": [
            {
                "url": url,
                "status": sitemap.status,
                "named": sitemap.size,
                "problem": sitemap.problem,
                "host": sitemap.host or None,
            }
            for url, sitemap in sorted(ledger.sitemaps.items())
        ],
        "listings": [
            {
                "path": path.removeprefix(harvest.run.options.site) or "/",
                "pages": listing.pages,
                "rows": len(listing.rows),
                "total": listing.total,
                "problem": listing.problem,
                "origin": listing.origin,
                "state": listing.state,
                "news": listing.news,
                "read": listing.read,
            }
            for path, listing in sorted(ledger.listings.items())
        ],
        "unlisted": harvest.completeness.unlisted,
        "estimate": asdict(reckoned) if (reckoned := harvest.completeness.estimate) else None,
    }


def _coverage(coverage: Coverage) -> list[dict[str, Any]]:
    filled, expected, items = coverage.filled(), coverage.expected(), len(coverage.read)
    return [
        {
            "field": name,
            "filled": filled[name],
            "of": items,
            "before": round(expected[name] / items, 4) if items and coverage.known else None,
        }
        for name in BLOCK_FIELDS
    ]


def _charts(items: Any) -> dict[str, Any]:
    months: defaultdict[str, Counter[str]] = defaultdict(Counter)
    objectives: Counter[tuple[str, str]] = Counter()
    regions: Counter[tuple[str, str]] = Counter()
    for item in items:
        if item["publication_date"]:
            months[item["publication_date"][:7]][item["language"]] += 1
        objectives.update((term["id"], term["label"]) for term in item["gcm_objectives"] if term["id"])
        regions.update(
            (place["id"], place["label"])
            for place in item["geographic_scope"]
            if place["id"] and place["type"] in REGION_TYPES
        )
    return {
        "months": [{"month": month, "languages": dict(sorted(months[month].items()))} for month in sorted(months)],
        "objectives": [
            {"id": one, "label": label, "count": count}
            for (one, label), count in sorted(objectives.items(), key=lambda pair: (len(pair[0][0]), pair[0][0]))
        ],
        "regions": [
            {"id": one, "label": label, "count": count}
            for (one, label), count in sorted(regions.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
    }


def _history(harvest: Harvest, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for past in reversed(harvest.memory.runs.history(HISTORY)):
        if past.id == harvest.run_id or not past.counts:
            continue
        rows.append(_row(past.id, past.started, past.exit_code, past.counts))
    counts = {**report["items"]["counts"], "seconds": report["run"]["seconds"]}
    counts |= {"requests": report["http"]["requests"], "bytes": report["http"]["bytes"]}
    return [*rows, _row(harvest.run_id, harvest.started, report["outcome"]["exit_code"], counts)]


def _row(run_id: str, started: str, code: int | None, counts: Mapping[str, Any]) -> dict[str, Any]:
    names = ("new", "changed", "vanished", "requests", "bytes", "seconds")
    return {"run": run_id, "started": stamp(moment(started)), "exit_code": code, **{n: counts.get(n, 0) for n in names}}


def _http(stats: Mapping[str, Any]) -> dict[str, Any]:
    prefix = "downloader/response_status_count/"
    status = {name.removeprefix(prefix): count for name, count in stats.items() if name.startswith(prefix)}
    prefix = "downloader/exception_type_count/"
    failures = {
        name.removeprefix(prefix).rsplit(".", 1)[-1]: count
        for name, count in stats.items()
        if name.startswith(prefix) and not name.endswith("NotWantedError")
    }
    return {
        "requests": stats.get("archive/exchanges", 0),
        "status": dict(sorted(status.items())),
        "not_modified": stats.get("migration/not_modified", 0),
        "from_archive": stats.get("migration/from_archive", 0),
        "bytes": stats.get("downloader/response_bytes", 0),
        "failures": dict(sorted(failures.items())),
    }
