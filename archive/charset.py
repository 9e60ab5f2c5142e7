"""Ignores the character encoding of a page if browsers do not support it.

Python supports more encodings than the web: ``punycode`` takes quadratic time, ``utf-7`` can hide markup, and ``zlib``
and ``idna`` are not encodings of text. Only the encodings of the WHATWG list are used (Encoding Standard, 4.2). With
any other name, the page is read as if it had none.
"""

from __future__ import annotations

import re

from w3lib.encoding import read_bom, resolve_encoding

_NAMES = """
utf-8 utf-16 utf-16-le utf-16-be ascii iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8
iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 tis-620 koi8-r koi8-u mac-roman mac-cyrillic
cp866 cp874 cp932 cp949 cp950 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 gb2312 gbk gb18030 big5
big5hkscs euc_jp iso2022_jp shift_jis euc_kr
"""
_KNOWN = frozenset(_NAMES.split())
"""Python's names of the encodings of the list."""

_ONLY_OF_BROWSERS = {
    **dict.fromkeys(("unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("unicode", "ucs-2", "csunicode", "iso-10646-ucs-2", "unicodefffe"), "utf-16-le"),
    **dict.fromkeys(("visual", "logical", "iso-8859-8-i", "csiso88598i"), "iso8859-8"),
    **dict.fromkeys(("koi", "koi8"), "koi8-r"),
    **dict.fromkeys(("mac", "x-mac-roman"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5"),
    **{f"x-cp{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"iso8859{number}": f"iso8859-{number}" for number in range(2, 16)},
    "koi8-ru": "koi8-u",
    "dos-874": "cp874",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "windows-949": "cp949",
}
"""Labels of the list that Python does not know -> Python's name of the encoding."""

_IN_PAGE_MEANS = dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "unicode-1-1-utf-8")
"""A page whose name for its encoding can be read byte by byte is not in UTF-16 (HTML Standard, 13.2.3.2): the label to
use instead, one that Scrapy does not know."""

_IN_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([^\s;,"']+)""", re.IGNORECASE)
_IN_PAGE = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)|^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']+)""",
    re.IGNORECASE,
)
_SEARCHED = 4096
"""Bytes of a page that are searched for the name of its encoding, as many as by Scrapy."""


def known(label: str) -> str | None:
    """Return Python's name of the encoding with this ``label``; None if browsers do not know the label."""
    if name := _ONLY_OF_BROWSERS.get(label.lower()):
        return name
    try:
        name = resolve_encoding(label)
    except (LookupError, ValueError):
        return None
    return name if name in _KNOWN else None


def unknown_label(content_type: str | None, body: bytes) -> str | None:
    """Return the first encoding that a page names and browsers do not know, or None."""
    return next((label for label in _labels(content_type, body) if known(label) is None), None)


def encoding_of(content_type: str | None, body: bytes) -> str | None:
    """Return the encoding in which browsers read a page if Scrapy would choose another one, else None."""
    labels = _labels(content_type, body)
    if all(map(known, labels)) and not any(label.lower() in _ONLY_OF_BROWSERS for label in labels):
        return None
    if encoding := next(filter(None, map(known, labels)), None):
        return encoding
    try:
        body.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _labels(content_type: str | None, body: bytes) -> list[str]:
    """Return the labels of the header and the page, in order of priority; none if there is a byte order mark."""
    if read_bom(body)[0] is not None:
        return []
    in_header = _IN_HEADER.search(content_type or "")
    in_page = _IN_PAGE.search(body[:_SEARCHED])
    labels = [in_header[1]] if in_header else []
    if in_page and not (in_header and known(in_header[1])):
        label = (in_page[1] or in_page[2]).decode("latin-1")
        labels.append(_IN_PAGE_MEANS.get(known(label) or "", label))
    return labels
