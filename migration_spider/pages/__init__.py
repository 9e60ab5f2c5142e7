"""What a page says, as printed: no network, no clock, no guesses.

``page_for`` says which page class reads a page; crawl and reparse share it.
"""

from migration_spider.pages.base import Page
from migration_spider.pages.kinds import facts_of, page_for, told_by
from migration_spider.pages.listing import ListingPage
from migration_spider.pages.news import NewsPage

__all__ = ["ListingPage", "NewsPage", "Page", "facts_of", "page_for", "told_by"]
