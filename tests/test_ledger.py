from datetime import datetime

import pytest

from migration_spider.config import Config, parse_hours
from migration_spider.exceptions import OptionError
from migration_spider.harvest.completeness import check
from migration_spider.ledger import Ledger, Listing, Sitemap
from migration_spider.middlewares.budget import is_within


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
        {"url": "b", "reason": "failed", "detail": "timeout", "found": "sitemap"},
        {"url": "e", "reason": "not_reached", "detail": "the run ended before", "found": "sitemap"},
        {"url": "c", "reason": "gone", "detail": "answer 404", "found": "sitemap"},
        {"url": "d", "reason": "robots", "detail": "robots.txt forbids it", "found": "sitemap"},
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


@pytest.mark.parametrize(
    ("rows", "total", "is_short"),
    [(100, 100, False), (98, 100, False), (97, 100, True), (5, None, False), (0, 0, False)],
)
def test_a_listing_has_the_results_that_it_promises(rows, total, is_short):
    ledger = Ledger()
    ledger.listings["/news"] = Listing(pages=9, rows=set(map(str, range(rows))), total=total)
    told = [f"/news shows {rows} of the {total} results that it promises"]
    assert (told if is_short else []) == check(ledger, is_whole=True).short_listings
    assert [] == check(ledger, is_whole=False).short_listings


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
