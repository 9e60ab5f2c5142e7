"""Archived pages as they were: found, rewritten, and nothing in them that leads out of the archive."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.playback import Addresses, UnshowableError, style
from archive.playback.markup import drawing, page
from archive.playback.style import as_text, rewritten
from tests.archive.hostile_page import AT, HERE, HOSTILE

INSIDE = re.compile(r"/memento/\d{14}(oe_)?/https?://")


# ---- addresses


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("x.png", "http://a.example/d/x.png"),
        ("/x/y.html?a=1&b=2", "http://a.example/x/y.html?a=1&b=2"),
        ("/x?a=1&b=%C3%A9", "http://a.example/x?a=1&b=%C3%A9"),
        ("?page=2#top", "http://a.example/d/page?page=2#top"),
        ("//evil.example/a", "http://evil.example/a"),
        ("\\\\evil.example\\a", "http://evil.example/a"),
        ("ht\ntp://evil.example/", "http://evil.example/"),
        (" \x01https://EVIL.example:8080/", "https://EVIL.example:8080/"),
        ("http:x", "http://a.example/d/x"),
        ("http://name:word@evil.example/", "http://evil.example/"),
        ("../../../../check/1", "http://a.example/check/1"),
        ("/%2e%2E/.%2e/check/1", "http://a.example/check/1"),
        ("http://evil.example/%2e%2e/%2e%2e/%2e%2e/static/x", "http://evil.example/static/x"),
        ('/"><script>', "http://a.example/%22%3E%3Cscript%3E"),
        ("/é?é", "http://a.example/%C3%A9?%C3%A9"),
    ],
)
def test_an_address_leads_to_itself_in_the_archive(address, place):
    assert f"/memento/{AT}/{place}" == HERE.link(address)
    assert f"/memento/{AT}oe_/{place}" == HERE.embedded(address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", " java\nscript:alert(1)", "vbscript:x", "data:text/html,<script>", "mailto:a@b.example",
        "tel:1", "blob:http://a.example/x", "file:///etc/passwd", "ftp://a.example/", "about:blank", "http://[::1",
        "//.", "http://%2E%2e/", "ws://a.example/", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_leads_nowhere(address):
    assert HERE.link(address) is None
    assert HERE.embedded(address) is None


def test_addresses_of_a_page_whose_own_has_a_name_in_front_of_its_host():
    assert Addresses("/memento/", AT, "http://name:word@a.example/").link("/x") == f"/memento/{AT}/http://a.example/x"


def test_the_page_itself_and_what_it_holds_stay():
    assert "#part" == HERE.link("#part")
    assert "data:image/png;base64,AA==" == HERE.embedded("data:image/png;base64,AA==")
    assert HERE.embedded("data:text/css,a{}") is None
    assert HERE.based("https://b.example/e/").link("f") == f"/memento/{AT}/https://b.example/e/f"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ahtp:/\\.%2eE?#@ \t\n'\"<>[]&;é1", max_size=40))
def test_every_address_is_one_of_the_archive_or_none(address):
    for place in (HERE.link(address), HERE.embedded(address)):
        assert place is None or place.startswith("#") or INSIDE.match(place)
        assert place is None or place.startswith("#") or not set(place) & set("\"'<> \n\\")
        # A browser goes up by such segments: the address would no longer begin as it does.
        path = (place or "").partition("#")[0].partition("?")[0]
        assert not [part for part in path.split("/") if re.sub("%2e", ".", part, flags=re.IGNORECASE) in (".", "..")]


# ---- style sheets


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("a{background:url(x.png)}", 'a{background:url("@/x.png")}'),
        ("a{background:URL( 'x.png' ) no-repeat}", 'a{background:URL( "@/x.png" ) no-repeat}'),
        ("a{b:u\\72 l(x)}", 'a{b:url("@/x")}'),
        ("a{b:url(a\\)b)}", 'a{b:url("@/a)b")}'),
        ('@import "x.css" screen;a{content:"x.css"}', '@import "@/x.css" screen;a{content:"x.css"}'),
        ("@\\69mport url(x.css);", '@\\69mport url("@/x.css");'),
        ("a{b:image-set('x' 1x, url(y) 2x type('image/png'))}",
         'a{b:image-set("@/x" 1x, url("@/y") 2x type("image/png"))}'.replace('"image/png"', "'image/png'")),
        ("a{b:-webkit-image-set('x' 1x)}", 'a{b:-webkit-image-set("@/x" 1x)}'),
        ("a{b:src('x')}", 'a{b:src("@/x")}'),
        ("@font-face{src:local('x'),url(f.woff)format('woff')}",
         "@font-face{src:local('x'),url(\"@/f.woff\")format('woff')}"),
        ("/* url(x) */ a{content:'url(x)'}", "/* url(x) */ a{content:'url(x)'}"),
        ("a{b:url(javascript:1)}", 'a{b:url("about:invalid")}'),
        ("a{b:url(data:image/png;base64,AA==)}", 'a{b:url("data:image/png;base64,AA==")}'),
        ("a{b:url(x", 'a{b:url("@/x")'),
        ("a{b:url('x", 'a{b:url("@/x"'),
        ("a{color:red}/*", "a{color:red}/*"),
    ],
)  # fmt: skip
def test_addresses_of_style_sheets(sheet, expected):
    assert expected.replace("@/", f"/memento/{AT}oe_/http://a.example/d/") == rewritten(sheet, HERE.embedded)


@pytest.mark.parametrize("piece", ["(", "url(", "\\", '"', "/*", "@import", "a{b:url(\\", '"\\\n', "-", "'\\", "{[("])
def test_a_style_sheet_of_nothing_but_starts_is_read_once(piece, monkeypatch):
    looked = 0

    def lead(address):
        nonlocal looked
        looked += len(address)

    sheet = piece * 20_000 + "("
    rewritten(sheet, lead)
    assert looked <= 2 * len(sheet)


def test_of_a_style_sheet_the_start_is_kept_and_of_a_huge_one_nothing():
    many = "a{b:url(x)}" * (style.MOST_ADDRESSES + 5_000)
    found = rewritten(many, HERE.embedded)
    assert style.MOST_ADDRESSES < found.count("url(") < style.MOST_ADDRESSES + 3
    assert found.count("url(") == found.count("/memento/")
    assert "" == rewritten("a{b:url(x)}" + " " * style.LARGEST_SHEET, HERE.embedded)


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("a>b{c:d}", "a>b{c:d}"),
        ("<!-- a{b:c} -->", "  a{b:c} -->"),
        ("a{content:'<b> \\< \\3c &lt; \\&amp;'}", "a{content:'\\3c b> \\3c  \\3c \\26 lt; \\26 amp;'}"),
        ("@media (400px <= width < 700px){}", "@media ( 700px> width >=400px ){}"),
        ("@media (width<=calc(1px + 2px)){}", "@media (width=calc(1px + 2px)){}"),
        ("a{&:hover{b:c} &.d &div{}}", "a{&:hover{b:c} &.d &/**/div{}}"),
        ("/* <img> &lt; */a{}", "/**/a{}"),
        ("u&#114;l(x)", "u&/**/#114;l(x)"),
        ("a{b:'<\n<c", "a{b:'\\3c \nc"),
    ],
)
def test_in_a_sheet_is_no_markup_and_it_means_the_same(sheet, expected):
    assert expected == as_text(sheet)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<&'\"\\/*!-()=#l;3 \na", max_size=30))
def test_no_sheet_has_markup_or_a_reference(sheet):
    assert not re.search(r"<|&[#\w]", as_text(sheet))


# ---- pages


class _Reading(HTMLParser):
    """Reads what comes out with another parser than the one that wrote it."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.sheets, self._in_style = set(), [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self._in_style = tag == "style"

    def handle_data(self, data):
        if self._in_style:
            self.sheets.append(data)

    def handle_endtag(self, tag):
        self._in_style = False


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_page_leads_out_of_the_archive_or_acts(name):
    found = page(
        "text/html; charset=utf-8", b"<!doctype html><p>before</p>" * (name != "doctype") + HOSTILE[name].encode(), HERE
    )
    reading = _Reading()
    reading.feed(found.decode())
    acting = "script iframe frame object embed applet template base set animate portal fencedframe bgsound track xmp plaintext"
    assert not reading.tags & set(acting.split())
    assert all(re.fullmatch(r"[a-z][\w:]*", tag) for tag in reading.tags)
    assert not re.search(r"<style[^>]*>[^<]*<(?!/style>)", found.decode())
    assert {"icon", "stylesheet"}.issuperset(value for key, value in reading.attributes if key == "rel")
    for key, value in reading.attributes:
        assert not key.startswith("on"), key
        assert key not in ("ping", "target", "srcdoc", "action", "formaction", "integrity", "http-equiv"), key
        for match in re.finditer("evil.example", value or ""):
            assert re.search(rf"{INSIDE.pattern}$", value[: match.start()]) or key in ("title", "content"), (key, value)
        assert "javascript:" not in (value or "")
    for sheet in reading.sheets:
        for match in re.finditer(r"(?:url\(|@import)\s*[\"']?([^\"'();]*evil.example)", sheet):
            assert INSIDE.match(match[1]), sheet


def test_the_snippets_of_hostile_pages_are_more_than_twelve_kinds():
    assert len(HOSTILE) >= 12


def test_a_page_is_shown_as_it_was():
    body = (
        '<!DOCTYPE html>\n<html lang="ar" dir="rtl"><head><meta charset="iso-8859-1"><title>Café</title>'
        '<link rel="stylesheet" href="/s.css?a=1&amp;b" media="all" integrity="x" crossorigin></head>'
        '<body class="node"><!-- note --><h1 id="a">Café &amp; more</h1><p>One<br>two</p>'
        '<noscript><img src="lazy.png" alt="x"></noscript><a href="../next" target="_blank">Next</a>'
        '<iframe src="/map"></iframe><object data="/f.swf"><em>instead</em></object><script>x()</script>tail'
        '<form action="/search"><input name="q"></form></body></html>'
    ).encode("latin-1")
    expected = (
        '<!DOCTYPE html>\n<html lang="ar" dir="rtl"><head><title>Café</title>'
        f'<link rel="stylesheet" href="/memento/{AT}oe_/http://a.example/s.css?a=1&amp;b" media="all"></head>'
        '<body class="node"><h1 id="a">Café &amp; more</h1><p>One<br>two</p>'
        f'<noscript><img src="/memento/{AT}oe_/http://a.example/d/lazy.png" alt="x"></noscript>'
        f'<a href="/memento/{AT}/http://a.example/next">Next</a>'
        f'<div><a href="/memento/{AT}/http://a.example/map">http://a.example/map</a></div>'
        f'<div><a href="/memento/{AT}/http://a.example/f.swf">http://a.example/f.swf</a><em>instead</em></div>tail'
        '<form><input name="q"></form></body></html>'
    )
    assert expected == page("text/html", body, HERE).decode()


def test_a_page_without_doctype_gets_none_and_an_empty_one_stays_empty():
    assert b"\n<html><body><p>x</p></body></html>" == page("text/html", b"<p>x", HERE)
    assert b"" == page("text/html", b" \n", HERE)


def test_addresses_go_by_the_first_base():
    found = page("text/html", b"<base href='//b.example/c/'><base href='//c.example/'><img src=x><a href='#y'>", HERE)
    assert f"/memento/{AT}oe_/http://b.example/c/x".encode() in found
    assert b'href="#y"' in found
    assert b"c.example" not in found


def test_what_a_link_that_is_no_picture_or_style_asks_for_is_never_known():
    found = page(
        "text/html", b"".join(b"<link rel='%s' href=x>" % rel for rel in (b"new", b"Shortcut ICON", b"")), HERE
    )
    assert 1 == found.count(b"<link") == found.count(b"Shortcut ICON")


@pytest.mark.parametrize("gone", ["script", "iframe"])
def test_an_image_that_is_nothing_but_what_is_left_out_is_not_shown(gone):
    with pytest.raises(UnshowableError, match=f"root element of this image is <{gone}>"):
        drawing(f"<{gone} xmlns='http://www.w3.org/2000/svg'>x()</{gone}>".encode(), HERE)


def test_characters_that_no_tree_may_hold_stay_around_what_is_left_out():
    found = page(
        "text/html",
        b"<p>one\x0c<script>1</script>\x0ctwo\x0c<iframe src=x>\x0c</iframe>\x0cthree\x0c<object>\x0cfour",
        HERE,
    )
    assert [b"one", b"two", b"three", b"four"] == re.findall(rb"one|two|three|four", found)


def test_what_follows_a_frame_with_content_is_rewritten_too():
    found = drawing(
        b"<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><iframe><p><b/></p></iframe></foreignObject>"
        b"<a href='http://evil.example/'/></svg>",
        HERE,
    )
    assert b'<a href="/memento/' in found


def test_an_svg_image_has_no_scripts_and_no_entities():
    found = drawing(
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "z">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()">'
        b'<script>1</script><text>&x;&y;</text><image xlink:href="i.png"/><a xlink:href="http://evil.example/">l</a></svg>',
        HERE,
    ).decode()
    assert "script" not in found
    assert "onload" not in found
    assert "root:" not in found
    assert f'xlink:href="/memento/{AT}oe_/http://a.example/d/i.png"' in found
    assert f'xlink:href="/memento/{AT}/http://evil.example/"' in found
    with pytest.raises(UnshowableError):
        drawing(b"<svg", HERE)
