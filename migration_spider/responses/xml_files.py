"""Reads feeds and sitemaps, as text, JSON or XML: strictly if possible, else with repairs, else up to the damage.

No DTD, entity or address in a file is followed.
"""

from __future__ import annotations

import html
import re
import zlib
from dataclasses import dataclass

from lxml import etree
from w3lib.encoding import read_bom, resolve_encoding

from migration_spider.responses import plain_files
from migration_spider.responses.xml_entries import Listed, Reader

# A sitemap has at most 50 MB uncompressed (sitemaps.org protocol, "Sitemap file size").
MAX_BYTES = 52_428_800

MOST_REPAIRED = 5_000_000
"""Bytes of a file that is repaired; larger broken files are read as far as an XML parser recovers."""

_DECLARED = re.compile(rb"""^<\?xml\b[^>]{0,100}?\bencoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
_ROOT = re.compile(r"<\?xml\b|<(?:rss|feed|urlset|sitemapindex|(?:\w+:)?rdf)\b", re.IGNORECASE)
_NO_BYTES = re.compile("[\udc80-\udcff]+")
"""Bytes that are no UTF-8, as decoded with ``surrogateescape``."""

_KEPT = re.compile(r"<!\[CDATA\[|<!--|<\?|<!DOCTYPE\b", re.IGNORECASE)
_KEPT_ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>", "<!DOCTYPE": ">"}
_SUBSET = re.compile(r"[\[>]")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may contain (XML 1.0, production 2)."""

_AMPERSAND = re.compile(r"&(?:#(?:(\d{1,7})|x([0-9a-f]{1,6}));|([a-z]\w{0,30});)?", re.IGNORECASE)
_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_NO_TAG = re.compile(r"<(?![a-z_:/!?])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """The readable part of a file."""

    listed: Listed

    problem: str | None = None
    """Why it is not the complete file."""

    oddity: str | None = None
    """What is wrong with the file, although it was read completely."""


def read(data: str | bytes | Document) -> Document:
    """Return the document in a file, plain or gzipped; a `Document` is returned unchanged."""
    if isinstance(data, Document):
        return data
    damage = None
    if isinstance(data, bytes):
        data, damage = _unzipped(data)
        data = data[:MAX_BYTES]
        if not _is_misnamed(data):
            listed, error = _parse(data)
            if error is None:
                return Document(listed, damage)
        else:
            error = "UTF-8, which the file calls otherwise"
        if len(data) > MOST_REPAIRED:
            listed, _ = _parse(data[: data.rfind(b">") + 1], recover=True)
            return Document(listed, damage or f"broken XML ({error})")
        data = _decoded(data)
    else:
        error = None
    text = data.lstrip("\ufeff \t\r\n\0")
    if begins := _ROOT.search(text, 0, 20_000):
        if "".join(_parts(text[: begins.start()])[::2]).strip():
            damage, text = damage or "something stands before its beginning", text[begins.start() :]
        elif begins[0] == "<?xml":
            text = text[begins.start() :]
    # The text is decoded: the encoding in the declaration is no longer valid.
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    text = text.rstrip(" \t\r\n\0")
    listed, broken = _parse(_repaired(text))
    if broken is None:
        return Document(listed, damage, error)
    # Half an address at the end of a cut file would be another address.
    listed, _ = _parse(_repaired(text[: text.rfind(">") + 1]), recover=True)
    return Document(listed, damage or f"broken XML ({error or broken})")


def _parse(content: str | bytes, *, recover: bool = False) -> tuple[Listed, str | None]:
    """Return (the entries, the error or None); undeclared prefixes are no error."""
    if isinstance(content, bytes) and (plain := plain_files.read(content)):
        return plain, None
    parser = etree.XMLPullParser(
        events=("start", "end"),
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
    )
    reader = Reader(parser)
    try:
        return reader.read(content), None
    except (etree.XMLSyntaxError, ValueError) as error:
        log = parser.feed_error_log
        if not recover and log and all("NAMESPACE" in entry.domain_name for entry in log):
            return _parse(content, recover=True)[0], None
        return reader.listed, str(error)


def _unzipped(data: bytes) -> tuple[bytes, str | None]:
    """Return ``data`` without its gzip coding, up to the size that a sitemap may have, and why that is not all."""
    if data[:2] != b"\x1f\x8b":
        return data, None
    machine = zlib.decompressobj(wbits=31)
    try:
        content = machine.decompress(data, MAX_BYTES)
    except zlib.error as error:
        return _before_damage(data), f"damaged gzip ({error})"
    return content, None if machine.eof else "the gzip file is cut off, or larger than a sitemap may be"


def plain(data: bytes) -> bytes:
    """Return ``data`` without its gzip coding, as far as it can be read."""
    return _unzipped(data)[0]


def _before_damage(data: bytes) -> bytes:
    """Return the content of a gzip file before the damage."""
    machine, out = zlib.decompressobj(wbits=31), bytearray()
    try:
        for start in range(0, len(data), 512):
            out += machine.decompress(data[start : start + 512], MAX_BYTES)
    except zlib.error:
        pass
    return bytes(out)


def _is_misnamed(content: bytes) -> bool:
    """Whether a file is in UTF-8 and names another encoding."""
    declared = _DECLARED.match(content)
    if declared is None or content.isascii() or resolve_encoding(declared[1].decode()) in (None, "utf-8"):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes) -> str:
    """Return the text of a file whose encoding is not the one it names; bytes that fit no other are Windows-1252."""
    stated, bom = read_bom(content)
    if stated is not None and bom is not None and stated != "utf-8":
        return content[len(bom) :].decode(stated, "replace")
    declared = _DECLARED.match(content.lstrip())
    encoding = resolve_encoding(declared[1].decode()) if declared else None
    text = content.decode("utf-8", "surrogateescape")
    if _NO_BYTES.search(text) and encoding not in (None, "utf-8") and "utf-16" not in encoding:
        return content.decode(encoding, "replace")
    return _NO_BYTES.sub(lambda found: found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text)


def _repaired(text: str) -> str:
    """Return ``text`` without characters that XML forbids, with lone ``&`` and ``<`` escaped, and HTML's entities.

    Entities that the file declares are kept.
    """
    declared = frozenset(re.findall(r"<!ENTITY\s+([\w.-]+)\s", text[:100_000]))

    def reference(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            if name in _OWN or name in declared:
                return found[0]
            character = html.unescape(found[0])
            return html.escape(character) if character != found[0] else "&amp;" + found[0][1:]
        if decimal or hexadecimal:
            number = int(decimal) if decimal else int(hexadecimal, 16)
            return found[0] if number <= 0x10FFFF and not _NO_XML.match(chr(number)) else ""
        return "&amp;"

    parts = _parts(_NO_XML.sub("", text))
    parts[::2] = [_NO_TAG.sub("&lt;", _AMPERSAND.sub(reference, part)) for part in parts[::2]]
    return "".join(parts)


def _parts(text: str) -> list[str]:
    """Return ``text`` in parts: each second one is a comment, a CDATA section, an instruction or the document type."""
    parts, begin, place = [], 0, 0
    without_end: set[str] = set()
    while found := _KEPT.search(text, place):
        mark, place = found[0].upper(), found.end()
        if mark in without_end:
            continue
        start = place
        if mark == "<!DOCTYPE" and (subset := _SUBSET.search(text, start)) and subset[0] == "[":
            start = max(start, text.find("]", start))
        end = text.find(_KEPT_ENDS[mark], start)
        if end < 0:
            # Later ones have no end either: search once for each.
            without_end.add(mark)
            continue
        place = end + len(_KEPT_ENDS[mark])
        parts += [text[begin : found.start()], text[found.start() : place]]
        begin = place
    return [*parts, text[begin:]]
