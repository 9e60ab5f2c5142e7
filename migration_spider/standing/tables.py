"""The runs as tables of a release: their options, how each ended, what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator

from archive.dataset.draft import Draft
from archive.dataset.tables import Column, ForeignKey, Record, Row, Table
from migration_spider.counts import WORDS, key
from migration_spider.ledger import UNSETTLED
from migration_spider.standing.judged import Standing
from migration_spider.standing.past import COUNTS, PastRun, options_text

_MEANINGS = {"known": "Items that were on the site before the run, or were found in it"} | {
    key(word): f"Items {meaning}" for word, meaning in WORDS.items()
}

RUNS = Table(
    "runs",
    "The runs that made the items, and how each ended",
    (
        Column("run_id", "string", False, "Id of the run; `run_id` of the items that it stored"),
        Column("command", "string", True, "`harvest`, `crawl`"),
        Column("started", "datetime", True, "When it began, UTC"),
        Column("ended", "datetime", True, "When it ended, UTC; null if it was killed"),
        Column("options", "string", True, "Its options as JSON, without those that were not set"),
        Column("part", "string", True, "Options that limited it to a part of the site; null if it was for all of it"),
        Column("exit_code", "integer", True, "0 complete, or a complete sample; null if it was killed"),
        Column("outcome", "string", True, "How it ended, as a code"),
        Column("said", "string", True, "What was wrong, most serious first"),
        Column("decides", "boolean", False, "Whether this run decides if the release is complete"),
        Column("missing", "integer", False, "Addresses that a later run has to request"),
        *(Column(name, "integer", True, _MEANINGS[name]) for name in COUNTS),
    ),
    ("run_id",),
    (),
)

MISSING = Table(
    "runs_missing",
    "Addresses that a run found or knew, and that have no item",
    (
        Column("run_id", "string", False, "Id of the run"),
        Column("position", "integer", False, "Place in the report of the run, from 1"),
        Column("url", "string", False, "The address"),
        Column("reason", "string", False, "Why, as a code"),
        Column("detail", "string", True, "Why, in words"),
        Column(
            "again",
            "boolean",
            False,
            "Whether a later run has to request it again; false for answers of the site, or if an option left it out",
        ),
    ),
    ("run_id", "position"),
    (ForeignKey("run_id", "runs", "run_id"),),
)


class RunTables:
    """The part of a release with the tables of its runs."""

    def __init__(self, draft: Draft, standing: Standing) -> None:
        self._draft = draft
        self._standing = standing

    def collect(self, record: Record) -> None:
        """Do nothing, because items are not needed."""

    def finish(self) -> None:
        runs = self._standing.runs
        self._draft.table("tables/runs.csv", RUNS, (_row(run, self._standing) for run in runs))
        self._draft.table("tables/runs_missing.csv", MISSING, (row for run in runs for row in _missing(run)))


def _row(run: PastRun, standing: Standing) -> Row:
    return (
        run.id,
        run.command or None,
        _second(run.started),
        _second(run.ended),
        options_text(run.options) if run.options else None,
        run.asked or None,
        run.exit_code,
        run.kind,
        "; ".join(run.messages) or None,
        run.id == standing.decides,
        run.left,
        *(run.counts.get(name) for name in COUNTS),
    )


def _second(time: str | None) -> str | None:
    return f"{time[:19]}Z" if time else None


def _missing(run: PastRun) -> Iterator[Row]:
    for position, row in enumerate(run.missing, 1):
        yield (run.id, position, row["url"], row["reason"], row["detail"] or None, row["reason"] in UNSETTLED)
