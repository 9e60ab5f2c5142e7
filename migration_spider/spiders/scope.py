"""Decides which URLs of the site belong to the crawl: a pure function, with the reason if a URL does not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from migration_spider.addresses import canonical, netloc

PAGER = re.compile(r"\d{0,5}(,\d{0,5})*")
"""``page=3``, or ``page=,2`` on a page with several pagers (Drupal Views, 0-based)."""

FILE = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|zip|gz|jpe?g|png|gif|svg|webp|ico|mp[34]|m4[av]|mov|avi|css|js|json|xml|rss|ics)$",
    re.IGNORECASE,
)
CALENDAR = re.compile(r"/(19|20)\d\d[-/](\d{1,2}|w\d\d)([-/]\d{1,2})?/?$", re.IGNORECASE)
"""A path that ends in a month, week or day; calendars have endless pages."""


TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|mc_[ce]id|mkt_tok|_hs\w+)")
"""Parameters that newsletters and social networks add to a link, without effect on the page."""


OF_CONTENT = frozenset(("events", "pledge", "practice", "projects", "videos", "hub/discussion-space", "hub/resource"))
"""Excluded paths of other content types, below which a site may have news nevertheless."""

REMEMBERED = 2048
"""Links whose decision is cached, because every page of a site has the same menus and links to its translations."""

NO_NAMES = frozenset(("default", "localhost"))
"""Hosts in links if Drupal does not know its host name, for example after ``drush`` without ``--uri``."""


class Scope:
    """The rules for one site.

    ``languages`` are the requested URL prefixes, ``known_languages`` all those of the portal; ``excluded`` are the
    first segments of paths, after the language prefix.
    """

    def __init__(
        self, site: str, languages: Collection[str], known_languages: Collection[str], excluded: Collection[str]
    ) -> None:
        self.site = urlsplit(site)
        self.languages = frozenset(languages)
        self.known_languages = frozenset(known_languages)
        bare = self.site.netloc.removeprefix("www.")
        self.names = frozenset((bare, f"www.{bare}", *NO_NAMES))
        """Other names of the host; their addresses are requested from the site itself."""
        self.excluded = [path.strip("/").lower().split("/") for path in excluded]
        # Nine of ten links are repeated.
        self._on_site = lru_cache(maxsize=REMEMBERED)(self._place)
        self._page = lru_cache(maxsize=REMEMBERED)(self._decide)

    def page(
        self,
        url: str,
        *,
        query: bool | None = None,
        host: str = "",
        month: bool = False,
        is_open: bool = False,
    ) -> tuple[str | None, str | None]:
        """Return (the URL to fetch, None), or (None, reason).

        Filters that select everything (``region=All``, ``text=``) are removed; after that, the only query allowed is
        that of a pager.

        Args:
            query: For links to single pages (see `pages`): whether any other query is kept or removed.
            host: Another name of the site, used in the list with the link.
            month: Whether a path that ends in a month or day belongs to an archive, not to a calendar.
            is_open: Whether excluded paths count as well.
        """
        return self._page(url, query, host, month, is_open)

    def section(self, url: str) -> str | None:
        """The path of other content types that excludes ``url``, one of `OF_CONTENT`; None if nothing or else does."""
        parts, _ = self._on_site(url, "")
        start = self._excludes(self._split(parts.path)[1]) if parts else None
        return start if start in OF_CONTENT else None

    def is_open(self, section: str) -> bool:
        """Whether pages below ``section`` belong to the crawl."""
        return section.split("/") not in self.excluded

    def open(self, section: str) -> None:
        """Do not exclude the pages below ``section`` any more."""
        self.excluded.remove(section.split("/"))
        self._page.cache_clear()

    def _excludes(self, path: list[str]) -> str | None:
        folded = [unquote(segment).lower() for segment in path]
        return next(("/".join(start) for start in self.excluded if folded[: len(start)] == start), None)

    def _decide(
        self, url: str, query: bool | None, host: str, month: bool = False, is_open: bool = False
    ) -> tuple[str | None, str | None]:
        parts, reason = self._on_site(url, host)
        if parts is None:
            return None, reason
        language, path = self._split(parts.path)
        if language not in self.languages:
            return None, "language"
        if not is_open and self._excludes(path) is not None:
            return None, "excluded"
        if not month and CALENDAR.search(parts.path):
            return None, "calendar"
        if FILE.search(parts.path):
            return None, "file"
        # One link met has its complete query percent-encoded as one token: gcm_objectives%3DAll%26...
        words = _query(parts)
        if any(name != "page" or not PAGER.fullmatch(value) for name, value in words):
            if query is None:
                return None, "query"
            words = words if query else []
        bare = canonical(urlunsplit(parts._replace(query="", fragment="")))
        return urlunsplit(urlsplit(bare)._replace(query=urlencode(words, safe=","), fragment="")), None

    def pages(
        self, urls: Collection[str], host: str = "", *, month: bool = False
    ) -> Iterator[tuple[str | None, str | None]]:
        """Like `page`, for the links of one list, each to a single page.

        A query usually tells how the reader came to the page, and is removed, except if several links of the list
        differ only in it, such as ``/story?id=1`` and ``/story?id=2``.
        """
        queries: defaultdict[str, set[str]] = defaultdict(set)
        for url in urls:
            if "?" in url:
                parts, _ = self._on_site(url, host)
                if parts and (words := _query(parts)):
                    queries[parts.path].add(urlencode(words))
        needed = {path for path, several in queries.items() if len(several) > 1}
        for url in urls:
            parts = self._on_site(url, host)[0] if needed else None
            yield self._page(url, parts is not None and parts.path in needed, host, month)

    def other_host(self, urls: Iterable[str]) -> str:
        """The host of all ``urls`` of a sitemap or feed of this site, if it is another one; else empty."""
        hosts = {self._host(url) for url in urls}
        return hosts.pop() if len(hosts) == 1 and not hosts & {self.site.netloc, ""} else ""

    def file(self, url: str, host: str = "") -> str | None:
        """``url`` if it is on the site, else None; for attachments, page requisites, feeds and sitemaps.

        The query is kept; ``host`` as in `page`.
        """
        parts, _ = self._on_site(url, host)
        return urlunsplit(parts._replace(fragment="")) if parts else None

    def holds(self, url: str) -> bool:
        """Whether ``url`` has the host of the site itself, not one of its other names."""
        return self._host(url) == self.site.netloc

    def path(self, url: str) -> str:
        """The path of ``url`` without its language prefix: ``/es/news?page=1`` -> ``/news``."""
        return "/" + "/".join(self._split(urlsplit(url).path)[1])

    def start(self, path: str, language: str) -> str:
        """The absolute URL of ``path`` under the prefix of ``language``."""
        prefix = "" if language == "en" else f"/{language}"
        return urljoin(f"{self.site.scheme}://{self.site.netloc}", prefix + path if path != "/" else prefix or "/")

    def elsewhere(self, urls: Iterable[str], host: str = "") -> dict[str, int]:
        """Other host -> number of ``urls`` there; ``host`` as in `page`."""
        hosts = Counter(self._host(url) for url in urls)
        return {name: n for name, n in sorted(hosts.items()) if name not in {self.site.netloc, host, "", *self.names}}

    def _host(self, url: str) -> str:
        try:
            return netloc(urlsplit(url.strip()))
        except ValueError:
            return ""

    def _place(self, url: str, other: str = "") -> tuple[SplitResult | None, str | None]:
        try:
            parts = urlsplit(url.strip())
            host = netloc(parts)
        except ValueError:
            return None, "malformed"
        if parts.scheme not in ("http", "https"):
            return None, "scheme"
        if host != self.site.netloc and host not in self.names and host != (other or None):
            return None, "off-site"
        return parts._replace(scheme=self.site.scheme, netloc=self.site.netloc, path=_without_dots(parts.path)), None

    def _split(self, path: str) -> tuple[str, list[str]]:
        segments = path.strip("/").split("/")
        first = segments[0].lower()
        return (first, segments[1:]) if first in self.known_languages else ("en", segments)


def _query(parts: SplitResult) -> list[tuple[str, str]]:
    """The parameters of a query that may have an effect."""
    if not parts.query:
        return []
    return [
        (name, value)
        for name, value in parse_qsl(unquote(parts.query), keep_blank_values=True)
        if value not in ("", "All") and not TRACKING.fullmatch(name)
    ]


def _without_dots(path: str) -> str:
    """``/x/../user/1`` -> ``/user/1`` (RFC 3986, section 5.2.4)."""
    if "/." not in path:
        return path
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[max(1, len(segments) - 1) :]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments)
