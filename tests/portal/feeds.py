"""robots.txt, sitemaps and RSS."""

from __future__ import annotations

import gzip
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from .answer import Answer
from .fields import prefix
from .markup import chrome
from .model import Node
from .truth import path_of
from .vocabulary import LANGUAGES

if TYPE_CHECKING:
    from .site import Site

ARCHIVED_SITEMAP = "/sites/g/files/tmzbdl416/files/sitemaps/library.xml.gz"
ROBOTS = """# What robots may read here.

User-agent: *
# Style sheets, scripts and images of the core
Allow: /core/*.css$
Allow: /core/*.css?
Allow: /core/*.js$
Allow: /core/*.js?
Allow: /core/*.png
Allow: /core/*.svg
# Directories
Disallow: /core/
Disallow: /profiles/
# Files
Disallow: /README.md
Disallow: /web.config
# Paths
Disallow: /admin/
Disallow: /comment/reply/
Disallow: /filter/tips
Disallow: /node/add/
Disallow: /search/
Disallow: /user/register
Disallow: /user/password
Disallow: /user/login
Disallow: /user/logout
Disallow: /media/oembed
Disallow: /*/media/oembed
"""
RSS_ITEMS = 20


def fetch(site: Site, path: str, query: dict[str, str]) -> Answer | None:
    """The machine-readable resource at ``path``, or None when it is none."""
    if path == "/sitemap.xml":
        part = {"1": 0, "2": 1}.get(query.get("page", ""))
        xml = _index(site) if part is None else _urlset(site, _part(site, part))
        return Answer(200, "application/xml; charset=utf-8", xml.encode(), modified=site.cached_at)
    if path == ARCHIVED_SITEMAP:
        packed = gzip.compress(_urlset(site, _part(site, 2)).encode(), mtime=0)
        return Answer(200, "application/x-gzip", packed, modified=site.cached_at, is_file=True)
    for language in LANGUAGES:
        if path in (f"{prefix(language)}/rss.xml", f"{prefix(language)}/news/rss.xml"):
            body = _rss(site, language, path).encode()
            return Answer(200, "application/rss+xml; charset=utf-8", body, modified=site.cached_at)
    return None


def _part(site: Site, part: int) -> list[Node]:
    """The nodes of one sitemap: older news with the plain pages, newer news, and the packed rest of the library."""
    nodes = [node for node in site.nodes.values() if node.in_sitemap]
    news = [node for node in nodes if node.kind == "news"]
    library = [node for node in nodes if node.kind in {"statement", "resource"}]
    others = [node for node in nodes if not node.is_item]
    return [others + news[: len(news) // 2], news[len(news) // 2 :], library][part]


def _index(site: Site) -> str:
    stamp = site.cached_at.isoformat()
    places = ["/sitemap.xml?page=1", "/sitemap.xml?page=2", ARCHIVED_SITEMAP]
    rows = "".join(
        f" <sitemap>\n  <loc>{site.url(place)}</loc>\n  <lastmod>{stamp}</lastmod>\n </sitemap>\n" for place in places
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</sitemapindex>\n'
    )


def _urlset(site: Site, nodes: list[Node]) -> str:
    """One entry per translation; ``lastmod`` is the time of the source in every language."""
    rows = []
    for node in nodes:
        alternates = "".join(
            f'  <xhtml:link rel="alternate" hreflang="{language}" href="{site.url(path_of(node, translation))}"/>\n'
            for language, translation in node.translations.items()
        )
        rows += [
            f" <url>\n  <loc>{site.url(path_of(node, translation))}</loc>\n{alternates}"
            f"  <lastmod>{node.changed.isoformat()}</lastmod>\n  <priority>0.5</priority>\n </url>\n"
            for translation in node.translations.values()
        ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "".join(rows) + "</urlset>\n"
    )


def _rss(site: Site, language: str, path: str) -> str:
    """The newest items of a language. ``pubDate`` is when the node was entered, not its date of publication."""
    newest = [node for node in site.listed() if language in node.translations][:RSS_ITEMS]
    rows = "".join(
        f"<item>\n<title>{escape(node.translations[language].title)}</title>\n"
        f"<link>{site.url(site.path(node, language))}</link>\n"
        f"<description>{escape(node.translations[language].body[0].html)}</description>\n"
        f"<pubDate>{format_datetime(node.created)}</pubDate>\n"
        f'<guid isPermaLink="false">{node.nid} at {site.base}</guid>\n</item>\n'
        for node in newest
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xml:base="{site.url(path)}">\n<channel>\n<title>{chrome.words(language)["site"]}</title>\n'
        f"<link>{site.url(prefix(language) or '/')}</link>\n<description/>\n<language>{language}</language>\n"
        f"{rows}</channel>\n</rss>\n"
    )
