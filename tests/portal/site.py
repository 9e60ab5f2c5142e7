"""The site: which path answers what. No sockets here; ``server`` puts the answers on the wire."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import escape
from threading import RLock
from urllib.parse import parse_qsl, unquote

from . import feeds, files, listings, traps
from .answer import HTML, OPENED, Answer, Request
from .content import build
from .dates import short_form
from .dice import token
from .faults import LOGIN
from .fields import prefix
from .markup import chrome
from .markup.node import article
from .markup.page import Document, render
from .model import Node, Translation
from .truth import path_of, record
from .vocabulary import LANGUAGES


class Site:
    def __init__(self, base: str, nodes: int = 150, variant: str = "classy", seed: int = 1) -> None:
        self.base, self.variant, self.seed = base, variant, seed
        self.nodes = build(nodes, seed)
        self.renderings = 0
        """How often the whole cache was dropped."""

        self.opened = OPENED
        """When the site's clock began."""

        self.style = 0
        """Number of the template; 0 is the first."""

        self.robots, self.robots_modified = feeds.ROBOTS, OPENED - timedelta(days=90)
        self.damage: frozenset[str] = frozenset()
        """Names of the faults that the pages themselves show, see ``faults``."""

        self.lock = RLock()
        """Held while an answer is made and while an editor works."""

        self._pages: dict[str, Answer] = {}
        self.reindex()

    # State

    def reindex(self) -> None:
        """Find aliases again and drop the cached pages: what saving a node does."""
        self.aliases: dict[tuple[str, str], int] = {}
        self.retired: dict[tuple[str, str], int] = {}
        for node in self.nodes.values():
            for language, translation in node.translations.items():
                languages = LANGUAGES if node.neutral_alias and language == node.source else (language,)
                for lang in languages:
                    if translation.alias:
                        self.aliases.setdefault((lang, translation.alias), node.nid)
                    for alias in translation.retired_aliases:
                        self.retired[lang, alias] = node.nid
        self.files = {
            file.path: file
            for node in self.nodes.values()
            for translation in node.translations.values()
            for file in translation.files
        }
        self.renew()

    def renew(self) -> None:
        """Drop the cached pages: each is rendered again and gets a new time."""
        self._pages.clear()
        self.renderings += 1

    @property
    def cached_at(self) -> datetime:
        return self.opened + timedelta(minutes=5 * self.renderings)

    def items(self) -> list[Node]:
        """Published news, statements and resources, newest first."""
        found = [node for node in self.nodes.values() if node.is_item and node.status == "published"]
        return sorted(found, key=_newest, reverse=True)

    def listed(self, *kinds: str) -> list[Node]:
        """What listings show of the given kinds, by default of items: newest first."""
        found = [
            node
            for node in self.nodes.values()
            if (node.kind in kinds if kinds else node.is_item)
            and node.in_listings
            and node.status in {"published", "login"}
        ]
        return sorted(found, key=_newest, reverse=True)

    def truth(self) -> list[dict[str, object]]:
        """What answers at an address of its own, listed or not."""
        with self.lock:
            return [
                record(node, translation, self.base)
                for node in sorted(self.items(), key=lambda node: node.nid)
                for translation in node.translations.values()
                if translation.moved_to is None
            ]

    def path(self, node: Node, language: str) -> str:
        """Where ``node`` is linked from a page in ``language``: its translation, or the fallback under that prefix."""
        if language in node.translations:
            return path_of(node, node.translations[language])
        alias = node.translations[node.source].alias if node.neutral_alias else None
        return prefix(language) + (alias or f"/node/{node.nid}")

    def url(self, path: str) -> str:
        return self.base + path

    # Answers

    def answer(self, target: str) -> Answer:
        """The answer to a request target (path and query)."""
        raw_path, _, query = target.partition("?")
        with self.lock:
            if (file := self._file(raw_path)) is not None:
                return file
            if target not in self._pages:
                self._pages[target] = self._page(raw_path, query)
            return self._pages[target]

    def _file(self, path: str) -> Answer | None:
        if path == "/robots.txt":
            body = self.robots.encode()
            return Answer(200, "text/plain; charset=utf-8", body, modified=self.robots_modified, is_file=True)
        offered = self.files.get(path)
        found = files.fetch(path, offered.edition, offered.padding) if offered else files.fetch(path)
        if found is None:
            return None
        modified = (offered and offered.modified) or OPENED - timedelta(days=30)
        return Answer(200, found[0], found[1], modified=modified, is_file=True)

    def _page(self, raw_path: str, query: str) -> Answer:
        if (feed := feeds.fetch(self, raw_path, dict(parse_qsl(query)))) is not None:
            return feed
        first, _, rest = unquote(raw_path).lstrip("/").partition("/")
        language = first if first in LANGUAGES[1:] else "en"
        path = "/" + (rest if language != "en" else unquote(raw_path).lstrip("/"))
        request = Request(raw_path, language, path.rstrip("/") or "/", dict(parse_qsl(query, keep_blank_values=True)))
        if request.path == "/user/login":
            return Answer(200, body=LOGIN)
        document = listings.fetch(self, request) or traps.fetch(self, request)
        return self.page(document) if document else self._entity(request)

    def _entity(self, request: Request) -> Answer:
        language, path = request.language, request.path
        if found := re.fullmatch(r"/node/(\d+)", path):
            nid = int(found[1])
        elif (language, path) in self.retired and (language, path) not in self.aliases:
            nid = self.retired[language, path]
        else:
            nid = self.aliases.get((language, path), 0)
        node = self.nodes.get(nid)
        if node is None or node.status == "deleted":
            return self.error(404, language)
        if node.status == "gone":
            return self.error(410, language)
        if node.status == "unpublished":
            return self.error(403, language)
        if node.status == "login":
            return Answer(302, headers={"Location": self.url(f"/user/login?destination={request.raw_path}")})
        if moved_to := node.shown_in(language).moved_to:
            return self.redirect(moved_to, "X-Redirect-ID", str(node.nid))
        right = self.path(node, language)
        if right != unquote(request.raw_path):
            return self.redirect(right)
        return self.page(self.document(node, language))

    def document(self, node: Node, language: str) -> Document:
        """The page of a node under a prefix, real or fallback."""
        shown: Translation = node.shown_in(language)
        first = next((block.text for block in shown.body if block.text), "")
        section = {"statement": ("/statements", "Statements"), "resource": ("/hub", chrome.words(language)["hub"])}
        crumb = section.get(node.kind)
        return Document(
            language=language,
            title=shown.title,
            heading=shown.title,
            content=article(node, shown, language, self.variant),
            canonical=self.url(path_of(node, shown)),
            switcher=[(lang, self.path(node, lang)) for lang in LANGUAGES],
            section=(prefix(language) + crumb[0], crumb[1]) if crumb else None,
            alternates=[(lang, self.url(path_of(node, other))) for lang, other in node.translations.items()],
            shortlink=self.url(f"{prefix(shown.language)}/node/{node.nid}"),
            system_path=f"node/{node.nid}",
            body_classes=f"path-node page-node-{node.nid} page-node-type-{node.bundle}",
            description=first[:160],
        )

    def page(self, document: Document, status: int = 200) -> Answer:
        """The finished page, with the sidebar and with what Drupal renders anew each time."""
        language = document.language
        newest = [node for node in self.listed() if language in node.translations][:5]
        document.latest = [
            (self.path(node, language), node.translations[language].title, short_form(node.created.date()))
            for node in newest
        ]
        mark = token(self.renderings, document.canonical.removeprefix(self.base), language, length=32)
        body = render(document, self.variant, mark, self.style).encode()
        headers = {
            "Content-language": language,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "X-Generator": "Drupal 10 (https://www.drupal.org)",
        }
        if status == 200:
            headers |= {"Cache-Control": "max-age=3600, public", "Expires": "Sun, 19 Nov 1978 05:00:00 GMT"}
        else:
            headers["Cache-Control"] = "must-revalidate, no-cache, private"
        return Answer(status, HTML, body, headers, self.cached_at if status == 200 else None)

    def error(self, status: int, language: str) -> Answer:
        words = chrome.words(language)
        kind = "denied" if status == 403 else "missing"
        document = Document(
            language=language,
            title=words[kind],
            heading=words[kind],
            content=f"<p>{words[f'{kind}_text']}</p>",
            canonical=self.url(f"{prefix(language)}/system/{status}"),
            switcher=[(lang, prefix(lang) or "/") for lang in LANGUAGES],
            body_classes="path-error",
        )
        return self.page(document, status)

    def redirect(self, path: str, header: str = "X-Drupal-Route-Normalizer", value: str = "1") -> Answer:
        """301 to a path of the site or to an absolute URL, with the header of the module that redirects."""
        target = self.url(path) if path.startswith("/") else path
        body = (
            f'<!DOCTYPE html>\n<html><head><meta charset="UTF-8"><title>Redirecting to {escape(target)}</title></head>'
        )
        body += f'<body>Redirecting to <a href="{escape(target)}">{escape(target)}</a>.</body></html>\n'
        return Answer(301, HTML, body.encode(), {"Location": target, header: value})


def _newest(node: Node) -> tuple[datetime, int]:
    return node.created, node.nid
