"""What a browser loads to show a page."""

from parsel import Selector

from migration_spider.responses.requisites import MOST_OF_A_SHEET, css_requisites, page_requisites

SITE = "https://portal.example"


def test_requisites_of_a_page():
    html = """<head><base href="/deep/"><link rel="stylesheet" href="/a.css?x=1&amp;y=2"><link rel="icon" href="icon.ico">
    <link rel="preload" as="font" href="/f.woff2"><link rel="canonical" href="/page"><link rel="alternate" href="/rss.xml">
    <style>@import "b.css"; body { background: url( 'bg.png' ) }</style></head>
    <body style="background: url(&quot;c.png&quot;)"><img src="d.jpg" srcset="e.jpg 1x, /f.jpg 2x"><picture><source srcset="g.webp 100w"></picture>
    <script src="//cdn.example/h.js"></script><script>inline()</script><input type="image" src="i.png"><input src="no.png">
    <video poster="j.jpg" src="k.mp4"></video><svg><image href="l.svg"/><use xlink:href="m.svg#icon"/></svg>
    <a href="/page.html">no</a><img src="data:image/gif;base64,R0"><img src="d.jpg#again"><iframe src="/frame"></iframe></body>"""
    expected = [
        "a.css?x=1&y=2",
        "deep/icon.ico",
        "f.woff2",
        "deep/b.css",
        "deep/bg.png",
        "deep/d.jpg",
        "deep/e.jpg",
        "f.jpg",
        "deep/g.webp",
    ]
    found = page_requisites(f"{SITE}/page", Selector(html))
    assert [f"{SITE}/{path}" for path in expected] == found[:9]
    rest = [
        "https://cdn.example/h.js",
        *(f"{SITE}/deep/{name}" for name in ("i.png", "j.jpg", "k.mp4", "l.svg", "m.svg", "c.png")),
    ]
    assert sorted(rest) == sorted(found[9:])


def test_requisites_of_a_style_sheet():
    css = """@charset "utf-8"; @import "print.css" print; @import url(/colours.css);
    /* url(never.png) */ @font-face { src: url("f.woff2") format("woff2"), url(f.ttf) } .a { background: URL('x y.png') }
    .b { background: url(data:image/png;base64,AA==) } .c { fill: url(#gradient) } .d { background: url(f.ttf) }"""
    expected = ["/css/print.css", "/colours.css", "/css/f.woff2", "/css/f.ttf", "/css/x y.png"]
    assert [SITE + path for path in expected] == css_requisites(f"{SITE}/css/main.css", css)


def test_nothing_to_load():
    assert [] == page_requisites(SITE, Selector(""))
    assert [] == css_requisites(SITE, "")
    assert [] == css_requisites(SITE, "url(")


def test_of_a_style_sheet_without_end_some_addresses_are_read():
    many = "".join(f"url(/{number})" for number in range(2 * MOST_OF_A_SHEET))
    assert MOST_OF_A_SHEET == len(css_requisites("https://portal.example/s.css", many))
