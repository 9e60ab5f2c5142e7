"""6 publish: makes items again from WARC files, without the network, with the same code as the crawl."""

from migration_spider.reparse.rebuild import Outcome, rebuild

__all__ = ["Outcome", "rebuild"]
