"""The number of items on the site, from what lists name and what texts link to."""

import random

import pytest

from migration_spider.harvest.estimate import estimate, interval
from migration_spider.ledger import Ledger


def ledger_of(listed, linked, visited=()):
    """Items that lists name, items that texts link to, and of the others those that were visited with their outcome."""
    ledger = Ledger()
    for url in listed:
        ledger.name(url, "listing")
        ledger.settle(url, "item", url)
    ledger.links = dict.fromkeys(linked, "http://site/page")
    for url, code in dict(visited).items():
        ledger.name(url, "link")
        ledger.settle(url, code)
    return ledger


def urls(numbers):
    return [f"http://site/{n}" for n in numbers]


def estimated(*samples):
    return estimate(ledger_of(*samples), lambda url: False)


def test_lists_that_name_all_that_is_linked_name_all():
    found = estimated(urls(range(500)), urls(range(0, 500, 2)))
    assert (500, 500) == (found.items, found.low)
    # 250 of 250: the lists may still lack a little over one in a hundred.
    assert 500 < found.high <= 510


def test_lists_that_name_half_of_what_is_linked_name_half():
    found = estimated(urls(range(0, 400, 2)), urls(range(200)), dict.fromkeys(urls(range(1, 200, 2)), "item"))
    assert 400 == found.items
    assert found.low < 400 < found.high


def test_the_share_of_news_among_the_links_visited_stands_for_the_others():
    others = urls(range(1000, 1100))
    visited = dict.fromkeys(others[:10], "not_news") | dict.fromkeys(others[10:20], "item")
    found = estimated(urls(range(100)), urls(range(50)) + others, visited)
    assert (50, 100) == (found.both, found.linked)
    assert 200 == found.items


def test_a_link_that_redirects_to_a_listed_item_is_one():
    ledger = ledger_of(urls(range(20)), [*urls(range(10)), "http://site/node/11"])
    ledger.name("http://site/node/11", "link")
    ledger.settle("http://site/node/11", "redirected", "http://site/11")
    found = estimate(ledger, lambda url: False)
    assert (11, 11) == (found.linked, found.both)


@pytest.mark.parametrize(("listed", "linked"), [(range(0), range(50)), (range(50), range(9)), (range(50), range(0))])
def test_too_little_tells_nothing(listed, linked):
    assert estimated(urls(listed), urls(linked), dict.fromkeys(urls(set(linked) - set(listed)), "item")) is None


def test_the_interval_is_that_of_the_tables():
    # Clopper and Pearson's own limits, as printed in tables of the binomial distribution.
    for hits, trials, low, high in ((10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (1, 20, 0.0013, 0.2487)):
        assert (low, high) == tuple(round(share, 4) for share in interval(hits, trials))
    assert interval(9000, 10_000)[0] < 0.9 < interval(9000, 10_000)[1]


def test_the_true_number_lies_in_the_interval_as_often_as_it_says():
    chance, site, hits = random.Random(1), range(600), 0  # noqa: S311  (the same in each run)
    for _ in range(100):
        listed = {n for n in site if chance.random() < 0.7}
        linked = {n for n in site if chance.random() < 0.2}
        found = estimated(urls(listed), urls(linked), dict.fromkeys(urls(linked - listed), "item"))
        hits += found.low <= len(site) <= found.high
    assert 90 <= hits <= 100
