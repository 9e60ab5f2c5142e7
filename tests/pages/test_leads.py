"""What a page leads to: menus, listings by name, feeds; and what its listing says of itself."""

from parsel import Selector

from migration_spider.pages import ListingPage, Page, facts_of, menu
from migration_spider.responses import feeds

HERE = "http://portal.example/updates"
PAGE = """<html><head>
<link rel="alternate" type="application/rss+xml" href="/updates/feed">
<link rel="alternate" type="application/atom+xml" href="http://portal.example/all.atom">
<link rel="alternate" type="text/html" href="/fr/updates">
</head><body>
<nav><ul><li><a href="/about">About</a></li><li><a href="/media#top">Media centre</a></li>
<li><a href="/all">All news</a></li></ul></nav>
<main><h1>Updates</h1>
<ul class="years"><li><a href="?year=2020">2020</a></li><li><a href="/updates?year=2021&amp;region=All">2021</a></li>
<li><a href="?year=2021&amp;region=7">both</a></li><li><a href="?page=1">2</a></li></ul>
<div class="view">ROWS</div>
<p>See also <a href="/archive">what we said before</a>.</p>
</main></body></html>"""


def row(path, title):
    return f'<div class="views-row"><h3><a href="{path}">{title} of the towns</a></h3><p>Some words.</p></div>'


def page(kind, *rows):
    return kind(HERE, Selector(PAGE.replace("ROWS", "".join(rows))))


def paths(urls):
    return [url.removeprefix("http://portal.example") for url in urls]


def test_links_of_menus_and_of_the_text_without_the_rows():
    in_menus, in_text = menu.links(page(ListingPage, row("/a", "First"), row("/b", "Second")))
    assert {"/about", "/media", "/all"} <= set(paths(in_menus))
    assert "/archive" in paths(in_text)
    assert {"/a", "/b"}.isdisjoint(paths([*in_menus, *in_text]))


def test_a_link_whose_whole_text_says_news_names_a_listing():
    assert ["/all"] == paths(menu.news_listings(page(Page)))


def test_feeds_that_the_head_names():
    assert ["/updates/feed", "/all.atom"] == paths(menu.feeds(page(Page)))


def test_rows_are_counted_also_where_one_page_has_several():
    found = page(ListingPage, row("/a", "First"), row("/a", "First"), row("/b", "Second"))
    assert ["/a", "/b"] == paths(one.url for one in found.rows)
    assert 3 == found.shown


def test_a_teaser_in_another_list_is_no_row_more():
    block = f'</div><div class="latest">{row("/a", "First")}'
    assert 2 == page(ListingPage, row("/a", "First"), row("/b", "Second"), block).shown


def test_the_views_that_a_listing_has_of_itself_by_one_parameter():
    found = page(ListingPage, row("/a", "First"), row("/b", "Second")).facets
    assert [("year", "/updates?year=2020"), ("year", "/updates?year=2021&region=All")] == [
        (name, *paths([url])) for name, url in found
    ]


def test_a_web_page_is_no_sitemap():
    assert feeds.is_web_page(b"\xef\xbb\xbf\n<!DOCTYPE html><html>")
    assert feeds.is_web_page(b"<HTML lang='en'>")
    assert not feeds.is_web_page(b"<?xml version='1.0'?><urlset/>")
    assert not feeds.is_web_page(b"")


def test_a_node_without_a_sign_is_news_only_if_it_is_named_so():
    node = (
        "<body class='page-node-7'><main><article><h1>A day in the towns</h1><p>It rained.</p></article></main></body>"
    )
    paths = ("/a-day", "/events/a-day")
    named = [facts_of(f"http://portal.example{path}", Selector(node), False).is_news_if_named for path in paths]
    assert [True, False] == named
