"""The content of the site, as survey.json has it: listings, types of pages, labels and dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migration_spider.items import Entry, NewsItem
from migration_spider.normalize.dates import parse_date
from migration_spider.pages import ListingPage, NewsPage
from migration_spider.pages.listing import page_numbers
from migration_spider.pages.totals import results_total
from migration_spider.report.text import plural
from migration_spider.survey.model import (
    DateForm,
    DateOrder,
    Label,
    Listing,
    PageType,
)
from migration_spider.survey.reading import Read, Site
from migration_spider.text import fold
from migration_spider.vocabularies import is_kosovo_footnote, label_kind

MOST_EXAMPLES = 5
MOST_VALUES = 12

ALL_NEWS = 0.9
"""If at least this share of the rows that were read is news, the listing is a listing of news.

With a smaller share it is mixed: a setting that names it as a listing of news would make all its rows news.
"""

_MORE = re.compile(r"load[-_ ]more|infinite[-_ ]scroll|pager-show-more", re.IGNORECASE)


def listings(site: Site) -> list[Listing]:
    """All listings, one per address; listings of news first, then by size."""
    groups: dict[str, list[ListingPage]] = {}
    for read in site.pages:
        if isinstance(read.page, ListingPage):
            groups.setdefault(read.answer.url.partition("?")[0], []).append(read.page)
    found = [_listing(site, url, pages) for url, pages in groups.items()]
    order = ("news", "mixed", "other", "unknown")
    return sorted(found, key=lambda listing: (order.index(listing["verdict"]), -rows_of(listing), listing["url"]))


def _listing(site: Site, url: str, pages: list[ListingPage]) -> Listing:
    rows = {row.url: row for page in pages for row in page.rows}
    known = [(row, read) for row in rows.values() if (read := site.at(row.url)) is not None]
    leaves = [(row, read) for row, read in known if not isinstance(read.page, ListingPage)]
    news = sum(isinstance(read.page, NewsPage) for _, read in leaves)
    numbers = [max(page_numbers(link) or (0,)) for page in pages for link in page.pager_links]
    totals = [total for page in pages if (total := results_total(page)) is not None]
    return {
        "url": url,
        "title": _title(pages[0]),
        "pager": pager_form(pages),
        "pages_read": len(pages),
        "last_page": max(numbers, default=0),
        "rows": len(rows),
        "total": max(totals, default=None),
        "read": len(leaves),
        "news": news,
        "verdict": _verdict(news, len(leaves)),
        "examples": [
            {"url": row.url, "title": row.title, "is_news": isinstance(read.page, NewsPage)}
            for row, read in leaves[:MOST_EXAMPLES]
        ],
    }


def _title(page: ListingPage) -> str:
    return fold("".join(page.heading.itertext())) if page.heading is not None else ""


def _verdict(news: int, read: int) -> str:
    """The verdict on a listing, by the number of its rows that were ``read`` and that are ``news``."""
    if not read:
        return "unknown"
    if news / read >= ALL_NEWS:
        return "news"
    return "mixed" if news else "other"


def types(site: Site) -> list[PageType]:
    groups: dict[tuple[str, str], list[Read]] = {}
    for read in site.pages:
        groups.setdefault((read.page.kind, read.page.node_type or ""), []).append(read)
    return [
        {
            "type": node_type or None,
            "kind": kind,
            "count": len(group),
            "items": len({read.item.id for read in group if read.item is not None}),
            "told_by": dict(Counter(read.told_by for read in group).most_common()),
            "examples": [read.answer.url for read in group[:MOST_EXAMPLES]],
        }
        for (kind, node_type), group in sorted(groups.items(), key=lambda pair: (pair[0][0] != "news", -len(pair[1])))
    ]


def labels(site: Site) -> list[Label]:
    found: dict[str, Label] = {}
    values: dict[str, Counter[str]] = {}
    for read in site.news:
        assert read.item is not None and read.found is not None  # noqa: S101, PT018  (news has both)
        strange = {text for _, text in read.found.unrecognized}
        for entry in read.item.metadata:
            label = found.setdefault(
                entry.label,
                {
                    "label": entry.label,
                    "field": entry.field_name,
                    "is_known": _is_known(entry),
                    "count": 0,
                    "values": [],
                    "unrecognized": [],
                    "examples": [],
                },
            )
            label["count"] += 1
            if len(label["examples"]) < MOST_EXAMPLES:
                label["examples"].append(read.answer.url)
            texts = [fold(value.text) for value in entry.values if fold(value.text)]
            values.setdefault(entry.label, Counter()).update(texts)
            for text in texts:
                if text in strange and text not in label["unrecognized"]:
                    label["unrecognized"].append(text)
    for printed, label in found.items():
        label["values"] = [{"text": t, "count": n} for t, n in values[printed].most_common(MOST_VALUES)]
    return sorted(found.values(), key=lambda label: (label["is_known"], -label["count"]))


def dates(site: Site) -> list[DateForm]:
    found: dict[tuple[str, str], DateForm] = {}
    for read in site.news:
        item = read.item
        assert item is not None  # noqa: S101  (news has it)
        for value in _dates(item):
            pattern = date_form(value.text)
            form = found.setdefault(
                (item.language, pattern),
                {
                    "language": item.language,
                    "form": pattern,
                    "count": 0,
                    "read": 0,
                    "printed": value.text,
                    "day": None,
                },
            )
            day, code = parse_date(
                value.text,
                value.datetime,
                item.language,
                site_day_first=site.day_first.get(item.language),
                seen_day_first=value.day_first,
            )
            form["count"] += 1
            form["read"] += day is not None and code is None
            form["day"] = form["day"] or day
    return sorted(found.values(), key=lambda form: (-form["count"], form["language"]))


def orders(site: Site) -> list[DateOrder]:
    """The order of day and month, for each language with numeric dates."""
    return [
        {
            "language": language,
            "day_first": {"day-first": True, "month-first": False, None: None}[summary["order"]],
            "evidence": _evidence(summary),
        }
        for language, summary in site.profile.summary(2).items()
    ]


def rows_of(listing: Listing) -> int:
    """Number of rows of a listing: the total that it prints, or an estimate from the pages that were read."""
    if listing["total"] is not None:
        return listing["total"]
    return max(listing["rows"], round(listing["rows"] / max(listing["pages_read"], 1) * (listing["last_page"] + 1)))


def pager_form(pages: Iterable[ListingPage]) -> str:
    """The type of the pager of a listing."""
    forms = [_pager_form(page) for page in pages]
    return next((form for form in ("load more", "numbers", "next only") if form in forms), "none")


def _pager_form(page: ListingPage) -> str:
    if not page.pager_links:
        return "none"
    if page.main is not None and any(
        _MORE.search(f"{element.get('class') or ''} {' '.join(element.attrib)}")
        for element in page.main.iter("ul", "nav", "a", "button")
    ):
        return "load more"
    return "numbers" if len({page_numbers(url) for url in page.pager_links}) > 1 else "next only"


def _evidence(summary: Mapping[str, Any]) -> str:
    """The evidence in `SiteProfile.summary` for one language, in words."""
    parts = []
    for order, words in (("day-first", "the day"), ("month-first", "the month")):
        examples = ", ".join(summary["examples"][order].values())
        if count := summary["pages"][order]:
            parts.append(f"{plural(count, 'page')} {'show' if count > 1 else 'shows'} {words} first ({examples})")
    evidence = "; ".join(parts) or "no date of its pages shows the order"
    return evidence + ("; the order of the other languages is used" if summary["told_by"] == "languages" else "")


def _is_known(entry: Entry) -> bool:
    """Whether the label is in a list of labels, or is empty."""
    label = entry.label
    return not label or label_kind(label) is not None or is_kosovo_footnote(label)


def _dates(item: NewsItem) -> Iterator[Any]:
    for entry in item.metadata:
        if entry.field_name == "publication_date":
            yield from entry.values


def date_form(text: str) -> str:
    """``12 March 2021`` -> ``99 Aaa 9999``."""
    return re.sub(r"[^\W\d_]+", "Aaa", re.sub(r"\d", "9", fold(text)))[:60]
