"""White space and addresses as a reader sees them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from migration_spider.vocabularies import key

_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_UNSEEN = "\u200b\u2060\ufeff\u00ad"
_WITHOUT_UNSEEN = str.maketrans("", "", _UNSEEN)
# An address that does not depend on the path of the page it stands on.
_ROOTED = re.compile(r"/(?!/)|//[^/?#]|https?://[^/?#]")
_ORIGIN = re.compile(r"https?://[^/?#]+")
_LONGEST_KEPT = 500


def fold(text: str | None) -> str:
    """``text`` with every run of white space, no-break spaces among them, as one space; ends stripped.

    Soft hyphens and zero-width spaces are layout, not text: they vanish.
    """
    if not text:
        return ""
    if not text.isascii() and any(unseen in text for unseen in _UNSEEN):
        text = text.translate(_WITHOUT_UNSEEN)
    return " ".join(text.split())


def reading_length(text: str) -> int:
    """How long ``text`` reads: its characters, those of Chinese three times, since each is about half a word."""
    return len(text) if text.isascii() else len(text) + 2 * len(_IDEOGRAPH.findall(text))


def absolute(base: str, address: str | None) -> str | None:
    """``address`` resolved against ``base``; None for what is no http(s) address (RFC 3986, section 5)."""
    if address is None:
        return None
    address = address.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    if _ROOTED.match(address) and (origin := _ORIGIN.match(base)):
        # Menus and pictures come again on every page of a site.
        base = origin[0] + "/"
    return _kept(base, address) if len(address) <= _LONGEST_KEPT else _absolute(base, address)


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
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def word_set(words: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(words.split())


def key_set(names: str) -> frozenset[str]:
    """The keys of names separated by ``|``."""
    return frozenset(key(name) for name in names.split("|"))
