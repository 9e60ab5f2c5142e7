"""Crawls, archives and structures the news of the portal of the United Nations Network on Migration."""

from archive import __version__ as __version__

EXTRACTOR = f"migration-spider {__version__}"
"""Name and version of the code that reads pages, in every item."""
