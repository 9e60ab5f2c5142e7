"""Normalizes one item; the crawl and a rebuild from the archive use the same function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migration_spider.items import NewsItem
from migration_spider.normalize.block import BlockResult, normalize_block
from migration_spider.normalize.html import sanitise, shortened
from migration_spider.normalize.identity import content_sha256, filename, item_id
from migration_spider.normalize.language import detect


@dataclass(frozen=True, slots=True)
class SiteOrders:
    """The day/month order found on the pages of a site, see `migration_spider.site_profile`."""

    digest: str
    """SHA-256, in hex, of the profile."""

    day_first: Mapping[str, bool]
    """BCP 47 language of the page -> whether the day is printed first."""


def normalize(
    item: NewsItem, *, day_first: bool | None = None, site: SiteOrders | None = None, cites: bool = False
) -> BlockResult:
    """Fill the normalized fields of ``item`` from its printed fields; returns the unrecognized values.

    ``day_first`` is the order of numeric dates as a person says, ``site`` that which other pages tell; None when it is
    not known. An item whose date ``site`` decided cites it, and one with ``cites``, of which the same profile has left
    something out.
    """
    order = site.day_first.get(item.language) if site else None
    found = normalize_block(item.metadata, item.language, day_first=day_first, site_day_first=order)
    for name, value in found.fields.items():
        setattr(item, name, value)
    for file in item.attachments:
        file.filename = filename(file.url)
    item.site_profile = site.digest if site and (cites or found.date_told_by == "site") else None
    item.problems += found.problems
    item.content_language = detect(item.body_text)
    html, is_cut = shortened(item.body_html)
    if is_cut:
        item.problems.append("body-html-cut")
    item.body_html = sanitise(html, item.url)
    item.id = item_id(item.node_id, item.canonical_url or item.url, item.language)
    if "\N{REPLACEMENT CHARACTER}" in item.title + item.body_text:
        item.problems.append("characters-lost")
    if not item.body_text:
        item.problems.append("body-empty")
    if item.is_fallback or _is_untranslated(item):
        item.problems.append("translation-fallback")
    return found


def _is_untranslated(item: NewsItem) -> bool:
    """Whether the text is in the language of another translation that the page names, not in that of the page.

    The site lists this translation, so it is not a fallback by address: the text is not translated yet.
    """
    text = (item.content_language or "").split("-")[0]
    others = {language.split("-")[0] for language in item.translations}
    return bool(text) and text != item.language.split("-")[0] and text in others


def finish(item: NewsItem) -> None:
    """Remove duplicate problem codes, and set the content digest: call it when the attachments have theirs."""
    item.problems = list(dict.fromkeys(item.problems))
    item.content_sha256 = content_sha256(item)
