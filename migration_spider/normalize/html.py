"""Makes the HTML of an article safe for other pages: an allow-list, absolute links, and the same output for the same
input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextvars import ContextVar
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

import nh3

_ALLOWED = (
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1"
    " h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup"
    " table tbody td tfoot th thead time tr u ul var wbr video audio source track"
)
_TAGS = frozenset(_ALLOWED.split())
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang", "type"},
    "img": {"src", "srcset", "alt", "width", "height"},
    "video": {"src", "poster", "controls", "width", "height"},
    "audio": {"src", "controls"},
    "source": {"src", "srcset", "type", "media"},
    "track": {"src", "kind", "srclang", "label"},
    "td": {"colspan", "rowspan", "headers", "abbr"},
    "th": {"colspan", "rowspan", "headers", "abbr", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
}
_URLS = frozenset({"href", "src", "poster", "cite"})
# An address that resolves to itself: most of them, for the page made them absolute.
_ABSOLUTE = re.compile(
    r"https?://[a-z0-9.:-]+(?:/[\w%.~/+=,@&:-]*)?(?:\?[\w%.~/+=,@&:-]+)?(?:#[\w%.~/+=,@&:-]+)?", re.ASCII
)
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_WITH_CONTENT = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "svg", "math", "textarea", "select"}
)
# URLs may hold commas, so a candidate ends at the comma that white space follows (HTML Living Standard, 4.8.4.2.1).
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)")
_SIZE = re.compile(r"[\d.]+[wxh]")

Filter = Callable[[str, str, str], str | None]

LONGEST = 1_000_000
"""Characters of HTML that are sanitised: five megabytes of ``&amp;`` take the sanitiser as long as a thousand pages."""
# Pictures inside an address; no such address is left.
_INLINE_DATA = re.compile(r"""\b(src|href|poster)="data:[^"<>]{200,}\"""")

# No "<" inside: a tag that is never closed must not be searched to the end of the page again and again.
_IFRAME = re.compile(r"<iframe\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(src|title)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)

# The sanitiser takes time with the square of the depth: 5 MB of open <div> would take minutes.
_DEEPEST = 500
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
# Without content, or closed by the next of their kind: many open ones are no deep nesting.
_UNCLOSED = "area base br col embed hr img input link meta source track wbr p li td th tr dt dd"
_NOT_NESTED = frozenset(_UNCLOSED.split())


def shortened(html: str) -> tuple[str, bool]:
    """``html`` up to its ``LONGEST``, pictures inside addresses not counted, and whether that is not all.

    The sanitiser closes the elements that are left open.
    """
    if len(html) <= LONGEST:
        return html, False
    html = _INLINE_DATA.sub(r'\1="data:"', html)
    end = min(len(html), LONGEST)
    reference = html.rfind("&", end - 10, end)
    if end < len(html) and reference >= 0 and ";" not in html[reference:end]:
        end = reference
    return html[:end], end < len(html)


def sanitise(html: str, base_url: str) -> str:
    """``html`` without scripts, styles, handlers, forms and unsafe schemes; links absolute against ``base_url``.

    ``lang`` and ``dir`` stay; an embed (``iframe``) becomes a link to its page. Sanitising twice changes nothing.
    """

    _base.set(base_url)
    return allowed(_IFRAME.sub(_link_to_embed, _flattened(html)), _resolved).strip()


def allowed(
    html: str,
    attribute_filter: Filter | None = None,
    *,
    without: Collection[str] = (),
    link_rel: str | None = None,
) -> str:
    """Remove everything from ``html`` that is not on the allow-list.

    Args:
        attribute_filter: (tag, attribute, value) -> the value, or None to drop it.
        without: tags of the list that are left out here, with their content in place.
        link_rel: ``rel`` of all links.
    """
    return _cleaner(attribute_filter, frozenset(without), link_rel).clean(html)


# To make one takes as long as to clean a page.
@lru_cache(maxsize=8)
def _cleaner(attribute_filter: Filter | None, without: frozenset[str], link_rel: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS - without),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items() if tag not in without},
        attribute_filter=attribute_filter,
        url_schemes=set(_SCHEMES),
        link_rel=link_rel,
    )


_base: ContextVar[str] = ContextVar("base_url")
"""What the addresses in the HTML that is sanitised are relative to."""


def _resolved(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "srcset":
        return _srcset(value, _base.get())
    return _absolute(value, _base.get()) if attribute in _URLS else value


def _flattened(html: str) -> str:
    """Remove the tags nested deeper than ``_DEEPEST``; their content stays."""
    if html.count("<") <= _DEEPEST:
        return html
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag[2].lower() in _NOT_NESTED:
            return tag[0]
        closing = bool(tag[1])
        depth += 0 if closing else 1
        kept = tag[0] if depth <= _DEEPEST else ""
        depth -= 1 if closing and depth else 0
        return kept

    return _TAG.sub(keep, html)


def _link_to_embed(tag: re.Match[str]) -> str:
    """Put a link before the ``iframe`` start tag; the sanitiser then drops the iframe with its content."""
    found = {name.lower(): unescape(a or b or c).strip() for name, a, b, c in _ATTRIBUTE.findall(tag[1])}
    if not found.get("src"):
        return tag[0]
    return f'<a href="{escape(found["src"])}">{escape(found.get("title") or found["src"])}</a>{tag[0]}'


def _absolute(url: str, base_url: str) -> str | None:
    """The absolute URL; None, which drops the attribute, if it is invalid or has another scheme."""
    if _ABSOLUTE.fullmatch(url):
        return url
    try:
        joined = urljoin(base_url, url.strip())
        return joined if urlsplit(joined).scheme in _SCHEMES else None
    except ValueError:
        return None


def _srcset(value: str, base_url: str) -> str | None:
    """Make the URLs absolute; candidates with an invalid descriptor are dropped, as in browsers."""
    found = []
    at = 0
    while match := _CANDIDATE.match(value, at):
        address, at = match[1].rstrip(","), match.end()
        size = ""
        if address == match[1]:
            end = value.find(",", at)
            end = len(value) if end < 0 else end
            size, at = value[at:end].strip(), end
        url = _absolute(address, base_url)
        if url and (not size or _SIZE.fullmatch(size)):
            found.append(f"{url} {size}".rstrip())
    return ", ".join(found) or None
