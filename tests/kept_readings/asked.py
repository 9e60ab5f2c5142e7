"""Answers of a site, and all that a crawl asks of each."""

import pytest
from scrapy.http import HtmlResponse

from migration_spider.items import to_record
from migration_spider.pages import ListingPage, NewsPage
from tests.portal.site import Site

SITE = Site("http://127.0.0.1:9", nodes=6)
NEWS = [SITE.path(node, language) for node in SITE.items()[:3] for language in node.translations]

OF_ALL = [
    "language",
    "base_url",
    "canonical_url",
    "alternates",
    "is_fallback",
    "node_type",
    "node_id",
    "links",
    "is_cut",
]
OF_LISTINGS = [
    "rows",
    "shown",
    "total",
    "pager_links",
    "facets",
    "next_url",
    "further_links",
    "earlier_months",
    "out_of_reach",
]
OF_NEWS = ["left_out", "alone", "layout", "printed"]


def answer(path, headers=(), body=None):
    html = SITE.answer(path).body if body is None else body
    return HtmlResponse(
        SITE.url(path), body=html, headers={"Content-Type": "text/html; charset=utf-8", **dict(headers)}
    )


class Unread(HtmlResponse):
    """An answer that nobody may parse or decode."""

    selector = text = property(lambda self: pytest.fail(f"{self.url} is read"))


def unread(response):
    made = Unread(response.url, body=response.body, headers=response.headers)
    made.__class__.__name__ = type(response).__name__
    return made


def read(readings, response, template=frozenset(), named=True):
    """All that the crawl asks of an answer, kept."""
    reading = readings.of(response)
    facts = reading.facts(named)
    page = facts.result
    told = [reading.code, reading.shape, reading.why_unread, reading.requisites, page.kind, facts.is_news_if_named]
    told += [getattr(page, name) for name in OF_ALL]
    if isinstance(page, ListingPage):
        told += [getattr(page, name) for name in OF_LISTINGS]
    if isinstance(page, NewsPage):
        page.template = template
        reading.fit(page)
        reading.note_text(page)
        told += [set(page.parts), *(getattr(page, name) for name in OF_NEWS)]
        item = page.to_item()
        told.append(to_record(item))
        item.title = "changed by a pipeline"
    reading.note(facts.page, facts.read_as_listing, page)
    readings.keep(response)
    return told
