"""The links in the main content of a page: what the crawl may follow."""

from __future__ import annotations

import re
from typing import Any

from migration_spider.pages.chrome import Chrome
from migration_spider.pages.pagers import jumps
from migration_spider.pages.text import absolute


def links_in(main: Any, chrome: Chrome, base_url: str) -> dict[str, str]:
    """Return absolute URL -> ``content`` or ``pager`` of the links in the element ``main``, in page order."""
    parts = main.iter("nav", "footer", "aside", "form")
    refused = (element for element in parts if not (chrome.protects(element) or _is_pager(element)))
    hidden = {link for element in refused for link in element.iter("a")}
    found: dict[str, str] = {}
    for link in main.iter("a"):
        pages = _pages(link.get("href"))
        url = None if link in hidden and not pages else absolute(base_url, link.get("href"))
        if url is not None:
            found.setdefault(url.partition("#")[0], "pager" if pages else "content")
    for url in jumps(main, base_url):
        found.setdefault(url.partition("#")[0], "content")
    return found


def _is_pager(element: Any) -> bool:
    words = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}".lower()
    return "pager" in words or "pagination" in words


def _pages(href: str | None) -> bool:
    return href is not None and re.search(r"[?&]page=[\d,%C]*", href) is not None
