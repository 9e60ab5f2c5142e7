"""Crawl, archive and structure the news of the United Nations Network on Migration portal."""

__version__ = "0.1.0"
