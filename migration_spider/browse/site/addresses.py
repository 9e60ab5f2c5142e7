"""Relative addresses between the files of a static site, so that it works in any place."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from migration_spider.browse.selection import EVERYTHING, Selection

STORIES, LISTS, STATIC = "stories", "list", "static"
"""Folders of a site."""

_UNSAFE = re.compile(r"[^0-9A-Za-z@_-]")


def file_name(story: str) -> str:
    """``story`` as the name of a file, on any file system; another one for another story. search.js has the same."""
    return _UNSAFE.sub(lambda found: f"~{ord(found[0]):x}~", story)


class FileLinks:
    """Addresses from a page to others.

    Args:
        depth: folders between the page and the root of the site.
        pages: whether each story has a page of its own.
    """

    live = False

    policy = (
        "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; "
        "form-action 'self' file:; base-uri 'none'"
    )
    """Content-Security-Policy of all pages. Not every browser takes files beside a page on a stick for 'self'; on the
    web nothing can be had from ``file:``."""

    def __init__(self, depth: int, *, pages: bool) -> None:
        self._root = "../" * depth
        self._pages = pages

    def home(self) -> str:
        """The overview; not the folder alone, which a browser would list from a stick."""
        return f"{self._root}index.html"

    def about(self) -> str:
        """What is missing, the runs, and how complete the collection is."""
        return f"{self._root}about.html"

    def search(self, selection: Selection = EVERYTHING) -> str:
        """The list of the stories of ``selection``."""
        query = selection.query_string()
        return f"{self._root}search.html{'?' if query else ''}{query}"

    def story(self, story: str, language: str | None = None) -> str:
        """A story; its page has all languages."""
        if self._pages:
            return f"{self._root}{STORIES}/{file_name(story)}.html"
        return f"{self._root}story.html?{urlencode({'id': story})}"

    def lists(self, year: str | None = None) -> str:
        """Plain lists of all stories: all of them, or that of a year."""
        return f"{self._root}{LISTS}/{year or 'index'}.html"

    def static(self, name: str) -> str:
        """A style or script of ours."""
        return f"{self._root}{STATIC}/{name}"
