"""The steps of a crawl: what is known of earlier runs is asked for some at a time, the other steps until nothing is left."""

import asyncio

import pytest

from migration_spider.spiders.news import NewsSpider
from migration_spider.spiders.steps import AT_ONCE


class Walked:
    """A spider with one step of each kind, and nothing to ask."""

    def __init__(self, known=0, explored=(), end_after=99):
        self.left, self.explored, self.end_after = known, list(explored), end_after
        self.made, self.asked, self.waiting = 0, [], []

    def _steps(self):
        return (self._explore, self._known, self._unnamed)

    def _explore(self):
        return iter(self.explored.pop(0) if self.explored else ())

    def _known(self):
        for number in range(self.left):
            self.made += 1
            yield number

    def _unnamed(self):
        yield from ("last", "of all")

    _candidates = _unlisted = _doubted = None

    async def _idle(self):
        self.waiting.append(len(self.asked) - sum(self.waiting))
        return len(self.waiting) < self.end_after

    async def walk(self):
        async for request in NewsSpider._in_steps(self):
            self.asked.append(request)
            assert self.made <= len(self.asked) + AT_ONCE


def test_known_items_wait_some_at_a_time():
    walked = Walked(known=2 * AT_ONCE + 7)
    asyncio.run(walked.walk())
    assert [AT_ONCE, AT_ONCE, 7, 2] == walked.waiting
    assert [*range(2 * AT_ONCE + 7), "last", "of all"] == walked.asked


def test_what_may_find_more_is_asked_again_until_it_finds_nothing():
    walked = Walked(explored=[["a", "b"], ["c"]])
    asyncio.run(walked.walk())
    assert ["a", "b", "c", "last", "of all"] == walked.asked
    assert [2, 1, 2] == walked.waiting


@pytest.mark.parametrize(("after", "asked"), [(1, AT_ONCE), (2, 2 * AT_ONCE)])
def test_nothing_more_is_asked_once_the_run_ends(after, asked):
    walked = Walked(known=3 * AT_ONCE, end_after=after)
    asyncio.run(walked.walk())
    assert asked == len(walked.asked)
