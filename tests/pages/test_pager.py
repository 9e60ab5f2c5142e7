"""Pagers of listings, and how many results they say there are."""

import pytest

from migration_spider.pages.listing import page_numbers
from migration_spider.pages.pagers import FORM, SCRIPT, TABS
from tests.pages.page import SITE, listing


def test_pager_relative_and_zero_based():
    pager = """<nav class="pager"><ul><li><a href="?page=0">1</a></li><li>2</li><li><a href="?page=2">3</a></li>
    <li class="pager__item--next"><a href="?page=2" rel="next">Next</a></li><li><a href="?page=26">Last</a></li></ul></nav>"""
    page = listing(pager, url=f"{SITE}/es/news?page=1")
    assert [f"{SITE}/es/news?page={n}" for n in (0, 2, 26)] == page.pager_links
    assert f"{SITE}/es/news?page=2" == page.next_url


def test_pager_of_another_view_on_the_page():
    page = listing("<a href='?page=%2C1'>2</a><a href='/elsewhere?page=4'>x</a><a href='?page=first'>x</a>")
    assert [f"{SITE}/news?page=%2C1"] == page.pager_links


def test_a_link_to_the_same_page_in_another_language_is_no_pager():
    assert [] == listing("<a href='?page=4'>English</a>", url=f"{SITE}/news?page=4").pager_links


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


@pytest.mark.parametrize(
    ("shown", "total"),
    [
        ("<p>Displaying results 1 - 12 of 738</p>", 738),
        ("<div><span>1</span> &ndash; <span>12</span> sur <b>1 738</b></div>", 1738),
        ("<p>20</p><p>1 - 12 of 738</p><p>45</p>", 738),
        ("<p>第 1 - 12 项，共 738 项</p>", 738),
        ("<p>1 - 12 of 738</p><p>1 - 12 of 40</p>", None),
        ("<p>12 - 1 of 738</p>", None),
        ("<p>12 March, 738</p>", None),
        (f"<p>1 - 12 of 738 {'and so on ' * 12}</p>", None),
    ],
)
def test_how_many_results_a_listing_says_it_has(shown, total):
    assert total == listing(f"<main>{shown}</main>").total


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<button>Load more</button>", SCRIPT),
        ("<ul class=pager><li><a href='#'>2</a></li></ul>", SCRIPT),
        ("<ul class=pager><li><a>1</a></li><li><a>…</a></li></ul>", ""),
        ("<a href='#' class='facets-soft-limit-link'>Show more</a>", ""),
        ("<a href='/more/2' class='use-ajax'>Load more</a>", SCRIPT),
        ("<form><button>Load more</button></form>", ""),
        ("<form method=post><button>Next</button></form>", FORM),
        ("<form method=post><input type=submit value='Older'></form>", FORM),
        ("<form method=post><input type=text value='Next'><button>Send</button></form>", ""),
        ("<ul class=quicktabs-tabs><li><a href='/tabs/2' class='use-ajax'>Older</a></li></ul>", TABS),
        ("<ul role=tablist><li><a href='/tabs/2' class='use-ajax'>2020</a></li></ul>", TABS),
        ("<ul class='tabs primary'><li><a href='/node/1'>View</a></li></ul>", ""),
        ("<a href='/flag/1' class='use-ajax'>Bookmark this</a>", ""),
        ("<a href='/news/all'>More news</a>", ""),
    ],
)
def test_what_hides_further_rows(markup, expected):
    assert expected == listing(markup).out_of_reach


def test_a_form_that_asks_for_the_next_page():
    form = "<input type=hidden name=from value=10><button name=go value=on>{}</button></form>"
    page = listing(f"<form>{form.format('Next')}<form action=/search>{form.format('Next')}<form>{form.format('Apply')}")
    assert [f"{SITE}/news?from=10&go=on"] == page.further_links
