"""The account of a run: each address that the site names is accounted for, or missing with a reason."""

from datetime import datetime

import pytest

from migration_spider.config import Config
from migration_spider.exceptions import OptionError
from migration_spider.harvest.completeness import check
from migration_spider.ledger import Ledger, Listing, Sitemap
from migration_spider.middlewares.budget import is_within
from migration_spider.setting_types import parse_hours


def test_everything_named_is_accounted_for_or_missing_with_a_reason():
    ledger = Ledger()
    for url in "abcde":
        ledger.name(url, "sitemap")
    ledger.settle("a", "item", "1@en")
    ledger.settle("b", "failed", "timeout")
    ledger.settle("c", "gone", "answer 404")
    ledger.settle("d", "robots")
    result = check(ledger, is_whole=True)
    # What the next run has to ask again stands first.
    expected = [
        {"url": "b", "reason": "failed", "detail": "timeout", "found": "sitemap", "again": True},
        {"url": "e", "reason": "not_reached", "detail": "the run ended first", "found": "sitemap", "again": True},
        {"url": "c", "reason": "gone", "detail": "answer 404", "found": "sitemap", "again": False},
        {"url": "d", "reason": "robots", "detail": "robots.txt forbids it", "found": "sitemap", "again": False},
    ]
    assert expected == result.missing
    assert {"b": "failed", "e": "not_reached"} == result.unsettled


def test_a_good_outcome_is_not_replaced_by_a_worse_one():
    ledger = Ledger()
    ledger.name("a", "sitemap")
    for code, kept in (("failed", "failed"), ("not_due", "not_due"), ("item", "item"), ("failed", "item")):
        ledger.settle("a", code)
        assert kept == ledger.fates["a"].code


def test_the_date_that_a_sitemap_prints_is_kept_where_others_print_none():
    ledger = Ledger()
    ledger.name("a", "sitemap", "2026-01-01")
    ledger.name("a", "rss")
    assert {"a": "2026-01-01"} == ledger.lastmods


def test_a_listing_counts_before_a_page_and_that_before_memory():
    ledger = Ledger()
    for source, kept in (("state", "state"), ("hreflang", "hreflang"), ("rss", "rss"), ("sitemap", "rss")):
        ledger.name("a", source)
        assert kept == ledger.named["a"]
    assert 1 == ledger.listed()


def test_rows_by_which_a_listing_was_tried_are_not_counted_with_what_the_site_names():
    ledger = Ledger()
    for url in "abc":
        ledger.name(url, "listing")
    ledger.listings["/news"] = Listing(rows=dict.fromkeys("ab"))
    ledger.listings["/events"] = Listing(rows=dict.fromkeys("bc"), state="left")
    assert 2 == ledger.listed()


@pytest.mark.parametrize(
    ("rows", "total", "is_short"),
    [(100, 100, False), (98, 100, False), (97, 100, True), (5, None, False), (0, 0, False)],
)
def test_a_listing_has_the_results_that_it_announces(rows, total, is_short):
    ledger = Ledger()
    ledger.listings["/news"] = Listing(pages=9, shown=rows, total=total)
    told = [f"/news shows {rows} of the {total} results that it announces"]
    assert [] == check(ledger, is_whole=False).short_listings
    assert (told if is_short else []) == check(ledger, is_whole=True).short_listings


def test_a_pager_that_was_left_is_told_of_a_part_of_the_site_too():
    ledger = Ledger()
    ledger.listings["/news"] = Listing(pages=9, problem="was left")
    ledger.doubts["/page"] = "leads on"
    assert ["/news was left", "/page leads on"] == check(ledger, is_whole=False).short_listings


def test_a_broken_sitemap_is_told():
    ledger = Ledger()
    ledger.sitemaps["/sitemap.xml"] = Sitemap(200, 3, "broken XML")
    assert ["/sitemap.xml: broken XML"] == check(ledger, is_whole=True).broken_sitemaps


@pytest.mark.parametrize(
    ("hours", "clock", "expected"),
    [
        ("22:00-06:00", "23:00", True), ("22:00-06:00", "05:00", True), ("22:00-06:00", "06:00", False),
        ("08:00-18:00", "12:00", True), ("08:00-18:00", "07:00", False), ("", "03:00", True),
        ("22:30-06:15", "22:29", False), ("22:30-06:15", "22:30", True),
        ("22:30-06:15", "06:14", True), ("22:30-06:15", "06:15", False),
    ],
)  # fmt: skip
def test_hours(hours, clock, expected):
    assert expected == is_within(parse_hours(hours), datetime.fromisoformat(f"2026-01-01T{clock}:00+00:00"))


@pytest.mark.parametrize("text", ["night", "25:00-26:00", "06:00-06:00", "06:00"])
def test_hours_that_make_no_sense(text):
    with pytest.raises(OptionError, match="22:00-06:00"):
        Config.of({"MIGRATION_HOURS": text})


def test_an_address_is_one_whatever_its_spelling():
    ledger = Ledger()
    ledger.name("http://x/l%27eau", "sitemap", "2026-01-01")
    ledger.settle("http://x/l'eau", "item", "2@en")
    assert [] == list(ledger.missing())
    assert "item" == ledger.fate("http://x/l%27eau").code


def test_what_was_no_news_for_itself_may_be_so_by_its_listing():
    ledger = Ledger()
    for code, kept in (("not_news", "not_news"), ("item", "item"), ("not_news", "item")):
        ledger.settle("a", code)
        assert kept == ledger.fates["a"].code


def test_items_that_only_texts_lead_to_are_unlisted():
    ledger = Ledger()
    ledger.links = {"http://x/a": "http://x/1", "http://x/b": "http://x/2", "http://x/c": "http://x/3"}
    for url in ledger.links:
        ledger.name(url, "link")
    ledger.settle("http://x/a", "item", "1@en")
    ledger.settle("http://x/b", "item", "2@en")
    ledger.settle("http://x/c", "not_news")
    ledger.name("http://x/b", "hreflang")
    assert [("http://x/a", "http://x/1")] == list(ledger.unlisted())
    # Visited and none: it is asked again when it is the one longest unvisited.
    assert [("http://x/c", "http://x/3")] == list(ledger.unnamed_links())


def test_listings_of_news_that_no_setting_names_are_learned():
    ledger = Ledger()
    ledger.listings["http://x/updates"] = Listing(
        pages=3, rows=dict.fromkeys("abc"), names_news=True, news=3, origin="menu"
    )
    ledger.listings["http://x/news"] = Listing(pages=3, rows=dict.fromkeys("abc"), names_news=True, news=3)
    ledger.listings["http://x/events"] = Listing(pages=1, rows=dict.fromkeys("de"), state="left")
    ledger.listings["http://x/staff"] = Listing(pages=1, rows=dict.fromkeys("fg"), origin="menu")
    assert [("http://x/updates", True, 3, 3, 3)] == list(ledger.news_listings())
