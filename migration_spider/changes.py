"""The differences between two versions of an item, for `scrapy show`, the report, CHANGES.jsonl and the feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from archive.dataset.differences import Difference, differences
from archive.dataset.lines import TOMBSTONE
from migration_spider.items import PROVENANCE

MARKUP = ("body_html",)
"""Fields that have the text of another one with its markup."""

_IGNORED = PROVENANCE | {TOMBSTONE}


def between(
    before: Mapping[str, Any], after: Mapping[str, Any], *, unlisted: Collection[str] = MARKUP
) -> list[Difference]:
    """What the line ``after`` says and ``before`` did not, and the other way round; neither is a tombstone.

    Of the fields in ``unlisted`` only is said that they differ.
    """
    return differences(before, after, ignored=_IGNORED, unlisted=unlisted)
