"""Each page is asked once in a run, whoever names it: by the access log of the portal itself."""

from collections import Counter

import pytest
from scrapy.core.scheduler import Scheduler
from scrapy.dupefilters import RFPDupeFilter
from warcio import ArchiveIterator

from migration_spider.spiders import news, steps
from tests.crawling import crawl, run, stats
from tests.harvesting import OFTEN, SELDOM, command, harvest, ids, report
from tests.portal import Portal


class Asked:
    """What a portal is asked from now on."""

    def __init__(self, portal):
        self.portal = portal
        self.begin = len(portal.requests)

    def twice(self):
        """Path -> how often, of what was asked more than once; and what all this was asked for."""
        paths = Counter(path for _, path, _, _ in self.portal.requests[self.begin :])
        assert paths
        return {path: n for path, n in paths.items() if n > 1}

    def count(self):
        return len(self.portal.requests) - self.begin


def once(portal, told):
    """Nothing was asked twice, and the report has the numbers of the portal's own log."""
    asked = portal.begun
    assert {} == asked.twice()
    assert asked.count() == told["http"]["requests"] == sum(told["http"]["status"].values())


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=12) as portal:
        yield portal


@pytest.fixture(scope="module")
def data(portal, tmp_path_factory):
    """The first harvest, in two parts."""
    data = tmp_path_factory.mktemp("once")
    portal.begun = Asked(portal)
    run(command(data, "--max-requests", "70", site=portal.url), 3)
    harvest(data, site=portal.url)
    return data


def test_a_harvest_that_was_interrupted_asks_none_but_robots_again(portal, data):
    assert {"/robots.txt": 2} == portal.begun.twice()
    told = report(data)
    # The answers of the archive are no answers of the network.
    assert told["http"]["from_archive"] > 40
    assert told["http"]["requests"] == sum(told["http"]["status"].values())


def test_an_edited_node_is_asked_once_in_each_language(portal, data):
    portal.editor.edit(8836, "en")
    portal.begun = Asked(portal)
    told = harvest(data, site=portal.url, MIGRATION_REVISIT=SELDOM)
    once(portal, told)
    assert {"8836@en"} == ids(told, "changed")
    # Its sitemap names each of its three pages once for itself, and once for every page.
    assert 3 == told["items"]["counts"]["changed"] + told["items"]["counts"]["unchanged"]


def test_pages_to_which_many_redirect_are_asked_once(portal, data):
    portal.editor.retitle(8844, "en")
    for node in (8840, 9107):
        portal.editor.redirect_away(node, "/about")
    portal.editor.redirect_away(2312, 15)
    portal.begun = Asked(portal)
    told = harvest(data, site=portal.url, MIGRATION_REVISIT=OFTEN)
    once(portal, told)
    gone = {item["id"]: item["reason"] for item in told["items"]["unconfirmed"]}
    assert {"8840@en", "9107@en", "2312@fr"} <= gone.keys()
    assert {"redirected"} == set(gone.values())


def test_a_full_harvest_asks_each_page_once(portal, data):
    portal.begun = Asked(portal)
    once(portal, harvest(data, "--full", site=portal.url, MIGRATION_LINK_SAMPLE=30))


class Filter(RFPDupeFilter):
    """Counts what it is asked."""

    @classmethod
    def from_crawler(cls, crawler):
        found = super().from_crawler(crawler)
        found.stats = crawler.stats
        return found

    def request_seen(self, request):
        self.stats.inc_value("asked")
        return super().request_seen(request)


@pytest.mark.parametrize("limit", [0, 99])
def test_what_pages_name_again_does_not_come_to_the_duplicate_filter(portal, tmp_path, limit):
    named = {"DUPEFILTER_CLASS": "tests.test_asked_once.Filter", "DEPTH_LIMIT": limit}
    crawl(tmp_path, "max_items=20", site=portal.url, **named)
    told = stats(tmp_path)
    passed_for_nothing = told["asked"] - told["scheduler/enqueued"]
    assert told["dupefilter/filtered"] > 50
    # Where a later request may be taken and the first one was not, all are its own.
    share = passed_for_nothing / told["dupefilter/filtered"]
    assert (share == 1) if limit else (share < 0.25), share


class Waiting(Scheduler):
    """Counts the pages of sitemaps that wait in memory at once."""

    @classmethod
    def from_crawler(cls, crawler):
        steps.AT_ONCE = 5
        found = super().from_crawler(crawler)
        found.waiting = 0
        return found

    def enqueue_request(self, request):
        if is_taken := super().enqueue_request(request):
            self._count(request, 1)
        return is_taken

    def next_request(self):
        if request := super().next_request():
            self._count(request, -1)
        return request

    def _count(self, request, change):
        if "sitemap" == request.cb_kwargs.get("found"):
            self.waiting += change * (news.NewsSpider.parse_sitemap.__name__ != request.callback.__name__)
            self.stats.max_value("waiting", self.waiting)


def test_what_sitemaps_name_does_not_wait_in_memory(portal, tmp_path):
    # Nothing but the sitemap names a page, so that all of them would.
    none = {"MIGRATION_NEWS_LISTINGS": "", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_MENU_PAGES": 0}
    crawl(tmp_path, "languages=en", site=portal.url, code=3, SCHEDULER="tests.test_asked_once.Waiting", **none)
    told = stats(tmp_path)
    assert 1 <= told["waiting"] <= 5, told["waiting"]
    (file,) = (tmp_path / "warc").glob("*.warc.gz")
    with file.open("rb") as stream:
        told = [r.content_stream().read().decode() for r in ArchiveIterator(stream) if r.rec_type == "metadata"]
    assert [one for one in told if f"via: {portal.url}/sitemap.xml" in one]
