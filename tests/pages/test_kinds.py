"""Kinds of pages: each entry of the table of evidence has pages that only it tells."""

import pytest
from parsel import Selector

from migration_spider import pages
from migration_spider.pages import metadata_block, page_for, told_by
from tests.pages.page import PROSE, SITE, document

NODE = "<link rel='shortlink' href='/node/5'>"
FIELD = "<div><div>{}</div><div>{}</div></div>"
DATED = FIELD.format("Date of publication", "3 May 2021")
SHARED = "".join(
    FIELD.format(*pair)
    for pair in (("Target audience", "Media"), ("Geographic scope", "Chad"), ("Working group", "Return"))
)
EVERYDAY = FIELD.format("Venue", "Harbour hall") + FIELD.format("Last updated", "4 May 2021")
EVENT = FIELD.format("Main organizer/s", "A")
ROW = "<div class='views-row'><h3><a href='/{0}'>Story {0} of the ferry towns</a></h3><p>Words.</p></div>"
ROWS = "".join(map(ROW.format, range(6)))
DATED_ROW = (
    "<div class='views-field-title'><a href='/{0}'>Story {0} of the ferry towns</a></div><div><span>Published on:</span> "
    "<span>07/04/2012</span></div><div><span>URL:</span> <a href='https://o.example/{0}'>https://o.example/{0}</a></div>"
)
LINKS = "".join(f"<ul><li><a href='/{n}'>Story {n} of the ferry towns</a></li></ul>" for n in range(6))
REPLY = "<p>{0} <a href='/comment/reply/{0}#form'>Reply</a></p>"
PAGER = "<nav class='pager'><a href='?page=1'>2</a></nav>"

SENTENCES = "".join(
    f"<li>The harbour town of the north keeps <a href='/{n}'>list number {n}</a>, on which every family that came in the "
    "winter is named, and asks all offices to do the same before the summer.</li>"
    for n in range(4)
)
SENTENCES = f"<ul>{SENTENCES}</ul>"

CASES = {
    "a content type of news": ("news", "type", PROSE, {"body": "class='page-node-type-news'"}),
    "a content type of news, whatever the labels": (
        "news", "type", PROSE + EVENT, {"body": "class='page-node-type-press-release'"}),
    "another content type": ("other", "type", PROSE + DATED, {"body": "class='page-node-type-practice'"}),
    "another section": ("other", "address", PROSE + DATED, {"url": f"{SITE}/fr/events/a"}),
    "labels that only events have": ("other", "labels", PROSE + DATED + EVENT, {}),
    "a labelled date": ("news", "labels", PROSE + DATED, {}),
    "a labelled date beside everyday words": ("news", "labels", PROSE + DATED + EVERYDAY, {}),
    "a labelled date above a list": ("news", "labels", DATED + ROWS + PAGER, {"head": NODE, "named": True}),
    "a row of a news listing": ("news", "named", PROSE, {"head": NODE, "named": True}),
    "a row of a news listing with everyday words": (
        "news", "named", PROSE + EVERYDAY + SHARED, {"head": NODE, "named": True}),
    "a row of a news listing whose theme prints the content type only": (
        "news", "named", PROSE, {"body": "class='node-type-review'", "named": True}),
    "a row of a news listing with comments": ("news", "named", PROSE + REPLY.format(5), {"named": True}),
    "a row of a news listing whose own rows have comments": (
        "listing", "rows", "".join(ROW.format(n) + REPLY.format(n) for n in (5, 6)), {"named": True}),
    "a row of a news listing that lists and goes on": ("listing", "pager", ROWS + PAGER, {"head": NODE, "named": True}),
    "a row of a news listing with pages of comments": ("news", "named", PROSE + PAGER, {"head": NODE, "named": True}),
    "everyday words": ("other", "labels", PROSE + EVERYDAY + SHARED, {"head": NODE}),
    "labels that news shares": ("news", "labels", PROSE + SHARED, {"head": NODE}),
    "labels that news shares, and pages of comments": ("news", "labels", PROSE + SHARED + PAGER, {"head": NODE}),
    "a pager": ("listing", "pager", "<ul><li><a href='/a'>A</a></li></ul>" + PAGER, {}),
    "a pager below a text": ("listing", "pager", PROSE * 4 + ROW.format(1) + PAGER, {"head": NODE}),
    "an event with a pager": ("listing", "pager", EVENT + ROWS + PAGER, {}),
    "rows": ("listing", "rows", ROWS, {}),
    "one node in a list": (
        "listing", "rows", f"<div><div class='node'><h3><a href='/b'>Boats</a></h3>{PROSE}</div></div>", {}),
    "dated rows, each with its labels": (
        "listing", "rows", "<h2>First</h2><table><tr><td>" + DATED_ROW.format(9) + "</td></tr></table><table><tr>"
        + "".join(f"<td>{DATED_ROW.format(n)}</td>" for n in range(6)) + "</tr></table>", {}),
    "rows of events": ("listing", "rows", ROWS, {"url": f"{SITE}/events/past"}),
    "rows with everyday words": ("listing", "rows", "".join(ROW.format(n) + EVERYDAY for n in range(6)), {}),
    "rows on a node": ("listing", "rows", PROSE + ROWS, {"head": NODE}),
    "a text with rows below it": ("other", "text", PROSE * 4 + ROW.format(1) + ROW.format(2), {"head": NODE}),
    "a text with a list of links": ("other", "text", PROSE + LINKS, {"head": NODE}),
    "a node that is nothing but a list of links": ("listing", "rows", LINKS, {"head": NODE}),
    "a node that is nothing but files": ("other", "text", LINKS.replace("'>Story", ".pdf'>Story"), {"head": NODE}),
    "a node with one other beside it": (
        "other", "text", PROSE + "<div class='view-content'><h2><a href='/b'>Boats come home</a></h2></div>", {"head": NODE}),
    "a list of links on no node": ("listing", "rows", PROSE + LINKS, {}),
    "a list of sentences with links in them": ("other", "text", PROSE * 4 + SENTENCES, {"head": NODE}),
    "partners": ("other", "text", LINKS.replace("href='/", "href='https://partner").replace("'>Story", ".example/'>Story"), {}),
    "another site of the same office": ("listing", "rows", LINKS.replace("href='/", "href='https://office.example/"), {}),
    "a glossary": ("other", "text", PROSE * 16 + LINKS.replace("</a>", "</a> 3 May 2021"), {}),
    "a text": ("other", "nothing", PROSE, {"head": NODE}),
}  # fmt: skip


def read(content, *, named=False, url=f"{SITE}/a", **how):
    return page_for(url, Selector(document(content, **how)), named_as_news=named)


def wrong():
    """Names of the cases that are told wrong."""
    found = []
    for name, (kind, word, content, how) in CASES.items():
        page = read(content, **how)
        if (kind, word) != (page.kind, told_by(page)):
            found.append((name, page.kind, told_by(page)))
    return found


def test_kinds_and_what_told_them():
    assert [] == wrong()


@pytest.mark.parametrize("one", pages.EVIDENCE, ids=lambda one: f"{one.kind} by {one.word}: {one.why}")
def test_no_evidence_is_there_for_nothing(one, monkeypatch):
    monkeypatch.setattr(pages, "EVIDENCE", tuple(other for other in pages.EVIDENCE if other is not one))
    assert [] != wrong()


def test_the_order_of_the_evidence_matters(monkeypatch):
    for place in range(len(pages.EVIDENCE) - 1):
        first, second = pages.EVIDENCE[place : place + 2]
        if first.kind == second.kind or first.word == second.word == "type" or first.word == "pager":
            # Both say the same, or cannot hold together; whatever has a pager and is no news is a listing.
            continue
        swapped = (*pages.EVIDENCE[:place], second, first, *pages.EVIDENCE[place + 2 :])
        with monkeypatch.context() as changed:
            changed.setattr(pages, "EVIDENCE", swapped)
            assert [] != wrong(), (first.why, second.why)


def test_pages_that_a_news_listing_would_make_news():
    assert pages.Facts(read(PROSE + EVERYDAY + SHARED, head=NODE), named_as_news=False).is_news_if_named
    assert not pages.Facts(read(PROSE + EVENT, head=NODE), named_as_news=False).is_news_if_named


@pytest.mark.parametrize("body", [PROSE + EVENT, ROWS + PAGER, PROSE + EVERYDAY + SHARED])
def test_what_is_asked_besides_the_kind_reads_the_block_once(monkeypatch, body):
    read_block, told = metadata_block.read, []
    monkeypatch.setattr(metadata_block, "read", lambda *given: told.append(given) or read_block(*given))
    facts = pages.facts_of(f"{SITE}/a", Selector(document(body, head=NODE)), False)
    assert "news" != facts.result.kind
    assert facts.is_news_if_named in (True, False)
    assert 1 == len(told)


def test_news_is_told_without_reading_rows(monkeypatch):
    monkeypatch.setattr(pages.ListingPage, "rows", property(lambda page: 1 / 0))
    assert "news" == read(PROSE + ROWS, body="class='page-node-type-news'").kind
    assert "news" == read(PROSE + DATED).kind
    assert "news" == read(PROSE, head=NODE, named=True).kind


def test_a_listing_that_goes_on_is_told_without_reading_labels(monkeypatch):
    monkeypatch.setattr(pages.NewsPage, "outline", property(lambda page: 1 / 0))
    assert "listing" == read(ROWS + PAGER).kind
    assert "listing" == read(EVENT + ROWS + PAGER, named=True).kind
