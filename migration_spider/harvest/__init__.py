"""One scheduled run: the steps before and after the crawl (docs/harvest.md)."""
