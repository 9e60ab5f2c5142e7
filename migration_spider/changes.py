"""The differences between two versions of an item, for `scrapy show`, the report, CHANGES.jsonl and the feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from archive.dataset.differences import Difference, differences
from archive.dataset.lines import TOMBSTONE
from migration_spider.items import PROVENANCE

MARKUP = ("body_html",)
"""Fields with the text of another field and its markup."""

_IGNORED = PROVENANCE | {TOMBSTONE}


def between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, unlisted: Collection[str] = MARKUP
) -> list[Difference]:
    """Return the differences between two lines of an item, neither of them a tombstone.

    For the fields in ``unlisted`` the result contains only that they differ.
    """
    return differences(before, after, ignored=_IGNORED, unlisted=unlisted)
