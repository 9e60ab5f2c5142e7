"""The ways to the items of the demo portal: redirects, listings, sitemaps, feeds, and the traps beside them."""

from __future__ import annotations

import gzip
import re

import pytest
from parsel import Selector

from tests.portal import Portal, is_trap
from tests.portal.client import get
from tests.portal.seen import FILES, path
from tests.portal.traps import PATTERNS


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/node/7756", "/international-migrants-day-azerbaijan"),
        ("/node/301", "/about"),
        ("/node/2312", "/statements/declaration-commune-sur-la-reunification-familiale-perou-2020"),
    ],
)
def test_system_paths_redirect_to_the_alias(portal: Portal, target: str, location: str) -> None:
    reply = get(portal, target)
    assert (reply.status, reply.headers["location"]) == (301, portal.url + location)


def test_a_new_title_leaves_a_redirect(portal: Portal) -> None:
    english = portal.site.nodes[10300].translations["en"]
    reply = get(portal, english.retired_aliases[0])
    assert (reply.status, reply.headers["location"]) == (301, portal.url + str(english.alias))


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/node/12001", 403),
        ("/node/12002", 404),
        ("/node/12003", 410),
        ("/latest-news", 404),
        ("/es/nada", 404),
        ("/node/3", 404),
    ],
)
def test_refusals(portal: Portal, target: str, status: int) -> None:
    reply = get(portal, target)
    assert reply.status == status
    assert reply.selector.css("h1").get() is not None
    assert "etag" not in reply.headers


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_the_pager_reaches_every_news_item_of_a_language(portal: Portal, language: str) -> None:
    target, found = ("" if language == "en" else f"/{language}") + "/news", []
    start = target
    while True:
        page = get(portal, target).selector
        found += page.css("article h2 a::attr(href)").getall()
        following = page.css('a[rel="next"]::attr(href)').get()
        if following is None:
            break
        assert following.startswith("?page=")
        target = start + following
    wanted = {
        path(portal, r) for r in portal.truth() if r["langcode"] == language and r["kind"] in {"news", "statement"}
    }
    assert set(found) == wanted
    assert len(found) == len(wanted)


def test_a_page_far_behind_the_last_one_is_empty(portal: Portal) -> None:
    reply = get(portal, "/news?page=9999")
    assert reply.status == 200
    assert reply.selector.css("article").getall() == []
    assert reply.selector.css('a[rel="next"]').get() is None


def test_listings_repeat_no_query_in_their_canonical_url(portal: Portal) -> None:
    page = get(portal, "/fr/news?page=1").selector
    assert page.css('link[rel="canonical"]::attr(href)').get() == f"{portal.url}/fr/news"


def test_statements_keep_their_english_heading(portal: Portal) -> None:
    page = get(portal, "/ar/statements").selector
    assert page.css("h1 span::text").get() == "Statements"
    assert all("/statements/" in href or "/node/" in href for href in page.css("article h2 a::attr(href)").getall())


def test_hub_facets_filter_and_multiply(portal: Portal) -> None:
    page = get(portal, "/hub").selector
    facets = page.css(".facets a::attr(href)").getall()
    assert len(facets) > 60
    assert all("resource_publisher=All" in href for href in facets)
    rows = get(portal, "/hub?gcm_objectives=290&page=0").selector.css(".views-row a::attr(href)").getall()
    carriers = {node.nid for node in portal.site.items() if 290 in node.terms}
    by_path = {portal.site.path(node, "en"): node.nid for node in portal.site.items()}
    assert {by_path[row] for row in rows} <= carriers
    assert rows


def test_term_pages_list_what_carries_the_term(portal: Portal) -> None:
    page = get(portal, "/taxonomy/term/259").selector
    count = sum(259 in node.terms for node in portal.site.items())
    assert page.css("h1 span::text").get() == "Human rights"
    assert f"of {count}" in page.css(".view p::text").get("")
    assert get(portal, "/taxonomy/term/999999").status == 404


RESULTS = {
    "en": "Displaying results {} - {} of {}",
    "fr": "Affichage des résultats {} - {} sur {}",
    "es": "Mostrando resultados {} - {} de {}",
    "ar": "عرض النتائج {} - {} من {}",
    "ru": "Показаны результаты {} - {} из {}",
    "zh-hant": "顯示第 {} - {} 項，共 {} 項",
}


@pytest.mark.parametrize("language", RESULTS)
@pytest.mark.parametrize("listing", ["/news", "/hub", "/taxonomy/term/259"])
def test_listings_count_their_results(portal: Portal, language: str, listing: str) -> None:
    start = ("" if language == "en" else f"/{language}") + listing
    target, rows, lines = start, [], []
    while True:
        page = get(portal, target).selector
        rows.append(len(page.css("main article, .views-row").getall()))
        lines += page.css("main .view-header p::text").getall()
        following = page.css('a[rel="next"]::attr(href)').get()
        if following is None:
            break
        target = start + following
    firsts = [1 + sum(rows[:index]) for index in range(len(rows))]
    expected = [(first, first + count - 1, sum(rows)) for first, count in zip(firsts, rows, strict=True)]
    assert sum(rows) > 0
    assert [RESULTS[language].format(*line) for line in expected] == lines


def test_a_listing_without_rows_counts_nothing(portal: Portal) -> None:
    assert get(portal, "/news?page=9999").selector.css(".view-header").getall() == []
    assert get(portal, "/statements").selector.css(".view-header").getall() == []


def test_sitemap_index_and_its_parts_name_every_item(portal: Portal) -> None:
    index = re.findall(r"<loc>(.+?)</loc>", get(portal, "/sitemap.xml").body.decode())
    assert [target.removeprefix(portal.url) for target in index] == [
        "/sitemap.xml?page=1",
        "/sitemap.xml?page=2",
        f"{FILES}/sitemaps/library.xml.gz",
    ]
    found: list[str] = []
    for target in index:
        body = get(portal, target.removeprefix(portal.url)).body
        xml = gzip.decompress(body) if target.endswith(".gz") else body
        found += re.findall(r"<loc>(.+?)</loc>", xml.decode())
    assert {record["url"] for record in portal.truth()} <= set(found)
    assert len(found) == len(set(found))


def test_sitemap_gives_every_language_the_time_of_the_source(portal: Portal) -> None:
    body = get(portal, "/sitemap.xml?page=1").body.decode() + get(portal, "/sitemap.xml?page=2").body.decode()
    times = dict(re.findall(r"<loc>(.+?)</loc>.*?<lastmod>(.+?)</lastmod>", body, flags=re.DOTALL))
    changed = portal.site.nodes[7756].changed.isoformat()
    english, spanish = f"{portal.url}/international-migrants-day-azerbaijan", f"{portal.url}/es/node/7756"
    assert (times[english], times[spanish]) == (changed, changed)


@pytest.mark.parametrize("target", ["/rss.xml", "/news/rss.xml", "/fr/rss.xml"])
def test_rss_has_the_twenty_newest(portal: Portal, target: str) -> None:
    reply = get(portal, target)
    items = Selector(text=reply.body.decode(), type="xml").xpath("//item")
    assert reply.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert len(items) == 20
    first = portal.site.items()[0]
    if target == "/rss.xml":
        assert items[0].xpath("string(pubDate)").get() == f"{first.created:%a, %d %b %Y %H:%M:%S} +0000"


def test_robots_is_drupals(portal: Portal) -> None:
    lines = get(portal, "/robots.txt").body.decode().splitlines()
    assert {"User-agent: *", "Disallow: /admin/", "Disallow: /search/", "Disallow: /user/login"} <= set(lines)
    assert not [line for line in lines if line.startswith(("Crawl-delay", "Sitemap"))]


@pytest.mark.parametrize(
    "target",
    [
        "/calendar/2031-12",
        "/comment/77",
        "/webform/104/share",
        "/hub/resource?embed_node=9",
        "/hub/repository-of-practices?page=,1",
    ],
)
def test_traps_answer(portal: Portal, target: str) -> None:
    assert get(portal, target).status == 200
    assert is_trap(target.partition("?")[0])


def test_traps_are_linked_from_the_pages() -> None:
    with Portal(nodes=40) as portal:
        pages = [get(portal, path(portal, record)).body.decode() for record in portal.truth()]
        pages.append(get(portal, "/hub").body.decode())
        pages += [
            get(portal, portal.site.path(n, "en")).body.decode()
            for n in portal.site.nodes.values()
            if n.kind == "discussion"
        ]
    links = {link for text in pages for link in re.findall(r'href="(/[^"?]*)', text)}
    for pattern in PATTERNS[:-1]:
        assert any(re.fullmatch(f"(?:/[a-z-]+)?{pattern}", link) for link in links), pattern
    assert any("http://staging.invalid/" in text for text in pages)
    assert not is_trap("/news")


def test_the_calendar_has_no_end(portal: Portal) -> None:
    target = "/calendar/2024-11"
    for wanted in ("2024-12", "2025-01", "2025-02"):
        links = get(portal, target).selector.css('main a[href^="/calendar/"]::attr(href)').getall()
        target = links[1]
        assert target == f"/calendar/{wanted}"
