"""White space and addresses as a reader sees them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from migration_spider.pages.remembered import Remembered
from migration_spider.vocabularies import key

_IDEOGRAPHS = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
# With which of them a character begins in UTF-8.
_BEGIN_IDEOGRAPHS = bytes((*range(0xE3, 0xEA), 0xEF))
_UNSEEN = "\u200b\u2060\ufeff\u00ad"
_WITHOUT_UNSEEN = str.maketrans("", "", _UNSEEN)
# An address that does not depend on the path of the page it stands on.
_ROOTED = re.compile(r"/(?!/)|//[^/?#]|https?://[^/?#]")
# Signs that order a terminal or a line about and are no part of a word: asked percent-encoded by browsers, too.
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ORIGIN = re.compile(r"https?://[^/?#]+")
_LONGEST_KEPT = 500


def fold(text: str | None) -> str:
    """``text`` with every run of white space, no-break spaces among them, as one space; ends stripped.

    Soft hyphens and zero-width spaces are layout, not text: they vanish.
    """
    if not text:
        return ""
    if not text.isascii() and any(map(text.__contains__, _UNSEEN)):
        text = text.translate(_WITHOUT_UNSEEN)
    return " ".join(text.split())


def reading_length(text: str) -> int:
    """How long ``text`` reads: its characters, those of Chinese three times, since each is about half a word."""
    if text.isascii():
        return len(text)
    # To look for them in the text itself takes ten times as long.
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _BEGIN_IDEOGRAPHS)) == len(data):
        return len(text)
    return len(text) + 2 * sum(map(len, _IDEOGRAPHS.findall(text)))


def absolute(base: str, address: str | None) -> str | None:
    """``address`` resolved against ``base``; None for what is no http(s) address (RFC 3986, section 5)."""
    if address is None:
        return None
    address, is_rooted = _CLEAN[address]
    if is_rooted:
        # Menus and pictures come again on every page of a site.
        base = _FRONT[base]
    return _kept(base, address) if len(address) <= _LONGEST_KEPT else _absolute(base, address)


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


_kept = lru_cache(maxsize=4096)(_absolute)


def path_of(address: str) -> str:
    """The path of ``address``; empty when it cannot be read."""
    return _kept_path(address) if len(address) <= _LONGEST_KEPT else _path_of(address)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


_kept_path = lru_cache(maxsize=4096)(_path_of)


def word_set(words: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(words.split())


def key_set(names: str) -> frozenset[str]:
    """The keys of names separated by ``|``."""
    return frozenset(key(name) for name in names.split("|"))
