"""Recognizes pages whose content is loaded by a script, which a crawl does not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from migration_spider.text import fold, text_in

if TYPE_CHECKING:
    from migration_spider.pages.base import Page

MOST_TEXT = 200
"""Characters that such a page prints beside its heading, at most: an introduction."""

_MOST_ELEMENTS = 300
"""More elements than such a page has."""

_UNSEEN = frozenset(("script", "style", "noscript", "template", "h1"))
_CONTENT = ("img", "picture", "iframe", "video", "audio", "object", "embed", "form", "table", "canvas")
_MOUNTS = frozenset(("app", "root", "react-root", "react-app", "vue-app", "app-root", "__next", "__nuxt", "single-spa"))
"""Ids of the empty elements in which programs for web pages draw, by the defaults of their tools."""

_INTERFACE = re.compile(r"/jsonapi\b|/graphql\b|/views/ajax\b|/api/|[?&]_?format=json", re.IGNORECASE)


def needs_script(page: Page) -> bool:
    """Whether ``page`` prints next to nothing, and has a place for what a script loads.

    The place is an empty element with a name that such scripts use, or with the address of an interface for programs,
    or a text for browsers without scripts.
    """
    main = page.main
    if main is None or next(main.iter(*_CONTENT), None) is not None:
        return False
    elements = list(islice(main.iter(), _MOST_ELEMENTS + 1))
    if len(elements) > _MOST_ELEMENTS or len(fold(" ".join(_printed(main)))) > MOST_TEXT:
        return False
    return any(map(_is_place, elements))


def _printed(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in _UNSEEN:
        yield element.text or ""
        for child in element:
            yield from _printed(child)
            yield child.tail or ""


def _is_place(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.tag == "noscript":
        return bool(text_in(element))
    if len(element) or fold(element.text):
        return False
    names = {element.get("id") or "", element.tag}
    return not names.isdisjoint(_MOUNTS) or any(map(_INTERFACE.search, element.values()))
