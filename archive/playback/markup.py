"""Rewrites archived HTML and SVG for replay: without scripts and forms, and with all addresses in the archive.

The headers of `archive.playback.policy` keep a page from loading anything from the web. This module makes the page work
under these headers: links lead to other archived pages, and images and style sheets come from the archive. The page is
parsed and written again, so that unknown elements are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

from lxml import etree
from w3lib.encoding import html_to_unicode

from archive.charset import encoding_of
from archive.errors import ArchiveError
from archive.playback.addresses import Addresses
from archive.playback.style import as_text, rewritten

LARGEST_PAGE = 8 << 20
"""Maximum bytes of a page that is rewritten; the time is proportional, some 150 ms per megabyte."""
MOST_ELEMENTS = 100_000
"""Elements of a page that is rewritten; memory and time depend on them."""
MOST_ATTRIBUTES = 500
"""Attributes of an element; the time of some parsers is quadratic in their number."""
DEEPEST = 2_000
"""Nested elements; libxml2 silently drops those below a depth of 2,048."""
MOST_STEPS = 100_000_000
"""Open elements that are searched for the start of an end tag: about half a second per page."""
MOST_ADDRESSES = 20_000
"""Addresses of a page that is rewritten, including those of its styles."""
MOST_WRITTEN = 8 << 20
"""Total characters of the addresses that are written for a page."""
LONGEST_WAIT = 20.0
"""Seconds that a large page waits for another one."""

_REMOVED_NAMES = """
    script template base set animate animatemotion animatetransform animatecolor discard handler listener
    bgsound keygen param track fencedframe portal
    """
_REMOVED = frozenset(_REMOVED_NAMES.split())
"""Elements that are removed with their content: they run code, fetch, or show nothing without a script."""
_FRAMES = frozenset(("iframe", "frame", "embed", "object", "applet"))
"""Elements that show another document; a link replaces them."""
_RENAMED = {"plaintext": "pre", "xmp": "pre", "noembed": "div", "frameset": "div", "noframes": "div"}
"""Elements with special parsing rules -> their replacement."""
_LINKS_SHOWN = frozenset(("stylesheet", "icon", "apple-touch-icon"))
_LINKS_KEPT = _LINKS_SHOWN | {"alternate", "shortcut"}
"""Relations of a ``link`` that is kept: no header forbids ``preconnect``, and there may be new relations."""
_NAME = re.compile(r"[A-Za-z_][\w:.-]*", re.ASCII)
"""A name of an element or attribute that all parsers accept."""
_QUOTED = r""" (?:"[\w\s:/.,+-]*"|'[\w\s:/.,+-]*')"""
_DOCTYPE = re.compile(rf"<!DOCTYPE \w+(?: (?:PUBLIC|SYSTEM)(?:{_QUOTED}){{1,2}})?>", re.ASCII)
_ACTIVE_NAMES = """
    action formaction ping attributionsrc srcdoc manifest codebase archive classid code integrity nonce crossorigin
    target download profile dynsrc lowsrc longdesc cite autofocus autoplay http-equiv blocking
    shadowrootmode base popovertarget commandfor
    """
_ACTIVE = frozenset(_ACTIVE_NAMES.split())
"""Attributes that are removed everywhere: they run code, fetch, or describe fetched resources."""
_EMBEDDED = frozenset(("src", "poster", "background", "icon"))
_LISTS = frozenset(("srcset", "imagesrcset"))
_STYLED_NAMES = """
    style fill stroke filter mask clip-path cursor marker marker-start marker-mid marker-end mask-image
    """
_STYLED = frozenset(_STYLED_NAMES.split())
"""Attributes with CSS; all except ``style`` are SVG attributes that may contain ``url()``."""
_IMAGES = frozenset(("image", "use", "feimage", "pattern", "lineargradient", "radialgradient", "filter", "textpath"))
"""Elements of SVG whose ``href`` is an embedded resource, not a link."""
_CANDIDATE = re.compile(r"[\s,]*(\S+)")
_DESCRIPTOR = re.compile(r"(?:[^,(]|\([^)]*\)?)*")
_UNSTORABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML trees reject, which may come from character references."""
_LOCAL_ONLY = re.compile(r"\{.*\}")
_LOCAL = re.compile(r"\{.*\}|.*:")
_HtmlParser: Any = etree.HTMLParser  # The stubs miss arguments.
_XmlParser: Any = etree.XMLParser
_MARK = "gone"
"""Temporary name of removed elements, until all are deleted at once."""
_MOST_CANDIDATES = 100
"""Images in one ``srcset``."""
_BIG = 1 << 20
_turn = Lock()
"""Held while a large page is rewritten: one at a time, since its tree takes many times its size."""


class UnshowableError(ArchiveError):
    """An archived page cannot be shown; the message has the reason. Its bytes can still be downloaded."""


def text_of(content_type: str | None, body: bytes) -> str:
    """Return ``body`` as text, decoded as in browsers."""
    encoding = encoding_of(content_type, body)
    text = html_to_unicode(f"text/html; charset={encoding}" if encoding else content_type, body)[1]
    return text.replace("\0", "\ufffd")


class BusyError(ArchiveError):
    """Another large page is being rewritten at the moment."""


class _Bounds:
    """A parser target that checks the limits without building a tree.

    Raises:
        UnshowableError: in the constructor or in `start`, if a limit is exceeded.
    """

    def __init__(self, data: bytes) -> None:
        ends = data.count(b"</")
        if ends > MOST_ELEMENTS:
            raise UnshowableError(f"the page has more than {MOST_ELEMENTS} end tags")
        self._deepest = min(DEEPEST, MOST_STEPS // (ends + 1))
        self._elements = self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise UnshowableError(f"the page has more than {MOST_ELEMENTS} elements")
        if len(attributes) > MOST_ATTRIBUTES:
            raise UnshowableError(f"an element of the page has more than {MOST_ATTRIBUTES} attributes")
        self._depth += 1
        if self._depth > self._deepest:
            raise UnshowableError(f"the elements of the page are nested more than {self._deepest} deep")

    def end(self, tag: str) -> None:
        self._depth -= 1

    def close(self) -> None:
        pass


class _CountedAddresses:
    """The addresses of a page, with limits.

    Raises:
        UnshowableError: from all methods, if there are too many or they are too long.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._count = self._written = 0

    def based(self, href: str) -> None:
        self._addresses = self._addresses.based(href)

    def link(self, address: str) -> str | None:
        return self._counted(self._addresses.link(address))

    def embedded(self, address: str) -> str | None:
        return self._counted(self._addresses.embedded(address))

    def name(self, address: str) -> str:
        """Return the text of a link without words."""
        return self._addresses.absolute(address) or ""

    def _counted(self, place: str | None) -> str | None:
        self._count += 1
        self._written += len(place or "")
        if self._count > MOST_ADDRESSES:
            raise UnshowableError(f"the page has more than {MOST_ADDRESSES} addresses")
        if self._written > MOST_WRITTEN:
            raise UnshowableError(f"the addresses of the page are longer than {MOST_WRITTEN >> 20} MB together")
        return place


def page(content_type: str | None, body: bytes, addresses: Addresses) -> bytes:
    """Return the HTML page ``body`` for replay, in UTF-8.

    Raises:
        UnshowableError: it is too large.
        BusyError: another large page was being rewritten for too long.
    """
    _check_size(body)
    data = text_of(content_type, body).encode("utf-8", "replace")
    if len(data) < _BIG:
        return _rewritten_page(data, addresses)
    if not _turn.acquire(timeout=LONGEST_WAIT):
        raise BusyError("another large page is being prepared; try again in a minute")
    try:
        return _rewritten_page(data, addresses)
    finally:
        _turn.release()


def _rewritten_page(data: bytes, addresses: Addresses) -> bytes:
    try:
        return _page(data, addresses)
    except (ValueError, etree.LxmlError) as error:
        raise UnshowableError(f"the page cannot be parsed: {error}") from error


def _page(data: bytes, addresses: Addresses) -> bytes:
    # Without `huge_tree`, elements nested more than 255 deep are silently removed.
    safely = {"encoding": "utf-8", "no_network": True, "huge_tree": True}
    parser = _HtmlParser(remove_comments=True, remove_pis=True, default_doctype=False, **safely)
    if not data.strip():
        return b""
    etree.fromstring(data, _HtmlParser(target=_Bounds(data), **safely))
    root = etree.fromstring(data, parser)
    if root is None:
        return b""
    docinfo: Any = root.getroottree().docinfo
    _rewrite(root, addresses)
    content: Any = etree.tostring(root, method="html", encoding="utf-8", with_tail=False)
    # Do not add a doctype: it would change the layout mode of the page.
    doctype = docinfo.doctype if _DOCTYPE.fullmatch(docinfo.doctype) else ""
    return f"{doctype}\n".encode() + bytes(content)


def drawing(body: bytes, addresses: Addresses) -> bytes:
    """Return the SVG image ``body`` for replay.

    Raises:
        UnshowableError: it is too large, or not XML.
    """
    _check_size(body)
    safely = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    try:
        etree.fromstring(body, _XmlParser(target=_Bounds(body), **safely))
        root = etree.fromstring(body, _XmlParser(remove_comments=True, remove_pis=True, **safely))
    except etree.XMLSyntaxError as error:
        raise UnshowableError(f"this image is not valid SVG: {error.msg}") from error
    if _name(root.tag) in _REMOVED | _FRAMES:
        raise UnshowableError(f"the root element of this image is <{_name(root.tag)}>")
    _rewrite(root, addresses)
    content: Any = etree.tostring(root, encoding="utf-8", xml_declaration=True, with_tail=False)
    return bytes(content)


def _check_size(body: bytes) -> None:
    if len(body) > LARGEST_PAGE:
        raise UnshowableError(f"the page has {len(body) / 1e6:.1f} MB, more than the limit of {LARGEST_PAGE >> 20} MB")


def _rewrite(root: etree._Element, page_addresses: Addresses) -> None:
    addresses = _CountedAddresses(page_addresses)
    for base in root.iter("base"):
        if href := base.get("href"):
            addresses.based(href)
            break
    for element in [*root.iter(etree.Element)]:
        name = _name(element.tag)
        if (
            name in _REMOVED
            or (name == "link" and not _is_kept(element))
            or (name == "meta" and _is_http_header(element))
        ):
            _empty(element)
            element.tag = _MARK
        elif name in _FRAMES:
            _replace_with_link(element, addresses)
        else:
            _rewrite_element(element, name, addresses)
    etree.strip_elements(root, _MARK, etree.Entity, with_tail=False)


def _empty(element: Any) -> None:  # The stubs miss an argument.
    element.clear(keep_tail=True)


def _name(tag: object) -> str:
    """Return the name of an element or attribute in lower case, without its namespace or prefix."""
    return _LOCAL.sub("", str(tag)).lower()


def _is_kept(link: etree._Element) -> bool:
    relations = _relations(link)
    return _LINKS_KEPT.issuperset(relations) and not _LINKS_SHOWN.isdisjoint(relations)


def _relations(link: etree._Element) -> list[str]:
    return (link.get("rel") or "").lower().split()


def _is_http_header(meta: etree._Element) -> bool:
    """Whether a ``meta`` element replaces an HTTP header: we set these ourselves."""
    return "charset" in meta.attrib or "http-equiv" in meta.attrib


def _replace_with_link(frame: etree._Element, addresses: _CountedAddresses) -> None:
    """Replace a frame with a link to its content: the headers do not allow nested frames."""
    address = frame.get("src") or frame.get("data") or frame.get("href") or ""
    place = addresses.link(address) if address else None
    if _name(frame.tag) != "object":  # The content of an object is its fallback.
        _empty(frame)
    frame.attrib.clear()
    frame.tag = "div"
    if place and not place.startswith("#"):
        link = etree.Element("a", href=place)
        link.text = _storable(addresses.name(address))[:200]
        link.tail, frame.text = _storable(frame.text or ""), None
        frame.insert(0, link)


def _rewrite_element(element: etree._Element, name: str, addresses: _CountedAddresses) -> None:
    if name in _RENAMED:
        element.tag = _RENAMED[name]
    elif name == "style":
        sheet = "".join(map(str, element.itertext()))
        del element[:]
        element.text = as_text(_storable(rewritten(sheet, addresses.embedded)))
    elif not _NAME.fullmatch(_LOCAL_ONLY.sub("", str(element.tag))):
        element.tag = "span"
    stated: list[tuple[Any, Any]] = element.attrib.items()
    replaced = [(key, _replacement(name, _name(key), value, element, addresses)) for key, value in stated]
    if replaced != stated:
        element.attrib.clear()
        for key, place in replaced:
            with suppress(ValueError):  # A name that the parser accepts, but the tree does not.
                if place is not None:
                    element.attrib[key] = _storable(place)


def _storable(text: str) -> str:
    return _UNSTORABLE.sub(" ", text)


def _replacement(
    name: str, attribute: str, value: str, element: etree._Element, addresses: _CountedAddresses
) -> str | None:
    """Return the value of the attribute in the replay; None to remove it."""
    if attribute.startswith("on") or attribute in _ACTIVE or not _NAME.fullmatch(attribute):
        return None
    if attribute == "href":
        is_shown = name in _IMAGES or (name == "link" and not _LINKS_SHOWN.isdisjoint(_relations(element)))
        return addresses.embedded(value) if is_shown else addresses.link(value)
    if attribute in _EMBEDDED or (attribute == "data" and name != "time"):
        return addresses.embedded(value) if value.strip() else None
    if attribute in _LISTS:
        return ", ".join(_candidates(value, addresses)) or None
    if attribute in _STYLED:
        return rewritten(value, addresses.embedded)
    return value


def _candidates(value: str, addresses: _CountedAddresses) -> Iterator[str]:
    """Yield the images of a ``srcset`` (HTML, 4.8.4.2.2), each with its width or density."""
    at = 0
    for _ in range(_MOST_CANDIDATES):
        match = _CANDIDATE.match(value, at)
        if match is None:
            return
        address, descriptor, at = match[1].rstrip(","), "", match.end()
        if address == match[1]:
            descriptor_match = _DESCRIPTOR.match(value, at)
            descriptor, at = (descriptor_match[0], descriptor_match.end()) if descriptor_match else ("", at)
        if address and (place := addresses.embedded(address)):
            yield f"{place.rstrip(',')} {descriptor.strip()}".strip()
