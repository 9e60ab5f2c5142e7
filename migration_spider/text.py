"""White space, addresses and languages of addresses; and a cache for functions of repeated texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

T = TypeVar("T")

LONGEST = 500
"""Characters of a text that is cached: longer texts are not repeated."""

MOST = 4096
"""Cached texts; the cache is cleared when it is full."""


class Remembered(dict[str, T]):
    """``cache[text]`` is ``function(text)``; repeated calls cost no more than a look into a dict."""

    def __init__(self, function: Callable[[str], T]) -> None:
        self.function = function

    def __missing__(self, text: str) -> T:
        result = self.function(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = result
        return result


_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
# First bytes of ideographs in UTF-8.
_BEGIN_IDEOGRAPHS = bytes((*range(0xE3, 0xEA), 0xEF))
_UNSEEN = "\u200b\u2060\ufeff\u00ad"
_WITHOUT_UNSEEN = str.maketrans("", "", _UNSEEN)
# An address that does not depend on the path of its page.
_ROOTED = re.compile(r"/(?!/)|//[^/?#]|https?://[^/?#]")
# Control characters of terminals and text direction, which browsers percent-encode in requests, too.
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ORIGIN = re.compile(r"https?://[^/?#]+")
_LONGEST_CACHED = 500


def fold(text: str | None) -> str:
    """Return ``text`` with each run of white space, including no-break spaces, as one space; both ends stripped.

    Soft hyphens and zero-width spaces are layout, not text: they are removed.
    """
    if not text:
        return ""
    if not text.isascii() and any(map(text.__contains__, _UNSEEN)):
        text = text.translate(_WITHOUT_UNSEEN)
    return " ".join(text.split())


def text_in(element: Any) -> str:
    """Return the text of ``element`` (lxml) with all elements in it, folded."""
    return fold("".join(element.itertext()))


def reading_length(text: str) -> int:
    """Return the reading length of ``text``: characters, Chinese ones three times, since each is about half a word."""
    if text.isascii():
        return len(text)
    # Searching the text itself takes ten times as long.
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _BEGIN_IDEOGRAPHS)) == len(data):
        return len(text)
    return len(text) + 2 * sum(map(len, _IDEOGRAPHS.findall(text)))


def absolute(base: str, address: str | None) -> str | None:
    """Return ``address`` resolved against ``base``; None if it is no http(s) address (RFC 3986, section 5)."""
    if address is None:
        return None
    address, is_rooted = _CLEAN[address]
    if is_rooted:
        # Menus and pictures are repeated on all pages of a site.
        base = _FRONT[base]
    return _cached(base, address) if len(address) <= _LONGEST_CACHED else _absolute(base, address)


def _cleaned(address: str) -> tuple[str, bool]:
    address = address.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    if not address.isprintable():
        address = _UNPRINTED.sub(lambda found: quote(found[0]), address)
    return address, _ROOTED.match(address) is not None


def _front(base: str) -> str:
    origin = _ORIGIN.match(base)
    return base if origin is None else origin[0] + "/"


_CLEAN = Remembered(_cleaned)
"""An address without white space, and whether it depends on no path."""
_FRONT = Remembered(_front)


def _absolute(base: str, address: str) -> str | None:
    try:
        resolved = urljoin(base, address)
        parts = urlsplit(resolved)
    except ValueError:  # "http://[broken" and the like
        return None
    return resolved if parts.scheme in ("http", "https") and parts.netloc else None


_cached = lru_cache(maxsize=4096)(_absolute)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


_PATH = Remembered(_path_of)


def path_of(address: str) -> str:
    """Return the path of ``address``; empty if it cannot be parsed."""
    return _PATH[address]


def word_set(words: str) -> frozenset[str]:
    """Return the words of a blank-separated list."""
    return frozenset(words.split())


# Path prefixes of the portal's languages; no prefix is English. See docs on languages: the portal says zh-hant.
PREFIX_LANGUAGES = {
    "ar": "ar", "de": "de", "en": "en", "es": "es", "fr": "fr", "pt": "pt", "pt-br": "pt-BR", "ru": "ru",
    "zh": "zh", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant",
}  # fmt: skip


def language_tag(text: str) -> str:
    """Return ``text`` in the letter case of BCP 47 (RFC 5646, section 2.1.1): ``zh-Hant``, ``pt-BR``, ``es``."""
    first, *rest = text.strip().replace("_", "-").split("-")
    tags = [first.lower()]
    tags += [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join(tags)


def prefix_of(url: str) -> str:
    """Return the language prefix of the URL's path; empty for English and without one."""
    first = path_of(url).lstrip("/").split("/", 1)[0].lower()
    return first if first in PREFIX_LANGUAGES and first != "en" else ""


def language_of(url: str) -> str:
    """Return the BCP 47 language by the URL's path prefix; ``en`` without one."""
    return PREFIX_LANGUAGES.get(prefix_of(url), "en")
