"""The demo portal behaves like the site it stands for: languages, redirects, listings, caching, codings and faults."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import re
import time
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256

import pytest
from lxml import etree
from parsel import Selector

from tests.portal import FAULTS, VARIANTS, Portal, is_trap
from tests.portal.client import get
from tests.portal.faults import ONE_ITEM
from tests.portal.traps import PATTERNS

FILES = "/sites/g/files/tmzbdl416/files"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Portal(nodes=60) as portal:
        yield portal


def path(portal: Portal, record: dict) -> str:
    return record["url"].removeprefix(portal.url)


# Content


def test_default_size() -> None:
    with Portal() as portal:
        truth = portal.truth()
    assert len({record["nid"] for record in truth}) == 150
    translations = [record for record in truth if record["langcode"] != record["source_lang"]]
    assert len(translations) >= 300
    assert {record["langcode"] for record in truth} == {"en", "fr", "es", "ar", "ru", "zh-hant"}
    assert len({record["url"] for record in truth}) == len(truth)


def test_content_is_the_same_every_time() -> None:
    texts = []
    for _ in range(2):
        with Portal(nodes=20) as portal:
            texts.append(json.dumps(portal.truth()).replace(portal.url, ""))
    assert texts[0] == texts[1]


def test_every_item_of_the_truth_answers_at_its_address(portal: Portal) -> None:
    for record in portal.truth():
        reply = get(portal, path(portal, record))
        page = reply.selector
        assert reply.status == 200
        assert page.css("html::attr(lang)").get() == record["langcode"]
        assert page.css("html::attr(dir)").get() == ("rtl" if record["langcode"] == "ar" else "ltr")
        assert page.css('link[rel="canonical"]::attr(href)').get() == record["url"]
        assert page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall() == sorted_like(record)
        assert " ".join((page.css("h1 span::text").get() or "").split()) == record["title"]


def sorted_like(record: dict) -> list[str]:
    order = ["en", "fr", "es", "ar", "ru", "zh-hant"]
    if record["source_lang"] == "ar":
        return ["ar", "zh-hant"]
    return sorted(record["translations"], key=order.index)


def test_the_page_that_is_known(portal: Portal) -> None:
    page = get(portal, "/es/node/7756").selector
    labels = [" ".join(text.split()) for text in page.css(".node__meta .field__label::text").getall()]
    assert labels == [
        "Fecha de publicación",
        "Tipo de material",
        "Other Source / Publisher",
        "Ámbito geográfico",
        "Grupo de trabajo",
        "Proceso de revisión regional",
        "Objetivos del Pacto Mundial para la Migración",
        "Tema transversal",
    ]
    assert page.css(".node__meta .field__item::text").getall() == [
        "General Public",
        "UN Network on Migration Azerbaijan",
        "International Organization for Migration (IOM)",
        "IOM Azerbaijan",
        "West Asia",
        "International cooperation",
        "Human rights",
        "Whole-of-government approach",
        "Whole-of-society approach",
    ]
    title = "International Migrants Day (Azerbaijan)"
    assert [page.css("h1 span::text").get(), page.css("article h2::text").get()] == [title, title]
    assert page.css('link[rel="canonical"]::attr(href)').get() == f"{portal.url}/es/node/7756"
    assert "1244 [1999]" in page.css("footer p::text").get("")
    assert page.css(".skip-link::text").get() == "Skip to main content"


def test_truth_matches_what_the_stock_markup_prints(portal: Portal) -> None:
    for record in portal.truth():
        page = get(portal, path(portal, record)).selector
        printed = []
        for row in page.css(".node__meta > .field"):
            label = row.css(".field__label::text").get("")
            values = [
                fold(v.xpath("string()").get() or v.css("img::attr(alt)").get("")) for v in row.css(".field__item")
            ]
            printed.append({"label": label, "values": values})
        assert printed == record["metadata"]
        body = page.css(".field--name-body")
        words = " ".join(body.xpath(".//text()").getall()).split()
        assert "".join(words) == "".join(record["body_text"].replace(" [1]", "1").split())


def fold(text: str) -> str:
    return " ".join(text.split())


def test_unknown_missing_and_odd_values(portal: Portal) -> None:
    records = {(record["nid"], record["langcode"]): record for record in portal.truth()}
    assert records[8836, "en"]["geographic_scope"] == ["Bahamas, The", "Kosovo*"]
    assert records[8836, "fr"]["metadata"][0]["values"] == ["1er mars 2022"]
    assert {"label": "Related commitment", "values": ["Harbour pledge no. 31"]} in records[8840, "fr"]["metadata"]
    assert records[8840, "en"]["ids"]["geographic_scope"][0] is None
    assert [row["values"] for row in records[9100, "fr"]["metadata"]] == [[]] * 6
    assert records[9107, "es"]["metadata"] == []
    assert records[16200, "en"]["date"] is None
    assert records[15, "zh-hant"]["body_language"] == "ar"
    assert any("Global" in record["geographic_scope"] for record in records.values())


# Languages and redirects


@pytest.mark.parametrize("language", ["fr", "ar", "ru", "zh-hant"])
def test_a_missing_translation_shows_the_source_under_foreign_labels(portal: Portal, language: str) -> None:
    reply = get(portal, f"/{language}/node/7756")
    page = reply.selector
    assert reply.status == 200
    assert page.css("html::attr(lang)").get() == language
    assert page.css('link[rel="canonical"]::attr(href)').get() == f"{portal.url}/international-migrants-day-azerbaijan"
    assert page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall() == ["en", "es"]
    assert "shared one stage" in page.css("article p").get("")
    assert page.css(".field__label::text").get() != "Date of Publication"


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


# Listings and feeds


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


# Traps


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


# Files


def test_attachments_are_what_the_truth_says(portal: Portal) -> None:
    offered = {file["url"]: file for record in portal.truth() for file in record["attachments"]}
    assert {file["mime"].split(".")[-1] for file in offered.values()} == {"application/pdf", "document"}
    for url, file in offered.items():
        reply = get(portal, url.removeprefix(portal.url))
        assert (reply.status, reply.headers["content-type"]) == (200, file["mime"])
        assert sha256(reply.body).hexdigest() == file["sha256"]


def test_a_pdf_points_at_its_objects(portal: Portal) -> None:
    body = get(portal, f"{FILES}/docs/summary_report_1.pdf").body
    table = int(body.split(b"startxref\n")[1].split()[0])
    assert body[table : table + 4] == b"xref"
    offsets = [int(line[:10]) for line in body[table:].splitlines() if line.endswith(b" n ")]
    assert [body[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % n for n in range(1, len(offsets) + 1)]


def test_a_word_file_is_a_package(portal: Portal) -> None:
    body = get(portal, f"{FILES}/resources_files/agenda-1.docx").body
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert package.testzip() is None
        assert b"agenda-1.docx" in package.read("word/document.xml")


def test_a_page_and_its_requisites(portal: Portal) -> None:
    record = next(
        r for r in portal.truth() if "<img" in get(portal, path(portal, r)).body.decode().split("<article")[1]
    )
    page = get(portal, path(portal, record)).selector
    images = page.css("img::attr(src)").getall() + [
        part.split()[0] for value in page.css("img::attr(srcset)").getall() for part in value.split(", ")
    ]
    sheets = page.css('link[rel="stylesheet"]::attr(href), link[rel="icon"]::attr(href), script::attr(src)').getall()
    css = get(portal, sheets[1] if sheets[0].endswith(".ico") else sheets[0]).body.decode()
    inside = ["/themes/custom/harbour/fonts/marks.woff", "/themes/custom/harbour/images/waves.svg"]
    assert all(f'url("{target}")' in css for target in inside)
    assert '@import "/themes/custom/harbour/css/colours.css"' in css
    inside += ["/themes/custom/harbour/css/colours.css", f"{FILES}/themes/print.css?v=2"]
    for target in [*images, *sheets, *inside]:
        reply = get(portal, target)
        assert (reply.status, bool(reply.body)) == (200, True), target


def test_images_are_whole(portal: Portal) -> None:
    body = get(portal, f"{FILES}/styles/medium/public/2021-12/x.png?itok=12345678").body
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    data = body[body.index(b"IDAT") + 4 : body.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 180 * (1 + 320 * 3)


# HTTP


def test_pages_are_not_modified_only_when_both_validators_match(portal: Portal) -> None:
    first = get(portal, "/about")
    tag, since = first.headers["etag"], first.headers["last-modified"]
    both = get(portal, "/about", If_None_Match=tag, If_Modified_Since=since)
    assert (both.status, both.body) == (304, b"")
    assert get(portal, "/about", If_None_Match=tag).status == 200
    assert get(portal, "/about", If_Modified_Since=since).status == 200
    assert get(portal, "/about", If_None_Match='"1"', If_Modified_Since=since).status == 200


def test_files_are_not_modified_when_the_entity_tag_matches(portal: Portal) -> None:
    target = f"{FILES}/docs/summary_report_1.pdf"
    first = get(portal, target)
    assert get(portal, target, If_None_Match=first.headers["etag"]).status == 304
    assert get(portal, target, If_Modified_Since=first.headers["last-modified"]).status == 304


def test_saving_a_node_renews_every_page_but_not_its_text() -> None:
    with Portal(nodes=20) as portal:
        before = get(portal, "/about")
        assert get(portal, "/about").body == before.body
        portal.site.reindex()
        after = get(portal, "/about")
    assert after.headers["etag"] != before.headers["etag"]
    assert after.body != before.body
    texts = [reply.selector.css("main").xpath("string()").get() for reply in (before, after)]
    assert texts[0] == texts[1]


def test_gzip_is_repeatable_and_on_request_only(portal: Portal) -> None:
    plain = get(portal, "/about")
    packed = get(portal, "/about", Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert get(portal, "/about", Accept_Encoding="gzip").body == packed.body


def test_some_pages_are_chunked_and_some_have_a_length(portal: Portal) -> None:
    replies = [get(portal, path(portal, record)) for record in portal.truth()[:30]]
    chunked = [reply for reply in replies if reply.headers.get("transfer-encoding") == "chunked"]
    assert 0 < len(chunked) < len(replies)
    assert all("content-length" not in reply.headers for reply in chunked)
    assert all(reply.body.rstrip().endswith(b"</html>") for reply in replies)


def test_head_has_no_body(portal: Portal) -> None:
    reply = get(portal, "/robots.txt", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) == len(get(portal, "/robots.txt").body)


def test_one_connection_carries_several_requests(portal: Portal) -> None:
    connection = http.client.HTTPConnection(portal.url.removeprefix("http://"), timeout=10)
    connection.connect()
    first = connection.sock.getsockname()
    for target in ("/about", "/news", "/robots.txt"):
        connection.request("GET", target)
        assert connection.getresponse().read()
        assert connection.sock.getsockname() == first
    connection.close()


def test_a_portal_closes_while_clients_are_connected() -> None:
    with Portal(nodes=20) as portal:
        connection = http.client.HTTPConnection(portal.url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/about")
        connection.getresponse().read()
    connection.close()


def test_requests_are_kept_in_order() -> None:
    with Portal(nodes=20) as portal:
        get(portal, "/about", User_Agent="tester")
        get(portal, "/nowhere", method="HEAD")
        kept = [(method, target, status) for method, target, status, _ in portal.requests]
        agent = portal.requests[0][3]["user-agent"]
    assert kept == [("GET", "/about", 200), ("HEAD", "/nowhere", 404)]
    assert agent == "tester"


# Variants


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_prints_the_same_values(variant: str) -> None:
    with Portal(nodes=20, variant=variant) as portal:
        for record in portal.truth():
            page = get(portal, path(portal, record)).selector
            alts = page.css("article img::attr(alt)").getall()
            text = fold(" ".join(page.css("article").xpath(".//text()").getall() + alts))
            for row in record["metadata"]:
                assert row["label"] in text
                assert all(value in text for value in row["values"]), row
            assert record["body_text"].split("\n\n")[0].split("\n")[0] in text


def test_variants_differ_in_structure() -> None:
    pages = {}
    for variant in VARIANTS:
        with Portal(nodes=20, variant=variant) as portal:
            pages[variant] = get(portal, "/international-migrants-day-azerbaijan").selector
    assert pages["bootstrap"].css("main").get() is None
    assert pages["bootstrap"].css(".field--label::text").get() == "Date of Publication"
    assert pages["bare"].css("[class]").getall() == []
    assert pages["headings"].css("article h5::text").get() == "Date of Publication"
    assert pages["hidden"].css(".field__label.visually-hidden").get() is not None
    assert pages["dl"].css("dl dt::text").get() == "Date of Publication"
    assert pages["table"].css("th::text").get() == "Date of Publication"
    assert pages["list"].css("article li::text").get() == "Date of Publication: "
    assert pages["paragraph"].css("article p strong + br").get() is not None
    assert pages["inline"].css(".meta-label::text").get() == "Date of Publication:"


# Faults


def test_an_unknown_fault_or_variant_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown faults"):
        Portal(nodes=20, faults={"slwo"})
    with pytest.raises(ValueError, match="unknown variant"):
        Portal(nodes=20, variant="clasy")


def test_blocked() -> None:
    with Portal(nodes=20, faults={"blocked"}) as portal:
        for target in ("/", "/robots.txt", f"{FILES}/docs/summary_report_1.pdf"):
            reply = get(portal, target)
            assert reply.status == 403
            assert b"Just a moment" in reply.body


def test_error_503_comes_once() -> None:
    with Portal(nodes=20, faults={"error503-once"}) as portal:
        targets = [path(portal, record) for record in portal.truth()]
        first = [get(portal, target) for target in targets]
        second = [get(portal, target).status for target in targets]
    busy = [reply for reply in first if reply.status == 503]
    assert 0 < len(busy) < len(first)
    assert {reply.headers["retry-after"] for reply in busy} == {"1"}
    assert set(second) == {200}


@pytest.mark.parametrize(("fault", "again"), [("cut", True), ("cut-once", False)])
def test_cut_bodies(fault: str, again: bool) -> None:
    with Portal(nodes=20, faults={fault}) as portal:
        targets = [path(portal, record) for record in portal.truth()]
        cut = [target for target in targets if is_cut(portal, target)]
        assert 0 < len(cut) < len(targets)
        assert [is_cut(portal, target) for target in cut] == [again] * len(cut)


def is_cut(portal: Portal, target: str) -> bool:
    try:
        get(portal, target)
    except http.client.IncompleteRead:
        return True
    return False


@pytest.mark.parametrize(
    ("fault", "target", "status", "words"),
    [
        ("refuse-robots", "/robots.txt", 200, b"Disallow: /\n"),
        ("robots-error", "/robots.txt", 500, b"Error"),
        ("crawl-delay", "/robots.txt", 200, b"Crawl-delay: 1\n"),
        ("no-sitemap", "/sitemap.xml", 404, b"not found"),
        ("no-listing", "/fr/news", 404, b"not found"),
        ("error500", "/about", 500, b"unexpected error"),
        ("slow", "/about", 200, b"</html>"),
    ],
)
def test_other_faults(fault: str, target: str, status: int, words: bytes) -> None:
    assert fault in FAULTS
    with Portal(nodes=20, faults={fault}) as portal:
        reply = get(portal, target)
    assert reply.status == status
    assert words in reply.body


def test_faults_come_and_go_while_the_portal_is_up() -> None:
    with Portal(nodes=20, faults={"error500"}) as portal:
        assert get(portal, "/about").status == 500
        portal.fault("no-sitemap")
        portal.heal("error500")
        assert [get(portal, target).status for target in ("/about", "/sitemap.xml")] == [200, 404]
        portal.heal()
        assert get(portal, "/sitemap.xml").status == 200
        with pytest.raises(ValueError, match="unknown faults"):
            portal.fault("slwo")
        with pytest.raises(ValueError, match="unknown faults"):
            portal.heal("slwo")
        with pytest.raises(ValueError, match="slow has no"):
            portal.fault("slow", second=1)


@pytest.mark.parametrize(("fault", "wait"), [("storm", None), ("storm-retry-after", "1")])
def test_a_storm_ends(fault: str, wait: str | None) -> None:
    with Portal(nodes=20, faults={fault}) as portal:
        assert get(portal, "/robots.txt").status == 200
        replies = [get(portal, target) for target in ["/about", "/sitemap.xml", "/news"] * 5]
        assert [reply.status for reply in replies] == [503] * 12 + [200] * 3
        assert {reply.headers.get("retry-after") for reply in replies[:12]} == {wait}
        portal.fault(fault, after=2, answers=3)
        assert [get(portal, "/about").status for _ in range(7)] == [200, 200, 503, 503, 503, 200, 200]
        portal.fault("storm-retry-after", seconds=30, answers=1)
        portal.heal("storm")
        assert get(portal, "/about").headers["retry-after"] == "30"


def test_a_slow_host_is_as_slow_as_asked_for() -> None:
    with Portal(nodes=20) as portal:
        portal.fault("slow", seconds=0.6)
        began = time.monotonic()
        assert get(portal, "/robots.txt").status == 200
        assert time.monotonic() - began >= 0.6


def test_half_a_listing_counts_whole() -> None:
    with Portal(nodes=60) as portal:
        whole = get(portal, "/news")
        portal.fault("half-listing")
        both = {"If_None_Match": whole.headers["etag"], "If_Modified_Since": whole.headers["last-modified"]}
        half = get(portal, "/news", **both)
        rows = [reply.selector.css("main article h2 a::attr(href)").getall() for reply in (whole, half)]
        lines = [reply.selector.css(".view-header p::text").get() for reply in (whole, half)]
        nexts = [reply.selector.css('a[rel="next"]::attr(href)').get() for reply in (whole, half)]
        assert len(rows[0]) == 12
        assert rows[1] == rows[0][::2]
        assert lines[0] == lines[1]
        assert nexts == ["?page=1", "?page=1"]
        portal.heal()
        assert get(portal, "/news").selector.css("main article h2 a::attr(href)").getall() == rows[0]


def test_a_broken_sitemap_is_no_xml() -> None:
    with Portal(nodes=60, faults={"sitemap-broken"}) as portal:
        reply = get(portal, "/sitemap.xml?page=2")
        others = [get(portal, target).body for target in ("/sitemap.xml", "/sitemap.xml?page=1")]
    assert reply.status == 200
    assert reply.body.count(b"<loc>") > 5
    assert b"Maximum execution time" in reply.body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(reply.body)
    for body in others:
        etree.fromstring(body)


def test_a_cut_sitemap_is_half_a_gzip() -> None:
    with Portal(nodes=60, faults={"sitemap-cut"}) as portal:
        body = get(portal, f"{FILES}/sitemaps/library.xml.gz").body
        portal.heal()
        whole = get(portal, f"{FILES}/sitemaps/library.xml.gz").body
    assert body == whole[: len(whole) // 2]
    assert zlib.decompressobj(31).decompress(body).count(b"<loc>") > 5
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_two_pages_redirect_to_each_other() -> None:
    with Portal(nodes=20, faults={"redirect-loop"}) as portal:
        assert ONE_ITEM == ("/international-migrants-day-azerbaijan", "/es/node/7756")
        for here, there in (ONE_ITEM, ONE_ITEM[::-1]):
            reply = get(portal, here)
            assert (reply.status, reply.headers["location"]) == (302, there)
        assert get(portal, "/fr/node/7756").status == 200
