"""1 crawl: which URLs to visit and in what order."""
