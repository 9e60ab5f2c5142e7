"""Each plan of the demo portal is what it says."""

from __future__ import annotations

import re

import pytest

from tests.portal import PLANS, Portal

# Plan, request target, status, words that stand in the answer, words that do not.
CASES = [
    ("one-language", "/fr", 200, "/fr/events", '"/fr/news"'),
    ("one-language", "/fr/news", 404, "", ""),
    ("one-language", "/news", 200, "of 25", ""),
    ("no-listing", "/", 200, "Home", "bookmark"),
    ("no-listing", "/fr/node", 404, "", ""),
    ("no-listing", "/hub", 404, "", '"/hub"'),
    ("node-only", "/", 200, "Home", "bookmark"),
    ("node-only", "/node", 200, 'rel="bookmark"', '"/news"'),
    ("node-only", "/taxonomy/term/738", 404, "", ""),
    ("mixed", "/news?page=1", 200, "/events/", '"/hub"'),
    ("mixed", "/hub", 404, "", ""),
    ("duplicate-rows", "/news", 200, "- 12 of 53", ""),
    ("undated", "/news", 200, 'rel="bookmark"', "teaser-date"),
    ("rows-with-a-query", "/news", 200, '?ref=homepage" rel="bookmark"', ""),
    ("rows-with-a-query", "/hub", 200, '?ref=homepage">', ""),
    ("load-more", "/news", 200, '<a class="button" href="?page=1"', '<nav class="pager"'),
    ("load-more-blind", "/news", 200, '<a class="button" href="#"', "page=1"),
    ("load-more-blind", "/news?page=1", 200, 'rel="bookmark"', "page="),
    ("endless-pager", "/news?page=77", 200, '?page=78" rel="next"', "No results"),
    ("second-level", "/", 200, 'href="/network"', 'href="/news"'),
    ("second-level", "/fr/network", 200, '<nav class="menu--secondary"><ul class="menu"><li><a href="/fr/news"', ""),
    ("block-link", "/", 200, '<a href="/news">All updates</a>', '<li class="menu-item"><a href="/news"'),
    ("block-link", "/about", 200, "", '"/news"'),
    ("front-item", "/", 200, "node--type-news node--view-mode-full", "hero"),
    ("unlisted", "/node/60", 301, "", ""),
    ("other-spelling", "/sitemap.xml?page=1", 200, "-%c3%a9t%c3%a9%7E2024</loc>", "été~"),
    ("other-spelling", "/news", 200, '-été~2024" rel="bookmark"', "%7E"),
    ("no-sitemap", "/sitemap.xml", 404, "", ""),
    ("no-feed", "/news/rss.xml", 404, "", ""),
    ("no-feed", "/", 200, "", "rss.xml"),
    ("default-host", "/sitemap.xml", 200, "<loc>http://default/sitemap.xml?page=1</loc>", "127.0.0.1"),
    ("default-host", "/rss.xml", 200, "<link>http://default/", "127.0.0.1"),
    ("endless-sitemap", "/sitemap.xml?page=7", 200, "/sitemap.xml?page=8</loc>", ""),
    ("unknown-listing", "/", 200, '<a href="/media-centre">Media centre</a>', '"/news"'),
    ("unknown-listing", "/fr/media-centre", 200, "<span>Espace médias</span></h1>", "Actualités</a>"),
    ("unknown-listing", "/news", 404, "", '"/news"'),
    ("unknown-listing", "/hub", 404, "", ""),
]


def test_every_plan_has_a_case():
    assert PLANS.keys() == {plan for plan, *_ in CASES}


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan(plan):
    with Portal(nodes=25, plans=[plan]) as portal:
        for _, target, status, words, not_these in (case for case in CASES if case[0] == plan):
            answer = portal.answer(target)
            assert status == answer.status, target
            assert words in answer.body.decode(), target
            assert not not_these or not_these not in answer.body.decode(), target
        answers = {row["url"]: portal.answer(row["url"].removeprefix(portal.url)).status for row in portal.truth()}
    assert {200} == set(answers.values())


def test_unlisted_items_are_named_by_one_text_only():
    with Portal(nodes=25, plans=["unlisted"]) as portal:
        hidden = [node for node in portal.site.nodes.values() if node.is_item and not node.in_listings]
        named = {
            target: {node.nid for node in hidden if re.search(rf'"/fr(/node/{node.nid}|{_alias(node)})"', body)}
            for target in ("/fr", "/fr/news", "/fr/news?page=1", "/fr/hub", "/fr/hub?page=1", *_french(portal))
            for body in [portal.answer(target).body.decode().replace(portal.url, "")]
            if target not in {_path(node) for node in hidden}
        }
    assert [{node.nid for node in hidden}] == [found for found in named.values() if found]
    assert 3 == len(hidden)


def _alias(node):
    return re.escape(node.translations["fr"].alias or "/no-alias")


def _path(node):
    return f"/fr{node.translations['fr'].alias or f'/node/{node.nid}'}" if "fr" in node.translations else None


def _french(portal):
    return [row["url"].removeprefix(portal.url) for row in portal.truth() if row["langcode"] == "fr"]


def test_plans_are_combined():
    with Portal(nodes=25, plans=["unknown-listing", "second-level", "no-feed"]) as portal:
        assert '<a href="/fr/media-centre">Espace médias</a>' in portal.answer("/fr/network").body.decode()
        assert "rss.xml" not in portal.answer("/fr/network").body.decode()


def test_an_unknown_plan_is_an_error():
    with pytest.raises(ValueError, match="unknown plans"):
        Portal(nodes=25, plans=["cunning"])
