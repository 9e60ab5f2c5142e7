"""Sort-friendly URI reordering transform: the key under which a URL stands in an index.

The canonical form is that of the Internet Archive's wayback machine, as the Python package ``surt`` 0.3.1 computes it
and cdxj-indexer, pywb and the Common Crawl use it: ``http://www.Example.org/a/?b=2&a=1`` becomes
``org,example)/a?a=1&b=2``. Unlike the package this never asks the name server about hosts that look like numbers.
"""

from __future__ import annotations

import contextlib
import re
import socket
from urllib.parse import SplitResultBytes, quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+\-.]*:")
_SEVERAL_PROTOCOLS = re.compile(rb"(https?://)+")
# RFC 2396, appendix B, with letters of the scheme as section 3.1 has them.
_PARTS = re.compile(rb"(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?")
_WWW = re.compile(rb"www\d*\.")
_SAFE = rb"""!"$&'()*+,-./:;<=>?@[\]^_`{|}~"""
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


def surt(url: str) -> str:
    """The key of ``url``, ASCII without white space; ``-`` for an empty one.

    A URL that cannot be taken apart (a port that is no number) is its own key; what is not
    printable ASCII is escaped.
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
    url = re.sub(rb"[\n\r\t]", b"", raw.strip())
    if not url:
        raise ValueError("white space is no URL")
    if not _SCHEME.match(url):
        url = b"http://" + url
    url = _SEVERAL_PROTOCOLS.sub(lambda match: match.group(1), url, count=1) if url[:4] == b"http" else url
    match = _PARTS.match(url)
    scheme, netloc, path, query = (part or b"" for part in match.groups()) if match else (b"", b"", b"", b"")
    authority = SplitResultBytes(b"", netloc.rstrip(b":") if netloc.endswith(b":") else netloc, b"", b"", b"")
    host, port = authority.hostname or b"", authority.port
    if scheme.startswith(b"http") and not host and path:
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    host = _host(host, scheme)
    key = scheme + b":"
    if host:
        key = b",".join(reversed(host.split(b".")))
        if port and port != _DEFAULT_PORTS.get(scheme.lower(), 0):
            key += b":%d" % port
        key += b")"
    path = _path(path, bool(host))
    query = _query(query)
    if query and not path:
        path = b"/"
    return key + path + (b"?" + query if query else b"")


def _unescape(text: bytes) -> bytes:
    while (once := unquote_to_bytes(text)) != text:
        text = once
    return text


def _escape(text: bytes) -> bytes:
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
    """The dotted form of an IPv4 address, whatever its notation: ``2130706433``, ``0177.1``; None for a name."""
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
    for pattern in _PATH_SESSIONS:
        if match := pattern.fullmatch(path):
            path = match.group(1) + match.group(2)
    return path[:-1] if len(path) > 1 and path.endswith(b"/") else path


def _without_dots(path: bytes) -> bytes:
    kept: list[bytes] = []
    for part in path.split(b"/")[1:]:
        if part == b".":
            continue
        if part == b".." and kept:
            kept.pop()
        else:
            kept.append(part)
    if not kept:
        return b"/"
    return b"/" + b"".join(part + b"/" for part in kept[:-1] if part) + kept[-1]


def _query(query: bytes) -> bytes:
    query = _escape(_unescape(query))
    for pattern in _QUERY_SESSIONS:
        if match := pattern.fullmatch(query):
            query = match.group(1) + (match.group(2) or b"")
    query = query.lower()
    if len(query) <= 1:
        return query
    pairs = sorted(tuple(pair.split(b"=", 1)) for pair in query.split(b"&"))
    return b"&".join(b"=".join(pair) for pair in pairs)
