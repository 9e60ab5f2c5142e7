"""What all pages have in common, regardless of their kind: address, language, node, main content, heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import Any, Literal

from parsel import Selector

from migration_spider.pages.bounds import Elements, bounded, elements_of
from migration_spider.pages.chrome import Chrome
from migration_spider.pages.nodes import Nodes, form_node, heading_of, main_of, node_id_of
from migration_spider.pages.outline import Block, local_name
from migration_spider.pages.outline_builder import build
from migration_spider.pages.pagers import links_in
from migration_spider.text import absolute, fold, language_of, language_tag, path_of, prefix_of, text_in

Kind = Literal["news", "listing", "other"]

_NODE_TYPE = re.compile(r"(?:^|\s)(?:page-)?node-{1,2}type-{1,2}([a-z][a-z0-9_-]*)(?=\s|$)")


class Page:
    """A page at ``url``, read from ``selector``; values that the page does not print are None or empty.

    ``selector`` may also be a function that returns the selector: it is called on first use.
    """

    kind: Kind = "other"

    def __init__(self, url: str, selector: Selector | Callable[[], Selector]) -> None:
        self.url = url
        self.source = selector

    def forget(self) -> None:
        """Drop the outline and all cached values that only this kind of page has; they are read again if needed.

        The blocks of an outline refer to each other, and so keep the page in memory until the garbage collector runs: a
        crawl would keep hundreds of pages, and collecting them takes a fifth of the time of reading them.
        """
        outline: Block | None = self.__dict__.pop("outline", None)
        for top in (outline, (self.__dict__.get("_beside") or (None,))[0]):
            if top is not None:
                top.release()
        for name in self.__dict__.keys() - _OF_ALL:
            del self.__dict__[name]

    @cached_property
    def selector(self) -> Selector:
        return bounded(self.source if isinstance(self.source, Selector) else self.source())

    @cached_property
    def elements(self) -> Elements:
        return elements_of(self.selector)

    @cached_property
    def is_cut(self) -> bool:
        """Whether the page has more elements than are read."""
        return self.elements.is_cut

    @property
    def root(self) -> Any:
        """The ``<html>`` element (lxml); None when the answer is no HTML."""
        return self.elements.root

    def elements_with(self, *tags: str) -> Iterator[Any]:
        """The elements with one of ``tags``, in page order."""
        return self.root.iter(*tags) if self.root is not None else iter(())

    def _attributes(self, tag: str) -> Iterator[dict[str, str]]:
        """Return the attributes of all ``tag`` elements."""
        return (self.elements.attributes[element] for element in self.elements.tagged(tag))

    def meta(self, names: frozenset[str], properties: frozenset[str]) -> str | None:
        """Return the first non-empty content of a ``<meta>`` with one of ``names`` or ``properties``."""
        return _first_text(
            meta.get("content")
            for meta in self._attributes("meta")
            if meta.get("name") in names or meta.get("property") in properties
        )

    @cached_property
    def document_title(self) -> str:
        """``<title>`` of the head, else of any element."""
        titles = self.elements.tagged("title")
        in_head = [title for title in titles if local_name(title.getparent()) == "head"]
        return _first_text(text for title in (*in_head, *titles) for text in _own_texts(title)) or ""

    @cached_property
    def base_url(self) -> str:
        """``<base href>``, else the URL: the base of relative links (HTML Standard, section 2.4.3)."""
        stated = _first_text(
            base.get("href") for base in self.elements.tagged("base") if local_name(base.getparent()) == "head"
        )
        return absolute(self.url, stated) or self.url

    @cached_property
    def language(self) -> str:
        """BCP 47 language of the page's chrome: ``<html lang>``, else the URL's prefix."""
        attributes = self.root.items() if self.root is not None and self.root.tag == "html" else []
        stated = _first_text(value for name, value in attributes if name in ("lang", "xml:lang"))
        stated = stated or _first_text(body.get("lang") for body in self.elements.tagged("body"))
        if stated and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", stated):
            return language_tag(stated)
        return language_of(self.url)

    @cached_property
    def canonical_url(self) -> str | None:
        """``rel=canonical``, absolute (RFC 6596)."""
        return absolute(self.base_url, self.linked("canonical"))

    @cached_property
    def alternates(self) -> dict[str, str]:
        """BCP 47 language -> absolute URL of the translations named in the head, in page order."""
        urls: dict[str, str] = {}
        for link in self._attributes("link"):
            if (language := link.get("hreflang")) is None:
                continue
            language = language.strip()
            url = absolute(self.base_url, link.get("href"))
            if url and "alternate" in link.get("rel", "").lower().split() and language.lower() != "x-default":
                urls.setdefault(language_tag(language), url)
        return urls

    @cached_property
    def is_fallback(self) -> bool:
        """Whether the page shows another language's text because this translation does not exist."""
        canonical = self.canonical_url
        if self.alternates and self._own(self.alternates) is None:
            return True
        if canonical is None or self._own(self.alternates) == canonical:
            return False
        return prefix_of(canonical) != prefix_of(self.url) and language_of(canonical) != self.language

    def _own(self, by_language: dict[str, str]) -> str | None:
        """Return the entry for this page's language; ``zh-Hant`` and ``zh`` count as one language."""
        primary = self.language.split("-")[0].lower()
        return by_language.get(self.language) or next(
            (url for language, url in by_language.items() if language.split("-")[0].lower() == primary), None
        )

    @cached_property
    def node_type(self) -> str | None:
        """Drupal content type as the theme's classes print it, for example ``press-release``."""
        for element in (*self.elements.tagged("body"), self.article):
            if element is not None and (match := _NODE_TYPE.search(element.get("class") or "")):
                return match[1].replace("_", "-")
        return None

    @cached_property
    def node_id(self) -> int | None:
        """Drupal node id of the page itself, never that of a teaser on it."""
        return node_id_of(self)

    def linked(self, relation: str) -> str | None:
        """Return the address of the first ``<link>`` with ``relation``, as printed."""
        for link in self._attributes("link"):
            if relation in link.get("rel", "").lower().split() and "href" in link:
                return link["href"]
        return None

    @cached_property
    def nodes(self) -> Nodes:
        return Nodes(self.elements, self.is_own, form_node(self.elements))

    @property
    def article(self) -> Any:
        """The element of the page's own node: an ``<article>`` or what a theme prints for it, else None."""
        return self.nodes.own

    @cached_property
    def is_own(self) -> Callable[[str | None], bool]:
        """Whether an ``href`` leads to this page."""
        # Not a method: a reference to it would keep the page in memory until the garbage collector runs.
        own = {path_of(address).rstrip("/") for address in (self.url, self.canonical_url) if address}
        return partial(_leads_to, self.base_url, own)

    @cached_property
    def main(self) -> Any:
        """The element of the main content; ``<body>`` or the root when the theme names none."""
        return main_of(self.elements)

    @cached_property
    def heading(self) -> Any:
        """The ``<h1>`` of the page: in the article or the main content rather than in the site's header."""
        return heading_of(self.elements, self.article, self.main, self.document_title)

    @cached_property
    def chrome(self) -> Chrome:
        return Chrome(self)

    def own_headers(self) -> Iterator[Any]:
        """The header elements of the main content with the words of the heading: of the page, not of the site."""
        title = "" if self.heading is None else text_in(self.heading)
        for header in self.elements.tagged("header")[:40] if title else ():
            if any(text_in(h2) == title for h2 in islice(header.iter("h2"), 40)):
                yield header

    @cached_property
    def outline(self) -> Block | None:
        """Outline of the main content without chrome."""
        return None if self.main is None else build(self.main, self.chrome, self.base_url)

    @property
    def row_urls(self) -> set[str]:
        """Absolute URLs to which the rows of a listing lead; of other pages none."""
        return set()

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """(absolute URL, ``content`` or ``pager``) of the links in the content area, each once, in page order."""
        return [] if self.main is None else list(links_in(self.main, self.chrome, self.base_url).items())


_OF_ALL = frozenset((*dir(Page), "url", "source"))
"""Cached values that pages of all kinds have."""


def _leads_to(base_url: str, paths: set[str], href: str | None) -> bool:
    url = absolute(base_url, href)
    path = "" if url is None else path_of(url).rstrip("/")
    return path.strip("/") != "" and path in paths


def _first_text(values: Iterable[str | None]) -> str | None:
    """Return the first of ``values`` that is not empty, folded."""
    return next((text for value in values if (text := fold(value))), None)


def _own_texts(element: Any) -> Iterator[str | None]:
    """Yield the texts directly in ``element``."""
    yield element.text
    yield from (child.tail for child in element)
