"""White space and addresses as a reader sees them."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from migration_spider.vocabularies import key

_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_UNSEEN = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")


def fold(text: str | None) -> str:
    """``text`` with every run of white space, no-break spaces among them, as one space; ends stripped.

    Soft hyphens and zero-width spaces are layout, not text: they vanish.
    """
    if not text:
        return ""
    return " ".join((text if text.isascii() else text.translate(_UNSEEN)).split())


def reading_length(text: str) -> int:
    """How long ``text`` reads: its characters, those of Chinese three times, since each is about half a word."""
    return len(text) if text.isascii() else len(text) + 2 * len(_IDEOGRAPH.findall(text))


def absolute(base: str, address: str | None) -> str | None:
    """``address`` resolved against ``base``; None for what is no http(s) address (RFC 3986, section 5)."""
    if address is None:
        return None
    address = address.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    try:
        resolved = urljoin(base, address)
        return resolved if urlsplit(resolved).scheme in ("http", "https") and urlsplit(resolved).netloc else None
    except ValueError:  # "http://[broken" and the like
        return None


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
