"""The tables and columns of a release that the pages need.

A release of an earlier version may lack some. Then the whole release is refused at once, instead of errors on single
pages. The texts may be missing from a release; code that needs them checks this first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from archive.dataset import DatasetError
from migration_spider.items import TERM_FIELDS
from migration_spider.vocabularies.data import FILES

_RECORD = ("warc_file", "warc_offset", "warc_length", "warc_record_id")
_TERM = ("position", "raw", "id", "label")

NEEDED: Mapping[str, tuple[str, ...]] = {
    "stories": ("id", "source_language", "source_told_by", "title", "url", "publication_date", "files"),
    "stories_titles": ("stories_id", "position", "language", "title"),
    "news": (
        *("id", "story_id", "node_id", "language", "content_language", "is_fallback", "title", "url", "canonical_url"),
        *("publication_date", "publication_date_raw", "content_sha256", "version", "first_seen", "last_changed"),
        *("fetched_at", "run_id", "extractor", "site_profile", "fts_row"),
        *(*_RECORD, "warc_target_uri", "warc_date", "warc_payload_digest"),
    ),
    "news_fts": ("title",),
    "search_words": ("word", "stem", "language"),
    "news_attachments": (
        *("news_id", "position", "url", "filename", "title", "media_type", "size", "sha256"),
        *(*_RECORD, "warc_target_uri"),
    ),
    "news_images": ("news_id", "position", "url", "alt"),
    "news_metadata": ("news_id", "position", "label", "value_position", "text", "url"),
    "news_problems": ("news_id", "position", "code"),
    "news_translations": ("news_id", "position", "language", "url"),
    "attachment_texts": ("sha256", "language", "pages", "title", "problem"),
    **{f"news_{field}": ("news_id", *_TERM) for field in TERM_FIELDS},
    **{f"stories_{field}": ("stories_id", *_TERM) for field in TERM_FIELDS if field in FILES},
    "news_geographic_scope": ("news_id", *_TERM, "type", "iso3"),
    **dict.fromkeys(sorted(set(FILES.values())), ("id", "label", "listed", "used", "uri")),
    "gcm_objectives": ("id", "label", "short_en", "number", "listed", "used", "uri"),
    "cross_cutting_themes": ("id", "label", "number", "listed", "used", "uri"),
    "places": ("id", "label", "type", "iso3", "parent", "listed", "used", "uri"),
    "places_within": ("id", "within"),
    "versions": ("id", "position", "version", "what", "met", "title", "fields", *_RECORD),
    "withdrawn": ("id", "url", "title", "version", "reason", "status", "confirmed", "last_seen", *_RECORD),
    "runs": (
        *("run_id", "command", "started", "ended", "part", "exit_code", "outcome", "said", "decides"),
        *("missing", "known", "new", "changed", "back", "as_before", "perhaps_gone", "gone", "not_reached", "not_due"),
    ),
    "runs_missing": ("run_id", "position", "url", "reason", "detail", "again"),
    "warc_files": ("name", "bytes", "sha256", "first_date", "last_date", "reason"),
}
"""Table -> the columns of it that a page reads."""


def require(db: sqlite3.Connection, database: Path) -> None:
    """Check that ``db`` has all tables and columns in `NEEDED`.

    Raises:
        DatasetError: Some are missing; the message names them and a remedy.
    """
    missing = list(_missing(db))
    if missing:
        names = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if missing[_NAMED:] else "")
        raise DatasetError(
            f"{database}: no {names}: this release cannot be browsed, because another version made it; "
            "publish it again with this one (scrapy publish --version NAME)"
        )


_NAMED = 3
"""Missing tables and columns that the error names."""


def _missing(db: sqlite3.Connection) -> Iterator[str]:
    for table, columns in NEEDED.items():
        # The names come from `NEEDED`, so quoting is safe. SQLite returns no rows for a missing table.
        existing = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
        if not existing:
            yield f"table {table}"
            continue
        yield from (f"column {table}.{column}" for column in columns if column not in existing)
