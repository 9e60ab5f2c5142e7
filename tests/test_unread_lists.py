"""What a crawl cannot read and may name news makes it incomplete, or is told: it never says "Complete." over a part."""

from __future__ import annotations

import pytest

from tests.crawling import crawl, items, stats
from tests.hostile import Hostile, page

ROWS = 6


def rows(*numbers):
    found = "".join(
        f'<div class="views-row"><h3><a href="/tale-{n}">Tale {n} of the weir</a></h3></div>' for n in numbers
    )
    return f'<div class="view-content">{found}</div>'


def site(pages, robots="", menu=()):
    """Tales, a listing of six of them, ``pages`` by their path, and what ``menu`` links to."""
    entries = "".join(f'<li><a href="{path}">{path[1:].title()}</a></li>' for path in ("/happens", *menu))
    known = {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, f"User-agent: *\nDisallow:{robots}\n".encode()),
        "/": page("Welcome", f'<nav><ul class="menu">{entries}</ul></nav>'),
        "/happens": page("What happens", rows(*range(ROWS))),
        **pages,
    }

    def answer(target):
        path = target.partition("?")[0]
        if path.startswith("/tale-"):
            return page(f"Tale {path[6:]} of the weir", "It began at the weir.", node=int(path[6:]) + 1)
        return known.get(path)

    return Hostile(answer)


def front(*shown):
    return page("Welcome", f'<nav><ul class="menu"><li><a href="/happens">Happens</a></li></ul></nav>{rows(*shown)}')


FORM = '<form method="post" action="/happens"><button type="submit">Next</button></form>'
TABS = '<ul class="quicktabs-tabs"><li><a class="use-ajax" href="/quicktabs/ajax/2">Older</a></li></ul>'
CASES = {
    "a menu page is denied": ({"/updates": (403, {}, b"No")}, "", ["/updates"], "/updates is in a menu, may list news"),
    "robots.txt forbids a menu page": ({}, " /updates", ["/updates"], "(robots.txt forbids it): if it has no news"),
    "a menu page is shown by a script": (
        {"/updates": page("Updates", '<div id="app"></div>')}, "", ["/updates"], "/updates shows its content with a script"
    ),
    "a form turns the pages": ({"/happens": page("What happens", rows(*range(ROWS)) + FORM)}, "", [], "(POST)"),
    "a script loads tabs": ({"/happens": page("What happens", TABS + rows(*range(ROWS)))}, "", [], "/happens has tabs"),
    "the front page has more": ({"/": front(1, 20, 2, 21)}, "", [], "2 items are in no listing or sitemap"),
    "the front page has others": ({"/": front(20, 21)}, "", [], "2 items are in no listing or sitemap"),
    "the front page is newer": ({"/": front(20, 1, 2)}, "", [], ""),
    "an index names a sitemap that is not there": (
        {
            "/sitemap.xml": (
                200, {"Content-Type": "application/xml"}, b"<sitemapindex><sitemap><loc>http://default/more.xml</loc></sitemap></sitemapindex>"
            )
        }, "", [], "/more.xml: answer 404, although an index names it"
    ),
    "a script loads data into it": (
        {
            "/happens": page("What happens", rows(*range(ROWS)) + '<div data-url="/more"></div>'),
            "/more": (200, {"Content-Type": "application/json"}, b"[]"),
        }, "", [], "/more with a script"
    ),
    "robots.txt forbids a search in the menu": ({}, " /search", ["/search?kind=tale"], "/search?kind=tale is in a menu"),
    "a menu page is not there": ({}, "", ["/updates"], ""),
}  # fmt: skip


@pytest.mark.parametrize(("pages", "robots", "menu", "says"), CASES.values(), ids=CASES)
def test_what_may_name_news_and_was_not_read(pages, robots, menu, says, tmp_path):
    with site(pages, robots, menu) as weir:
        printed = crawl(tmp_path, site=weir.url, code=3 if says else 0, MIGRATION_LANGUAGES="en")
    assert says in printed
    assert bool(says) == ("NOT COMPLETE" in printed)


def test_items_that_robots_txt_forbids_are_told(tmp_path):
    with site({}, " /tale-1") as weir:
        printed = crawl(tmp_path, site=weir.url, MIGRATION_LANGUAGES="en")
        assert "Complete, except 1 page that robots.txt forbids." in printed
        assert 1 == stats(tmp_path)["migration/completeness/forbidden"]
        assert ROWS - 1 == len(items(tmp_path))
        printed = crawl(tmp_path / "harvest", site=weir.url, MIGRATION_LANGUAGES="en", MIGRATION_HARVEST=True)
    assert "Complete, except 1 page that robots.txt forbids." in printed
