"""The files that a browser loads to show a page: style sheets, scripts, images, icons, fonts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import chain, islice
from typing import Any

from parsel import Selector

from migration_spider.pages.base import Page
from migration_spider.pages.body import srcset
from migration_spider.text import absolute, word_set

# CSS Syntax 3: url(...) quoted or not, and @import with a plain string.
_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^()\"'\s]+))\s*\)", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s+(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
# A page loads some hundred files, and no more are fetched (MIGRATION_REQUISITES_PER_PAGE).
MOST_OF_A_SHEET = 10_000
_LINKED = word_set(
    "stylesheet icon apple-touch-icon apple-touch-icon-precomposed mask-icon manifest preload modulepreload prefetch"
)
_LOADING = word_set("link script img source input video audio track embed object style image use")


def page_requisites(url: str, selector: Selector) -> list[str]:
    """Return the absolute URLs, without fragments, of the files of the page at ``url``; each once, in page order."""
    page = Page(url, selector)
    found: dict[str, None] = {}
    for address in _addresses(page):
        resolved = absolute(page.base_url, address)
        if resolved is not None:
            found.setdefault(resolved.partition("#")[0])
    return list(found)


def _addresses(page: Page) -> Iterator[str]:
    elements = page.elements
    for element in elements.chosen(*map(elements.tagged, _LOADING)):
        yield from _OF_TAG.get(element.tag, _of_media)(element, elements.attributes[element])
    for _, style in islice(elements.having("style"), 5000):
        if "url(" in style:
            yield from _css(unescape(style))


def _of_link(element: Any, attributes: dict[str, str]) -> Iterator[str]:
    if _LINKED & set((attributes.get("rel") or "").lower().split()) and "href" in attributes:
        yield attributes["href"]
    yield from (address for address, _ in srcset(attributes.get("imagesrcset")))


def _of_style(element: Any, attributes: dict[str, str]) -> Iterator[str]:
    return _css(element.text or "")


def _of_svg(element: Any, attributes: dict[str, str]) -> Iterator[str]:
    return (value for name, value in attributes.items() if name.endswith("href"))


def _of_media(element: Any, attributes: dict[str, str]) -> Iterator[str]:
    if element.tag == "input" and attributes.get("type", "").lower() != "image":
        return
    sources = ("data",) if element.tag == "object" else ("src", "poster", "data-src")
    yield from filter(None, map(attributes.get, sources))
    for name in ("srcset", "data-srcset"):
        yield from (address for address, _ in srcset(attributes.get(name)))


_OF_TAG = {"link": _of_link, "style": _of_style, "image": _of_svg, "use": _of_svg}


def css_requisites(url: str, text: str) -> list[str]:
    """Return the absolute URLs that the style sheet ``text`` at ``url`` imports or shows; each once, in order."""
    found: dict[str, None] = {}
    for address in _css(text):
        resolved = absolute(url, address)
        if resolved is not None:
            found.setdefault(resolved.partition("#")[0])
    return list(found)


def with_addresses(url: str, text: str, put: Callable[[str], str]) -> str:
    """Return the style sheet ``text`` at ``url`` without comments and with each absolute URL replaced by ``put(URL)``.

    ``put`` must return an address that needs no escaping between double quotes.
    """

    def replaced(match: re.Match[str]) -> str:
        resolved = absolute(url, _address(match)) if _address(match) else None
        if resolved is None:
            return match[0]
        start = "@import " if match.re is _IMPORT else "url("
        return f'{start}"{put(resolved.partition("#")[0])}"{"" if match.re is _IMPORT else ")"}'

    return _URL.sub(replaced, _IMPORT.sub(replaced, _without_comments(text)))


def _css(text: str) -> Iterator[str]:
    text = _without_comments(text)
    each = (islice(pattern.finditer(text), MOST_OF_A_SHEET) for pattern in (_IMPORT, _URL))
    matches = sorted(chain.from_iterable(each), key=lambda match: match.start())
    yield from filter(None, map(_address, matches))


def _address(match: re.Match[str]) -> str:
    """Return the address to load; empty for data within the style sheet."""
    address = next((group for group in match.groups() if group), "").strip()
    return "" if address.lower().startswith(("data:", "about:", "#")) else address.replace("\\", "")


def _without_comments(text: str) -> str:
    """Return ``text`` without comments; one that is not closed runs to the end (CSS Syntax 3, section 4.3.2)."""
    out, place = [], 0
    while (start := text.find("/*", place)) >= 0:
        out.append(text[place:start])
        end = text.find("*/", start + 2)
        if end < 0:
            return " ".join(out)
        place = end + 2
    return " ".join([*out, text[place:]])
