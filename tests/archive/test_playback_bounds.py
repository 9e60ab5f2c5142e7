"""Archived pages that are too much for whoever shows them: one sentence, and nothing cut off without a word."""

from __future__ import annotations

import pytest

from archive.playback import Addresses, BusyError, UnshowableError, markup, style
from archive.playback.markup import drawing, page
from archive.playback.style import rewritten
from tests.archive.hostile_page import HERE


def shown(content: bytes) -> bytes:
    return page("text/html; charset=utf-8", content, HERE)


@pytest.mark.parametrize("sort", [shown, lambda content: drawing(content, HERE)])
def test_pages_of_too_much_are_refused_with_a_sentence(sort):
    with pytest.raises(UnshowableError, match="more than 100000 elements"):
        sort(b"<svg>" + b"<p/><br/>" * 51_000 + b"</svg>")
    # What takes some parsers the square of their number in time.
    with pytest.raises(UnshowableError, match="more than 500 attributes"):
        sort(b"<svg " + b" ".join(b"a%d='1'" % number for number in range(60_000)) + b"></svg>")
    # For each of these all open elements are looked through.
    with pytest.raises(UnshowableError, match="more than 100000 end tags"):
        sort(b"<svg>" * 1_000 + b"</b>" * 101_000)


def test_a_page_too_large_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(markup, "LARGEST_PAGE", 1 << 20)
    with pytest.raises(UnshowableError, match=r"the page has 1\.5 MB, more than the limit of 1 MB"):
        shown(b"x" * 1_500_000)
    assert shown(b"<p>" * 20_000)
    assert 20_000 == shown(b"<script>x</script>tail" * 20_000).count(b"tail")


def test_of_a_page_without_end_tags_nothing_is_cut_off():
    """As people wrote by hand: each paragraph stands within the one before it."""
    found = shown(b"".join(b"<p><font size=2><b>para %d." % number for number in range(990)))
    assert b"para 989." in found
    assert found.endswith(b"</body></html>")


def test_a_page_deeper_than_any_is_refused_with_a_sentence(monkeypatch):
    assert b"<b>deepest" in shown(b"<div>" * 1_990 + b"<b>deepest")
    with pytest.raises(UnshowableError, match="the elements of the page are nested more than 2000 deep"):
        shown(b"<div>" * 1_999)
    # The more end tags, the less deep.
    monkeypatch.setattr(markup, "MOST_STEPS", 100_000)
    assert shown(b"<div>" * 90 + b"</b>" * 999)
    with pytest.raises(UnshowableError, match="the elements of the page are nested more than 100 deep"):
        shown(b"<div>" * 101 + b"</b>" * 999)


def test_addresses_have_bounds_each_and_all(monkeypatch):
    monkeypatch.setattr(markup, "MOST_ADDRESSES", 200)
    monkeypatch.setattr(markup, "MOST_WRITTEN", 1 << 20)
    long = "http://a.example/" + "b/" * 4_080
    assert Addresses("/memento/", "20260102030405", long).link("../c") is not None
    assert Addresses("/memento/", "20260102030405", long + "b/" * 20).link("../c") is None
    assert Addresses("/memento/", "20260102030405", long + "b/" * 20).link("/c") == HERE.link("/c")
    assert HERE.link("x" * 9_000) is None
    assert HERE.based("/" + "x" * 9_000) == HERE, "a base that is none"
    assert 200 == shown(b"<a href=x>" * 200).count(b"/memento/")
    for many in (b"<a href=x></a>", b"<p style='b:url(x)'>", b"<img srcset='a 1x, b 2x'>", b"<iframe src=x></iframe>"):
        with pytest.raises(UnshowableError, match="more than 200 addresses"):
            shown(many * 201)
    with pytest.raises(UnshowableError, match="the addresses of the page are longer than 1 MB"):
        shown(f"<base href='{long}'>".encode() + b"<a href=../x>" * 190)


def test_of_a_style_sheet_with_long_addresses_the_start_is_kept(monkeypatch):
    monkeypatch.setattr(style, "MOST_WRITTEN", 100_000)
    base = Addresses("/memento/", "20260102030405", "http://a.example/" + "b/" * 4_000)
    found = rewritten("a{b:url(x)}" * 50, base.embedded)
    assert style.MOST_WRITTEN < len(found) < style.MOST_WRITTEN + 20_000


def test_who_has_waited_long_for_another_page_is_told(monkeypatch):
    monkeypatch.setattr(markup, "LONGEST_WAIT", 0.01)
    large = b"<p>" + b"x" * (1 << 20)
    with markup._turn, pytest.raises(BusyError, match="another large page"):
        shown(large)
    with pytest.raises(UnshowableError):
        shown(large + b"<p>" * 101_000)
    assert shown(large), "the turn is given back"
