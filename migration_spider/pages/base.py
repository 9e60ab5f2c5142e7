"""What every page of the portal says about itself, whatever its type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

from parsel import Selector

from migration_spider.pages.bounds import bounded
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.nodes import Nodes
from migration_spider.pages.outline import Block
from migration_spider.pages.outline_builder import build
from migration_spider.pages.text import absolute, fold, path_of

Kind = Literal["news", "listing", "other"]

# Path prefixes of the portal's languages; no prefix is English. See docs on languages: the portal says zh-hant.
PREFIX_LANGUAGES = {
    "ar": "ar", "de": "de", "en": "en", "es": "es", "fr": "fr", "pt": "pt", "pt-br": "pt-BR", "ru": "ru",
    "zh": "zh", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant",
}  # fmt: skip
_NODE_PATH = re.compile(r"(?:^|/)node/(\d{1,10})(?:/(?:edit|delete|revisions|translations|view)?)?$")
_NODE_TYPE = re.compile(r"(?:^|\s)(?:page-)?node-{1,2}type-{1,2}([a-z][a-z0-9_-]*)(?=\s|$)")
_NODE_CLASS = re.compile(r"(?:^|\s)(?:page-node|node|node--id|node-id|nid)-(\d{1,10})(?=\s|$)")


class Page:
    """A page at ``url``, read from ``selector``; says None or nothing for what the page does not say."""

    kind: Kind = "other"

    def __init__(self, url: str, selector: Selector) -> None:
        self.url = url
        self.selector = selector

    @cached_property
    def root(self) -> Any:
        """The ``<html>`` element (lxml); None when the answer is no HTML."""
        root = bounded(self.selector).root
        return root if isinstance(getattr(root, "tag", None), str) else None

    def _xpath(self, expression: str) -> list[Any]:
        return self.root.xpath(expression) if self.root is not None else []

    def _first(self, expression: str) -> str | None:
        for value in self._xpath(expression):
            if text := fold(str(value)):
                return text
        return None

    @cached_property
    def base_url(self) -> str:
        """``<base href>``, else the URL: what relative links are relative to (HTML Standard, section 2.4.3)."""
        return absolute(self.url, self._first("//head/base/@href")) or self.url

    @cached_property
    def language(self) -> str:
        """BCP 47 language of the page's chrome: ``<html lang>``, else the URL's prefix."""
        stated = self._first("/html/@lang | /html/@*[name()='xml:lang']") or self._first("//body/@lang")
        if stated and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", stated):
            return language_tag(stated)
        return language_of(self.url)

    @cached_property
    def canonical_url(self) -> str | None:
        """``rel=canonical``, absolute (RFC 6596)."""
        return absolute(self.base_url, self._link("canonical"))

    @cached_property
    def alternates(self) -> dict[str, str]:
        """BCP 47 language -> absolute URL of the translations that the head names, in page order."""
        found: dict[str, str] = {}
        for link in self._xpath("//link[@hreflang][@href]"):
            url = absolute(self.base_url, link.get("href"))
            language = link.get("hreflang").strip()
            if url and "alternate" in (link.get("rel") or "").lower().split() and language.lower() != "x-default":
                found.setdefault(language_tag(language), url)
        return found

    @cached_property
    def is_fallback(self) -> bool:
        """Whether the page shows another language's text because this translation does not exist."""
        canonical = self.canonical_url
        if self.alternates and self._own(self.alternates) is None:
            return True
        if canonical is None or self._own(self.alternates) == canonical:
            return False
        return _prefix(canonical) != _prefix(self.url) and language_of(canonical) != self.language

    def _own(self, by_language: dict[str, str]) -> str | None:
        """The entry for this page's language; ``zh-Hant`` and ``zh`` are taken for one language."""
        primary = self.language.split("-")[0].lower()
        return by_language.get(self.language) or next(
            (url for language, url in by_language.items() if language.split("-")[0].lower() == primary), None
        )

    @cached_property
    def node_type(self) -> str | None:
        """Drupal content type as the theme's classes print it, for example ``press-release``."""
        elements = self._xpath("//body[@class]")
        if self.article is not None:
            elements = [*elements, self.article]
        for element in elements:
            if match := _NODE_TYPE.search(element.get("class") or ""):
                return match[1].replace("_", "-")
        return None

    @cached_property
    def node_id(self) -> int | None:
        """Drupal node id of the page itself, never that of a teaser on it."""
        for candidate in self._node_ids():
            if candidate is not None:
                return candidate
        return None

    def _node_ids(self) -> Iterator[int | None]:
        yield node_of(absolute(self.base_url, self._link("shortlink")))
        yield self._settings_node()
        for body in self._xpath("//body[@class]"):
            match = re.search(r"(?:^|\s)page-node-(\d{1,10})(?=\s|$)", body.get("class"))
            yield int(match[1]) if match else None
        # Core marks the links of the language switcher and of local tasks with the system path of the page.
        active = "contains(concat(' ', @class, ' '), ' is-active ') or contains(concat(' ', @class, ' '), ' active ')"
        for path in self._xpath(
            f"//a[@data-drupal-link-system-path][@hreflang][{active}]/@data-drupal-link-system-path"
            "| //li[@hreflang]/@data-drupal-link-system-path | //a[@hreflang]/@data-drupal-link-system-path"
        ):
            yield node_of("/" + path)
        article = self.article
        if article is not None:
            history = article.get("data-history-node-id") or ""
            yield int(history) if history.isdecimal() and len(history) < 11 else None
            for words in (article.get("class") or "", article.get("id") or ""):
                match = _NODE_CLASS.search(words)
                yield int(match[1]) if match else None
            yield node_of(absolute(self.base_url, article.get("about")))
        yield node_of(self.url)
        yield node_of(self.canonical_url)
        for href in self._xpath(
            "//link[@rel='edit-form' or @rel='revision' or @rel='delete-form']/@href"
            "| //a[contains(@href, '/node/')][contains(@href, '/edit') or contains(@href, '/translations')]/@href"
            "| //a[@hreflang][contains(@href, '/node/')][contains(@class, 'language-link')]/@href"
        ):
            yield node_of(absolute(self.base_url, href))

    def _link(self, relation: str) -> str | None:
        for link in self._xpath("//link[@rel][@href]"):
            if relation in link.get("rel").lower().split():
                return str(link.get("href"))
        return None

    def _settings_node(self) -> int | None:
        """``path.currentPath`` of drupalSettings: the system path, whatever the alias."""
        for script in self._xpath("//script[@data-drupal-selector='drupal-settings-json']/text()"):
            try:
                path = json.loads(script)["path"]["currentPath"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            return node_of(f"/{path}")
        for script in self._xpath("//script[contains(., 'currentPath')]/text()"):
            if match := re.search(r'"currentPath"\s*:\s*"node\\?/(\d{1,10})"', script[:100_000]):
                return int(match[1])
        return None

    @cached_property
    def nodes(self) -> Nodes:
        return Nodes(self.root, self.is_own)

    @property
    def article(self) -> Any:
        """The element of the page's own node: an ``<article>`` or what a theme prints for it, else None."""
        return self.nodes.own

    def is_own(self, href: str | None) -> bool:
        """Whether ``href`` leads to this page."""
        url = absolute(self.base_url, href)
        own = {path_of(address).rstrip("/") for address in (self.url, self.canonical_url) if address}
        return url is not None and path_of(url).rstrip("/") in own and bool(path_of(url).strip("/"))

    @cached_property
    def main(self) -> Any:
        """The element of the main content; ``<body>`` or the root when the theme names none."""
        for found in (
            self._xpath("//main | //*[@role='main']"),
            self._xpath("//*[@id='main-content' or @id='content' or @id='main'][.//h1 or .//article]"),
            self._xpath("//body"),
        ):
            if found:
                return found[0]
        return self.root

    @cached_property
    def heading(self) -> Any:
        """The ``<h1>`` of the page: in the article or the main content rather than in the site's header."""
        headings = [h1 for h1 in self._xpath("//h1")[:20] if fold("".join(h1.itertext()))]
        around = [element for element in (self.article, self.main) if element is not None]
        for element in around:
            for h1 in headings:
                if any(ancestor is element for ancestor in h1.iterancestors()):
                    return h1
        named = [h1 for h1 in headings if "title" in (h1.get("class") or "")]
        return next(iter(named or headings), None)

    @cached_property
    def chrome(self) -> Chrome:
        kept: set[Any] = set()
        for element in (self.heading, self.main, self.article):
            if element is not None:
                kept.add(element)
                kept.update(element.iterancestors())
        article = self.article if self.article is not None else self.main
        return Chrome(
            kept=frozenset(kept),
            article=frozenset(() if article is None else (article,)),
            others=self.nodes.others(self.node_id),
            is_own=self.is_own,
            folded=frozenset(word for ids in self._xpath("//@aria-controls")[:500] for word in str(ids).split()),
        )

    @cached_property
    def outline(self) -> Block | None:
        """Outline of the main content without chrome."""
        return None if self.main is None else build(self.main, self.chrome)

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """(absolute URL, ``content`` or ``pager``) of the links in the content area, each once, in page order."""
        if self.main is None:
            return []
        found: dict[str, str] = {}
        refused = [element for element in self.chrome.parts(self.main) if not _is_pager(element)]
        hidden = {link for element in refused for link in element.iter("a")}
        for link in self.main.iter("a"):
            if link in hidden and not _pages(link.get("href")):
                continue
            url = absolute(self.base_url, link.get("href"))
            if url is not None:
                where = "pager" if _pages(link.get("href")) else "content"
                found.setdefault(url.partition("#")[0], where)
        return list(found.items())


def _is_pager(element: Any) -> bool:
    words = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('aria-label') or ''}".lower()
    return "pager" in words or "pagination" in words


def _pages(href: str | None) -> bool:
    return href is not None and re.search(r"[?&]page=[\d,%C]*", href) is not None


def language_tag(text: str) -> str:
    """``text`` in the letter case of BCP 47 (RFC 5646, section 2.1.1): ``zh-Hant``, ``pt-BR``, ``es``."""
    first, *rest = text.strip().replace("_", "-").split("-")
    tags = [first.lower()]
    tags += [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest]
    return "-".join(tags)


def _prefix(url: str) -> str:
    first = path_of(url).lstrip("/").split("/", 1)[0].lower()
    return first if first in PREFIX_LANGUAGES and first != "en" else ""


def language_of(url: str) -> str:
    """BCP 47 language by the URL's path prefix; ``en`` without one."""
    return PREFIX_LANGUAGES.get(_prefix(url), "en")


def node_of(url: str | None) -> int | None:
    """The node id in a system path such as ``/es/node/7756``; None for any other address."""
    if not url:
        return None
    try:
        match = _NODE_PATH.search(urlsplit(url).path.rstrip("/"))
    except ValueError:
        return None
    return int(match[1]) if match else None
