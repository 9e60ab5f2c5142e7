"""Which pages are looked at, and what rows say of their listing."""

import pytest

from migration_spider.ledger import Ledger, Listing
from migration_spider.spiders.explore import SAMPLE, Explorer
from migration_spider.spiders.scope import Scope

SITE = "http://portal.example"


def explorer(ledger=None, depth=2, most=10, was_item=()):
    scope = Scope(SITE, ["en", "fr", "es"], ["en", "fr", "es"], [])
    return Explorer(ledger or Ledger(), depth, most, lambda url: url in was_item, scope.path)


def urls(*names):
    return [f"{SITE}/{name}" for name in names]


def test_the_nearest_pages_come_first_and_of_these_the_likeliest():
    found = explorer()
    found.offer(urls("deep"), 2, 0)
    found.offer(urls("elsewhere"), 1, 2)
    found.offer(urls("about", "contact"), 1, 1)
    found.offer(urls("updates"), 1, 0)
    assert urls("updates", "about", "contact") == found.take()
    assert urls("deep") == found.take()
    assert urls("elsewhere") == found.take()
    assert [] == found.take()


def test_neither_too_deep_nor_too_many_nor_twice():
    found = explorer(most=3)
    found.offer(urls("too-deep"), 3, 0)
    found.offer(urls("a", "b", "c", "d"), 1, 1)
    assert urls("a", "b", "c") == found.take()
    found.offer(urls("a", "e"), 2, 0)
    assert [] == found.take()
    assert 2 == found.waiting


def test_other_links_than_menus_are_looked_at_only_while_no_listing_is_known():
    ledger = Ledger()
    found = explorer(ledger)
    found.offer(urls("see-also"), 1, 2)
    ledger.listings[f"{SITE}/updates"] = Listing(news=8, read=8, rows=dict.fromkeys(urls(*"abcdefghijkl")))
    assert [] == found.take()
    ledger.listings.clear()
    assert urls("see-also") == found.take()


def test_what_is_no_listing_in_one_language_is_looked_at_in_others_only_while_none_is_known():
    ledger = Ledger()
    found = explorer(ledger)
    found.offer(urls("about", "updates", "fr/about", "fr/updates", "es/about"), 1, 1)
    assert urls("about", "updates") == found.take()
    assert urls("fr/about", "fr/updates") == found.take()
    ledger.listings[f"{SITE}/updates"] = Listing(
        news=8, read=8, rows=dict.fromkeys(urls(*"abcdefghijkl")), origin="menu"
    )
    assert [] == found.take()
    found.offer(urls("es/updates"), 1, 1)
    assert urls("es/updates") == found.take()


def on_trial(ledger, codes):
    """A listing with a row for each of ``codes``."""
    rows = urls(*(f"row-{n}" for n in range(len(codes))))
    listing = ledger.listings[f"{SITE}/updates"] = Listing(state="trial", rows=dict.fromkeys(rows))
    for row, code in zip(rows, codes, strict=True):
        if code:
            ledger.settle(row, code)
    return listing


def test_a_few_rows_from_first_to_last_decide():
    ledger = Ledger()
    listing = on_trial(ledger, [""] * 40)
    found = explorer(ledger)
    chosen = found.rows_to_read(listing)
    assert SAMPLE == len(set(chosen))
    assert urls("row-0")[0] == chosen[0]
    assert urls("row-35")[0] == chosen[-1]
    assert set(chosen).isdisjoint(found.rows_to_read(listing))


def test_rows_of_which_the_outcome_is_known_need_not_be_read():
    ledger = Ledger()
    listing = on_trial(ledger, ["item"] * 3 + ["not_news"] * 2 + [""] * 9)
    assert SAMPLE - 5 == len(explorer(ledger).rows_to_read(listing))


@pytest.mark.parametrize(
    ("codes", "state", "names_news"),
    [
        (["item"] * 8, "walked", True),
        (["item"] * 2, "walked", False),
        (["item"] * 7 + ["not_news"], "walked", False),
        (["not_news"] * 7 + ["item"], "walked", False),
        (["not_news"] * 8, "left", False),
        (["failed"] * 8, "left", False),
        (["fallback"] * 8, "walked", True),
        ([], "left", False),
    ],
)
def test_a_listing_is_what_its_rows_lead_to(codes, state, names_news):
    ledger = Ledger()
    listing = on_trial(ledger, codes)
    explorer(ledger).decide(listing)
    assert (state, names_news) == (listing.state, listing.names_news)


def test_a_row_without_a_sign_of_its_own_says_nothing_for_or_against():
    ledger = Ledger()
    listing = on_trial(ledger, ["item"] * 7 + ["not_news"])
    found = explorer(ledger)
    found.would_be[urls("row-7")[0]] = None
    found.decide(listing)
    assert listing.names_news


def test_a_row_that_redirects_is_what_it_leads_to():
    ledger = Ledger()
    listing = on_trial(ledger, [""])
    ledger.settle(urls("row-0")[0], "redirected", urls("story")[0])
    ledger.settle(urls("story")[0], "item", "1@en")
    explorer(ledger).decide(listing)
    assert "walked" == listing.state


def test_a_row_that_is_not_due_is_what_an_earlier_run_found():
    ledger = Ledger()
    listing = on_trial(ledger, ["not_due", "not_due"])
    explorer(ledger, was_item=urls("row-0")).decide(listing)
    assert (1, 2) == (listing.news, listing.read)


def test_the_last_page_is_read_once_where_no_row_of_the_first_was_news():
    ledger = Ledger()
    listing = on_trial(ledger, ["not_news"] * 8)
    listing.pager = dict.fromkeys(urls("updates?page=1", "updates?page=12", "updates?page=2"))
    found = explorer(ledger)
    assert urls("updates?page=12")[0] == found.further_page(listing)
    assert found.further_page(listing) is None
