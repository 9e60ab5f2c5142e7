"""An Atom feed (RFC 4287) of added, changed and removed records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Tree

from archive.dataset.differences import Difference, lines_of

MOST_ENTRIES = 100
"""Entries of a feed, which are the latest."""

MOST_CHARACTERS = 2000
"""Maximum number of characters of an entry's content."""

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A change of a record."""

    key: str
    """Key of the record."""

    version: object
    """Version of the record: with ``key`` it gives the id of the entry, the same in every feed of the source."""

    what: str
    """Kind of change: ``added``, ``changed``, ``removed``."""

    title: str
    url: str | None
    updated: str
    """UTC, ISO 8601 with Z."""

    language: str | None = None
    """BCP 47 language of the title."""

    remark: str = ""
    """A remark, in a sentence."""

    differences: Iterable[Difference] = ()


def order(entry: Entry) -> tuple[str, str, str]:
    """Return the sort key of ``entry``: by time, the latest last."""
    return entry.updated, entry.key, str(entry.version)


def atom(
    entries: Iterable[Entry],
    *,
    source: str,
    title: str,
    author: str,
    generator: str,
    updated: str,
    address: str | None = None,
) -> bytes:
    """Return the feed of the latest entries, the latest first.

    Args:
        source: address of the source. The ids of the entries are made from it; that of the feed from it and the title.
        updated: time of a feed without entries, UTC, ISO 8601 with Z.
        address: address of the feed itself, if it has one.
    """
    latest = sorted(entries, key=order, reverse=True)[:MOST_ENTRIES]
    feed = Tree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", _id(source, title))
    _add(feed, "title", title)
    _add(feed, "updated", _time(latest[0].updated if latest else updated, updated))
    _add(_add(feed, "author"), "name", author)
    _add(feed, "generator", generator)
    if link := _address(source):
        _add(feed, "link", rel="alternate", href=link)
    if link := _address(address or ""):
        _add(feed, "link", rel="self", href=link)
    for entry in latest:
        _entry(feed, entry, source, updated)
    Tree.register_namespace("", _ATOM)
    Tree.indent(feed, " ")
    text: bytes = Tree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _entry(feed: Tree.Element, entry: Entry, source: str, updated: str) -> None:
    element = _add(feed, "entry")
    _add(element, "id", _id(source, f"{entry.key}#{entry.version}"))
    title = _add(element, "title", entry.title or entry.key)
    if entry.language and _LANGUAGE.fullmatch(entry.language):
        title.set(f"{{{_XML}}}lang", entry.language)
    _add(element, "updated", _time(entry.updated, updated))
    _add(element, "category", term=entry.what)
    if link := _address(entry.url or ""):
        _add(element, "link", rel="alternate", href=link)
    lines = [f"{entry.what.capitalize()}. {entry.remark}".strip()]
    length = 0
    for difference in entry.differences:
        changed = [difference["field"], *(f"{sign} {' '.join(text.split())}" for sign, text in lines_of(difference))]
        length += sum(map(len, changed))
        lines += changed
        if length > MOST_CHARACTERS:
            break
    text = "\n".join(lines)
    _add(element, "content", text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…", type="text")


def _add(parent: Tree.Element, name: str, text: str = "", **attributes: str) -> Tree.Element:
    element = Tree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = _NO_XML.sub("\ufffd", text) or None
    return element


def _id(source: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{source}#{name}'.encode('utf-8', 'replace').decode())}"


def _time(text: str, otherwise: str) -> str:
    return text if _TIME.fullmatch(text) else otherwise


def _address(url: str) -> str | None:
    """Return a web address as a valid attribute (RFC 3987 forbids spaces, quotes and the like), else None."""
    if not re.match(r"https?://", url):
        return None
    return re.sub("%(?![0-9A-Fa-f]{2})", "%25", quote(url, safe="%/:?#@!$&'()*+,;=~-._", errors="replace"))
