"""No input raises or takes long, and the rules hold for labels in any order."""

import os
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parsel import Selector

from migration_spider.items import TERM_FIELDS
from migration_spider.normalize.item import normalize
from migration_spider.pages import page_for
from migration_spider.pages.outline import ancestors
from migration_spider.pages.outline_builder import DEEPEST
from migration_spider.responses.requisites import css_requisites
from migration_spider.vocabularies import label_field
from tests.pages.huge import HUGE, read_all, seconds
from tests.pages.page import PROSE, SITE, document, news

BLOCKS = int(os.environ.get("BLOCKS", "12"))
"""Metadata blocks that are tried in each shape; `make soak` tries more."""

LIMIT = 4
"""Times the CPU of an ordinary page of the same size, parsing the HTML included."""


@pytest.fixture(scope="module")
def ordinary():
    """CPU seconds of a page of five megabytes without anything odd in it: what the others are measured by."""
    read_all(Selector(document("")))
    return min(seconds(HUGE["paragraphs"], read_all) for _ in range(3))


@pytest.mark.parametrize("html", HUGE.values(), ids=HUGE.keys())
def test_five_megabytes(html, ordinary):
    # A ratio within one run, and the best of three: what else runs on the machine slows both down.
    # (bench/bench_pages.py shows the seconds.)
    taken = []
    while not taken or (min(taken) >= LIMIT * ordinary and len(taken) < 3):
        taken.append(seconds(html, read_all))
    assert min(taken) < LIMIT * ordinary


def test_an_ordinary_page_of_five_megabytes_is_little_work():
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read_all(Selector(document(HUGE["paragraphs"])))
    finally:
        sys.setprofile(None)
    assert 100_000 < calls < 8_000_000


def test_fields_nested_without_end_are_read_and_the_rest_of_the_page_is():
    field = "<div class='field'><div class='field__label'>Target audience</div><div class='field__item'>Media"
    page = news(f"<article>{PROSE}{field * 2000}</article>")
    assert page.body_text.startswith("The ferry towns met")
    assert "Target audience" in [entry.label for entry in page.to_item().metadata]
    assert DEEPEST + 1 == max(len(list(ancestors(block))) for block in page.outline.blocks()) + 1


def test_text_nested_deeper_than_blocks_keeps_its_lines():
    lines = "<div>One line.</div><ul><li>Two lines.</li></ul>"
    page = news(f"<article>{'<div>' * 2 * DEEPEST}{lines}{'</div>' * 2 * DEEPEST}<p>After them.</p></article>")
    assert ["One line.", "Two lines.", "After them."] == [line.text for line in page.outline.lines()][-3:]


def test_a_page_cut_anywhere():
    html = document(
        f"<article>{PROSE}<dl><dt>Date of publication</dt><dd>3 May 2021</dd></dl></article>",
        head="<meta name='a' content='b'>",
    )
    for cut in range(0, len(html), 23):
        assert isinstance(read_all(Selector(html[:cut])).url, str)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-le", "latin-1", "cp1251", "ascii", "shift_jis", "utf-7", "big5"]
)
def test_the_wrong_charset(encoding):
    html = document(f"<article>{PROSE}<p>Miércoles, años, новости, 最新消息, أخبار</p></article>").replace(
        "<head>", "<head><meta charset='utf-16'>"
    )
    for declared in ("utf-8", encoding, "utf-16"):
        read_all(Selector(body=html.encode("utf-8"), encoding=declared))
        read_all(Selector(body=html.encode(encoding, "replace"), encoding=declared))


def test_binary_as_text():
    noise = random.Random(7).randbytes(200_000)  # noqa: S311 - the same noise in every run
    read_all(Selector(body=noise, encoding="latin-1"))
    read_all(Selector(body=noise, encoding="utf-8"))
    read_all(Selector(noise.decode("utf-8", "replace")))
    read_all(Selector(noise.decode("latin-1").replace("a", "<div>").replace("b", "<a href='http://[")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "<",
        "<!--",
        "<?xml version='1.0'?>",
        "<?php",
        "<![CDATA[x]]>",
        "{}",
        '{"a": 1}',
        "null",
        "<svg/>",
        "<html/>",
        "&#0;&#xD800;&#x110000;",
    ],
)
def test_hardly_a_page(text):
    assert "other" == page_for(SITE, Selector(text)).kind
    read_all(Selector(text))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "about:blank",
        "http://[",
        "portal.example/a",
        "https://portal.example/%ff%fe",
        "https://portal.example:99999999/a",
    ],
)
def test_odd_addresses(url):
    html = document(
        "<article><a href='x'>x</a><a href='http://['>y</a><a href='//'>z</a><img src='http://[::x'></article>"
    )
    read_all(Selector(html), url=url)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.sampled_from("<>/=\"'& abdivpulrt:-!?\n\0é中"), max_size=400))
def test_any_text(text):
    read_all(Selector(text))
    css_requisites(SITE, text)


LABELS = [
    "Date of publication",
    "Type of material",
    "Target audience",
    "Geographic scope",
    "GCM Objectives",
    "Cross-cutting theme",
    "Working group",
]
UNKNOWN = "Tide table"


def each(template):
    return lambda values: "".join(template.format(value) for value in values)


def field(start, values, end=""):
    """A shape: how a theme prints one field."""
    return lambda label, printed: start.format(label) + values(printed) + end


SHAPES = {
    "classy": field("<div class='f'><div class='f__label'>{}</div>", each("<div class='f__item'>{}</div>"), "</div>"),
    "items": field("<div><div>{}</div><div>", each("<div>{}</div>"), "</div></div>"),
    "bare": field("<div><div>{}</div>", each("<div>{}</div>"), "</div>"),
    "headings": field("<h5>{}</h5>", each("<div>{}</div>")),
    "headings and paragraphs": field("<h3>{}</h3>", each("<p>{}</p>")),
    "sections": field("<section><h4>{}</h4><ul>", each("<li>{}</li>"), "</ul></section>"),
    "titled blocks": field("<div><h2>{}</h2><div>", each("<div>{}</div>"), "</div></div>"),
    "dl": field("<dt>{}</dt>", each("<dd>{}</dd>")),
    "list": field("<li>{}: ", "<br>".join, "</li>"),
    "nested lists": field("<li>{}: <ul>", each("<li>{}</li>"), "</ul></li>"),
    "paragraphs": field("<p><strong>{}:</strong> ", "<br>".join, "</p>"),
    "paragraphs with a colon": field("<p>{}:</p>", each("<p>{}</p>")),
    "strong": field("<div><strong>{}</strong> ", each("<span>{}</span> "), "</div>"),
    "table": field("<tr><th>{}</th><td>", "<br>".join, "</td></tr>"),
    "table of plain cells": field("<tr><td><b>{}</b></td><td>", each("<p>{}</p>"), "</td></tr>"),
    "lines": field("<strong>{}</strong><br>", each("{}<br>")),
    "lines with a colon": field("<strong>{}:</strong> ", "<br>".join, "<br>"),
    "details": field("<details><summary>{}</summary><div>", each("<div>{}</div>"), "</div></details>"),
    "views": field("<div><span class='views-label'>{}: </span><div>", each("<div>{}</div>"), "</div></div>"),
    "colon": field("<div><div>{}<span>:</span></div><div>", each("<div>{}</div>"), "</div></div>"),
    "rows": field("<div class='row'><div class='c'>{}</div><div class='c'>", each("<div>{}</div>"), "</div></div>"),
}
# Labels and values in one row of like elements: only the labels that are known can be told from values.
ALIKE = {"alike": field("<div>{}</div>", each("<div>{}</div>"))}
WRAPPED = {
    "dl": "<dl>{}</dl>",
    "list": "<ul>{}</ul>",
    "nested lists": "<ul>{}</ul>",
    "table": "<table>{}</table>",
    "table of plain cells": "<table><tbody>{}</tbody></table>",
    "lines": "<p>{}</p>",
    "lines with a colon": "<p>{}</p>",
}
PLACES = {
    "below the text": f"<article><div>{PROSE}</div><div>{{}}</div></article>",
    "above the text": f"<article><div>{{}}</div><div>{PROSE}</div></article>",
    "beside the text": f"<article>{PROSE}{{}}</article>",
}
WORDS = st.text(alphabet="bcdfghjklm", min_size=3, max_size=12).map(str.title)
ENTRIES = st.lists(st.tuples(st.sampled_from(LABELS), st.lists(WORDS, max_size=3)), min_size=2, max_size=9)


def page_of(shape, place, entries):
    printed = "".join({**SHAPES, **ALIKE}[shape](label, values) for label, values in entries)
    return news(PLACES[place].format(WRAPPED.get(shape, "{}").format(printed)))


@pytest.mark.parametrize("shape", [*SHAPES, *ALIKE])
@settings(max_examples=BLOCKS, deadline=None)
@given(place=st.sampled_from(list(PLACES)), entries=ENTRIES)
def test_labels_in_any_order_missing_doubled_or_empty(shape, place, entries):
    page = page_of(shape, place, entries)
    assert entries == [(entry.label, [value.text for value in entry.values]) for entry in page.metadata]
    assert page.body_text.endswith("at night.")
    assert page.body_text.startswith("The ferry towns")


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=BLOCKS, deadline=None)
@given(
    place=st.sampled_from(list(PLACES)),
    known=st.lists(st.tuples(st.sampled_from(LABELS), st.lists(WORDS, min_size=1, max_size=3)), min_size=2, max_size=5),
    unknown=st.lists(st.tuples(st.integers(1, 5), st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=3),
)
def test_a_label_never_met_among_others(shape, place, known, unknown):
    entries = list(known)
    for at, values in unknown:
        entries.insert(at, (UNKNOWN, values))
    page = page_of(shape, place, entries)
    assert entries == [(entry.label, [value.text for value in entry.values]) for entry in page.metadata]
    assert page.body_text.endswith("at night.")


VALUES = {
    "Date of publication": ["3 May 2021", "May 2021"],
    "Type of material": ["News", "Report", "Press release"],
    "Target audience": ["Media", "Governments", "General Public"],
    "Geographic scope": ["Chad", "West Asia", "Africa", "Atlantis"],
    "GCM Objectives": ["1 - Data", "23", "General", "International cooperation"],
    "Cross-cutting theme": ["Human rights", "International cooperation"],
    "Working group": ["Alternatives to immigration detention", "Lighthouses"],
}
ANY_VALUE = st.sampled_from([value for values in VALUES.values() for value in values])


@pytest.mark.parametrize("shape", [*SHAPES, *ALIKE])
@settings(max_examples=BLOCKS, deadline=None)
@given(
    place=st.sampled_from(list(PLACES)),
    first=st.tuples(st.sampled_from(LABELS), st.lists(ANY_VALUE, max_size=3)),
    others=st.lists(
        st.tuples(st.sampled_from([*LABELS, UNKNOWN]), st.lists(ANY_VALUE, max_size=3)), min_size=1, max_size=8
    ),
)
def test_no_value_moves_to_another_field_without_a_problem_code(shape, place, first, others):
    entries = [first, *others]
    item = page_of(shape, place, entries).to_item()
    normalize(item)
    printed = {(label_field(label), value) for label, values in entries for value in values}
    for name in TERM_FIELDS:
        for term in getattr(item, name):
            marks = {f"value-moved:{name}", f"value-inferred:{name}", f"unrecognized:{name}"}
            # A value printed without a label goes by the vocabularies; it is in the block under an empty one.
            unlabelled = any(not entry.label and term.raw in [v.text for v in entry.values] for entry in item.metadata)
            assert (name, term.raw) in printed or marks & set(item.problems) or unlabelled
    elsewhere = {value for label, values in entries for value in values if label == UNKNOWN}
    for value in {value for _, values in entries for value in values} - elsewhere:
        assert value not in item.body_text.split("\n")
