"""report.md: what a text says is printed, never obeyed."""

import re

import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from migration_spider.report.markdown import code, escaped, markdown
from migration_spider.report.text import address, short, visible
from tests.report.empty import empty_report
from tests.report.poison import FRAGMENTS, poisoned, texts
from tests.report.sample import sample_report

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def small():
    report = sample_report(items=230, months=2, runs=2)
    report["items"]["new"] = report["items"]["new"][:2]
    return report


def inline(text):
    """All inline tokens of a Markdown text."""
    return [child for token in READER.parse(text) if token.type == "inline" for child in token.children]


def shown(text):
    """What a reader sees of a Markdown text of one line."""
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in inline(text))


@given(texts)
@example("".join(FRAGMENTS))
@example("__x y__")
@settings(max_examples=300, deadline=None)
def test_an_escaped_text_is_one_paragraph_that_says_just_it(text):
    tokens = READER.parse(escaped(text))
    if visible(text):
        assert ["paragraph_open", "inline", "paragraph_close"] == [token.type for token in tokens]
        assert {"text", "text_special"} >= {child.type for child in tokens[1].children}
    assert visible(text) == shown(escaped(text))


@given(texts)
@settings(max_examples=300, deadline=None)
def test_a_code_span_says_just_its_text(text):
    (child,) = inline("a" + code(text) + "z")[1:-1] or [None]
    assert "code_inline" == child.type if short(text) else child is None
    if child:
        assert short(text) == child.content


@given(texts)
@example("".join(FRAGMENTS))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out(text):
    report = small()
    kept = frozenset({"schema", "url", "examples", "site"})

    def structure(of):
        tokens = READER.parse(markdown(poisoned(report, of, kept=kept)))
        links = [
            child.attrGet("href") for token in tokens for child in token.children or () if child.type == "link_open"
        ]
        kinds = {child.type for token in tokens for child in token.children or ()}
        assert set() == kinds - {
            "text",
            "text_special",
            "code_inline",
            "hardbreak",
            "softbreak",
            "strong_open",
            "strong_close",
            "link_open",
            "link_close",
        }
        return [token.type for token in tokens], links

    assert structure("x") == structure("x" + text)


@given(texts)
@settings(max_examples=30, deadline=None)
def test_links_lead_to_web_addresses_only(text):
    for token in inline(markdown(poisoned(small(), text, kept=frozenset({"schema"})))):
        assert token.type != "html_inline"
        if token.type == "link_open":
            assert re.match(r"https?://[^@/]+", token.attrGet("href"), re.IGNORECASE)


@pytest.mark.parametrize(
    "url",
    [
        "https://e.example/a_(b)_*c*",
        "https://e.example/?x=1&copy;=2&amp;y",
        "http://e.example/[x]",
        "https://e.example/é",
    ],
)
def test_a_link_leads_where_the_item_is(url):
    report = small()
    report["items"]["new"] = [{**report["items"]["new"][0], "url": url, "title": "t"}]
    first = next(
        token
        for token in inline(markdown(report))
        if token.type == "link_open" and "e.example" in token.attrGet("href")
    )
    assert READER.normalizeLink(url if address(url) else "") == first.attrGet("href")


def test_what_it_says():
    report = sample_report()
    report["items"]["new"][0]["publication_date"] = "2026-12-01"
    text = markdown(report)
    assert text.startswith("# NOT COMPLETE: 7 pages that the site names are missing\n")
    assert "- fields are empty that had values before: geographic_scope (31%)\n" in text
    assert "\n## New: 63\n" in text
    assert "\n- and 53 more, in report.json\n" in text
    assert "`scrapy show 8000@en --verify`, `news-20261120T030405Z-00000.warc.gz` at byte 1621223" in text
    assert "\n**could not be fetched** (`failed`), 4, asked for again:\n" in text
    assert "\n| geographic_scope | 140 of 230 | 61% | 88% |\n" in text
    assert "\n| 2026-11-20 03:04 | 3 | 63 | 8 | 3 |" in text
    assert markdown(sample_report(code=0)).startswith("# Complete\n")
    assert markdown(empty_report()).startswith("# Complete\n")


def test_it_stays_short():
    report = sample_report()
    for items in (report["items"]["new"], report["missing"], report["vocabulary"], report["outcome"]["messages"]):
        items *= 1000
    assert len(markdown(report)) < 60_000


def test_it_tells_that_dates_are_printed_in_another_order():
    said = "day and month are printed in another order than before: en: month-first -> day-first"
    assert said in visible(" ".join(shown(markdown(sample_report())).split()))
    assert "another order" not in markdown(sample_report(code=0))
    old = sample_report()
    del old["dates"]
    assert "another order" not in markdown(old)
