"""Items and translations that come, go, and come back; in listings, feeds and sitemaps, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone

import pytest

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.editor import ELSEWHERE
from tests.portal.edits.checks import (
    ENGLISH,
    SPANISH,
    check_lists,
    check_truth,
    contents,
    feed,
    ids,
    listed,
    location,
    record,
    sitemap,
)


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
