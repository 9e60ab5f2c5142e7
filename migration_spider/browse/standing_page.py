"""The page about completeness: the runs, what they did not get, what is gone, and the files of the archive."""

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
"""Why nothing more is known of a WARC file (`archive.dataset.holdings.HeldFile`), in words."""


def about(request: Request) -> Response:
    """All that is known of how complete the collection is."""
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
    """(why in words, whether a later run asks again, how many) of the addresses that the last run did not get."""
    rows = collection.connect().execute(
        f"SELECT reason, again, count(*) FROM ({_LACKS}) GROUP BY 1, 2 ORDER BY 3 DESC, 1"  # noqa: S608
    )
    return [(REASONS.get(reason, reason), bool(again), much) for reason, again, much in rows]


def missing(collection: Collection) -> list[dict[str, Any]]:
    """The addresses that the last run did not get, nor any after it."""
    return [_told(row) for row in _rows(collection, f"{_LACKS} ORDER BY again DESC, position LIMIT ?", MOST)]


def missing_before(collection: Collection) -> list[dict[str, Any]]:
    """The addresses that other runs did not get, and none has got since; with what the last of these said."""
    rows = _rows(
        collection,
        "SELECT m.*, max(r.started) AS started FROM runs_missing m JOIN runs r ON r.run_id = m.run_id"  # noqa: S608
        f" WHERE m.url NOT IN (SELECT url FROM runs_missing WHERE run_id = ({_DECIDES}))"
        " AND m.url NOT IN (SELECT url FROM news UNION SELECT canonical_url FROM news WHERE canonical_url IS NOT NULL"
        " UNION SELECT url FROM withdrawn WHERE url IS NOT NULL)"
        " GROUP BY m.url ORDER BY started DESC, m.position LIMIT ?",
        MOST,
    )
    there = collection.archive
    return [_told(row) for row in rows if not (there and is_answered(there, row["url"], row["started"] or ""))]


def _told(row: sqlite3.Row) -> dict[str, Any]:
    return {**dict(row), "why": REASONS.get(row["reason"], row["reason"])}


_DECIDES = "SELECT run_id FROM runs ORDER BY decides DESC, started DESC LIMIT 1"
"""The run by which the collection is called complete or not."""

_LACKS = (
    f"SELECT * FROM runs_missing WHERE run_id = ({_DECIDES}) AND url NOT IN"  # noqa: S608
    f" (SELECT url FROM news WHERE fetched_at > (SELECT ended FROM runs WHERE run_id = ({_DECIDES})))"
)
"""What that run did not get: not what a later one got, that was told to ask for a few addresses."""


def totals(collection: Collection) -> dict[str, int]:
    """How much there is of what has a table here."""
    db = collection.connect()
    asked = {
        "withdrawn": "SELECT count(*) FROM withdrawn",
        "files": "SELECT count(*) FROM warc_files",
        "bytes": "SELECT coalesce(sum(bytes), 0) FROM warc_files",
        "runs": "SELECT count(*) FROM runs",
        "missing": f"SELECT count(*) FROM ({_LACKS})",  # noqa: S608
    }
    return {name: db.execute(query).fetchone()[0] for name, query in asked.items()}


def _rows(collection: Collection, query: str, most: int) -> list[sqlite3.Row]:
    return collection.connect().execute(query, (most,)).fetchall()
