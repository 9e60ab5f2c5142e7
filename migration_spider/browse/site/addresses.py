"""Relative addresses between the files of a static site, so that it works in any place."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from migration_spider.browse.selection import EVERYTHING, Selection

STORIES, LISTS, STATIC = "stories", "list", "static"
"""Folders of a site."""

_UNSAFE = re.compile(r"[^0-9A-Za-z@_-]")


def file_name(story: str) -> str:
    """A unique file name for a story, valid on all file systems. ``search.js`` has the same function."""
    return _UNSAFE.sub(lambda found: f"~{ord(found[0]):x}~", story)


class FileLinks:
    """Addresses from a page to others.

    Args:
        depth: Folders between the page and the root of the site.
        pages: Whether each story has its own page.
    """

    live = False

    policy = (
        "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; "
        "form-action 'self' file:; base-uri 'none'"
    )
    """Content-Security-Policy of all pages. Not every browser counts local files beside a page as 'self', so ``file:``
    is allowed; on the web it has no effect."""

    def __init__(self, depth: int, *, pages: bool) -> None:
        self._root = "../" * depth
        self._pages = pages

    def home(self) -> str:
        """The overview, with its file name, because a browser lists a local folder."""
        return f"{self._root}index.html"

    def about(self) -> str:
        """The page about the completeness of the collection."""
        return f"{self._root}about.html"

    def search(self, selection: Selection = EVERYTHING) -> str:
        """The list of the stories of ``selection``."""
        query = selection.query_string()
        return f"{self._root}search.html{'?' if query else ''}{query}"

    def story(self, story: str, language: str | None = None) -> str:
        """A story; its page shows all languages."""
        if self._pages:
            return f"{self._root}{STORIES}/{file_name(story)}.html"
        return f"{self._root}story.html?{urlencode({'id': story})}"

    def lists(self, year: str | None = None) -> str:
        """The plain list of the stories of a year, or the list of these lists."""
        return f"{self._root}{LISTS}/{year or 'index'}.html"

    def static(self, name: str) -> str:
        """A style sheet or script."""
        return f"{self._root}{STATIC}/{name}"
