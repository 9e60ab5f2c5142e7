"""What the portal shows of its items, and that pages, listings, feeds and sitemaps all say what the truth says."""

from __future__ import annotations

import gzip
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from parsel import Selector

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.seen import path, printed
from tests.portal.vocabulary import LANGUAGES
from tests.truth import fold

ENGLISH = "/international-migrants-day-azerbaijan"  # node 7756, English and Spanish
SPANISH = "/es/node/7756"


def prefix(language: str) -> str:
    return "" if language == "en" else f"/{language}"


def contents(portal: Portal) -> dict[str, tuple[int, str]]:
    """Address -> (status, what its article says), of each item under each prefix and of a plain page."""
    found = {}
    for node in portal.site.nodes.values():
        if not node.is_item and node.nid != 301:
            continue
        for language in LANGUAGES:
            target = portal.site.path(node, language)
            reply = get(portal, target)
            page = reply.selector.css("main") if reply.body else Selector(text="<p></p>")
            found[target] = (reply.status, fold(" ".join(page.css("h1, article").xpath(".//text()").getall())))
    return found


def listed(portal: Portal, path: str) -> tuple[list[str], set[int]]:
    """Links of a listing's rows on all its pages in their order, and the totals that its pages print."""
    links, totals, target = [], set(), path
    while True:
        page = get(portal, target).selector
        links += page.css("article h2 a::attr(href), .views-row a::attr(href)").getall()
        line = page.css(".view-header p::text").get("")
        totals |= {int(re.findall(r"\d+", line)[-1])} if line else set()
        following = page.css('a[rel="next"]::attr(href)').get()
        if following is None:
            return links, totals
        target = path.partition("?")[0] + following


def feed(portal: Portal, path: str = "/rss.xml") -> list[tuple[str, datetime]]:
    """(path, time) of the items of a feed."""
    items = Selector(text=get(portal, path).body.decode(), type="xml").xpath("//item")
    return [
        (
            item.xpath("string(link)").get("").removeprefix(portal.url),
            parsedate_to_datetime(item.xpath("string(pubDate)").get()),
        )
        for item in items
    ]


def sitemap(portal: Portal) -> dict[str, tuple[str, list[str]]]:
    """Path -> (lastmod, languages of its alternates), of all sitemaps together."""
    found = {}
    for place in re.findall(r"<loc>(.+?)</loc>", get(portal, "/sitemap.xml").body.decode()):
        body = get(portal, place.removeprefix(portal.url)).body
        xml = Selector(text=(gzip.decompress(body) if place.endswith(".gz") else body).decode(), type="xml")
        xml.remove_namespaces()
        for url in xml.xpath("//url"):
            path = url.xpath("string(loc)").get("").removeprefix(portal.url)
            found[path] = (url.xpath("string(lastmod)").get(""), url.xpath("link/@hreflang").getall())
    return found


def location(portal: Portal, target: str) -> tuple[int, str]:
    reply = get(portal, target)
    return reply.status, reply.headers.get("location", "").removeprefix(portal.url)


def record(portal: Portal, nid: int, language: str) -> dict:
    return next(row for row in portal.truth() if (row["nid"], row["langcode"]) == (nid, language))


def ids(portal: Portal) -> set[tuple[int, str]]:
    return {(row["nid"], row["langcode"]) for row in portal.truth()}


def with_file(portal: Portal) -> int:
    return next(node.nid for node in portal.site.items() if node.translations[node.source].files)


def check_truth(portal: Portal) -> None:
    """The pages of the stock theme print what the truth says, at the address that it says."""
    for row in portal.truth():
        reply = get(portal, path(portal, row))
        page = reply.selector
        assert (200, row["url"]) == (reply.status, page.css('link[rel="canonical"]::attr(href)').get())
        assert row["title"] == fold(page.css("h1 span::text").get(""))
        assert set(row["translations"]) == set(page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall())
        assert row["metadata"] == printed(page)
        body = "".join(" ".join(page.css(".field--name-body").xpath(".//text()").getall()).split())
        assert "".join(row["body_text"].replace(" [1]", "1").split()) == body


def check_lists(portal: Portal) -> None:
    """The news listing, the feed and the sitemap name what is in the truth and not hidden, each once."""
    hidden = {node.nid for node in portal.site.nodes.values() if not node.in_listings}
    forgotten = {node.nid for node in portal.site.nodes.values() if not node.in_sitemap}
    truth = portal.truth()
    for language in LANGUAGES:
        links, totals = listed(portal, prefix(language) + "/news")
        wanted = {
            row["url"].removeprefix(portal.url)
            for row in truth
            if row["langcode"] == language and row["kind"] != "resource" and row["nid"] not in hidden
        }
        assert wanted == set(links)
        assert ({len(links)} if links else set()) == totals
        assert len(wanted) == len(links)
    assert {row["url"].removeprefix(portal.url) for row in truth if row["nid"] not in forgotten} <= set(sitemap(portal))
