"""Identity of a page: node, language, translations, type."""

import gc
import pkgutil
import re
import weakref

import pytest
from lxml import etree
from parsel import Selector
from scrapy.utils.response import get_meta_refresh

from archive.message import Fields
from archive.replay import response_of
from migration_spider import pages
from migration_spider.pages import page_for
from migration_spider.pages.base import Page
from migration_spider.pages.bounds import (
    LARGEST_PAGE,
    MAX_ATTRIBUTES,
    MAX_ELEMENTS,
    MOST_TAGS,
    bounded,
    elements_of,
    why_unread,
)
from migration_spider.pages.news import NewsPage
from tests.pages.page import PROSE, SITE, document, page


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><link rel='shortlink' href='/node/7756'></head>",
        "<link rel='shortlink' href='https://portal.example/es/node/7756'>",
        "<body class='path-node page-node-7756 page-node-type-news'>",
        "<main><article data-history-node-id='7756' class='node'><h1>A</h1></article></main>",
        "<main><article class='node node--id-7756'><h1>A</h1></article></main>",
        "<main><div id='node-7756' class='node clearfix'><h1>A</h1></div></main>",
        "<main><article about='/node/7756'><h1>A</h1></article></main>",
        "<ul><li hreflang='es' data-drupal-link-system-path='node/7756' class='is-active'><a href='/es/a'>Español</a></li></ul>",
        "<a href='/a' class='language-link is-active' hreflang='en' data-drupal-link-system-path='node/7756'>English</a>",
        """<script type='application/json' data-drupal-selector='drupal-settings-json'>{"path":{"currentPath":"node\\/7756"}}</script>""",
        """<script>jQuery.extend(Drupal.settings, {"path":{"currentPath":"node\\/7756"}});</script>""",
        "<link rel='canonical' href='/node/7756'>",
        "<link rel='edit-form' href='/node/7756/edit'>",
        "<ul><li><a href='/node/7756/edit'>Edit</a></li></ul>",
        "<form action='/comment/reply/7756' id='comment-form'></form>",
        "<form action='/fr/comment/reply/node/7756/comment#comment-form'></form>",
        "<form action='/ferry?destination=node%2F7756' id='user-login-form'></form>",
    ],
)
def test_node_id_from_any_place(html):
    assert 7756 == page(html).node_id


def test_node_id_from_the_address():
    assert 7756 == page("<p>x</p>", url=f"{SITE}/es/node/7756").node_id


@pytest.mark.parametrize(
    "html",
    [
        "<main><h1>A</h1><article class='node--view-mode-teaser' data-history-node-id='9'><h2><a href='/b'>B</a></h2></article></main>",
        "<aside><article data-history-node-id='9'><h2>B</h2></article></aside>",
        "<nav><a href='/about' class='is-active' data-drupal-link-system-path='node/9'>About</a></nav>",
        "<a href='/node/9'>Other</a>",
        "<link rel='shortlink' href='/taxonomy/term/9'>",
        "<form action='/a?destination=taxonomy/term/9' id='user-login-form'></form>",
        "<form action='/search?destination=node'></form>",
    ],
)
def test_node_id_is_never_that_of_another_page(html):
    assert None is page(html).node_id


@pytest.mark.parametrize(
    ("html", "url", "language"),
    [
        ("<html lang='es'>", "/fr/a", "es"),
        ("<html lang='zh-hant'>", "/zh-hant/a", "zh-Hant"),
        ("<html lang='pt-br'>", "/a", "pt-BR"),
        ("<html>", "/fr/a", "fr"),
        ("<html lang=''>", "/zh-hant/node/15", "zh-Hant"),
        ("<html lang='?!'>", "/a", "en"),
        ("<html>", "/frigate-news", "en"),
    ],
)
def test_language(html, url, language):
    assert language == page(html, url=SITE + url).language


HREFLANG = (
    "<link rel='alternate' hreflang='en' href='/story'><link rel='alternate' hreflang='fr' href='/fr/histoire'>"
    "<link rel='alternate' hreflang='x-default' href='/story'><link rel='alternate' type='application/rss+xml' href='/rss.xml'>"
)


@pytest.mark.parametrize(
    ("language", "url", "head", "fallback"),
    [
        ("es", "/es/node/7", f"<link rel='canonical' href='/story'>{HREFLANG}", True),
        ("es", "/es/node/7", "<link rel='canonical' href='/story'>", True),
        ("es", "/es/node/7", HREFLANG, True),
        ("fr", "/fr/node/7", f"<link rel='canonical' href='/fr/histoire'>{HREFLANG}", False),
        ("fr", "/fr/histoire", f"<link rel='canonical' href='http://other.example/fr/node/7'>{HREFLANG}", False),
        ("en", "/story", f"<link rel='canonical' href='/story'>{HREFLANG}", False),
        ("fr", "/statements/une-histoire", "<link rel='canonical' href='/statements/une-histoire'>", False),
        ("es", "/es/node/7", "", False),
        ("zh-hant", "/zh-hant/node/15", "<link rel='alternate' hreflang='zh-hant' href='/zh-hant/node/15'>", False),
    ],
)
def test_fallback(language, url, head, fallback):
    html = f"<html lang='{language}'><head>{head}</head><body><p>x</p></body></html>"
    assert fallback is page(html, url=SITE + url).is_fallback


def test_alternates_and_canonical_are_absolute():
    found = page(f"<head>{HREFLANG}<link rel='canonical' href='/story'></head>")
    assert {"en": f"{SITE}/story", "fr": f"{SITE}/fr/histoire"} == found.alternates
    assert f"{SITE}/story" == found.canonical_url


def test_base_element_is_followed():
    found = page("<head><base href='/deep/'><link rel='canonical' href='story'></head>")
    assert f"{SITE}/deep/story" == found.canonical_url


@pytest.mark.parametrize(
    ("body", "node_type"),
    [
        ("page-node-type-press-release", "press-release"),
        ("node-type-news", "news"),
        ("html not-front page-node page-node-12 node-type-statement", "statement"),
        ("path-news", None),
    ],
)
def test_node_type(body, node_type):
    assert node_type == page(f"<body class='{body}'><main><p>x</p></main></body>").node_type


@pytest.mark.parametrize(
    "late",
    [
        "<div>A notice</div>",
        "A notice",
        "<!-- <body class='node-type-page'> --><script>'<body class=node-type-page>'</script><p>",
        "<div>A notice</div><body><p>",
    ],
)
def test_a_body_behind_something_printed_before_it_keeps_its_attributes(late):
    read = page(f"<html lang='fr'><head></head>{late}<body\n class='node-type-news'>{PROSE}</body></html>")
    assert ("news", "fr") == (read.node_type, read.language)


def test_a_root_behind_something_printed_before_it_keeps_its_attributes():
    read = page(f"A notice<!DOCTYPE html><html lang='fr' xml:lang='fr' xmlns:a='b'><body>{PROSE}</body></html>")
    assert "fr" == read.language


def test_a_document_pasted_into_a_page_does_not_change_its_body():
    read = page(f"<html lang='fr'><body class='node-type-news'><html lang='de'><body class='node-type-page'>{PROSE}")
    assert ("news", "fr") == (read.node_type, read.language)


def test_links_of_the_content_and_of_the_pager():
    found = page(
        "<main><nav><a href='/menu'>M</a></nav><p><a href='/a#top'>A</a> <a href='/a'>A</a> <a href='mailto:x@y.z'>m</a>"
        "<a href='http://[bad'>b</a></p><nav class='pager'><a href='?page=1'>2</a></nav></main><footer><a href='/f'>F</a></footer>",
        url=f"{SITE}/news",
    )
    assert [(f"{SITE}/a", "content"), (f"{SITE}/news?page=1", "pager")] == found.links


BLOCK = "<div><div>Date of publication</div><div>3 May 2021</div></div><div><div>Target audience</div><div>Media</div></div>"
EVENT = "<div><div>Main organizer/s</div><div>A</div></div><div><div>Geographic Scope</div><div>B</div></div>"


@pytest.mark.parametrize(
    ("content", "how", "kind"),
    [
        (f"<div>{PROSE}</div>{BLOCK}", {}, "news"),
        (PROSE, {"body": "class='page-node-type-news'"}, "news"),
        (PROSE, {"body": "class='page-node-type-page'"}, "other"),
        (f"<div>{PROSE}</div>{EVENT}", {}, "other"),
        (f"<div>{PROSE}</div>{BLOCK}{EVENT}", {}, "other"),
        (f"<div>{PROSE}</div>{BLOCK}", {"body": "class='page-node-type-practice'"}, "other"),
        (
            "<div class='views-row'><h3><a href='/a'>A</a></h3></div><div class='views-row'><h3><a href='/b'>B</a></h3></div>",
            {},
            "listing",
        ),
        (PROSE, {}, "other"),
        ("", {}, "other"),
    ],
)
def test_page_for(content, how, kind):
    assert kind == page_for(f"{SITE}/a", Selector(document(content, **how))).kind


def test_a_listing_can_name_a_node_page_as_news_but_no_event():
    shortlink = "<link rel='shortlink' href='/node/5'>"
    url = f"{SITE}/a"
    assert "news" == page_for(url, Selector(document(PROSE, head=shortlink)), named_as_news=True).kind
    assert "other" == page_for(url, Selector(document(PROSE)), named_as_news=True).kind
    assert "other" == page_for(url, Selector(document(PROSE + EVENT, head=shortlink)), named_as_news=True).kind


def test_filters_of_a_listing_are_no_block():
    facets = "<h3>GCM Objectives</h3><ul><li><a href='?gcm_objectives=279'>1 - Data</a></li></ul>"
    types = "<h3>Type of Resource</h3><ul><li><a href='?type=4'>Report</a></li></ul>"
    assert "news" != page_for(f"{SITE}/hub", Selector(document(facets + types))).kind


def test_xhtml_is_read_as_html():
    html = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title>A</title></head><body><h1>A</h1></body></html>'
    found = page_for(f"{SITE}/a", Selector(html))
    assert "fr" == found.language
    assert isinstance(found, Page)


def test_translations_are_the_other_pages():
    head = (
        "<link rel='canonical' href='/zh-hant/node/15'><link rel='alternate' hreflang='zh-hant' href='/zh-hant/node/15'>"
        "<link rel='alternate' hreflang='ar' href='/ar/node/15'><link rel='alternate' hreflang='x-default' href='/node/15'>"
    )
    for language in ("zh-hant", "zh-hans", "zh"):
        page = NewsPage(f"{SITE}/zh-hant/node/15", Selector(document(PROSE, head=head, language=language)))
        assert {"ar": f"{SITE}/ar/node/15"} == page.translations


@pytest.fixture
def uncollected():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


BLOCK = f"<article>{PROSE}<dl><dt>Date of publication</dt><dd>3 May 2021</dd></dl></article>"
ROWS = "".join(f"<div class='views-row'><h3><a href='/{n}'>Story {n}</a></h3></div>" for n in range(9))


@pytest.mark.parametrize(
    ("kind", "content", "read"),
    [
        ("news", BLOCK, lambda page: page.to_item()),
        ("listing", ROWS, lambda page: (page.rows, page.links, page.next_url, page.article, page.node_id)),
        ("other", f"{PROSE}<a href='/x'>x</a>", lambda page: page.links),
    ],
)
def test_what_was_read_is_let_go_of_without_the_garbage_collector(uncollected, kind, content, read):
    selector = Selector(document(content))
    found = page_for(SITE, selector)
    assert kind == found.kind
    # Every element holds the document, and that its parser.
    parser = weakref.ref(selector.root.getroottree().parser)
    assert read(found)
    del found, selector
    assert None is parser()


def test_what_is_asked_again_after_the_item_is_read_again():
    found = page_for(SITE, Selector(document(BLOCK)))
    item = found.to_item()
    assert item == found.to_item()
    assert item.body_text == found.body_text


def test_no_class_in_python_is_asked_for_the_elements_of_a_page():
    assert {etree._Element} == {type(element) for element in elements_of(Selector(document(BLOCK))).all[1:]}


def test_the_elements_of_a_page_are_looked_for_once():
    selector = Selector(document(BLOCK))
    assert elements_of(selector) is elements_of(bounded(selector))
    assert page_for(SITE, selector).elements is Page(SITE, selector).elements


def test_what_is_far_too_large_is_read_up_to_a_bound():
    # The elements stand at its beginning, the length at its end.
    selector = Selector(document("<i>a</i>" * 50_000 + "words " * 100_000))
    assert len(elements_of(selector).all) < 2 * MAX_ELEMENTS
    assert len(selector.xpath("//i")) == 50_000


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<?php role='main' ?><!-- <main> --><div role='main' id='a'><main id='b'></main></div>", "a"),
        ("<div id='content'></div><div id='main'><div><h1>A</h1></div></div>", "main"),
        ("<h1 id='content'>A</h1><div id='main'><article></article></div>", "main"),
        ("<body id='b'><div id='content'>x</div></body>", "b"),
    ],
)
def test_where_the_main_content_is(html, expected):
    assert expected == page(html).main.get("id")


def test_a_page_of_more_tags_and_comments_than_a_tree_can_have_is_told():
    for one in ("<b>", "</p>", "<!---->", "<?x?>"):
        assert "no more than 200000" in why_unread(one * (MOST_TAGS + 1))
        assert "" == why_unread(one * 1000)


MANY = 2 * MAX_ATTRIBUTES


@pytest.mark.parametrize("parted", [" ", "\n", "/", '="<b>" ', "='>'", "=1 "])
@pytest.mark.parametrize("before", ["<p>2 < 3</p><div ", "<div ' ", "<div title='>' "])
def test_a_tag_that_no_parser_gets_through_is_told(before, parted):
    tag = before + parted.join(f"a{number}" for number in range(MANY))
    assert "attributes" in why_unread(f"{tag}>x</div>")
    assert "attributes" in why_unread(tag)
    assert "" == why_unread(tag[: len(tag) // 3])


@pytest.mark.parametrize("before", ['<script>a<b c="</script>', '<!-- <b c=" -->', '<b c="<i d=">'])
def test_such_a_tag_is_seen_behind_a_quote_that_is_none(before):
    names = " ".join(f"a{number}" for number in range(MANY))
    assert "attributes" in why_unread(f'{before}<div {names}>"></div>')
    assert "attributes" in why_unread(f'{before}<div b=" > " {names}>"></div>')
    assert "" == why_unread(f'{before}<div>"></div>')


def test_tags_in_tags_take_no_time_without_end():
    assert "tags" in why_unread("<a" * (LARGEST_PAGE // 2))


@pytest.mark.parametrize(
    "html", [f"<p class='{'a ' * MANY}' title=\"{'<>= ' * MANY}\">x</p>", "<p>1 < 2 " * MANY, "<i b=c>x</i>" * MANY]
)
def test_pages_that_only_look_so_are_read(html):
    assert "" == why_unread(html)


def test_a_page_cut_by_the_parser_says_so():
    # What follows the deepest elements is gone.
    deep = page(f"<main>{'<div>' * 5000}x{'</div>' * 5000}<p>After.</p></main>")
    assert "After." not in "".join(deep.root.itertext())
    assert deep.is_cut
    assert not page(f"<main>{'<div>' * 1500}x{'</div>' * 1500}<p>After.</p></main>").is_cut


@pytest.mark.parametrize("address", ["http://[::1", "http://a:99999999/", "http://a:b/", "//[", "http://\u2100/"])
def test_a_base_or_a_refresh_that_is_no_address_counts_for_nothing(address):
    """Scrapy raises an error at each of them, whatever of the page is asked for."""
    html = f'<base href="{address}"><meta http-equiv="refresh" content="0;url={address}"><h1>News</h1><a href="x">x</a>'
    answer = response_of("https://example.org/en/a", 200, Fields([("Content-Type", "text/html")]), html.encode())
    assert (None, None) == get_meta_refresh(answer)
    assert "https://example.org/en/x" == answer.urljoin("x")
    assert "News" == answer.selector.xpath("string(//h1)").get()


def test_a_base_and_a_refresh_that_are_addresses_count():
    html = b'<base href="/b/"><meta http-equiv="refresh" content="3;url=c"><h1>News</h1>'
    answer = response_of("https://example.org/en/a", 200, Fields([("Content-Type", "text/html")]), html)
    assert (3.0, "https://example.org/b/c") == get_meta_refresh(answer)
    assert "https://example.org/b/x" == answer.urljoin("x")


HEADED = """<body><div><a href="/"><h1>Harbour portal</h1></a></div><div id="main"><h1>Ferry towns agree</h1>
<article data-history-node-id="5"><div class="{}"><h1>In short</h1><p>Boats come home.</p></div></article></div></body>"""


def test_headings_in_the_text_and_the_name_of_the_site_are_no_titles():
    for field in ("field field--name-body", "field field-type-text-long", "text-formatted"):
        assert "Ferry towns agree" == page(HEADED.format(field)).heading.text
    assert "In short" == page(HEADED.format("node__header")).heading.text
    assert "Harbour portal" == page("<body><div><a href='/'><h1>Harbour portal</h1></a></div></body>").heading.text


def test_the_order_to_read_the_modules_in_names_them_all():
    named = set(re.findall(r"\w+", str(pages.__doc__)))
    assert [] == [module.name for module in pkgutil.iter_modules(pages.__path__) if module.name not in named]
