"""Middlewares: capture facts for items, page requisites, and the limits of the crawl."""
