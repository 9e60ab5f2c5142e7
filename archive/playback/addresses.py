"""Rewrites the addresses of an archived page to the same addresses in the archive, or removes them.

Every rewritten address begins with the prefix of the replay, a timestamp and ``http``, for any content of the page. A
mistake in parsing an address can therefore show the wrong capture, but cannot lead to the web. Addresses are parsed as
browsers do (URL Standard, 4.4) where that differs from RFC 3986: white space, backslashes, escaped dots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

EMBEDDED = "oe_"
"""Suffix of the timestamp in an address: a resource embedded in a page, which is only shown there."""
ORIGINAL = "id_"
"""Suffix of the timestamp in an address: the original bytes, as a download."""

_OUTER_WHITE_SPACE = "".join(map(chr, range(33)))
_INNER_WHITE_SPACE = re.compile(r"[\t\n\r]")
_ESCAPED_DOT = re.compile("%2e", re.IGNORECASE)
_IMAGE_DATA = re.compile(r"data:(?:image/[\w.+-]+|font/[\w.+-]+|application/(?:x-)?font[\w.+-]*)[;,]", re.IGNORECASE)
_PLAIN = re.compile(r"/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:\?[\w=&.-]+)?", re.ASCII)
_ORIGIN = re.compile(r"https?://[\w.-]*\w(?::\d+)?(?=[/?#]|$)", re.ASCII)
_SAFE = "!$&()*+,-./:;=?@_~%[]"
"""Characters that are not escaped in an address: none of them ends a string in HTML or CSS."""
_LONGEST = 1 << 13
"""Maximum characters of an address, as written and as resolved; longer ones are removed."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one archived page."""

    prefix: str
    """Path of the replay on this server, with a slash at its end: ``/memento/``."""
    timestamp: str
    """Time of the page, 14 digits: its links lead to captures near that time."""
    base: str
    """Address of the page, to which others are relative."""

    def based(self, href: str) -> Addresses:
        """Return a copy with the ``href`` of a ``base`` element as base."""
        base = self.absolute(href)
        return replace(self, base=base) if base else self

    def absolute(self, address: str) -> str | None:
        """Return ``address`` as an absolute web address without fragment; None if it is not an address of the web."""
        address = _INNER_WHITE_SPACE.sub("", address.strip(_OUTER_WHITE_SPACE))
        if len(address) > _LONGEST:
            return None
        url = None
        if _PLAIN.fullmatch(address) and (origin := _ORIGIN.match(self.base)):
            # Most links of a page are a path without any special characters.
            url = f"{origin[0]}{address}"
        elif len(self.base) <= _LONGEST:
            url = self._resolved(address)
        return url if url and len(url) <= _LONGEST else None

    def _resolved(self, address: str) -> str | None:
        before, mark, query = address.partition("?")
        before = before.replace("\\", "/")
        if "%2" in before:
            before = "/".join(_plain_dots(segment) for segment in before.split("/"))
        try:
            parts = urlsplit(urljoin(self.base, before + mark + query))
            # A host of only dots would act as a path segment in our address.
            is_web = parts.scheme.lower() in ("http", "https") and bool(unquote(parts.hostname or "").strip("."))
            path = _without_dots(parts.path)
            # Without user name and password, which an index does not contain.
            host = parts.netloc.rpartition("@")[2]
        except ValueError:
            return None
        return urlunsplit((parts.scheme.lower(), host, path, parts.query, "")) if is_web else None

    def link(self, address: str) -> str | None:
        """Return the target of a link to ``address``; a link within the page is unchanged."""
        address = address.strip(_OUTER_WHITE_SPACE)
        if address.startswith("#"):
            return address
        url = self.absolute(address)
        if url is None:
            return None
        fragment = address.partition("#")[2]
        return self._at("", url) + (f"#{quote(fragment, safe=_SAFE)}" if fragment else "")

    def embedded(self, address: str) -> str | None:
        """Return the address of an embedded resource: in the archive, or unchanged if the page itself contains it."""
        address = address.strip(_OUTER_WHITE_SPACE)
        if address.startswith("#"):
            return address
        if _IMAGE_DATA.match(address):
            return address
        url = self.absolute(address)
        if url is None:
            return None
        # The fragment may select an image in a file with several.
        fragment = address.partition("#")[2]
        return self._at(EMBEDDED, url) + (f"#{quote(fragment, safe=_SAFE)}" if fragment else "")

    def _at(self, kind: str, url: str) -> str:
        return f"{self.prefix}{self.timestamp}{kind}/{quoted(url)}"


def quoted(url: str) -> str:
    """Return ``url`` escaped for use in an address of the replay; existing escapes are kept."""
    return quote(url.encode("utf-8", "replace"), safe=_SAFE)


def _plain_dots(segment: str) -> str:
    """Return ``.`` or ``..`` for a segment that browsers read as such; others unchanged."""
    plain = _ESCAPED_DOT.sub(".", segment)
    return plain if plain in (".", "..") else segment


def _without_dots(path: str) -> str:
    """Remove ``.`` and ``..`` segments: `urljoin` keeps those of an absolute address."""
    resolved: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == ".." and resolved:
            resolved.pop()
        elif segment not in (".", ".."):
            resolved.append(segment)
    if segments[-1] in (".", ".."):
        resolved.append("")
    return "/" + "/".join(resolved)
