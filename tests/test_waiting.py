"""Queue and filter of duplicates behave as Scrapy's own, with few requests and fingerprints in memory."""

import gc
from functools import partial
from types import SimpleNamespace

import pytest
from scrapy import FormRequest, Request
from scrapy.dupefilters import RFPDupeFilter
from scrapy.squeues import LifoMemoryQueue
from scrapy.utils.test import get_crawler

from migration_spider import waiting
from migration_spider.kept import Room
from migration_spider.waiting import SeenRequests, WaitingRequests


class Spider:
    """What a queue asks of a spider."""

    def __init__(self):
        self.run = SimpleNamespace(room=Room(0))

    def parse(self, response, found):
        """Named by requests."""

    def failed(self, failure):
        """Named by requests."""


@pytest.fixture
def spider():
    return Spider()


@pytest.fixture
def queue(spider, monkeypatch):
    monkeypatch.setattr(waiting, "HELD", 4)
    return WaitingRequests.from_crawler(SimpleNamespace(spider=spider), "key")


def request(spider, number, **more):
    url = f"http://host/{number}?q=%C3%A9"
    meta = {"archive": {"offset": number, "file": "a"}, "hops": [(1, None)], "redirect_urls": ["http://host/"]}
    given = {"callback": spider.parse, "errback": spider.failed, "priority": 7, "cb_kwargs": {"found": "listing"}}
    return Request(url, headers={"If-None-Match": '"é"'}, meta=meta, **{**given, **more})


def facts(one):
    return {name: getattr(one, name) for name in Request.attributes}


def test_the_order_and_all_of_a_request_are_those_of_the_own_queue_of_scrapy(spider, queue):
    own = LifoMemoryQueue.from_crawler(None)
    number = 0
    for many in (3, -2, 20, -11, 5, -15, 0, 2):
        for _ in range(many):
            one = request(spider, number, dont_filter=number % 2 == 0)
            queue.push(one)
            own.push(one)
            number += 1
        for _ in range(-many):
            assert facts(queue.peek()) == facts(own.peek()) == facts(queue.pop()) == facts(own.pop())
        assert len(own) == len(queue)
    while own:
        assert facts(own.pop()) == facts(queue.pop())
    assert queue.pop() is queue.peek() is None
    assert 0 == len(queue)


def test_what_cannot_be_written_down_keeps_its_place_and_itself(spider, queue):
    odd = [
        request(spider, 0, callback=partial(spider.parse, found="x")),
        request(spider, 1, callback=Spider().parse),
        request(spider, 2, cb_kwargs={"how": object()}),
        FormRequest("http://host/form"),
    ]
    others = [request(spider, number) for number in range(10, 30)]
    for one in (others[0], *odd, *others[1:]):
        queue.push(one)
    assert [facts(one) for one in reversed(others[1:])] == [facts(queue.pop()) for _ in others[1:]]
    assert odd == [queue.pop() for _ in odd][::-1]
    assert facts(others[0]) == facts(queue.pop())


def test_few_are_in_memory(spider, queue):
    for number in range(400):
        queue.push(request(spider, number))
    held = sum(isinstance(one, Request) and one.url.startswith("http://host/") for one in gc.get_objects())
    assert 0 < held <= 2 * waiting.HELD + 1
    assert 400 == len(queue)


@pytest.mark.parametrize("most", [0, 5, 1000])
def test_the_same_requests_are_duplicates_as_for_the_own_filter_of_scrapy(tmp_path, most):
    crawler = get_crawler()
    crawler.spider = Spider()
    crawler.spider.run.room = Room(most)
    own, ours = RFPDupeFilter.from_crawler(crawler), SeenRequests.from_crawler(crawler)
    addresses = [f"http://host/{number * 7 % 20}?b={number % 3}&a=%C3%A9" for number in range(80)]
    requests = [Request(address, method=method) for address in addresses for method in ("GET", "HEAD")]
    assert [own.request_seen(one) for one in requests] == [ours.request_seen(one) for one in requests]
    if most == 0:
        (held,) = crawler.spider.run.room.ask("SELECT count(*) FROM member")
        assert (len({(one.url, one.method) for one in requests}),) == held


def test_a_job_directory_keeps_the_fingerprints_as_scrapy_does(tmp_path):
    for expected in (False, True):
        crawler = get_crawler(settings_dict={"JOBDIR": str(tmp_path)})
        crawler.spider = Spider()
        seen = SeenRequests.from_crawler(crawler)
        assert expected is seen.request_seen(Request("http://host/"))
        seen.close("finished")
