"""Each fault of the demo portal does what it is called, and ends when it is healed."""

from __future__ import annotations

import gzip
import http.client
import time
import zlib

import pytest
from lxml import etree

from tests.portal import FAULTS, Portal
from tests.portal.client import get
from tests.portal.faults import ONE_ITEM
from tests.portal.seen import FILES, path


def test_an_unknown_fault_or_variant_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown faults"):
        Portal(nodes=20, faults={"slwo"})
    with pytest.raises(ValueError, match="unknown variant"):
        Portal(nodes=20, variant="clasy")


def test_blocked() -> None:
    with Portal(nodes=20, faults={"blocked"}) as portal:
        for target in ("/", "/robots.txt", f"{FILES}/docs/summary_report_1.pdf"):
            reply = get(portal, target)
            assert reply.status == 403
            assert b"Just a moment" in reply.body


def test_error_503_comes_once() -> None:
    with Portal(nodes=20, faults={"error503-once"}) as portal:
        targets = [path(portal, record) for record in portal.truth()]
        first = [get(portal, target) for target in targets]
        second = [get(portal, target).status for target in targets]
    busy = [reply for reply in first if reply.status == 503]
    assert 0 < len(busy) < len(first)
    assert {reply.headers["retry-after"] for reply in busy} == {"1"}
    assert set(second) == {200}


@pytest.mark.parametrize(("fault", "again"), [("cut", True), ("cut-once", False)])
def test_cut_bodies(fault: str, again: bool) -> None:
    with Portal(nodes=20, faults={fault}) as portal:
        targets = [path(portal, record) for record in portal.truth()]
        cut = [target for target in targets if is_cut(portal, target)]
        assert 0 < len(cut) < len(targets)
        assert [is_cut(portal, target) for target in cut] == [again] * len(cut)


def is_cut(portal: Portal, target: str) -> bool:
    try:
        get(portal, target)
    except http.client.IncompleteRead:
        return True
    return False


@pytest.mark.parametrize(
    ("fault", "target", "status", "words"),
    [
        ("refuse-robots", "/robots.txt", 200, b"Disallow: /\n"),
        ("robots-error", "/robots.txt", 500, b"Error"),
        ("crawl-delay", "/robots.txt", 200, b"Crawl-delay: 1\n"),
        ("no-sitemap", "/sitemap.xml", 404, b"not found"),
        ("no-listing", "/fr/news", 404, b"not found"),
        ("error500", "/about", 500, b"unexpected error"),
        ("slow", "/about", 200, b"</html>"),
    ],
)
def test_other_faults(fault: str, target: str, status: int, words: bytes) -> None:
    assert fault in FAULTS
    with Portal(nodes=20, faults={fault}) as portal:
        reply = get(portal, target)
    assert reply.status == status
    assert words in reply.body


def test_faults_come_and_go_while_the_portal_is_up() -> None:
    with Portal(nodes=20, faults={"error500"}) as portal:
        assert get(portal, "/about").status == 500
        portal.fault("no-sitemap")
        portal.heal("error500")
        assert [get(portal, target).status for target in ("/about", "/sitemap.xml")] == [200, 404]
        portal.heal()
        assert get(portal, "/sitemap.xml").status == 200
        with pytest.raises(ValueError, match="unknown faults"):
            portal.fault("slwo")
        with pytest.raises(ValueError, match="unknown faults"):
            portal.heal("slwo")
        with pytest.raises(ValueError, match="slow has no"):
            portal.fault("slow", second=1)


@pytest.mark.parametrize(("fault", "wait"), [("storm", None), ("storm-retry-after", "1")])
def test_a_storm_ends(fault: str, wait: str | None) -> None:
    with Portal(nodes=20, faults={fault}) as portal:
        assert get(portal, "/robots.txt").status == 200
        replies = [get(portal, target) for target in ["/about", "/sitemap.xml", "/news"] * 5]
        assert [reply.status for reply in replies] == [503] * 12 + [200] * 3
        assert {reply.headers.get("retry-after") for reply in replies[:12]} == {wait}
        portal.fault(fault, after=2, answers=3)
        assert [get(portal, "/about").status for _ in range(7)] == [200, 200, 503, 503, 503, 200, 200]
        portal.fault("storm-retry-after", seconds=30, answers=1)
        portal.heal("storm")
        assert get(portal, "/about").headers["retry-after"] == "30"


def test_a_slow_host_is_as_slow_as_asked_for() -> None:
    with Portal(nodes=20) as portal:
        portal.fault("slow", seconds=0.6)
        began = time.monotonic()
        assert get(portal, "/robots.txt").status == 200
        assert time.monotonic() - began >= 0.6


def test_half_a_listing_counts_whole() -> None:
    with Portal(nodes=60) as portal:
        whole = get(portal, "/news")
        portal.fault("half-listing")
        both = {"If_None_Match": whole.headers["etag"], "If_Modified_Since": whole.headers["last-modified"]}
        half = get(portal, "/news", **both)
        rows = [reply.selector.css("main article h2 a::attr(href)").getall() for reply in (whole, half)]
        lines = [reply.selector.css(".view-header p::text").get() for reply in (whole, half)]
        nexts = [reply.selector.css('a[rel="next"]::attr(href)').get() for reply in (whole, half)]
        assert len(rows[0]) == 12
        assert rows[1] == rows[0][::2]
        assert lines[0] == lines[1]
        assert nexts == ["?page=1", "?page=1"]
        portal.heal()
        assert get(portal, "/news").selector.css("main article h2 a::attr(href)").getall() == rows[0]


def test_a_broken_sitemap_is_no_xml() -> None:
    with Portal(nodes=60, faults={"sitemap-broken"}) as portal:
        reply = get(portal, "/sitemap.xml?page=2")
        others = [get(portal, target).body for target in ("/sitemap.xml", "/sitemap.xml?page=1")]
    assert reply.status == 200
    assert reply.body.count(b"<loc>") > 5
    assert b"Maximum execution time" in reply.body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(reply.body)
    for body in others:
        etree.fromstring(body)


def test_a_cut_sitemap_is_half_a_gzip() -> None:
    with Portal(nodes=60, faults={"sitemap-cut"}) as portal:
        body = get(portal, f"{FILES}/sitemaps/library.xml.gz").body
        portal.heal()
        whole = get(portal, f"{FILES}/sitemaps/library.xml.gz").body
    assert body == whole[: len(whole) // 2]
    assert zlib.decompressobj(31).decompress(body).count(b"<loc>") > 5
    with pytest.raises(EOFError):
        gzip.decompress(body)


def test_two_pages_redirect_to_each_other() -> None:
    with Portal(nodes=20, faults={"redirect-loop"}) as portal:
        assert ONE_ITEM == ("/international-migrants-day-azerbaijan", "/es/node/7756")
        for here, there in (ONE_ITEM, ONE_ITEM[::-1]):
            reply = get(portal, here)
            assert (reply.status, reply.headers["location"]) == (302, there)
        assert get(portal, "/fr/node/7756").status == 200
