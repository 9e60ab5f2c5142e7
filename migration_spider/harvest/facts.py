"""Makes the report of a run (schema in docs/report.md) from its stats, its ledger, the state and the lines that it
wrote.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from heapq import nsmallest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from archive.dataset.feed import MOST_ENTRIES
from archive.dataset.lines import TOMBSTONE, is_tombstone, load
from migration_spider import EXTRACTOR, drift
from migration_spider.changes import between
from migration_spider.counts import AS_BEFORE, BACK, CHANGED, GONE, NEW, WRITTEN, Account, key
from migration_spider.harvest.coverage import Coverage
from migration_spider.items import BLOCK_FIELDS
from migration_spider.kept import Room, Table
from migration_spider.monitors import Verdict
from migration_spider.report.outcomes import ending, kind_of
from migration_spider.report.rows import Rows, newest_first
from migration_spider.state.lines import Record, line_at, read
from migration_spider.state.schedule import moment, stamp

if TYPE_CHECKING:
    from migration_spider.harvest.session import Harvest

SCHEMA = "migration-spider/report/1"
HISTORY = 30
"""Runs in the chart."""

MOST_CHANGES = 200
"""Changed items whose changes are in the report itself, the newest ones; ``CHANGES.jsonl`` has those of all."""

TEXTS = ("body_text", "body_html")
"""Fields that are too long to be kept in memory."""

REGION_TYPES = frozenset(("global", "region", "subregion"))


Place = tuple[int, "int | None", bool]


class Tally:
    """One pass over ``items/news.jsonl``: the current state, and the lines of one run. Only the last lines are kept.

    Returned lines have additional keys: ``at``, the offset of the line; ``there``, the offset of the previous line of
    the item that is not a tombstone, or None; ``is_back``, whether there is a tombstone between the two.
    """

    def __init__(self, path: Path, run_id: str, room: Room | None = None) -> None:
        self.path = path
        self.latest: deque[Record] = deque(maxlen=MOST_ENTRIES)
        """The last lines of all runs."""
        self._written = array("q")
        """For each line of this run: ``at``, ``there`` or -1, ``is_back``, and the index of its word in `WRITTEN`."""
        self._last: Table[Place] = Table(room or Room(), json.dumps, lambda text: json.loads(text or ""))
        """Id -> ``at`` and ``there`` of its last line, and whether that is a tombstone."""
        self.counts: Counter[str] = Counter()
        """Word -> number of lines of this run."""
        self.withdrawn = 0
        for offset, _, line in read(path):
            at, there, was_gone = self._last.get(line["id"], (None, None, False))
            is_gone, there = is_tombstone(line), there if was_gone else at
            line |= {"at": offset, "there": there, "is_back": was_gone}
            if line["run_id"] == run_id:
                word = self.word(line)
                self._written.extend((offset, -1 if there is None else there, was_gone, WRITTEN.index(word)))
                self.counts[word] += 1
            for name in TEXTS:
                line.pop(name, None)
            self.latest.append(line)
            self._last[line["id"]] = (offset, there, is_gone)
            self.withdrawn += is_gone - was_gone
        self.total = len(self._last) - self.withdrawn
        """Number of items that are not withdrawn."""

    @staticmethod
    def word(line: Record) -> str:
        """The result for the item of a line, a key of `counts.WORDS`."""
        if is_tombstone(line):
            return GONE
        return NEW if line["there"] is None else BACK if line["is_back"] else CHANGED

    def written(self, word: str = "") -> Iterator[Record]:
        """Yield the lines of the run, or only those with the result ``word``."""
        with self.path.open("rb") as stream:
            for begin in range(0, len(self._written), 4):
                at, there, is_back, place = self._written[begin : begin + 4]
                if not word or WRITTEN[place] == word:
                    known = {"at": at, "there": None if there < 0 else there, "is_back": bool(is_back)}
                    yield _line(stream, at) | known

    def living(self) -> Iterator[Record]:
        """Yield the last line of each item that is not withdrawn, in the order of the first lines."""
        with self.path.open("rb") as stream:
            for at, _, is_gone in self._last.values():
                if not is_gone:
                    yield _line(stream, at)

    def living_item(self, item_id: str) -> Record | None:
        """The last line of an item; None if it is withdrawn or not known."""
        at, _, is_gone = self._last.get(item_id, (None, None, True))
        return None if is_gone else line_at(self.path, at)

    def versions(self, line: Record) -> tuple[Record, Record]:
        """The item before the line (empty for the first version) and in it, with all texts."""
        before = {} if line["there"] is None else line_at(self.path, line["there"])
        return before, line_at(self.path, line["at"])


def _line(stream: IO[bytes], at: int) -> Record:
    stream.seek(at)
    line: Record = load(stream.readline())
    return line


def report_of(harvest: Harvest, verdict: Verdict) -> dict[str, Any]:
    """Make the report of a harvest whose archive is closed and indexed."""
    run, memory = harvest.run, harvest.memory
    stats: dict[str, Any] = run.all_stats()
    tally, account = harvest.count()
    elapsed = timedelta(seconds=harvest.elapsed)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "run": {
            "id": harvest.run_id,
            "cycle": memory.cycle,
            "started": stamp(moment(harvest.started)),
            "ended": stamp(moment(harvest.started) + elapsed),
            "seconds": round(elapsed.total_seconds(), 1),
            "site": run.options.site,
            "user_agent": run.crawler.settings["USER_AGENT"],
            "extractor": EXTRACTOR,
            "options": harvest.options,
            "full": run.config.full,
            "resumed": memory.cycle != harvest.run_id,
        },
        "items": _items(harvest, tally, account),
        "missing": harvest.completeness.missing,
        "completeness": _completeness(harvest),
        "coverage": _coverage(harvest.coverage),
        "vocabulary": [
            {"where": unknown.where, "text": unknown.text, "count": unknown.count, "examples": unknown.examples}
            for unknown in drift.unknowns(tally.living())
        ],
        "charts": _charts(tally.living()),
        "http": _http(stats),
        "archive": {
            "files": sorted(harvest.warc_files),
            "bytes": stats.get("archive/bytes", 0),
            "exchanges": stats.get("archive/exchanges", 0),
            "revisits": stats.get("archive/records/revisit", 0),
            "future": harvest.future or None,
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
    report["outcome"] = outcome_of(verdict, run.facts, report["items"])
    report["charts"]["history"] = _history(harvest, report)
    return report


def outcome_of(verdict: Verdict, facts: Mapping[str, Any], items: Mapping[str, Any]) -> dict[str, Any]:
    """How the run ended, as in `model.Outcome`; ``items`` as in the report."""
    outcome = {
        "exit_code": verdict.code,
        "finish_reason": str(facts["finish_reason"]),
        "messages": list(verdict.messages),
        "sample": facts.get("migration/sample"),
        "forbidden": facts.get("migration/completeness/forbidden", 0),
        "kind": kind_of(verdict.kind, items),
    }
    return {**outcome, "do": ending(outcome).do}


def _items(harvest: Harvest, tally: Tally, account: Account) -> dict[str, Any]:
    counts = account.as_json()
    # The keys of earlier versions, which some programs still use.
    counts |= {
        name: counts[key(word)] for name, word in (("unchanged", AS_BEFORE), ("vanished", GONE), ("reappeared", BACK))
    }
    counts["rerendered"] = harvest.run.counted("items/rerendered")
    newest = {line["at"] for line in nsmallest(MOST_CHANGES, tally.written(CHANGED), key=newest_first)}
    return {
        "total": tally.total,
        "withdrawn": tally.withdrawn,
        "counts": counts,
        "new": _rows(tally, NEW, _reference),
        "changed": _rows(tally, CHANGED, lambda line: _changed(line, tally, line["at"] in newest)),
        "reappeared": _rows(tally, BACK, _reference),
        "vanished": _rows(tally, GONE, lambda line: _vanished(line, tally)),
        "unconfirmed": [
            {
                **_reference(line),
                "reason": missed.reason,
                "status": missed.status,
                "confirmed": missed.confirmed,
                "needed": harvest.run.config.tombstone_confirmations,
            }
            for missed in harvest.memory.missed.all()
            if (line := tally.living_item(missed.id)) is not None
        ],
    }


def _rows(tally: Tally, word: str, convert: Callable[[Record], dict[str, Any]]) -> Rows[dict[str, Any]]:
    """The lines of the run with the result ``word``, each converted with ``convert``."""
    return Rows(tally.counts[word], lambda: map(convert, tally.written(word)))


def _reference(line: Mapping[str, Any]) -> dict[str, Any]:
    where = line["warc"]
    return {
        **{name: line.get(name) for name in ("id", "title", "url", "language", "version", "publication_date")},
        "title": line.get("title") or "",
        "warc": {name: where[name] for name in ("file", "offset", "length", "record_id")},
    }


def _changed(line: Record, tally: Tally, has_changes: bool) -> dict[str, Any]:
    differences = between(*tally.versions(line))
    changes = {"changes": differences} if has_changes else {}
    return {**_reference(line), "fields": [difference["field"] for difference in differences], **changes}


def _vanished(line: Record, tally: Tally) -> dict[str, Any]:
    before, _ = tally.versions(line)
    return {**_reference(line), "publication_date": before.get("publication_date"), **line[TOMBSTONE]}


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
        "estimate": asdict(estimate) if (estimate := harvest.completeness.estimate) else None,
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
        if item.get("publication_date"):
            months[item["publication_date"][:7]][item["language"] or "und"] += 1
        objectives.update(
            (term["id"], term.get("label") or "") for term in item.get("gcm_objectives", ()) if term.get("id")
        )
        regions.update(
            (place["id"], place.get("label") or "")
            for place in item.get("geographic_scope", ())
            if place.get("id") and place.get("type") in REGION_TYPES
        )
    return {
        "months": [{"month": month, "languages": dict(sorted(months[month].items()))} for month in sorted(months)],
        "objectives": [
            {"id": code, "label": label, "count": count}
            for (code, label), count in sorted(objectives.items(), key=lambda pair: (len(pair[0][0]), pair[0][0]))
        ],
        "regions": [
            {"id": code, "label": label, "count": count}
            for (code, label), count in sorted(regions.items(), key=lambda pair: (-pair[1], pair[0]))
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
