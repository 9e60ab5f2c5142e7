"""Sanitised HTML: nothing active, links absolute, languages and directions kept."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from migration_spider.normalize.html import LONGEST, sanitise, shortened

SITE = "https://portal.example"
BASE = f"{SITE}/es/node/7756"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p onclick="x()" style="color:red" class="c" id="i">Text</p>', "<p>Text</p>"),
        ("<p>a<script>alert(1)</script>b<style>p{}</style>c</p>", "<p>abc</p>"),
        ("<p>a<!-- note -->b</p>", "<p>ab</p>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href=" JAVA&#10;SCRIPT:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<a href="/hub?page=2">x</a>', '<a href="https://portal.example/hub?page=2">x</a>'),
        ('<a href="file.pdf">x</a>', '<a href="https://portal.example/es/node/file.pdf">x</a>'),
        ('<a href="//cdn.example/f">x</a>', '<a href="https://cdn.example/f">x</a>'),
        ('<a href="#note">x</a>', '<a href="https://portal.example/es/node/7756#note">x</a>'),
        ('<a href="mailto:a@b.example">x</a>', '<a href="mailto:a@b.example">x</a>'),
        ('<a href="http://[oops">x</a>', "<a>x</a>"),
        (
            '<img src="/a.png" alt="A" onerror="x()" srcset="/a,b.png 1x, c.png 2x">',
            f'<img src="{SITE}/a.png" alt="A" srcset="{SITE}/a,b.png 1x, {SITE}/es/node/c.png 2x">',
        ),
        ('<img srcset="/a.png wide, /b.png 2x">', f'<img srcset="{SITE}/b.png 2x">'),
        ('<img srcset="javascript:x 1x, /b.png 2x">', '<img srcset="https://portal.example/b.png 2x">'),
        ('<p lang="ar" dir="rtl">نص</p>', '<p lang="ar" dir="rtl">نص</p>'),
        ('<form action="/x"><input name="a"><p>Text</p></form>', "<p>Text</p>"),
        ("<table><tr><th scope=col>A<td colspan=2>B</table>", None),
        (
            '<iframe src="/embed?a=1&amp;b=2" title="The film" onload="x()" srcdoc="y">No frames</iframe>after',
            '<a href="https://portal.example/embed?a=1&amp;b=2">The film</a>after',
        ),
        ("<iframe src=//maps.example/m></iframe>", '<a href="https://maps.example/m">//maps.example/m</a>'),
        ("<iframe src='javascript:x()' title='<b>'></iframe>", ""),
        ("<iframe></iframe>", ""),
        ("<svg><script>alert(1)</script></svg><p>x</p>", "<p>x</p>"),
        ("<p>not closed", "<p>not closed</p>"),
        ("", ""),
    ],
)
def test_sanitise(html, expected):
    if expected is None:
        expected = '<table><tbody><tr><th scope="col">A</th><td colspan="2">B</td></tr></tbody></table>'
    assert sanitise(html, BASE) == expected


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div lang=es>",
            "</div>",
            "<script>",
            "</script>",
            "<svg>",
            "<math>",
            "<!--",
            "-->",
            "&lt;",
            "<b",
        ),
        *(
            '<a href="',
            '">',
            "javascript:x",
            "/p?q=1&r=2",
            "data:x",
            '<img src="/i.png" srcset="/i.png 1x">',
            "<table>",
        ),
        *("<iframe src=/e>", "</iframe>", "<title>", "</title>", "<p onclick=x()>", "text", "é", "\x00", "<noscript>"),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_active_is_left_and_a_second_time_changes_nothing(html):
    once = sanitise(html, BASE)
    assert once == sanitise(html, BASE)
    assert sanitise(once, BASE) == once
    elements = Selector(f"<main>{once}</main>").xpath("//main//*")
    assert {element.root.tag for element in elements} <= {"p", "div", "a", "b", "img", "table", "tbody"}
    assert {name for element in elements for name in element.attrib} <= {"lang", "title", "href", "src", "srcset"}
    assert [
        url for url in elements.xpath("@href | @src").getall() if not url.startswith("https://portal.example/")
    ] == []


def test_each_page_has_its_own_base():
    link, pictures = '<a href="b">B</a>', '<img srcset="c 1x">'
    for base in ("https://one.example/a/", "https://two.example/", "https://one.example/a/"):
        assert f'<a href="{base}b">B</a><img srcset="{base}c 1x">' == sanitise(link + pictures, base)


@pytest.mark.parametrize("tag", ["div", "b", "span", "blockquote", "ul><li", "p", "table><tr><td", "x-y", "a href=x"])
def test_the_time_of_deep_nesting_grows_as_its_size(tag):
    def seconds(size):
        deep = f"<{tag}>" * (size // len(tag)) + "text"
        started = process_time()
        assert sanitise(deep, BASE).count("text") == 1
        return process_time() - started

    # Four times the size: 4 when linear, 16 when quadratic. The best of three, within one run.
    assert min(seconds(1_000_000) for _ in range(3)) < 10 * min(seconds(250_000) for _ in range(3))


def test_what_is_nested_too_deep_loses_its_tags_and_what_follows_keeps_them():
    html = "<div>" * 600 + "<em>deep</em>" + "</div>" * 600 + "<em>after</em>"
    clean = sanitise(html, BASE)
    assert "<em>deep" not in clean
    assert clean == "<div>" * 500 + "deep" + "</div>" * 500 + "<em>after</em>"


# With time as the square of the length, each of these took hours.
@pytest.mark.parametrize("srcset", ["a" * 3_000_000 + " (", "a" * 3_000_000 + " !,", " " * 3_000_000, "," * 3_000_000])
def test_a_srcset_of_megabytes(srcset):
    assert '<img alt="A">' == sanitise(f'<img alt="A" srcset="{srcset}">', BASE)


@pytest.mark.parametrize("pad", range(5))
def test_html_is_shortened_where_it_is_longer_than_any_article(pad):
    html, is_cut = shortened("x" * pad + "&amp;" * LONGEST)
    assert is_cut
    assert html.endswith("&amp;")
    assert LONGEST - 5 < len(html) <= LONGEST
    assert ("&amp;", False) == shortened("&amp;")


def test_a_picture_inside_its_address_is_no_length():
    html = f'<img src="data:image/png;base64,{"A" * LONGEST}"><p title="data:{"A" * 300}">After it.</p>'
    short, is_cut = shortened(html)
    assert sanitise(html, BASE) == sanitise(short, BASE)
    assert not is_cut
