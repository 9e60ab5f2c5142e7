"""report.html: nothing in it acts, everything can be read."""

import base64
import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from itertools import pairwise

import lxml.html
import pytest
from hypothesis import example, given, settings

from migration_spider.report.html import page
from migration_spider.report.text import address, short, visible
from tests.report.empty import empty_report
from tests.report.poison import FRAGMENTS, poisoned, texts
from tests.report.sample import sample_report

TAGS = set(
    re.findall(
        r"\S+",
        "html head meta title style body header nav main section div p span bdi h1 h2 h3 ul li dl dt dd a code strong details "
        "summary figure svg desc rect line text table caption thead tbody tr th td",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"\S+",
        "lang charset http-equiv content name class id href rel aria-label aria-labelledby aria-hidden role tabindex scope "
        "width height x y x1 x2 y1 y2",
    )
)
REPORTS = {
    "incomplete": sample_report(),
    "complete": sample_report(code=0),
    "empty": empty_report(),
    "years": sample_report(months=230, runs=1),
    "hostile": poisoned(sample_report(items=230, months=3, runs=3), "".join(FRAGMENTS), kept=frozenset({"schema"})),
}


class Seen(HTMLParser):
    """Tags with their attributes and all text, by the tokenizer of the standard library."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.data = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.data.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_pi = unknown_decl = handle_comment


@pytest.fixture(params=REPORTS, scope="module")
def written(request):
    return page(REPORTS[request.param])


def is_harmless(text):
    seen = Seen(text)
    assert set() == {tag for tag, _ in seen.tags} - TAGS
    assert set() == {name for _, attributes in seen.tags for name in attributes} - ATTRIBUTES
    for tag, attributes in seen.tags:
        if "href" in attributes:
            target = attributes["href"]
            assert tag == "a"
            own = target in ("CHANGES.jsonl", "../changes.atom")
            assert own or re.fullmatch(r"#[a-z]+", target) or re.match(r"https?://[^/@]+", target)
    acting = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for character in set("".join(seen.data)) - {"\n"}:
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(character))
        assert unicodedata.bidirectional(character) not in acting, hex(ord(character))
    return seen


def test_nothing_acts_and_nothing_is_loaded(written):
    seen = is_harmless(written)
    tree = lxml.html.fromstring(written)
    assert [] == tree.xpath(
        "//script|//link|//img|//iframe|//object|//base|//form|//@style|//@src|//@srcset|//@*[starts-with(name(), 'on')]"
    )
    (style,) = tree.xpath("//style")
    assert not re.search(r"url\(|@import|expression|http", style.text)
    assert 1 == sum(tag == "style" for tag, _ in seen.tags)


def test_the_policy_allows_the_one_style_sheet_and_nothing_else(written):
    style = re.search(r"<style>(.*?)</style>", written, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = lxml.html.fromstring(written).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == policy
    assert written.index("Content-Security-Policy") < written.index("<style>")


def test_it_can_be_read_aloud(written):
    tree = lxml.html.fromstring(written)
    assert "en" == tree.get("lang")
    assert 1 == len(tree.xpath("//h1"))
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3")]
    assert all(later - one <= 1 for one, later in pairwise(levels))
    ids = tree.xpath("//@id")
    assert sorted(set(ids)) == sorted(ids)
    assert set() == {name for names in tree.xpath("//@aria-labelledby") for name in names.split()} - set(ids)
    assert set() == {target[1:] for target in tree.xpath("//a/@href") if target.startswith("#")} - set(ids)
    for table in tree.xpath("//table"):
        assert table.xpath("string(caption)")
        assert len(table.xpath("thead/tr/th[@scope='col']")) == len(table.xpath("tbody/tr[1]/*"))
    for svg in tree.xpath("//svg[not(@aria-hidden)]"):
        title, said = (svg.xpath(f"string({name})") for name in ("title", "desc"))
        assert title
        assert said
        (figure,) = svg.xpath("ancestor::figure")
        assert figure.xpath(".//table//td"), "the numbers stand beside the chart"


def test_colours_have_contrast():
    style = re.search(r"<style>(.*?)</style>", page(empty_report()), re.DOTALL)[1]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#\w+);", block)) for block in blocks[:2])
    for colours in (light, dark):
        for name in ("ink", "soft", "link", "good", "bad"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, name
        for name in ("c1", "c2", "c3", "c4", "c5", "c6", "c7"):
            assert contrast(colours[name], colours["paper"]) >= 3, name


def contrast(one, other):
    """By WCAG 2.1."""

    def luminance(colour):
        channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("title", FRAGMENTS)
def test_a_title_is_text(title):
    report = sample_report()
    report["items"]["new"] = report["items"]["new"][:1]
    report["items"]["new"][0]["title"] = f"a {title} z"
    tree = lxml.html.fromstring(page(report))
    assert visible(f"a {title} z") == tree.xpath("string(//ul[@class='items']/li[1]//p[@class='title'])")


def test_a_command_to_copy_cannot_run_another():
    report = sample_report()
    report["items"]["new"] = report["items"]["new"][:1]
    report["items"]["new"][0]["id"] = "1@en; rm -rf ~ $(x)"
    tree = lxml.html.fromstring(page(report))
    assert "scrapy show '1@en; rm -rf ~ $(x)' --verify" == tree.xpath("string(//ul[@class='items']/li[1]//code)")


@given(texts)
@example("".join(FRAGMENTS))
@example("")
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out(text):
    small = sample_report(items=230, months=2, runs=2)
    small["items"]["new"] = small["items"]["new"][:2]
    is_harmless(page(poisoned(small, text, kept=frozenset({"schema"}))))
    kept = frozenset({"schema", "url", "examples", "language", "site", "options"})

    def markup(of):
        seen = is_harmless(page(poisoned(small, of, kept=kept)))
        return [(tag, sorted(attributes)) for tag, attributes in seen.tags]

    assert markup("x") == markup("x" + text)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://migrationnetwork.un.org/es/node/7756?x=1&y=(2)#a", True),
        ("http://[::1]:8010/", True),
        ("HTTPS://e.example/é", True),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("//e.example/", False),
        ("/path", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://un.org@e.example/", False),
        ("https://e.example/\u202egnp", False),
        ("https://e.example/ x", False),
        ('https://e.example/"x', False),
        ("https://[e.example/", False),
        ("https://e.example:x/", False),
        ("https://e.example/" + "a" * 2000, False),
        ("", False),
    ],
)
def test_links_lead_to_web_addresses_only(url, is_one):
    assert (url if is_one else None) == address(url)


def test_texts_are_cut_and_what_acts_in_them_is_named():
    assert "a [U+202E] b [U+001B][31m [U+D800] c" == short("a \u202e\nb \x1b[31m\t\ud800  c")
    assert "x" * 9 + "…" == short("x" * 10_000, 10)
    assert "مرحبا\u200f" == short("مرحبا\u200f")
