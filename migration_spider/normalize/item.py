"""One item from as printed to normal: what the live crawl and a rebuild from the archive do alike."""

from __future__ import annotations

from migration_spider.items import NewsItem
from migration_spider.normalize.block import BlockResult, normalize_block
from migration_spider.normalize.html import sanitise
from migration_spider.normalize.identity import content_sha256, item_id
from migration_spider.normalize.language import detect


def normalize(item: NewsItem, *, day_first: bool | None = None) -> BlockResult:
    """Fill the normalized half of ``item`` from its as-printed half; returns what was not recognised.

    ``day_first`` is the order of numeric dates whose language does not tell it; None when it is not known.
    """
    found = normalize_block(item.metadata, item.language, day_first=day_first)
    for name, value in found.fields.items():
        setattr(item, name, value)
    item.problems += found.problems
    item.content_language = detect(item.body_text)
    item.body_html = sanitise(item.body_html, item.url)
    item.id = item_id(item.node_id, item.canonical_url or item.url, item.language)
    if "\N{REPLACEMENT CHARACTER}" in item.title + item.body_text:
        item.problems.append("characters-lost")
    if not item.body_text:
        item.problems.append("body-empty")
    if item.is_fallback:
        item.problems.append("translation-fallback")
    return found


def finish(item: NewsItem) -> None:
    """Problem codes once each, in the order met; the content digest, once attachments have theirs."""
    item.problems = list(dict.fromkeys(item.problems))
    item.content_sha256 = content_sha256(item)
