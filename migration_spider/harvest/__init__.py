"""One scheduled run: what goes before the crawl and after it (docs/harvest.md)."""
