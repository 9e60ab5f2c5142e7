"""Rewrites the addresses of an archived page: to the same address in the archive, or to nothing.

Every rewritten address begins with the prefix of the replay, a timestamp and ``http``, whatever the page contains. A
mistake in reading an address can therefore show the wrong capture, but cannot lead to the web. Addresses are parsed as
browsers do (URL Standard, 4.4) where that differs from RFC 3986: white space, backslashes, escaped dots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

EMBEDDED = "oe_"
"""Behind the moment of an address: what a page embeds, shown in its place or not at all."""
ORIGINAL = "id_"
"""Behind the moment of an address: the bytes as they were served, as a download."""

_AROUND = "".join(map(chr, range(33)))
_INSIDE = re.compile(r"[\t\n\r]")
_ESCAPED_DOT = re.compile("%2e", re.IGNORECASE)
_IMAGE_DATA = re.compile(r"data:(?:image/[\w.+-]+|font/[\w.+-]+|application/(?:x-)?font[\w.+-]*)[;,]", re.IGNORECASE)
_PLAIN = re.compile(r"/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:\?[\w=&.-]+)?", re.ASCII)
_ORIGIN = re.compile(r"https?://[\w.-]*\w(?::\d+)?(?=[/?#]|$)", re.ASCII)
_SAFE = "!$&()*+,-./:;=?@_~%[]"
"""What stands in an address as it is: nothing that ends a string of HTML or of CSS."""
_LONGEST = 1 << 13
"""Characters of an address, as it stands and as it is followed: longer ones lead nowhere."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one archived page."""

    prefix: str
    """Path of the replay on this server, with the slash at its end: ``/memento/``."""
    timestamp: str
    """Moment of the page, 14 digits: what it leads to is looked for near that."""
    base: str
    """Address of the page, which others are relative to."""

    def based(self, href: str) -> Addresses:
        """The same with the ``href`` of a ``base`` element."""
        base = self.absolute(href)
        return replace(self, base=base) if base else self

    def absolute(self, address: str) -> str | None:
        """``address`` as an absolute one of the web, without its fragment; None when it is another, or none."""
        address = _INSIDE.sub("", address.strip(_AROUND))
        if len(address) > _LONGEST:
            return None
        found = None
        if _PLAIN.fullmatch(address) and (origin := _ORIGIN.match(self.base)):
            # Most links of a page: a path and no more, with nothing in it that needs a second look.
            found = f"{origin[0]}{address}"
        elif len(self.base) <= _LONGEST:
            found = self._followed(address)
        return found if found and len(found) <= _LONGEST else None

    def _followed(self, address: str) -> str | None:
        before, mark, query = address.partition("?")
        before = before.replace("\\", "/")
        if "%2" in before:
            before = "/".join(_plain_dots(segment) for segment in before.split("/"))
        try:
            parts = urlsplit(urljoin(self.base, before + mark + query))
            # A host of dots alone would be taken for a step in the path of our own address.
            is_web = parts.scheme.lower() in ("http", "https") and bool(unquote(parts.hostname or "").strip("."))
            path = _without_dots(parts.path)
            # Without a name and password, which no archive has in its index.
            host = parts.netloc.rpartition("@")[2]
        except ValueError:
            return None
        return urlunsplit((parts.scheme.lower(), host, path, parts.query, "")) if is_web else None

    def link(self, address: str) -> str | None:
        """Where a link to ``address`` leads; one within the page stays as it is."""
        address = address.strip(_AROUND)
        if address.startswith("#"):
            return address
        url = self.absolute(address)
        if url is None:
            return None
        fragment = address.partition("#")[2]
        return self._at("", url) + (f"#{quote(fragment, safe=_SAFE)}" if fragment else "")

    def embedded(self, address: str) -> str | None:
        """Where a thing that the page shows in itself is fetched from: the archive, or the page, which may hold it."""
        address = address.strip(_AROUND)
        if address.startswith("#"):
            return address
        if _IMAGE_DATA.match(address):
            return address
        url = self.absolute(address)
        if url is None:
            return None
        # An image out of a file of many is told by its fragment.
        fragment = address.partition("#")[2]
        return self._at(EMBEDDED, url) + (f"#{quote(fragment, safe=_SAFE)}" if fragment else "")

    def _at(self, kind: str, url: str) -> str:
        return f"{self.prefix}{self.timestamp}{kind}/{quoted(url)}"


def quoted(url: str) -> str:
    """``url`` as it stands in an address of the replay; what is escaped in it stays so."""
    return quote(url.encode("utf-8", "replace"), safe=_SAFE)


def _plain_dots(segment: str) -> str:
    """A segment that browsers take for ``.`` or ``..`` as one; others as they are."""
    plain = _ESCAPED_DOT.sub(".", segment)
    return plain if plain in (".", "..") else segment


def _without_dots(path: str) -> str:
    """No segment that a browser would go up by: `urljoin` leaves those of an address that is absolute already."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == ".." and kept:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
