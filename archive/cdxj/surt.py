"""Sort-friendly URI reordering transform (SURT): the key of a URL in an index.

The canonical form is that of the Internet Archive's wayback machine, as the Python package ``surt`` 0.3.1 computes it
and cdxj-indexer, pywb and Common Crawl use it: ``http://www.Example.org/a/?b=2&a=1`` becomes
``org,example)/a?a=1&b=2``. Unlike the package, this never queries DNS for hosts that look like numbers.
"""

from __future__ import annotations

import contextlib
import re
import socket
from functools import lru_cache
from urllib.parse import SplitResultBytes, quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+\-.]*:")
_SEVERAL_PROTOCOLS = re.compile(rb"(https?://)+")
# RFC 2396, appendix B, with the letters of a scheme in section 3.1.
_PARTS = re.compile(rb"(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?")
_WWW = re.compile(rb"www\d*\.")
_SAFE = rb"""!"$&'()*+,-./:;<=>?@[\]^_`{|}~"""
_PLAIN = re.compile(rb"[A-Za-z0-9/=&?_.~-]*")
"""Bytes that `_escape` would not change."""
_NUMERIC_HOST = re.compile(rb"0[0-7]*(?:\.[0-7]+){0,3}|[1-9][0-9]*(?:\.[0-9]+){0,3}")
_DEFAULT_PORTS = {b"http": 80, b"https": 443}

# Session identifiers of ASP.NET, Java, PHP and ColdFusion.
_PATH_SESSIONS = [
    re.compile(rb"(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)", re.IGNORECASE),
    re.compile(rb"(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)", re.IGNORECASE),
]
_QUERY_SESSIONS = [
    re.compile(rb"(.*)" + session + rb"(?:&(.*))?", re.IGNORECASE)
    for session in (
        rb"jsessionid=[0-9a-zA-Z]{32}",
        rb"phpsessid=[0-9a-zA-Z]{32}",
        rb"sid=[0-9a-zA-Z]{32}",
        rb"ASPSESSIONID[a-zA-Z]{8}=[a-zA-Z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
]


@lru_cache(maxsize=256)  # The records of a page are consecutive.
def surt(url: str) -> str:
    """Return the key of ``url`` in ASCII, without white space; ``-`` for an empty URL.

    The key of a URL that cannot be parsed (its port is not a number) is the URL, with all but printable ASCII escaped.
    """
    raw = url.encode("utf-8", "surrogatepass")
    if not raw:
        return "-"
    if raw.startswith(b"filedesc"):
        return _printable(raw)
    try:
        return _key(raw).decode("ascii")
    except ValueError:
        return _printable(raw)


def _printable(raw: bytes) -> str:
    return quote_from_bytes(raw, _SAFE + b"%#")


def _key(raw: bytes) -> bytes:
    url = raw.strip().translate(None, b"\n\r\t")
    if not url:
        raise ValueError("white space is no URL")
    if not _SCHEME.match(url):
        url = b"http://" + url
    if url[:4] == b"http" and b"://http" in url:
        url = _SEVERAL_PROTOCOLS.sub(lambda match: match.group(1), url, count=1)
    match = _PARTS.match(url)
    scheme, netloc, path, query = (part or b"" for part in match.groups()) if match else (b"", b"", b"", b"")
    host, port = _authority(netloc)
    if scheme.startswith(b"http") and not host and path:
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    key = _site(host, port, scheme)
    path = _path(path, bool(key))
    query = _query(query)
    if query and not path:
        path = b"/"
    return (key or scheme + b":") + path + (b"?" + query if query else b"")


@lru_cache(maxsize=64)  # An archive has few of these.
def _authority(netloc: bytes) -> tuple[bytes, int | None]:
    parts = SplitResultBytes(b"", netloc.rstrip(b":") if netloc.endswith(b":") else netloc, b"", b"", b"")
    return parts.hostname or b"", parts.port


@lru_cache(maxsize=64)
def _site(host: bytes, port: int | None, scheme: bytes) -> bytes:
    """Return the key of a host, such as ``org,example:8080)``; empty without a host."""
    host = _host(host, scheme)
    if not host:
        return b""
    port_suffix = b":%d" % port if port and port != _DEFAULT_PORTS.get(scheme.lower(), 0) else b""
    return b",".join(reversed(host.split(b"."))) + port_suffix + b")"


def _unescape(text: bytes) -> bytes:
    while b"%" in text and (once := unquote_to_bytes(text)) != text:
        text = once
    return text


def _escape(text: bytes) -> bytes:
    if _PLAIN.fullmatch(text):
        return text
    return quote_from_bytes(text, _SAFE).encode("ascii")


def _host(host: bytes, scheme: bytes) -> bytes:
    host = _unescape(host)
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    host = _address(host) or _escape(host).lower()
    return _WWW.sub(b"", host, count=1) if scheme != b"dns" and _WWW.match(host) else host


def _address(host: bytes) -> bytes | None:
    """Return the dotted form of an IPv4 address in any notation (``2130706433``, ``0177.1``); None for a name."""
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode("ascii")
    if not _NUMERIC_HOST.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode("ascii"))).encode("ascii")
    except OSError:
        return None


def _path(path: bytes, has_host: bool) -> bytes:
    path = _unescape(path)
    if has_host:
        path = _without_dots(path)
    path = _escape(path).lower()
    for pattern in _PATH_SESSIONS if b"/(" in path else ():
        if match := pattern.fullmatch(path):
            path = match.group(1) + match.group(2)
    return path[:-1] if len(path) > 1 and path.endswith(b"/") else path


def _without_dots(path: bytes) -> bytes:
    if path[:1] == b"/" and b"//" not in path and b"/." not in path:
        return path
    segments: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b".":
            continue
        if segment == b".." and segments:
            segments.pop()
        else:
            segments.append(segment)
    if not segments:
        return b"/"
    return b"/" + b"".join(segment + b"/" for segment in segments[:-1] if segment) + segments[-1]


def _query(query: bytes) -> bytes:
    if not query:
        return query
    query = _escape(_unescape(query))
    for pattern in _QUERY_SESSIONS if b"id" in query.lower() else ():
        if match := pattern.fullmatch(query):
            query = match.group(1) + (match.group(2) or b"")
    query = query.lower()
    if len(query) <= 1:
        return query
    pairs = sorted(tuple(pair.split(b"=", 1)) for pair in query.split(b"&"))
    return b"&".join(b"=".join(pair) for pair in pairs)
