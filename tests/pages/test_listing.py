"""Rows and pagers of listings, from any theme."""

import pytest

from migration_spider.pages.listing import page_numbers
from tests.pages.page import SITE, listing

ROWS = [
    (f"{SITE}/boats", "Boats come home", "12 May 2021"),
    (f"{SITE}/es/faro", "El faro sigue", "3 June 2020"),
]
MARKUP = {
    "views rows": """<div class="view-content"><div class="views-row"><h3><a href="/boats">Boats come home</a></h3>
        <div>12 May 2021</div><a href="/boats#more">Read more</a></div><div class="views-row"><h3><a href="/es/faro">El faro sigue</a></h3>
        <time datetime="2020-06-03">3 June 2020</time><a href="/tag/1">Light</a></div></div>""",
    "teasers": """<article class="node node--view-mode-teaser"><a href="/boats"><img src="/b.jpg" alt=""></a><h2><a href="/boats" rel="bookmark">
        <span>Boats come home</span></a></h2><div>12 May 2021</div><p>Text.</p></article><article class="node node--view-mode-teaser"><h2>
        <a href="/es/faro">El faro sigue</a></h2><div>3 June 2020</div></article>""",
    "bare articles": """<div><article><h2><a href="/boats">Boats come home</a></h2><div>Published: 12 May 2021</div></article>
        <article><h2><a href="/es/faro">El faro sigue</a></h2><div>Published: 3 June 2020</div></article></div>""",
    "bare list": """<ul><li><a href="/boats">Boats come home</a> 12 May 2021</li><li><a href="/es/faro">El faro sigue</a> 3 June 2020</li></ul>""",
    "table": """<table><thead><tr><th>Title</th><th>Date</th></tr></thead><tbody><tr><td><a href="/boats">Boats come home</a></td>
        <td>12 May 2021</td></tr><tr><td><a href="/es/faro">El faro sigue</a></td><td>3 June 2020</td></tr></tbody></table>""",
    "grid of Views": """<div class="views-view-grid horizontal cols-2"><div class="views-row row-1"><div class="views-col col-1">
        <a href="/boats">Boats come home</a> 12 May 2021</div><div class="views-col col-2"><a href="/es/faro">El faro sigue</a>
        <span>3 June 2020</span></div></div></div>""",
    "linked cards": """<div><a href="/boats"><div class="card"><div>12 May 2021</div><h3>Boats come home</h3><p>Text.</p></div></a>
        <a href="/es/faro"><div class="card"><div>3 June 2020</div><h3>El faro sigue</h3><p>Text.</p></div></a></div>""",
    "linked boxes": """<div><a class="tile" href="/boats"><h3>Boats come home</h3><span>12 May 2021</span></a>
        <a class="tile" href="/es/faro"><h3>El faro sigue</h3><span>3 June 2020</span></a></div>""",
    "run together": """<div><div><a href="/boats">Boats come home</a><span>Pledge</span><span>12 May 2021</span></div>
        <div><a href="/es/faro">El faro sigue</a><span>Resource</span><span>3 June 2020</span></div></div>""",
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
def test_rows(markup):
    assert ROWS == [tuple(row) for row in listing(markup).rows]
    assert not listing(markup).is_empty


@pytest.mark.parametrize(
    ("grid", "row", "cell"), [("table", "tr", "td"), ("div", 'div class="row"', 'div class="col-md-6"')]
)
def test_rows_of_a_grid_are_its_cells(grid, row, cell):
    def cells(*names):
        return "".join(f'<{cell}><span><a href="/{name}">{name}</a></span></{cell.split()[0]}>' for name in names)

    rows = [f"<{row}>{cells(*names)}</{row.split()[0]}>" for names in (("a", "b"), ("c", "d"), ("e",))]
    found = listing(f"<{grid}>{''.join(rows)}</{grid}>").rows
    assert [f"{SITE}/{name}" for name in "abcde"] == [row.url for row in found]


def test_sections_of_a_page_are_no_rows():
    languages = "".join(f'<li><a href="/{code}/news">{code}</a></li>' for code in ("fr", "es"))
    news = "".join(f'<li><a href="/story-{n}">Story {n}</a></li>' for n in range(6))
    found = listing(f"<div><div><ul>{languages}</ul></div><section><ul>{news}</ul></section></div>").rows
    assert {f"{SITE}/story-{n}" for n in range(6)} <= {row.url for row in found}


def test_one_dated_row_is_a_row():
    content = '<div><p>Displaying 1 - 1 of 1</p><div><span><a href="/boats">Boats come home</a></span><span>06 Jul 2019</span></div></div>'
    assert [(f"{SITE}/boats", "Boats come home", "06 Jul 2019")] == [tuple(row) for row in listing(content).rows]


@pytest.mark.parametrize("name", ["nav", "form", "aside", "footer", "header"])
def test_no_part_of_the_site_gives_rows(name):
    content = f"<{name}>{MARKUP['bare list']}</{name}>"
    assert [] == listing(content).rows
    assert 2 == len(listing(content.replace(name, "div")).rows)


def test_chrome_gives_no_rows():
    content = """<nav><ul><li><a href="/a">About us</a></li><li><a href="/b">Contact</a></li></ul></nav>
    <form><ul><li><a href="?f=1">One filter</a></li><li><a href="?f=2">Another filter</a></li></ul></form>"""
    assert listing(content).is_empty


def test_pager_relative_and_zero_based():
    pager = """<nav class="pager"><ul><li><a href="?page=0">1</a></li><li>2</li><li><a href="?page=2">3</a></li>
    <li class="pager__item--next"><a href="?page=2" rel="next">Next</a></li><li><a href="?page=26">Last</a></li></ul></nav>"""
    page = listing(pager, url=f"{SITE}/es/news?page=1")
    assert [f"{SITE}/es/news?page={n}" for n in (0, 2, 26)] == page.pager_links
    assert f"{SITE}/es/news?page=2" == page.next_url


def test_pager_of_another_view_on_the_page():
    page = listing("<a href='?page=%2C1'>2</a><a href='/elsewhere?page=4'>x</a><a href='?page=first'>x</a>")
    assert [f"{SITE}/news?page=%2C1"] == page.pager_links


def test_next_without_rel():
    page = listing("<ul><li><a href='?page=3'>4</a></li><li><a href='?page=1'>2</a></li></ul>")
    assert f"{SITE}/news?page=1" == page.next_url
    assert None is listing("<p>All on one page</p>").next_url


@pytest.mark.parametrize(
    ("url", "numbers"),
    [
        ("?page=3", (3,)),
        ("?page=,2", (0, 2)),
        ("?page=%2C2", (0, 2)),
        ("?page=1,0&x=2", (1, 0)),
        ("?page=x", None),
        ("?p=1", None),
        ("http://[", None),
    ],
)
def test_page_numbers(url, numbers):
    assert numbers == page_numbers(url)
