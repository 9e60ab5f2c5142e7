"""One spelling of an address, by which the whole project tells whether two are the same."""

from __future__ import annotations

from functools import lru_cache

from w3lib.url import canonicalize_url, safe_url_string


@lru_cache(maxsize=65_536)
def canonical(url: str) -> str:
    """``url`` in the form in which it is asked: ``%c3%b1`` is ``%C3%B1``, ``%7E`` is ``~``, a bare space ``%20``.

    The rules are those by which Scrapy tells whether it has asked a page before (w3lib; RFC 3986, section 6.2.2): what
    is dropped there as known must be known here, too. What is no address stays as it is.
    """
    if "://" not in url:
        return url
    try:
        return safe_url_string(canonicalize_url(url))
    except ValueError:
        return url
