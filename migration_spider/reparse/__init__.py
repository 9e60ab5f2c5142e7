"""6 publish: items again from WARC files, without the network; the same page classes and functions as the crawl."""

from migration_spider.reparse.rebuild import Outcome, rebuild

__all__ = ["Outcome", "rebuild"]
