"""Which pages a harvest asks for, seen at the middleware that decides."""

from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.settings import Settings

from migration_spider.exceptions import NotWantedError
from migration_spider.middlewares.incremental import IncrementalMiddleware

ITEM, PAGE = "https://portal.example/item", "https://portal.example/about"


class NothingIsDue:
    """A memory of one item and one page, which were looked at a moment ago."""

    def page(self, url):
        return None

    def items_at(self, urls):
        return [ITEM] if ITEM in urls else []

    def is_page_due(self, url, page, lastmod):
        return False


@pytest.fixture
def middleware():
    run = SimpleNamespace(ledger=SimpleNamespace(lastmods={}), memory=NothingIsDue(), count=lambda name: None)
    settings = Settings({"ARCHIVE_DIR": "warc"})
    return IncrementalMiddleware(SimpleNamespace(settings=settings, spider=SimpleNamespace(run=run)))


@pytest.mark.parametrize("found", ["news_listing", "sitemap", "rss", "hreflang"])
def test_what_an_item_redirects_to_is_asked_however_the_item_was_found(middleware, found):
    asked = Request(PAGE, cb_kwargs={"found": found}, meta={"redirect_urls": [ITEM]})
    assert middleware.process_request(asked) is None


@pytest.mark.parametrize("trail", [[], ["https://portal.example/old"]])
def test_a_page_that_is_not_due_is_not_asked(middleware, trail):
    with pytest.raises(NotWantedError):
        middleware.process_request(Request(PAGE, cb_kwargs={"found": "sitemap"}, meta={"redirect_urls": trail}))
