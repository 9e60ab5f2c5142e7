"""What each edit of the demo portal changes on the wire, and what it leaves alone."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from parsel import Selector

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.editor import ELSEWHERE, FIELDS
from tests.portal.scripts import EDITS, run
from tests.portal.vocabulary import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = "/international-migrants-day-azerbaijan"  # node 7756, English and Spanish
SPANISH = "/es/node/7756"
FALLBACKS = {f"/{language}/node/7756" for language in ("fr", "ar", "ru", "zh-hant")}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal(nodes=20) as portal:
        yield portal


def prefix(language: str) -> str:
    return "" if language == "en" else f"/{language}"


def fold(text: str) -> str:
    return " ".join(text.split())


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
        reply = get(portal, row["url"].removeprefix(portal.url))
        page = reply.selector
        assert (200, row["url"]) == (reply.status, page.css('link[rel="canonical"]::attr(href)').get())
        assert row["title"] == fold(page.css("h1 span::text").get(""))
        assert set(row["translations"]) == set(page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall())
        printed = [
            {
                "label": field.css(".field__label::text").get(""),
                "values": [
                    fold(value.xpath("string()").get() or value.css("img::attr(alt)").get(""))
                    for value in field.css(".field__item")
                ],
            }
            for field in page.css(".node__meta > .field")
        ]
        assert row["metadata"] == printed
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


# What an edit touches

TOUCHING: list[tuple[str, Callable[[Portal], object], set[str]]] = [
    ("edit the source", lambda p: p.editor.edit(7756, "en"), {ENGLISH} | FALLBACKS),
    ("edit a translation", lambda p: p.editor.edit(7756, "es"), {SPANISH}),
    ("a field of one language", lambda p: p.editor.edit_field(7756, "es", "objectives", 5), {SPANISH}),
    ("a field of all", lambda p: p.editor.edit_field(7756, None, "objectives", 5), {ENGLISH, SPANISH} | FALLBACKS),
    ("a field emptied", lambda p: p.editor.clear_field(7756, "en", "scope"), {ENGLISH} | FALLBACKS),
    ("a title", lambda p: p.editor.retitle(7756, "es", "Otro"), {SPANISH}),
    ("nothing", lambda p: p.editor.touch(7756), set()),
    ("a file of the same size", lambda p: p.editor.replace_file(with_file(p)), set()),
    ("another item", lambda p: p.editor.add("news", ("en", "fr")), set()),
    ("out of the lists", lambda p: p.editor.place(7756, listings=False, sitemap=False), set()),
    ("the template", lambda p: p.editor.restyle(), set()),
    ("robots.txt", lambda p: p.editor.robots("/hub"), set()),
    ("unpublished", lambda p: p.editor.unpublish(7756), {ENGLISH, SPANISH} | FALLBACKS),
]


@pytest.mark.parametrize(("edit", "changed"), [row[1:] for row in TOUCHING], ids=[row[0] for row in TOUCHING])
def test_an_edit_changes_the_content_of_its_own_pages_only(portal: Portal, edit, changed: set[str]) -> None:
    before = contents(portal)
    edit(portal)
    after = contents(portal)
    assert changed == {target for target in before if after.get(target) != before[target]}
    check_truth(portal)
    check_lists(portal)


SAVES = [row for row in TOUCHING if row[0] != "robots.txt"]


@pytest.mark.parametrize("edit", [row[1] for row in SAVES], ids=[row[0] for row in SAVES])
def test_saving_drops_the_cached_copy_of_every_page(portal: Portal, edit) -> None:
    targets = ["/about", "/news", "/fr/node/11410", "/rss.xml", "/sitemap.xml?page=2"]
    before = [get(portal, target) for target in targets]
    edit(portal)
    for target, old in zip(targets, before, strict=True):
        new = get(portal, target, If_None_Match=old.headers["etag"], If_Modified_Since=old.headers["last-modified"])
        assert new.status == 200, target
        assert new.headers["etag"] != old.headers["etag"]
        assert parsedate_to_datetime(new.headers["last-modified"]) > parsedate_to_datetime(old.headers["last-modified"])
        again = get(portal, target, If_None_Match=new.headers["etag"], If_Modified_Since=new.headers["last-modified"])
        assert (304, b"") == (again.status, again.body)
    assert get(portal, "/about").body != before[0].body


def test_only_the_source_moves_the_time_in_the_sitemap(portal: Portal) -> None:
    start = sitemap(portal)[ENGLISH][0]
    portal.editor.edit(7756, "es")
    assert {start} == {sitemap(portal)[path][0] for path in (ENGLISH, SPANISH)}
    portal.editor.edit(7756, "en")
    edited = {sitemap(portal)[path][0] for path in (ENGLISH, SPANISH)}
    assert len(edited) == 1
    assert min(edited) > start
    portal.editor.touch(7756)
    assert sitemap(portal)[SPANISH][0] > min(edited)


# Content


def test_an_edit_adds_a_paragraph_in_the_language_of_the_body(portal: Portal) -> None:
    before = record(portal, 8836, "fr")["body_text"]
    portal.editor.edit(8836, "fr")
    portal.editor.edit(8836, "en", "A sentence of one's own.")
    portal.editor.edit(7756, "es")  # its body is English
    french, english = record(portal, 8836, "fr")["body_text"], record(portal, 8836, "en")["body_text"]
    assert french.startswith(before + "\n\nRectification n° ")
    assert english.endswith("\n\nA sentence of one's own.")
    assert "Correction no. " in record(portal, 7756, "es")["body_text"]
    assert "Correction no. " not in record(portal, 7756, "en")["body_text"]
    check_truth(portal)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_filled_and_emptied(portal: Portal, field: str) -> None:
    before = record(portal, 8844, "fr")["metadata"]
    portal.editor.edit_field(8844, "fr", field)
    filled = record(portal, 8844, "fr")["metadata"]
    assert before != filled
    check_truth(portal)
    portal.editor.clear_field(8844, "fr", field)
    emptied = record(portal, 8844, "fr")["metadata"]
    assert sum(len(row["values"]) for row in emptied) < sum(len(row["values"]) for row in filled)
    check_truth(portal)


def test_a_value_is_what_was_asked_for(portal: Portal) -> None:
    editor = portal.editor
    editor.edit_field(9100, "fr", "date", date(2024, 2, 1))
    editor.edit_field(9100, "fr", "objectives", 5)
    editor.edit_field(9100, "fr", "objectives", "23")
    editor.edit_field(9100, "fr", "scope", "Kenya")
    editor.edit_field(9100, "fr", "scope", "Lower Delta")
    editor.edit_field(9100, "fr", "themes", "Human rights")
    editor.edit_field(9100, "fr", "type", "report")
    editor.edit_field(9100, "fr", "audience", "Lighthouse keepers")
    row = record(portal, 9100, "fr")
    assert "2024-02-01" == row["date"]
    assert ["1er février 2024"] == row["metadata"][0]["values"]
    assert ["5", "23"] == row["ids"]["gcm_objectives"]
    assert ["404", None] == row["ids"]["geographic_scope"]
    assert "Lower Delta" == row["geographic_scope"][1]
    assert ["human-rights"] == row["ids"]["cross_cutting_theme"]
    assert ["Rapport"] == row["type_of_material"]
    assert ["Lighthouse keepers"] == row["target_audience"]
    check_truth(portal)


def test_term_pages_follow_the_source(portal: Portal) -> None:
    target = portal.site.path(portal.site.nodes[9100], "en")
    portal.editor.edit_field(9100, "fr", "objectives", 5)
    assert target not in listed(portal, "/taxonomy/term/283")[0]
    portal.editor.edit_field(9100, "en", "objectives", 5)
    assert target in listed(portal, "/taxonomy/term/283")[0]
    portal.editor.clear_field(9100, "en", "objectives")
    assert target not in listed(portal, "/taxonomy/term/283")[0]


def test_a_new_title_moves_the_alias_and_the_old_ones_redirect(portal: Portal) -> None:
    first = portal.site.path(portal.site.nodes[8836], "en")
    title = record(portal, 8836, "en")["title"]
    portal.editor.retitle(8836, "en")
    second = record(portal, 8836, "en")["url"].removeprefix(portal.url)
    assert f"Revised: {title}" == record(portal, 8836, "en")["title"]
    assert first != second
    assert (301, second) == location(portal, first)
    portal.editor.retitle(8836, "en", "A third title")
    assert (200, "") == location(portal, "/a-third-title")
    for former in (first, second, "/node/8836"):
        assert (301, "/a-third-title") == location(portal, former)
    assert "/a-third-title" in listed(portal, "/news")[0]
    check_truth(portal)
    check_lists(portal)
    portal.editor.retitle(8836, "en", title)
    assert (200, "") == location(portal, first)
    assert (301, first) == location(portal, "/a-third-title")


def test_a_taken_alias_gets_a_number(portal: Portal) -> None:
    portal.editor.retitle(8836, "en", "International Migrants Day (Azerbaijan)")
    assert f"{portal.url}{ENGLISH}-0" == record(portal, 8836, "en")["url"]
    assert (200, "") == location(portal, ENGLISH)


@pytest.mark.parametrize("grow", [False, True])
def test_a_replaced_file_keeps_its_address(portal: Portal, grow: bool) -> None:
    nid = with_file(portal)
    old = record(portal, nid, "en")
    target = old["attachments"][0]["url"].removeprefix(portal.url)
    first = get(portal, target)
    portal.editor.replace_file(nid, grow=grow)
    new = record(portal, nid, "en")
    second = get(portal, target, If_None_Match=first.headers["etag"])
    assert 200 == second.status
    assert second.headers["etag"] != first.headers["etag"]
    assert first.headers["last-modified"] != second.headers["last-modified"]
    assert new["attachments"][0]["sha256"] == sha256(second.body).hexdigest() != sha256(first.body).hexdigest()
    assert grow == (len(second.body) > len(first.body)) == (new["metadata"] != old["metadata"])
    assert old["attachments"][1:] == new["attachments"][1:]
    check_truth(portal)
    portal.editor.replace_file(nid)
    assert get(portal, target).body != second.body


@pytest.mark.parametrize("extension", ["pdf", "docx"])
def test_every_kind_of_file_can_be_replaced(extension: str) -> None:
    with Portal(nodes=60) as portal:
        nid = next(
            node.nid
            for node in portal.site.items()
            if (files := node.translations[node.source].files) and files[0].path.endswith(extension)
        )
        portal.editor.replace_file(nid, grow=True)
        file = next(row for row in portal.truth() if row["nid"] == nid)["attachments"][0]
        body = get(portal, file["url"].removeprefix(portal.url)).body
    assert file["sha256"] == sha256(body).hexdigest()
    if extension == "pdf":
        table = int(body.split(b"startxref\n")[1].split()[0])
        assert b"xref" == body[table : table + 4]
        assert b"edition no. 2" in body


# Items


@pytest.mark.parametrize(
    ("kind", "section"), [("news", "/"), ("statement", "/statements/"), ("resource", "/resources/")]
)
def test_a_new_item_is_the_newest_everywhere(portal: Portal, kind: str, section: str) -> None:
    before = ids(portal)
    nid = portal.editor.add(kind, ("en", "fr"))
    assert {(nid, "en"), (nid, "fr")} == ids(portal) - before
    assert nid == max(portal.site.nodes)
    english = record(portal, nid, "en")["url"].removeprefix(portal.url)
    assert english.startswith(section)
    time = portal.site.nodes[nid].created
    assert (english, time) == feed(portal)[0]
    assert portal.site.cached_at == time
    assert (time.isoformat(), ["en", "fr"]) == sitemap(portal)[english]
    assert english == get(portal, "/about").selector.css("aside li a::attr(href)").get()
    assert english == listed(portal, "/hub")[0][0]
    if kind != "resource":
        assert english == listed(portal, "/news")[0][0]
    check_truth(portal)
    check_lists(portal)


def test_new_items_differ(portal: Portal) -> None:
    first, second = portal.editor.add(), portal.editor.add(attachment=True)
    assert record(portal, first, "en")["body_text"] != record(portal, second, "en")["body_text"]
    assert record(portal, second, "en")["attachments"]
    check_truth(portal)


def test_an_item_with_an_old_date_of_publication_is_entered_now(portal: Portal) -> None:
    nid = portal.editor.add("news", ("en",), published=date(2019, 3, 1))
    row = record(portal, nid, "en")
    assert "2019-03-01" == row["date"]
    assert row["url"].removeprefix(portal.url) == feed(portal)[0][0] == listed(portal, "/news")[0][0]


def test_an_item_entered_late_with_its_time_set_back_stands_deep_in_the_listing() -> None:
    with Portal(nodes=40) as portal:
        then = datetime(2019, 3, 1, 9, tzinfo=timezone.utc)
        nid = portal.editor.add("news", ("en",), published=then.date(), authored=then)
        target = record(portal, nid, "en")["url"].removeprefix(portal.url)
        links, totals = listed(portal, "/news")
        assert links.index(target) > 12
        assert totals == {len(links)}
        assert target not in dict(feed(portal))
        assert portal.site.cached_at.isoformat() == sitemap(portal)[target][0]


@pytest.mark.parametrize("alias", [False, True])
def test_a_translation_appears(portal: Portal, alias: bool) -> None:
    before, lastmod = ids(portal), sitemap(portal)[ENGLISH][0]
    assert get(portal, "/fr/node/7756").selector.css('link[rel="canonical"]::attr(href)').get() == portal.url + ENGLISH
    portal.editor.translate(7756, "fr", alias=alias)
    assert {(7756, "fr")} == ids(portal) - before
    target = record(portal, 7756, "fr")["url"].removeprefix(portal.url)
    assert ("/fr/node/7756" != target) == alias
    assert (lastmod, ["en", "es", "fr"]) == sitemap(portal)[target]
    assert target in listed(portal, "/fr/news")[0]
    assert ["en", "es", "fr"] == get(portal, ENGLISH).selector.css("link[hreflang]::attr(hreflang)").getall()
    assert record(portal, 7756, "en")["ids"] == record(portal, 7756, "fr")["ids"]
    check_truth(portal)
    check_lists(portal)


def test_a_translation_goes(portal: Portal) -> None:
    portal.editor.translate(7756, "fr", alias=True)
    target = record(portal, 7756, "fr")["url"].removeprefix(portal.url)
    portal.editor.remove_translation(7756, "fr")
    assert (7756, "fr") not in ids(portal)
    assert 404 == get(portal, target).status
    fallback = get(portal, "/fr/node/7756")
    assert (200, portal.url + ENGLISH) == (
        fallback.status,
        fallback.selector.css('link[rel="canonical"]::attr(href)').get(),
    )
    assert target not in sitemap(portal)
    assert target not in listed(portal, "/fr/news")[0]
    assert ["en", "es"] == sitemap(portal)[ENGLISH][1]
    check_truth(portal)
    check_lists(portal)


VANISHING: list[tuple[str, Callable[[Portal], object], int, str, bool]] = [
    ("unpublished", lambda p: p.editor.unpublish(7756), 403, "", False),
    ("deleted", lambda p: p.editor.delete(7756), 404, "", False),
    ("gone", lambda p: p.editor.delete(7756, gone=True), 410, "", False),
    ("login", lambda p: p.editor.login(7756), 302, "/user/login?destination={}", True),
    ("redirected", lambda p: p.editor.redirect_away(7756), 301, "/about", True),
    ("merged", lambda p: p.editor.redirect_away(7756, 8836), 301, "{other}", True),
    ("moved away", lambda p: p.editor.redirect_away(7756, ELSEWHERE), 301, ELSEWHERE, True),
]


@pytest.mark.parametrize(
    ("edit", "status", "there", "stays"), [row[1:] for row in VANISHING], ids=[row[0] for row in VANISHING]
)
def test_an_item_vanishes_and_comes_back(portal: Portal, edit, status: int, there: str, stays: bool) -> None:
    before, pages = portal.truth(), contents(portal)
    edit(portal)
    assert {(7756, "en"), (7756, "es")} == {(row["nid"], row["langcode"]) for row in before} - ids(portal)
    for target, language in ((ENGLISH, "en"), (SPANISH, "es"), ("/fr/node/7756", "en"), ("/node/7756", "en")):
        other = portal.site.path(portal.site.nodes[8836], language)
        assert (status, there.format(target, other=other)) == location(portal, target)
    assert stays == (ENGLISH in listed(portal, "/news")[0])
    assert stays == (ENGLISH in sitemap(portal)) == (SPANISH in sitemap(portal))
    check_truth(portal)
    portal.editor.restore(7756)
    assert before == portal.truth()
    assert pages == contents(portal)
    check_lists(portal)


def test_the_login_form_is_a_page(portal: Portal) -> None:
    portal.editor.login(7756)
    reply = get(portal, get(portal, ENGLISH).headers["location"].removeprefix(portal.url))
    assert 200 == reply.status
    assert ["pass"] == reply.selector.css('main input[type="password"]::attr(name)').getall()


@pytest.mark.parametrize("name", ["unpublish", "delete"])
def test_a_sitemap_may_forget_to_forget(portal: Portal, name: str) -> None:
    getattr(portal.editor, name)(7756, in_sitemap=True)
    assert ENGLISH in sitemap(portal)
    assert ENGLISH not in listed(portal, "/news")[0]


def test_one_translation_can_be_redirected(portal: Portal) -> None:
    portal.editor.redirect_away(7756, "/about", language="es")
    assert (301, "/about") == location(portal, SPANISH)
    assert (200, "") == location(portal, ENGLISH) == location(portal, "/fr/node/7756")
    assert (7756, "en") in ids(portal)
    assert (7756, "es") not in ids(portal)


@pytest.mark.parametrize(("listings", "in_sitemap"), [(False, None), (None, False), (False, False)])
def test_an_item_can_be_left_out_of_lists(portal: Portal, listings: bool | None, in_sitemap: bool | None) -> None:
    before = portal.truth()
    newest = portal.editor.add()
    target = record(portal, newest, "en")["url"].removeprefix(portal.url)
    portal.editor.place(newest, listings, in_sitemap)
    assert (listings is None) == (target in listed(portal, "/news")[0]) == (target in dict(feed(portal)))
    assert (in_sitemap is None) == (target in sitemap(portal))
    assert 200 == get(portal, target).status
    assert len(before) + 1 == len(portal.truth())
    check_lists(portal)
    portal.editor.place(newest, True, True)
    assert target == listed(portal, "/news")[0][0]
    assert target in sitemap(portal)


# Site


def test_a_new_template_touches_every_byte_but_no_content(portal: Portal) -> None:
    targets = [row["url"].removeprefix(portal.url) for row in portal.truth()]
    targets += ["/about", "/news", "/fr/hub", "/taxonomy/term/259", "/", "/nowhere"]
    noise = re.compile(rb"js-view-dom-id-\w+|form-\w{32}")
    before = {target: noise.sub(b"", get(portal, target).body) for target in targets}
    truth, pages = portal.truth(), contents(portal)
    for _ in range(2):
        portal.editor.restyle()
        after = {target: noise.sub(b"", get(portal, target).body) for target in targets}
        assert [] == [target for target in targets if before[target] == after[target]]
        before = after
        assert pages == contents(portal)
        assert truth == portal.truth()
        check_truth(portal)
    asset = get(portal, "/about").selector.css('link[rel="stylesheet"]::attr(href)').get("")
    assert "shx4k2" not in asset
    assert 200 == get(portal, asset).status


def test_a_new_theme_prints_the_same_values(portal: Portal) -> None:
    truth = portal.truth()
    assert get(portal, ENGLISH).selector.css(".field__label").getall()
    portal.editor.restyle("dl")
    page = get(portal, ENGLISH).selector
    assert "Date of Publication" == page.css("dl dt::text").get()
    assert [] == page.css(".field__label").getall()
    assert truth == portal.truth()


def test_robots_txt_changes(portal: Portal) -> None:
    first = get(portal, "/robots.txt")
    page = get(portal, "/about")
    portal.editor.robots("/resources/", crawl_delay=2)
    second = get(portal, "/robots.txt", If_None_Match=first.headers["etag"])
    assert first.body + b"Disallow: /resources/\nCrawl-delay: 2\n" == second.body
    assert second.headers["last-modified"] != first.headers["last-modified"]
    portal.editor.robots("/statements")
    third = get(portal, "/robots.txt", If_Modified_Since=second.headers["last-modified"])
    assert first.body + b"Disallow: /statements\n" == third.body
    portal.editor.robots()
    assert first.body == get(portal, "/robots.txt").body
    assert page.headers["etag"] == get(portal, "/about").headers["etag"]


# Errors, threads, order


@pytest.mark.parametrize(
    "edit",
    [
        lambda e: e.edit(1, "en"),
        lambda e: e.edit(7756, "fr"),
        lambda e: e.edit_field(7756, "en", "colour"),
        lambda e: e.edit_field(7756, None, "date", "soon"),
        lambda e: e.clear_field(7756, "en", "colour"),
        lambda e: e.retitle(7756, "de"),
        lambda e: e.replace_file(7756),
        lambda e: e.add("event"),
        lambda e: e.add("news", ("de",)),
        lambda e: e.add("news", ()),
        lambda e: e.translate(7756, "es"),
        lambda e: e.translate(7756, "de"),
        lambda e: e.translate(301, "ar"),
        lambda e: e.remove_translation(7756, "en"),
        lambda e: e.remove_translation(7756, "fr"),
        lambda e: e.redirect_away(7756, 1),
        lambda e: e.restyle("clasy"),
    ],
)
def test_what_cannot_be_done_changes_nothing(portal: Portal, edit) -> None:
    truth, page = portal.truth(), get(portal, "/about")
    with pytest.raises(ValueError, match=r"node|unknown|field|Invalid|item"):
        edit(portal.editor)
    assert truth == portal.truth()
    assert page.body == get(portal, "/about").body


def test_the_same_edits_give_the_same_bytes() -> None:
    texts = []
    for _ in range(2):
        with Portal(nodes=20) as portal:
            for script in ("edit:8836:en", "add:news:en,fr", "retitle:8836:fr", "restyle", "translate:7756:ru"):
                run(portal.editor, script)
            targets = ["/news", "/sitemap.xml?page=2", "/rss.xml", "/fr/news", *sorted(contents(portal))]
            replies = [get(portal, target) for target in targets]
            texts.append([(r.body.decode().replace(portal.url, ""), r.headers.get("etag")) for r in replies])
    assert texts[0] == texts[1]


def test_readers_see_an_edit_whole_or_not_at_all() -> None:
    with Portal(nodes=20) as portal:
        done, wrong = Event(), []

        def read() -> None:
            while not done.is_set():
                page = get(portal, "/ar/news").selector
                rows, line = len(page.css("article")), page.css(".view-header p::text").get("")
                if str(rows) != re.findall(r"\d+", line)[-1]:
                    wrong.append(line)
                status, target = location(portal, "/node/8836")
                if status != 301 or get(portal, target).status not in (200, 301):
                    wrong.append(target)

        readers = [Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        number = 0
        while len(portal.requests) < 200 and not wrong:
            number += 1
            nid = portal.editor.add("news", ("ar",))
            portal.editor.retitle(8836, "en", f"Title number {number}")
            portal.editor.delete(nid)
        done.set()
        for reader in readers:
            reader.join()
        assert [] == wrong
        assert number > 5
        assert {200, 301} == {status for _, _, status, _ in portal.requests}


# As text

SCRIPTED = [
    "edit:7756:es", "edit:7756:es:A sentence: with a colon", "edit_field:7756:all:objectives:5", "edit_field:7756:en:date",
    "clear_field:7756:en:scope", "retitle:7756:en", "touch:7756", "replace_file:{file}:yes", "add:news",
    "add:statement:fr,en:2020-05-04:2020-05-05", "translate:7756:fr:yes", "remove_translation:7756:es", "unpublish:7756",
    "delete:7756:yes", "login:7756", "redirect_away:7756:https://elsewhere.invalid/moved", "restore:12001",
    "place:7756:no:yes", "restyle:dl", "robots:/hub",
]  # fmt: skip


def test_every_method_of_the_editor_has_a_script(portal: Portal) -> None:
    methods = {name for name in vars(type(portal.editor)) if not name.startswith("_")}
    assert methods - {"works_at"} == set(EDITS) == {script.split(":")[0] for script in SCRIPTED}


@pytest.mark.parametrize("script", SCRIPTED)
def test_a_script_is_an_edit(portal: Portal, script: str) -> None:
    before = portal.truth(), get(portal, "/robots.txt").body, get(portal, "/about").body
    run(portal.editor, script.format(file=with_file(portal)))
    assert before != (portal.truth(), get(portal, "/robots.txt").body, get(portal, "/about").body)


def test_a_script_passes_its_arguments_on(portal: Portal) -> None:
    run(portal.editor, "edit:7756:es:A sentence: with a colon")
    assert record(portal, 7756, "es")["body_text"].endswith("\n\nA sentence: with a colon")
    run(portal.editor, "add:statement:fr,en:2020-05-04:2020-05-05")
    row = record(portal, max(portal.site.nodes), "fr")
    assert ("statement", "fr", "2020-05-04") == (row["kind"], row["source_lang"], row["date"])
    created = portal.site.nodes[row["nid"]].created
    assert "Tue, 05 May 2020 00:00:00 +0000" == format_datetime(created)
    run(portal.editor, "redirect_away:7756:https://elsewhere.invalid/moved")
    assert (301, ELSEWHERE) == location(portal, ENGLISH)
    run(portal.editor, "delete:8836:no")
    assert 404 == get(portal, "/node/8836").status


@pytest.mark.parametrize(
    "script", ["retitel:7756:en", "retitle:7756", "retitle:one:en", "delete:7756:maybe", "edit:1:en"]
)
def test_a_wrong_script_says_what_is_wrong(portal: Portal, script: str) -> None:
    with pytest.raises(ValueError, match=re.escape(script)):
        run(portal.editor, script)


def test_the_command_edits_before_it_answers() -> None:
    command = [sys.executable, "-m", "tests.portal", "--nodes", "20"]
    edits = ["--edit", "delete:7756:yes", "--edit", "retitle:8836:en:Second title"]
    with subprocess.Popen([*command, *edits], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            running = SimpleNamespace(url=url)
            assert 410 == get(running, ENGLISH).status
            assert (301, "/second-title") == location(running, "/node/8836")
        finally:
            process.terminate()
    assert 0 == process.returncode
    wrong = subprocess.run([*command, "--edit", "retitle:1:en"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 2 == wrong.returncode
    assert "retitle:1:en: there is no node 1" in wrong.stderr
