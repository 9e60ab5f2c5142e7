"""Which URLs of the site belong to the crawl: one pure decision per URL, with the reason when it is no."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

PAGER = re.compile(r"\d{0,5}(,\d{0,5})*")
"""``page=3``, or ``page=,2`` where several pagers stand on one page (Drupal Views, 0-based)."""

FILE = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|zip|gz|jpe?g|png|gif|svg|webp|ico|mp[34]|m4[av]|mov|avi|css|js|json|xml|rss|ics)$",
    re.IGNORECASE,
)
CALENDAR = re.compile(r"/(19|20)\d\d[-/](\d{1,2}|w\d\d)([-/]\d{1,2})?/?$", re.IGNORECASE)
"""A path that ends in a month, week or day: calendar pages go on for ever."""


TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|mc_[ce]id|mkt_tok|_hs\w+)")
"""Parameters that newsletters and social networks add to a link; they name no other page."""


def netloc(parts: SplitResult) -> str:
    """Host in lower case and port, the port left out where it is the scheme's own. Raises ValueError."""
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


class Scope:
    """The rules for one site.

    ``languages`` are the URL prefixes asked for, ``known_languages`` all the portal has; ``excluded`` are path starts
    below the language prefix.
    """

    def __init__(
        self, site: str, languages: Collection[str], known_languages: Collection[str], excluded: Collection[str]
    ) -> None:
        self.site = urlsplit(site)
        self.languages = frozenset(languages)
        self.known_languages = frozenset(known_languages)
        self.excluded = [path.strip("/").lower().split("/") for path in excluded]

    def page(self, url: str) -> tuple[str | None, str | None]:
        """``url`` -> (the URL to fetch, None), or (None, why not).

        Filters that select everything (``region=All``, ``text=``) are dropped; what is left may only be a pager.
        """
        parts, reason = self._on_site(url)
        if parts is None:
            return None, reason
        language, path = self._split(parts.path)
        if language not in self.languages:
            return None, "language"
        folded = [unquote(segment).lower() for segment in path]
        if any(folded[: len(start)] == start for start in self.excluded):
            return None, "excluded"
        if CALENDAR.search(parts.path):
            return None, "calendar"
        if FILE.search(parts.path):
            return None, "file"
        # One link in the wild has its whole query percent-encoded as one token: gcm_objectives%3DAll%26...
        query = [
            (name, value)
            for name, value in parse_qsl(unquote(parts.query), keep_blank_values=True)
            if value not in ("", "All") and not TRACKING.fullmatch(name)
        ]
        if any(name != "page" or not PAGER.fullmatch(value) for name, value in query):
            return None, "query"
        return urlunsplit(parts._replace(query=urlencode(query, safe=","), fragment="")), None

    def file(self, url: str) -> str | None:
        """``url`` when it is on the site, else None; for attachments and page requisites, whose query is kept."""
        parts, _ = self._on_site(url)
        return urlunsplit(parts._replace(fragment="")) if parts else None

    def path(self, url: str) -> str:
        """The path of ``url`` without its language prefix: ``/es/news?page=1`` -> ``/news``."""
        return "/" + "/".join(self._split(urlsplit(url).path)[1])

    def start(self, path: str, language: str) -> str:
        """Absolute URL of ``path`` under the prefix of ``language``."""
        prefix = "" if language == "en" else f"/{language}"
        return urljoin(f"{self.site.scheme}://{self.site.netloc}", prefix + path if path != "/" else prefix or "/")

    def _on_site(self, url: str) -> tuple[SplitResult | None, str | None]:
        try:
            parts = urlsplit(url.strip())
            host = netloc(parts)
        except ValueError:
            return None, "malformed"
        if parts.scheme not in ("http", "https"):
            return None, "scheme"
        if host != self.site.netloc:
            return None, "off-site"
        return parts._replace(scheme=self.site.scheme, netloc=host, path=_without_dots(parts.path)), None

    def _split(self, path: str) -> tuple[str, list[str]]:
        segments = path.strip("/").split("/")
        first = segments[0].lower()
        return (first, segments[1:]) if first in self.known_languages else ("en", segments)


def _without_dots(path: str) -> str:
    """``/x/../user/1`` -> ``/user/1`` (RFC 3986, section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)
