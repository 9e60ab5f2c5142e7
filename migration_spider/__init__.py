"""Crawl, archive and structure the news of the United Nations Network on Migration portal."""

__version__ = "0.1.0"

EXTRACTOR = f"migration-spider {__version__}"
"""Name and version of the code that reads pages, in every item."""
