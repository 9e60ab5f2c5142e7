"""A site whose plan nobody knows is found whole, or the run says what it did not find; and it is asked little more."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

import pytest

from tests.crawling import crawl, items
from tests.portal import Portal
from tests.recorded import Recorded, truth
from tests.replanned import replanned

HARD = ("unknown-listing", "no-sitemap", "no-feed")

SHARE, LOOKING = 1.3, 80
"""Requests: this share of those with the plan that the settings know, and menus and rows on trial in six languages."""

KNOWN = 684
"""Requests of the recorded site with its own plan, when nothing was looked for beyond what the settings name."""

ENOUGH = 1000
"""Pages after which a crawl that has found no end is ended."""


@dataclass(frozen=True)
class Case:
    plans: tuple[str, ...]
    code: int = 0
    says: tuple[str, ...] = ()
    """What the run prints."""

    finds: bool = True
    """All items, or none."""


# Several plans in each row, as each row is a crawl.
CASES = {
    "unknown listing, no dates, load more": Case(("undated", "load-more", *HARD)),
    "second level, rows with a query": Case(("second-level", "rows-with-a-query", *HARD)),
    "block on a front page that is an item": Case(("block-link", "front-item", *HARD)),
    "mixed with other content, endless pager": Case(("mixed", "endless-pager", *HARD)),
    "one language, load more without an address": Case(("one-language", "load-more-blind", *HARD)),
    "only /node": Case(("node-only", *HARD)),
    "a row for each translation, spelled otherwise": Case(("duplicate-rows", "other-spelling", "no-feed")),
    "sitemap of http://default": Case(("default-host", "no-listing")),
    "endless sitemap, linked from a text only": Case(
        ("endless-sitemap", "unlisted"), 3, ("sitemaps that cannot be read", "in no listing or sitemap")
    ),
    "nothing lists news": Case(("no-listing", *HARD), 3, ("scrapy survey",), finds=False),
}


def run(folder, plans, code=0):
    """(what was printed, addresses of items, requests, addresses of the truth) of a crawl of the portal so planned."""
    with Portal(nodes=16, plans=plans) as portal:
        words = {"MIGRATION_LINK_SAMPLE": 20, "CLOSESPIDER_PAGECOUNT": ENOUGH}
        printed = crawl(folder, site=portal.url, code=code, **words)
        wanted = {unquote(row["url"]) for row in portal.truth()}
        return printed, {unquote(item["url"]) for item in items(folder)}, list(portal.requests), wanted


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """How many requests the portal takes with the plan that the settings know."""
    _, found, requests, wanted = run(tmp_path_factory.mktemp("known"), ())
    assert wanted == found
    return len(requests)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_all_items_or_what_is_missing(case, known, tmp_path):
    printed, found, requests, wanted = run(tmp_path, case.plans, case.code)
    assert (wanted if case.finds else set()) == found
    assert [] == [words for words in case.says if words not in printed]
    assert ("Complete." in printed) == (case.code == 0)
    assert len(requests) <= SHARE * known + LOOKING, sorted(target for _, target, *_ in requests)


def test_a_recorded_site_with_an_unknown_plan(shared, tmp_path):
    portals = shared / "portals"
    with Recorded(replanned(portals / "olivero.warc.gz", ["unknown=Knowledge", "no-hub", "no-text-links"])) as portal:
        crawl(tmp_path, site=portal.url)
        found = {item["url"].removeprefix(portal.url) for item in items(tmp_path)}
    wanted = truth(portals / "truth.jsonl.gz")
    assert set() == found - wanted
    assert len(found) >= 0.99 * len(wanted), sorted(wanted - found)
    assert len(portal.requests) <= SHARE * KNOWN
