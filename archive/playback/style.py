"""Rewrites style sheets so that their addresses lead into the archive (CSS Syntax 3, section 4).

Only possible addresses are parsed and rewritten: ``url()`` in any spelling, and the strings of ``@import``,
``image-set()`` and similar functions. All other bytes are unchanged. The sheet is read in one pass, in linear time;
a library that builds a tree of all tokens takes twenty times as long for one megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\r\n\f])?|[^\n\r\f0-9a-fA-F])"
_TOKEN = re.compile(
    rf"""
      (?P<comment> /\*.*?(?:\*/|\Z) )
    | (?P<string> "(?:[^"\\\n\r\f]|\\(?:\r\n|.)|\\\Z)*"? | '(?:[^'\\\n\r\f]|\\(?:\r\n|.)|\\\Z)*'? )
    | (?P<name> @?(?:[-\w\x80-\U0010ffff]|{_ESCAPE})+ ) (?P<call> \( )?
    | (?P<mark> [()\[\]{{}};] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(rf"{_ESCAPE}|\\(?:\r\n|[\n\r\f])|\\\Z")
_IN_STRING = re.compile(rf"{_ESCAPE}|\\\\\n|[<&]")
_BEFORE_NAME = re.compile(r"&(?=[#\w])")
_RANGE = re.compile(r"\(([^()<>]*)<(=?)([^()<>]*)(?:<(=?)([^()<>]*))?\)")
"""``(400px <= width < 700px)`` (Media Queries 4, 2.4.3)."""
_BARE = re.compile(r"(?:[^)\\]|\\(?:\r\n|.))*\)?", re.DOTALL)
_SPACE = " \t\r\n\f"
_QUOTES = ('"', "'")
_OF_ADDRESSES = {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade"}
"""Functions whose strings are addresses (CSS Values 4, 4.5; CSS Images 4, 2.1 and 2.4)."""

Lead = Callable[[str], "str | None"]
"""Called with an address, returns the address to replace it; None to remove it."""

MOST_ADDRESSES = 20_000
"""Addresses of one sheet; the rest of the sheet after them is removed."""
LARGEST_SHEET = 2 << 20
"""Characters of one sheet; a larger one is replaced by an empty one."""

MOST_WRITTEN = 8 << 20
"""Total characters of the addresses that are written for one sheet."""

NOWHERE = "about:invalid"
"""An address that is never fetched (CSS Values 4, 4.5.1)."""


def rewritten(sheet: str, lead: Lead) -> str:
    """Return a style sheet, or the declarations of a ``style`` attribute, with the addresses from ``lead``."""
    if len(sheet) > LARGEST_SHEET:
        return ""
    if "(" not in sheet and "@" not in sheet and "\\" not in sheet:
        return sheet
    return "".join(_Scan(sheet, lead).pieces())


def as_text(sheet: str) -> str:
    """Return an equivalent sheet that contains no markup and no character references.

    A ``style`` element within ``svg`` or ``math`` is parsed like any other element, and browsers and this parser may
    disagree on what is within those (HTML, 13.2.6.5). A ``<`` that cannot be written in another way is removed, which
    makes its rule invalid.
    """
    if "<" not in sheet and "&" not in sheet:
        return sheet
    parts: list[str] = []
    done = 0
    for match in _TOKEN.finditer(sheet):
        if match["string"] or match["comment"]:
            replacement = _IN_STRING.sub(_escaped, match["string"]) if match["string"] else "/**/"
            parts += (_without_markup(sheet[done : match.start()]), replacement)
            done = match.end()
    parts.append(_without_markup(sheet[done:]))
    # Again for the complete sheet, so that a mistake above can only affect the style, not the markup.
    return _BEFORE_NAME.sub("& ", "".join(parts).replace("<", ""))


def _escaped(match: re.Match[str]) -> str:
    return f"\\{ord(match[0][-1]):x} " if match[0][-1] in "<&" else match[0]


def _without_markup(piece: str) -> str:
    """Rewrite the text between strings and comments; ``<!--`` around a sheet is for very old browsers."""
    piece = _RANGE.sub(_reversed, piece.replace("<!--", " ")) if "<" in piece else piece
    return _BEFORE_NAME.sub("&/**/", piece)


def _reversed(match: re.Match[str]) -> str:
    """Return an equivalent range with ``>`` instead of ``<``."""
    first, or_same, second, or_same_too, third = match.groups()
    rest = f"{second}>{or_same}{first}"
    return f"({rest})" if third is None else f"({third}>{or_same_too}{rest})"


def unescaped(text: str) -> str:
    """Return a name or string with its escapes replaced (CSS Syntax 3, 4.3.7)."""
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    digits = match[0][1:].rstrip(_SPACE)
    if not digits:
        return match[0][1:] if match[0][1:] not in ("\n", "\r\n", "\r", "\f") else ""
    if not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        return digits
    number = int(digits, 16)
    return chr(number) if 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"


class _Scan:
    def __init__(self, sheet: str, lead: Lead) -> None:
        self._sheet, self._lead = sheet, lead
        self._calls: list[bool] = []
        """For each open bracket, whether the strings in it are addresses."""
        self._imports = False
        self._count = self._written = 0

    def pieces(self) -> list[str]:
        """Return the sheet, in pieces."""
        parts: list[str] = []
        done = at = 0
        while match := _TOKEN.search(self._sheet, at):
            if self._count > MOST_ADDRESSES or self._written > MOST_WRITTEN:
                return parts
            start, at = match.span()
            piece = None
            if match["name"]:
                piece, at = self._name(match)
            elif match["string"]:
                if self._imports or (self._calls and self._calls[-1]):
                    piece = self._string(match["string"])
            elif match["mark"]:
                self._mark(match["mark"])
            if piece is not None:
                parts += (self._sheet[done:start], piece)
                done = at
        parts.append(self._sheet[done:])
        return parts

    def _name(self, match: re.Match[str]) -> tuple[str | None, int]:
        at = match.end()
        name = unescaped(match["name"]).lower()
        if not match["call"]:
            if name == "@import":
                self._imports = True
            return None, at
        if name in ("url", "src"):
            start = at
            while self._sheet[start : start + 1] in tuple(_SPACE):
                start += 1
            if self._sheet[start : start + 1] not in _QUOTES:
                bare = _BARE.match(self._sheet, start)
                end = bare.end() if bare else start
                address = unescaped(self._sheet[start:end].removesuffix(")").strip(_SPACE))
                return f"url({self._string_of(address)})", end
        is_of_addresses = name in _OF_ADDRESSES or bool(self._calls and self._calls[-1] and name != "type")
        self._calls.append(is_of_addresses)
        return None, at

    def _string(self, text: str) -> str:
        return self._string_of(unescaped(text[1:].removesuffix(text[0])))

    def _string_of(self, address: str) -> str:
        # Addresses from `lead` have no character that ends the string, except for an image within the sheet.
        self._count += 1
        place = self._lead(address) or NOWHERE
        self._written += len(place)
        return '"' + "".join(c if c not in '"\\<' and c >= " " else f"\\{ord(c):x} " for c in place) + '"'

    def _mark(self, mark: str) -> None:
        if mark in "([{":
            self._calls.append(bool(mark == "(" and self._calls and self._calls[-1]))
        elif mark in ")]}" and self._calls:
            self._calls.pop()
        if mark in ";{}":
            self._imports = False
