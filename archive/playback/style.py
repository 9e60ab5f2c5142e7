"""Rewrites style sheets so that their addresses lead into the archive (CSS Syntax 3, section 4).

Only possible addresses are read and rewritten: ``url()`` in any spelling, and the strings of ``@import``,
``image-set()`` and similar functions. All other bytes stay as they are. The sheet is read in one pass, in linear time;
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
"""Address as it stands -> address in its place; None for none."""

MOST_ADDRESSES = 20_000
"""In one sheet: what is behind so many is left out."""
LARGEST_SHEET = 2 << 20
"""Characters of one sheet: of a larger one nothing is left."""

MOST_WRITTEN = 8 << 20
"""Characters of the addresses that are written for one sheet."""

NOWHERE = "about:invalid"
"""An address that nothing is fetched from (CSS Values 4, 4.5.1)."""


def rewritten(sheet: str, lead: Lead) -> str:
    """A style sheet, or the declarations of a ``style`` attribute, with the addresses that ``lead`` gives."""
    if len(sheet) > LARGEST_SHEET:
        return ""
    if "(" not in sheet and "@" not in sheet and "\\" not in sheet:
        return sheet
    return "".join(_Scan(sheet, lead).pieces())


def as_text(sheet: str) -> str:
    """A sheet that means the same, with nothing in it that is markup or a reference to a character.

    A ``style`` element within ``svg`` or ``math`` is read as any other element is, and what a browser takes to be
    within those is not always what this parser does (HTML, 13.2.6.5). A ``<`` that cannot be said otherwise is left
    out: the rule that it stands in means nothing then.
    """
    if "<" not in sheet and "&" not in sheet:
        return sheet
    found: list[str] = []
    done = 0
    for match in _TOKEN.finditer(sheet):
        if match["string"] or match["comment"]:
            said = _IN_STRING.sub(_spelled, match["string"]) if match["string"] else "/**/"
            found += (_as_marks(sheet[done : match.start()]), said)
            done = match.end()
    found.append(_as_marks(sheet[done:]))
    # Once more for all of it: a mistake above is one of style, not of markup.
    return _BEFORE_NAME.sub("& ", "".join(found).replace("<", ""))


def _spelled(match: re.Match[str]) -> str:
    return f"\\{ord(match[0][-1]):x} " if match[0][-1] in "<&" else match[0]


def _as_marks(piece: str) -> str:
    """What stands between strings and comments; ``<!--`` around a sheet is for browsers of old."""
    piece = _RANGE.sub(_turned, piece.replace("<!--", " ")) if "<" in piece else piece
    return _BEFORE_NAME.sub("&/**/", piece)


def _turned(match: re.Match[str]) -> str:
    """The same range with its ends the other way round."""
    first, or_same, second, or_same_too, third = match.groups()
    rest = f"{second}>{or_same}{first}"
    return f"({rest})" if third is None else f"({third}>{or_same_too}{rest})"


def unescaped(text: str) -> str:
    """A name or string without the escapes in it (CSS Syntax 3, 4.3.7)."""
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
        """Of each open bracket: whether the strings in it are addresses."""
        self._imports = False
        self._met = self._written = 0

    def pieces(self) -> list[str]:
        """The sheet, in pieces."""
        found: list[str] = []
        done = at = 0
        while match := _TOKEN.search(self._sheet, at):
            if self._met > MOST_ADDRESSES or self._written > MOST_WRITTEN:
                return found
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
                found += (self._sheet[done:start], piece)
                done = at
        found.append(self._sheet[done:])
        return found

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
        # What `lead` gives has no character that would end the string, but for an image inside the sheet.
        self._met += 1
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
