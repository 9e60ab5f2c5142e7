"""Normalizes addresses. The whole project uses these functions to decide whether two addresses are the same."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url, safe_url_string


@lru_cache(maxsize=4096)
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


def netloc(parts: SplitResult) -> str:
    """Host in lower case and port, the port left out where it is the scheme's own. Raises ValueError."""
    return _host_and_port(parts.scheme, parts.netloc)


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an IP address without a port, is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _host_and_port(scheme: str, printed: str) -> str:
    """A crawl asks for few hosts, some twenty times for each page."""
    parts = SplitResult(scheme, printed, "", "", "")
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def led_to(source: str, location: str | bytes) -> str:
    """Where a redirect from ``source`` to ``location`` is followed to.

    Credentials in it are not ours to use, and stay out of all that is kept of the address. A page of the same host is
    asked by the host's one name, without a dot at its end, and over https when ``source`` was: what answers over http
    is not proved to be the site. Raises ValueError: it is no address.
    """
    target = urljoin(source, safe_url_string(location))
    parts, own = urlsplit(target), urlsplit(source)
    parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    if parts.scheme in ("http", "https") and netloc(parts) == netloc(own):
        scheme = own.scheme if own.scheme == "https" else parts.scheme
        parts = parts._replace(scheme=scheme, netloc=netloc(parts))
    return parts.geturl()
