"""Edits of the site as a whole: template, theme, robots.txt; and what holds for any edit."""

from __future__ import annotations

import re
from threading import Event, Thread

import pytest

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.edits.checks import ENGLISH, check_truth, contents, location
from tests.portal.scripts import run


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
