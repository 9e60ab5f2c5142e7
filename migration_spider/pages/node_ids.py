"""The number of the node of a page, from the places where Drupal prints it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from migration_spider.pages.bounds import Elements
from migration_spider.pages.text import absolute, path_of

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

_PATH = re.compile(r"(?:^|/)node/(\d{1,10})(?:/(?:edit|delete|revisions|translations|view)?)?$")
_BODY_CLASS = re.compile(r"(?:^|\s)page-node-(\d{1,10})(?=\s|$)")
_ARTICLE_CLASS = re.compile(r"(?:^|\s)(?:page-node|node|node--id|node-id|nid)-(\d{1,10})(?=\s|$)")
_CURRENT_PATH = re.compile(r'"currentPath"\s*:\s*"node\\?/(\d{1,10})"')
# Actions of Drupal's forms for comments and for logging in, which name the node of the page.
_FORM = re.compile(
    r"/comment/reply/(?:node/)?(\d{1,10})(?=[/?#]|$)|[?&]destination=/?node(?:/|%2F)(\d{1,10})(?=[&#]|$)", re.IGNORECASE
)
_OWN_RELATIONS = frozenset(("edit-form", "revision", "delete-form"))


def node_of(url: str | None) -> int | None:
    """Return the node id in a system path such as ``/es/node/7756``; None for any other address."""
    match = _PATH.search(path_of(url).rstrip("/")) if url else None
    return int(match[1]) if match else None


def node_id_of(page: Page) -> int | None:
    """Return the Drupal node id of the page itself, never that of a teaser on it: the first result of `SOURCES`."""
    return next((number for source in SOURCES for number in source(page) if number is not None), None)


def form_node(elements: Elements) -> int | None:
    """Return the node to which a form for comments, or one to log in, leads back."""
    actions = (elements.attributes[form].get("action", "") for form in elements.tagged("form"))
    return next((int(match[1] or match[2]) for match in map(_FORM.search, actions) if match), None)


def _short_link(page: Page) -> Iterator[int | None]:
    yield node_of(absolute(page.base_url, page.linked("shortlink")))


def _settings(page: Page) -> Iterator[int | None]:
    """``path.currentPath`` of drupalSettings: the system path, also on pages with an alias."""
    scripts = [script for script in page.elements.tagged("script") if "currentPath" in (script.text or "")]
    for script in scripts:
        if script.get("data-drupal-selector") == "drupal-settings-json":
            try:
                path = json.loads(script.text)["path"]["currentPath"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            yield node_of(f"/{path}")
            return
    matches = (_CURRENT_PATH.search(script.text[:100_000]) for script in scripts)
    yield next((int(match[1]) for match in matches if match), None)


def _body_class(page: Page) -> Iterator[int | None]:
    for body in page.elements.tagged("body"):
        yield _number(_BODY_CLASS, body.get("class"))


def _links_of_core(page: Page) -> Iterator[int | None]:
    """Core marks the links of the language switcher and of local tasks with the system path of the page."""
    for element, path in page.elements.having("data-drupal-link-system-path"):
        if "hreflang" in page.elements.attributes[element]:
            yield node_of("/" + path)


def _article(page: Page) -> Iterator[int | None]:
    if (article := page.article) is not None:
        history = article.get("data-history-node-id") or ""
        yield int(history) if history.isdecimal() and len(history) < 11 else None
        yield _number(_ARTICLE_CLASS, article.get("class"))
        yield _number(_ARTICLE_CLASS, article.get("id"))
        yield node_of(absolute(page.base_url, article.get("about")))


def _addresses(page: Page) -> Iterator[int | None]:
    yield node_of(page.url)
    yield node_of(page.canonical_url)


def _links(page: Page) -> Iterator[int | None]:
    for element, href in page.elements.having("href"):
        if _leads_to_own_node(element.tag, page.elements.attributes[element]):
            yield node_of(absolute(page.base_url, href))


def _form(page: Page) -> Iterator[int | None]:
    yield form_node(page.elements)


SOURCES = (_short_link, _settings, _body_class, _links_of_core, _article, _addresses, _links, _form)
"""The most reliable first."""


def _number(pattern: re.Pattern[str], words: str | None) -> int | None:
    match = pattern.search(words or "")
    return int(match[1]) if match else None


def _leads_to_own_node(name: str, attributes: dict[str, str]) -> bool:
    """Whether this is an ``<a>`` or ``<link>`` that Drupal prints with the page's system path."""
    if name == "link":
        return attributes.get("rel") in _OWN_RELATIONS
    href = attributes["href"]
    return name == "a" and "/node/" in href and ("/edit" in href or "/translations" in href)
