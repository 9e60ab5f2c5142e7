"""Whether an answer is the requested page, or something in its place: a challenge, a firewall, a login."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from parsel import Selector

from migration_spider.pages.bounds import Elements, elements_of, is_parseable
from migration_spider.pages.class_words import is_landmark
from migration_spider.responses.blocked_marks import HEADERS, MARKUP, SENTENCES, TITLES
from migration_spider.text import fold

CODES = {
    "challenge": "a test whether a browser asks (Cloudflare, AWS WAF, Imperva, DataDome, Anubis and others)",
    "waf": "a firewall or the web server refuses",
    "captive-portal": "the network between wants a login first",
    "maintenance": "the site says that it is under maintenance",
    "error-page": "an error of the site or of a server before it, whatever the status",
    "login": "a login form where the page should be",
    "parked": "the address shows an offer of the domain, or the first page of an empty server",
    "empty": "nothing between header and footer",
    "cut": "the page breaks off half-way, or an error of the server stands in it",
}

MAX_MARKUP = 500_000
"""Characters of a page that is examined: what is sent in place of a page is small."""
MAX_TEXT = 1_500
"""Characters outside of navigation, header and footer; a page with more has content."""
MAX_WHOLE_TEXT = 3_000
"""Characters of a page with so little chrome that its complete text is examined."""
MAX_LOGIN_TEXT = 400
"""Characters around a login form."""


def _rules(table: Mapping[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(code, re.compile("|".join(lines.split("\n")[1:-1]), re.IGNORECASE)) for code, lines in table.items()]


# 511: Network Authentication Required, RFC 6585 section 6.
_OF_STATUS = {401: "login", 511: "captive-portal"}
_TITLE_RULES, _SENTENCE_RULES, _MARKUP_RULES = _rules(TITLES), _rules(SENTENCES), _rules(MARKUP)
TELLING_FIELDS = tuple(dict.fromkeys(("content-type", *(name for name, _, _ in HEADERS))))
"""Header fields that `blocked` examines, and by which a page's text is decoded."""
_SKIPPED = frozenset(("script", "style", "template", "noscript", "head", "title"))
_MEDIA = frozenset(["img", "picture", "video", "audio", "iframe", "frame", "object", "embed", "svg", "canvas", "form"])
_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"


def blocked(
    status: int, headers: Mapping[str, str], text: str, selector: Callable[[], Selector] | None = None
) -> str | None:
    """Return what was sent in place of the requested page, one of `CODES`, or None.

    Args:
        status: of the answer. A bare 403, 404, 429 or 5xx is an answer, not a blocked page.
        headers: names in any case.
        text: the decoded body. Only HTML and short plain text are examined.
        selector: returns the page parsed as HTML, so that it is parsed only once; without it the page is parsed here.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    if code := _by_header(fields) or _OF_STATUS.get(status):
        return code
    if 300 <= status < 400 or len(text) > MAX_MARKUP:
        return None
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "text/plain":
        return _by_sentence(fold(text)) if len(text) < MAX_TEXT else None
    if media_type not in ("", "text/html", "application/xhtml+xml"):
        return None
    if not text.strip():
        return "empty" if status == 200 else None
    if not is_parseable(text):
        return None
    return _page(status, text, selector() if selector else Selector(text=text, type="html"))


def _by_header(fields: Mapping[str, str]) -> str | None:
    codes = (code for name, words, code in HEADERS if any(word in fields.get(name, "").lower() for word in words))
    return next(codes, None)


def _page(status: int, text: str, selector: Selector) -> str | None:
    root = selector.root
    if _has_article(selector):
        return None
    seen = _look(root)
    if status == 200 and not seen.content and not seen.has_media and not root.xpath("//frameset"):
        # A challenge and a parked domain are often nothing but a script.
        return _by_markup(text) or _by_title(root) or "empty"
    if len(seen.content) > MAX_TEXT:
        return None
    if code := _by_markup(text) or _by_title(root):
        return code
    if root.xpath(f"/html/body[{_CLASS.format('maintenance-page')} or {_CLASS.format('in-maintenance')}]"):
        return "maintenance"
    if code := _by_sentence(seen.complete if len(seen.complete) <= MAX_WHOLE_TEXT else seen.content):
        return code
    return "login" if _is_login(root, seen) else None


def _has_article(selector: Selector) -> bool:
    """Whether the page's content has a Drupal node or an article with more than a few words."""
    page = elements_of(selector)
    if page.is_cut:
        page = Elements(selector.root, list(selector.root.iter()))
    nodes = (element for element, words in page.having("class") if "node" in words and "node" in words.split())
    printed = (element for element, _ in page.having("data-history-node-id"))
    return any(
        not any(_is_chrome(ancestor) for ancestor in element.iterancestors())
        and len(fold("".join(element.itertext()))) > 40
        for element in chain(page.tagged("article"), nodes, printed)
    )


@dataclass(frozen=True)
class _Seen:
    """The text of a page as a reader sees it."""

    complete: str
    content: str
    """Outside of navigation, header and footer."""
    has_media: bool


def _look(root: Any) -> _Seen:
    complete: list[str] = []
    content: list[str] = []
    has_media = False
    # Pending elements, each with whether it is chrome; a string is the text after one. In document order, so that
    # sentences are not torn apart.
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, is_chrome = stack.pop()
        if isinstance(element, str):
            complete.append(element)
            if not is_chrome:
                content.append(element)
            continue
        if not isinstance(element.tag, str) or element.tag in _SKIPPED:
            continue
        is_chrome = is_chrome or _is_chrome(element)
        has_media = has_media or (element.tag in _MEDIA and not is_chrome)
        for child in reversed(element):
            if child.tail:
                stack.append((child.tail, is_chrome))
            stack.append((child, is_chrome))
        if element.text:
            stack.append((element.text, is_chrome))
    return _Seen(fold(" ".join(complete)), fold(" ".join(content)), has_media)


def _is_chrome(element: Any) -> bool:
    """Parts of the site around the page, and links within it such as "skip to main content"."""
    if element.tag == "a":
        return (element.get("href") or "").startswith("#")
    return is_landmark(element)


def _by_markup(text: str) -> str | None:
    return next((code for code, pattern in _MARKUP_RULES if pattern.search(text)), None)


def _by_title(root: Any) -> str | None:
    """Return the code by the title, with or without the site's name, or by the first main heading."""
    title = fold("".join(root.xpath("string((//head/title | //title)[1])")))
    names = [title, re.split(r"\s+[|–—-]\s+", title)[0], fold(root.xpath("string((//h1)[1])"))]
    return next(
        (code for code, pattern in _TITLE_RULES for name in names if pattern.fullmatch(name.strip(" .…!"))), None
    )


def _by_sentence(text: str) -> str | None:
    return next((code for code, pattern in _SENTENCE_RULES if pattern.search(text)), None)


def _is_login(root: Any, seen: _Seen) -> bool:
    """Whether the page contains little besides a form with a password outside of the chrome."""
    for field in root.xpath("//form//input[translate(@type, 'PASWORD', 'pasword') = 'password']"):
        around = list(field.iterancestors())
        if any(map(_is_chrome, around)):
            continue
        form = next(element for element in around if element.tag == "form")
        if len(seen.content) - len(fold("".join(form.itertext()))) < MAX_LOGIN_TEXT:
            return True
    return False
