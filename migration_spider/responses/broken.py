"""Whether a page is incomplete: its end is missing, or it contains an error of the server.

Pages about such errors must not match: code samples are left out, and a mark is something that only a server prints:
messages in the form of PHP, with file and line, of Drupal, or of servers that assemble parts of a page.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from migration_spider.responses.blocked_marks import SENTENCES

Error = Literal["", "notice", "error", "fatal"]
"""``notice``: a warning of PHP, and the page may be complete; ``error``: a part of the page failed; ``fatal``: the page
ends with an error."""

_BEGINS = re.compile(r"<!doctype html|<html\b|<body\b", re.IGNORECASE)
_BEGINS_WITHIN = 20_000
_ENDS = re.compile(r"</(?:body|html)\b", re.IGNORECASE)
_ASIDE = re.compile(r"<!--|<(?:script|style)\b", re.IGNORECASE)
_ASIDE_ENDS = {
    "!": re.compile("-->"),
    "s": re.compile(r"</(?:script|style)\s*>", re.IGNORECASE),
}
# Elements that no author may leave open (HTML Standard, 13.1.2.4 Optional tags).
_MUST_CLOSE = (
    "a article aside div em fieldset figure footer form h1 h2 h3 h4 h5 h6 header main nav ol script section select span"
    " strong style table textarea title ul"
)
_TAG = re.compile(rf"<(/?)({'|'.join(_MUST_CLOSE.split())})\b[^<>]*(>?)", re.IGNORECASE)
_CUT_TAG = re.compile(r"<(?:[a-z!/][^<>]*)?$|&#?\w{0,30}$", re.IGNORECASE)
_CONTENT = re.compile(r"<(?:article|div|footer|h[1-6]|li|main|p|section|table)\b", re.IGNORECASE)

_SAMPLE = re.compile(r"<(/?)(pre|code|samp|kbd|blockquote|textarea|script|style|template|noscript)\b", re.IGNORECASE)
_NOTICES = r"(?:user )?(?:notice|deprecated)|strict standards"
_FATALS = r"(?:recoverable |catchable )?fatal error|parse error|core error|compile error"
_LEVELS = rf"(?:(?P<notice>{_NOTICES})|{_FATALS}|(?:core |compile |user )?warning|user error)"
_ROW = r"[^\n<>]"
_MARKS = (
    # PHP with html_errors, and without.
    ("on line", rf"<b>(?:PHP )?{_LEVELS}</b>:\s[\s\S]{{0,1500}}? in <b>[^<]{{1,300}}</b> on line <b>\d+</b>"),
    (
        # Most pages in English have an " in ": with it alone this would be half of the time that all this takes.
        re.compile(r" in (?:/|[A-Za-z]:\\)"),
        rf"^(?:PHP )?{_LEVELS}:\s{_ROW}{{1,1000}}? in (?:/|[a-z]:\\){_ROW}{{1,300}}?(?: on line \d+|:\d+)[ \t\r]*$",
    ),
    ("xdebug-error", r"<table\b[^<>]*\bclass=['\"]?xdebug-error\b"),
    # Drupal: core/includes/errors.inc, and the last resort of Drupal 7.
    (
        "placeholder",
        rf"<em class=.placeholder.>(?:{_LEVELS}|[\w\\]{{0,100}}(?:exception|error))</em>: [\s\S]{{0,1500}}?\(line <em",
    ),
    ("thrown", r"<h1>(?:additional )?uncaught exception thrown (?:while|in) "),
    # Apache and nginx, server-side includes; ESI of Varnish and CDNs.
    ("an error occurred while", r"\[an error occurred while processing (?:this|the) directive\]"),
    ("<!--", r"<!--[^<>]{0,40}\b(?:esi|ssi)\b[^<>]{0,80}\b(?:error|fail(?:ed|ure)?|timed? ?out)\b[^<>]{0,200}-->"),
    # The error page of a gateway in the place of a part of the page.
    ("Guru Meditation", r"<p>\s*guru meditation:?\s*</p>"),
    (
        ">",
        (
            r"<h1>\s*(?:error )?50[0-4] (?:internal server error|bad gateway|service (?:temporarily )?unavailable"
            r"|gateway time-?out|(?:backend|first byte|bodystreamlen|no healthy)[a-z ]+)\s*</h1>"
        ),
    ),
    ("<center>", r"<center>\s*(?:nginx|openresty|tengine|cloudflare)(?:/[\d.]+)?\s*</center>"),
)
_STRAY = [(word, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for word, pattern in _MARKS]
"""(text or pattern that must be in the page for the mark to be searched, mark)."""

_OF_PHP = 5
"""Number of the first marks, those of PHP, which may also be after the end of a page."""

LONGEST = 500_000
"""Characters of a page in which such marks are searched."""

MOST_LOOKED_AT = 20
"""Marks of one kind that are checked for being samples of code."""

_SENTENCES = "|".join(line.removeprefix("^") for line in SENTENCES["error-page"].split("\n")[1:-1])
_LAST = re.compile(
    rf"(?:<b>|\b)(?:{_FATALS})(?:</b>)?\s*:"
    r"|\buncaught (?:php )?(?:exception|error|[\w\\]{1,100}(?:exception|error))\b"
    r"|\bexception '[\w\\]{1,100}' with message|\b[\w\\]{0,100}(?:exception|error): SQLSTATE\[|\bSQLSTATE\[\w+\]"
    r"|\bout of memory\b|\ballowed memory size of \d+ bytes|\bmaximum execution time of \d+ second"
    r"|\bMySQL server has gone away|\blost connection to MySQL|\btoo many connections\b"
    rf"|{_SENTENCES}",
    re.IGNORECASE,
)
_LAST_WITHIN = 20_000
"""Characters at the end of a page in which an error is searched: a stack trace may follow it."""
_GOES_ON = re.compile(r"</(?:div|main|article|section|footer|ul|ol|li|p|td|h[1-6])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of a page was received."""

    ends: bool
    """Whether it has its end, ``</body>`` or ``</html>``."""

    is_open: bool = False
    """Of a page without an end: whether it breaks off within an element. Authors may omit only the last end tags."""

    error: Error = ""
    """An error that the server printed into it."""


def shape_of(text: str) -> Shape | None:
    """Return the shape of an HTML document; None when ``text`` is none, as of a fragment."""
    if not _BEGINS.search(text, 0, _BEGINS_WITHIN):
        return None
    end = max((match.start() for match in _ENDS.finditer(text)), default=None)
    rest = "" if end is None else _without_asides(text[end:])[0][-_LAST_WITHIN:]
    if end is None or _CONTENT.search(rest):
        is_open = _is_open(*_without_asides(text))
        return Shape(False, is_open, "fatal" if _ends_in_error(text[-_LAST_WITHIN:]) else _stray(text))
    if _LAST.search(rest) or any(pattern.search(rest) for _, pattern in _STRAY[:_OF_PHP]):
        return Shape(True, error="fatal")
    return Shape(True, error=_stray(text))


def _without_asides(text: str) -> tuple[str, bool]:
    """Return ``text`` without comments, scripts and styles, and whether it breaks off inside one."""
    parts, place = [], 0
    while begins := _ASIDE.search(text, place):
        parts.append(text[place : begins.start()])
        ends = _ASIDE_ENDS[text[begins.start() + 1].lower()].search(text, begins.end())
        if ends is None:
            return "".join(parts), True
        place = ends.end()
    return "".join([*parts, text[place:]]), False


def _is_open(text: str, is_aside: bool) -> bool:
    if is_aside or _CUT_TAG.search(text[-2000:]):
        return True
    depths: Counter[str] = Counter()
    for closing, tag, _ in _TAG.findall(text):
        name = tag.lower()
        depths[name] = max(0, depths[name] + (-1 if closing else 1))
    return any(depths.values())


def _ends_in_error(tail: str) -> bool:
    """Whether an error is followed by nothing that belongs to a page."""
    last = max((match.end() for match in _GOES_ON.finditer(tail)), default=0)
    errors = islice(_LAST.finditer(tail, last), MOST_LOOKED_AT)
    return any(not _is_sample(tail, match.start()) for match in errors)


def _stray(text: str) -> Error:
    worst: Error = ""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    for word, pattern in _STRAY:
        may_match = word in text if isinstance(word, str) else word.search(text)
        for match in islice(pattern.finditer(text), MOST_LOOKED_AT) if may_match else ():
            if _is_sample(text, match.start()):
                continue
            if not match.groupdict().get("notice"):
                return "error"
            worst = "notice"
    return worst


def _is_sample(text: str, place: int) -> bool:
    """Whether the text at ``place`` is shown as code, quoted, or not shown at all."""
    depths: Counter[str] = Counter()
    for closing, tag in _SAMPLE.findall(text, 0, place):
        name = tag.lower()
        depths[name] = max(0, depths[name] + (-1 if closing else 1))
    return any(depths.values())
