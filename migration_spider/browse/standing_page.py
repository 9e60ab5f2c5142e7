"""The page about completeness: the runs, missing and withdrawn pages, and the files of the archive."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from migration_spider.browse.asked import collection_of, page
from migration_spider.browse.captured import is_answered
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import count
from migration_spider.browse.selection import EVERYTHING
from migration_spider.ledger import REASONS

MOST = 500
"""Rows of a table."""


REASONS_OF_FILES = {
    "no-archive": "not available when this was made",
    "missing": "not there when this was made",
    "unfinished": "was still being written",
}
"""Why a WARC file could not be examined (`archive.dataset.holdings.HeldFile`) -> in words."""


def about(request: Request) -> Response:
    """The page about the completeness of the collection."""
    return page(request, "about.html", **standing(collection_of(request)))


def standing(collection: Collection) -> dict[str, Any]:
    """The values of ``about.html``."""
    return {
        "runs": runs(collection, MOST),
        "lacking": lacking(collection),
        "missing": missing(collection),
        "before": missing_before(collection),
        "withdrawn": _rows(collection, "SELECT * FROM withdrawn ORDER BY last_seen DESC, id LIMIT ?", MOST),
        "files": _rows(collection, "SELECT * FROM warc_files ORDER BY name LIMIT ?", MOST),
        "totals": totals(collection),
        "damage": list(collection.archive.damage)[:MOST] if collection.archive else [],
        "changed": count(collection, EVERYTHING.only("history", "yes")),
        "most": MOST,
        "REASONS_OF_FILES": REASONS_OF_FILES,
    }


def runs(collection: Collection, most: int) -> list[sqlite3.Row]:
    """The last runs, the newest first."""
    return _rows(collection, "SELECT * FROM runs ORDER BY started DESC, run_id DESC LIMIT ?", most)


def lacking(collection: Collection) -> list[tuple[str, bool, int]]:
    """(reason in words, whether a later run retries, count) of the addresses that the last run did not get."""
    rows = collection.connect().execute(
        f"SELECT reason, again, count(*) FROM ({_LACKS}) GROUP BY 1, 2 ORDER BY 3 DESC, 1"  # noqa: S608
    )
    return [(REASONS.get(reason, reason), bool(again), count) for reason, again, count in rows]


def missing(collection: Collection) -> list[dict[str, Any]]:
    """The addresses that neither the last run nor any later one got."""
    return [_with_reason(row) for row in _rows(collection, f"{_LACKS} ORDER BY again DESC, position LIMIT ?", MOST)]


def missing_before(collection: Collection) -> list[dict[str, Any]]:
    """The addresses that other runs did not get, nor any later run; each as the last of these runs reported it."""
    rows = _rows(
        collection,
        "SELECT m.*, max(r.started) AS started FROM runs_missing m JOIN runs r ON r.run_id = m.run_id"  # noqa: S608
        f" WHERE m.url NOT IN (SELECT url FROM runs_missing WHERE run_id = ({_DECIDES}))"
        " AND m.url NOT IN (SELECT url FROM news UNION SELECT canonical_url FROM news WHERE canonical_url IS NOT NULL"
        " UNION SELECT url FROM withdrawn WHERE url IS NOT NULL)"
        " GROUP BY m.url ORDER BY started DESC, m.position LIMIT ?",
        MOST,
    )
    archive = collection.archive
    return [
        _with_reason(row) for row in rows if not (archive and is_answered(archive, row["url"], row["started"] or ""))
    ]


def _with_reason(row: sqlite3.Row) -> dict[str, Any]:
    return {**dict(row), "why": REASONS.get(row["reason"], row["reason"])}


_DECIDES = "SELECT run_id FROM runs ORDER BY decides DESC, started DESC LIMIT 1"
"""The run by which the collection is called complete or not."""

_LACKS = (
    f"SELECT * FROM runs_missing WHERE run_id = ({_DECIDES}) AND url NOT IN"  # noqa: S608
    f" (SELECT url FROM news WHERE fetched_at > (SELECT ended FROM runs WHERE run_id = ({_DECIDES})))"
)
"""What that run did not get, without what a later run of a few addresses got."""


def totals(collection: Collection) -> dict[str, int]:
    """The number of rows of each table of the page, and the bytes of the archive."""
    db = collection.connect()
    queries = {
        "withdrawn": "SELECT count(*) FROM withdrawn",
        "files": "SELECT count(*) FROM warc_files",
        "bytes": "SELECT coalesce(sum(bytes), 0) FROM warc_files",
        "runs": "SELECT count(*) FROM runs",
        "missing": f"SELECT count(*) FROM ({_LACKS})",  # noqa: S608
    }
    return {name: db.execute(query).fetchone()[0] for name, query in queries.items()}


def _rows(collection: Collection, query: str, most: int) -> list[sqlite3.Row]:
    return collection.connect().execute(query, (most,)).fetchall()
