"""Normalizes addresses. The whole project uses these functions to decide whether two addresses are the same."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url, safe_url_string


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """Return ``url`` in the form that is requested: ``%c3%b1`` as ``%C3%B1``, ``%7E`` as ``~``, a space as ``%20``.

    The rules are those of Scrapy's duplicate filter (w3lib; RFC 3986, section 6.2.2): two addresses that are the same
    there must be the same here. Text that is not an address is returned unchanged.
    """
    if "://" not in url:
        return url
    try:
        return safe_url_string(canonicalize_url(url))
    except ValueError:
        return url


def netloc(parts: SplitResult) -> str:
    """The host in lower case and the port, without the default port of the scheme. Raises ValueError."""
    return _host_and_port(parts.scheme, parts.netloc)


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an IP address without a port, is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _host_and_port(scheme: str, printed: str) -> str:
    """Cached, because a crawl has few hosts, and looks them up some twenty times for each page."""
    parts = SplitResult(scheme, printed, "", "", "")
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def led_to(source: str, location: str | bytes) -> str:
    """Return the address to request for a redirect from ``source`` to ``location``.

    Credentials are removed, because they are not ours to use and must not be stored. On the same host, the host name
    has its usual form, without a dot at its end, and https stays https, because a response over http is not proved to
    come from the site. Raises ValueError: It is not an address.
    """
    target = urljoin(source, safe_url_string(location))
    parts, own = urlsplit(target), urlsplit(source)
    parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    if parts.scheme in ("http", "https") and netloc(parts) == netloc(own):
        scheme = own.scheme if own.scheme == "https" else parts.scheme
        parts = parts._replace(scheme=scheme, netloc=netloc(parts))
    return parts.geturl()
