"""A news portal of as many addresses as are wanted, tiny pages made when they are asked for: how does cost grow?

    python -m bench.simulated --urls 20000 [--port 8020]

Prints its address and serves until it is ended. A story stands in English, French and Spanish, ten to a page of the
listing of its language; one in twenty is named by the sitemap alone. Every answer has both
validators, and what is asked with the right ones is answered 304. Nothing is kept: 100,000 addresses cost what 100 do.

To be crawled with ``-a languages=en,fr,es``.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from datetime import date, timedelta
from zlib import crc32

LANGUAGES = ("en", "fr", "es")
LABELS = {
    "en": ("News", "Date of Publication", "Material Type", "Geographic Scope", "Next", "Last"),
    "fr": ("Actualités", "Date de publication", "Type de matériel", "Portée géographique", "Suivante", "Dernière"),
    "es": ("Noticias", "Fecha de publicación", "Tipo de material", "Alcance geográfico", "Siguiente", "Última"),
}  # fmt: skip
PLACES = ("Morocco", "Peru", "Thailand", "Kenya", "Iraq", "Canada", "Guatemala", "Nepal")
PER_PAGE = 10
PER_SITEMAP = 2000
UNLISTED = 20
"""One story in so many stands in the sitemap alone."""

CHANGED = "Mon, 02 Mar 2026 10:00:00 GMT"
HEAD = (
    b"HTTP/1.1 %s\r\nServer: nginx\r\nContent-Type: %s\r\nETag: %s\r\nLast-Modified: %s\r\nContent-Length: %d\r\n\r\n"
)
FIELD = re.compile(rb"^([^:\r\n]+):[ \t]*([^\r\n]*)", re.MULTILINE)
FIRST_DAY = date(2010, 1, 1)


class Simulated:
    """The portal as a function of a path, with about ``urls`` addresses."""

    def __init__(self, urls: int, site: str = "") -> None:
        self.site = site
        # Of each story one page in each language, and its share of a listing in each.
        self.stories = max(1, round(urls / (len(LANGUAGES) * (1 + 1 / PER_PAGE))))
        self.listed = [n for n in range(self.stories, 0, -1) if n % UNLISTED]

    def __call__(self, target: str) -> tuple[str, str] | None:
        """Path with query -> content type and text; None: there is no such page."""
        path, _, query = target.partition("?")
        if path == "/robots.txt":
            return "text/plain", f"User-agent: *\nDisallow: /user\nSitemap: {self.site}/sitemap.xml\n"
        if path == "/sitemap.xml":
            return "text/xml", self._sitemap(query)
        language, rest = path[1:3], path[3:]
        if language not in LANGUAGES[1:] or rest[:1] not in ("", "/"):
            language, rest = "en", path
        if rest in ("", "/"):
            return self._page(language, path, LABELS[language][0], "<p>Welcome.</p>", None)
        if rest == "/news":
            page = int(query.removeprefix("page=")) if query.removeprefix("page=").isdigit() else 0
            return self._listing(language, page)
        number = rest.removeprefix("/story-").partition("-")[0]
        if not number.isdigit() or not 0 < int(number) <= self.stories or rest != self._path("en", int(number)):
            return None
        return self._story(language, int(number))

    def _path(self, language: str, number: int) -> str:
        prefix = "" if language == "en" else f"/{language}"
        return f"{prefix}/story-{number}-of-{PLACES[number % len(PLACES)].lower()}"

    def _story(self, language: str, number: int) -> tuple[str, str]:
        _, of_date, of_type, of_place, *_ = LABELS[language]
        day = FIRST_DAY + timedelta(days=number * 5000 // self.stories)
        place = PLACES[number % len(PLACES)]
        other = number * 7919 % self.stories + 1
        # Words of its own, so that no two pages compress into each other.
        told = " ".join(f"{crc32(b'%d %d' % (number, n)):x}" for n in range(30))
        content = (
            f"<dl><dt>{of_date}</dt><dd>{day}</dd><dt>{of_type}</dt><dd>News</dd>"
            f"<dt>{of_place}</dt><dd>{place}</dd></dl><div class='field--name-body'>"
            f"<p>On {day:%d} the people of {place} met by the river and spoke of {told}.</p><p>What came of it stands "
            f"in <a href='{self._path(language, other)}'>what was told</a>, and more of it in {told[:60]}.</p></div>"
        )
        return self._page(language, self._path(language, number), self._title(language, number), content, number)

    def _title(self, language: str, number: int) -> str:
        return f"{LABELS[language][0]} {number} of {PLACES[number % len(PLACES)]}"

    def _listing(self, language: str, page: int) -> tuple[str, str] | None:
        last = (len(self.listed) - 1) // PER_PAGE
        if page > last:
            return None
        rows = "".join(
            f"<div class='views-row'><h3><a href='{self._path(language, n)}'>{self._title(language, n)}</a></h3></div>"
            for n in self.listed[page * PER_PAGE : (page + 1) * PER_PAGE]
        )
        *_, next_page, last_page = LABELS[language]
        links = [(n, str(n + 1)) for n in range(max(0, page - 4), min(last, page + 4) + 1) if n != page]
        links += [(page + 1, next_page), (last, last_page)] if page < last else []
        pager = "".join(f"<li><a href='?page={n}'>{said}</a></li>" for n, said in links)
        content = f"<div class='view-content'>{rows}</div><nav class='pager'><ul>{pager}</ul></nav>"
        prefix = "" if language == "en" else f"/{language}"
        return self._page(language, f"{prefix}/news", LABELS[language][0], content, None)

    def _page(self, language: str, path: str, title: str, content: str, node: int | None) -> tuple[str, str]:
        rest = path.removeprefix(f"/{language}") if language != "en" else path
        alternates = [(one, ("" if one == "en" else f"/{one}") + rest) for one in LANGUAGES]
        head = "".join(f"<link rel='alternate' hreflang='{one}' href='{self.site}{url}'>" for one, url in alternates)
        switch = "".join(f"<li><a href='{url or '/'}' hreflang='{one}'>{one}</a></li>" for one, url in alternates)
        news = "/news" if language == "en" else f"/{language}/news"
        kind = f" class='page-node-{node} page-node-type-news'" if node else ""
        article = f"<article class='node node--type-news'>{content}</article>" if node else content
        return "text/html; charset=UTF-8", (
            f"<!DOCTYPE html><html lang='{language}' dir='ltr'><head><meta charset='utf-8'>"
            f"<link rel='canonical' href='{self.site}{path}'>{head if node else ''}"
            "<meta name='Generator' content='Drupal 10 (https://www.drupal.org)'>"
            f"<title>{title} | Simulated</title></head><body{kind}><header><nav class='menu--main'><ul>"
            f"<li><a href='{news}'>{LABELS[language][0]}</a></li></ul></nav><nav class='language-switcher'><ul>{switch}"
            f"</ul></nav></header><main role='main'><h1>{title}</h1>{article}</main>"
            "<footer><p>Simulated portal</p></footer></body></html>"
        )

    def _sitemap(self, query: str) -> str:
        parts = (self.stories - 1) // PER_SITEMAP + 1
        number = query.removeprefix("page=")
        schema = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
        if not number.isdigit():
            named = "".join(f"<sitemap><loc>{self.site}/sitemap.xml?page={n + 1}</loc></sitemap>" for n in range(parts))
            return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex {schema}>{named}</sitemapindex>'
        begin = (int(number) - 1) * PER_SITEMAP + 1
        named = "".join(
            f"<url><loc>{self.site}{self._path(language, n)}</loc><lastmod>2026-03-02T10:00:00Z</lastmod></url>"
            for n in range(begin, min(begin + PER_SITEMAP, self.stories + 1))
            for language in LANGUAGES
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><urlset {schema}>{named}</urlset>'


class _Connection(asyncio.Protocol):
    """HTTP/1.1, GET, kept alive; one request after the other."""

    def __init__(self, portal: Simulated) -> None:
        self.portal = portal
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head, self.received = self.received[:end], self.received[end + 4 :]
            self.transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        target = head.split(b" ", 2)[1].decode("latin-1")
        etag = b'"%08x"' % crc32(target.encode())
        fields = {name.lower(): value for name, value in FIELD.findall(head)}
        # As Drupal: only when both are as they were.
        if (fields.get(b"if-none-match"), fields.get(b"if-modified-since")) == (etag, CHANGED.encode()):
            return b"HTTP/1.1 304 Not Modified\r\nServer: nginx\r\nETag: %s\r\n\r\n" % etag
        found = self.portal(target)
        status = b"200 OK" if found else b"404 Not Found"
        kind, text = found or ("text/html", "<h1>Page not found</h1>")
        body = text.encode()
        return HEAD % (status, kind.encode(), etag, CHANGED.encode(), len(body)) + body


async def serve(urls: int, port: int) -> None:
    """Serve until cancelled."""
    portal = Simulated(urls)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(portal), "127.0.0.1", port)
    portal.site = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(portal.site, flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulated")
    parser.add_argument("--urls", type=int, default=2000, help="addresses that the portal has, about")
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.urls, arguments.port))


if __name__ == "__main__":
    main()
