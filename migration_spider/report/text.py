"""Formats texts and numbers for output. Texts come from the web and may be malicious: `disarmed` comes first."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from urllib.parse import urlsplit

from rich.markup import escape

LONGEST = 240
"""Characters of one text that are shown; report.json has the complete text."""

LONGEST_ADDRESS = 2000

_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "["
    "\0-\x1f\x7f-\x9f"  # control characters, the escape of terminals among them
    "\u202a-\u202e\u2066-\u2069"  # change the reading direction, also of the following text
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # not characters
    "\U000e0000-\U000e007f"  # tags
    "]"
)


def disarmed(text: str) -> str:
    """Replace active characters in ``text`` by their names, such as ``[U+202E]``, and line breaks by spaces.

    Marks that Arabic and Hebrew texts need (U+200E, U+200F, joiners) are kept.
    """
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", _SPACE.sub(" ", text))


def visible(text: str) -> str:
    """``disarmed`` text, white space folded."""
    return " ".join(disarmed(text).split())


def short(text: str, longest: int = LONGEST) -> str:
    """``visible`` text of at most ``longest`` characters; a longer one is cut after a word, and ends with ``…``."""
    text = visible(text[: 8 * longest])
    if len(text) <= longest:
        return text
    words, _, rest = text[:longest].rpartition(" ")
    # A long address, or a script without spaces, would leave nothing.
    return (words if len(rest) < longest / 2 else text[: longest - 1]).rstrip() + "…"


def address(url: str) -> str | None:
    """``url`` if it is safe as a link (http or https, with a host and without a user name), else None."""
    if len(url) > LONGEST_ADDRESS or visible(url) != url or re.search(r"[\s<>\"\\^`{|}]", url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises if it is not a number
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if is_web else None


def sentence(text: str) -> str:
    """``text`` with a capital first letter, unless it begins with a file name."""
    return text if "." in text.partition(" ")[0] else text[:1].upper() + text[1:]


def number(value: float) -> str:
    """``1,234``; numbers that are not integers have three significant digits."""
    return f"{value:,}" if value == int(value) else f"{value:,.3g}"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """``1 item``, ``2 items``."""
    return f"{number(count)} {singular if count == 1 else many or singular + 's'}"


def size(count: float) -> str:
    """``12.3 MB``, with units of 1000."""
    for unit in ("B", "KB", "MB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def duration(seconds: float) -> str:
    """``41 ms``, ``2.6 s``, ``12 min 5 s``, ``3 h 20 min``."""
    if seconds == 0:
        return "0 s"
    if 0 < seconds < 0.1:
        return f"{max(round(1000 * seconds), 1)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def percent(share: float) -> str:
    """A share as ``97%``; values near 0 and 1 become ``<1%`` and ``>99%``."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{share:.0%}"


def moment(text: str) -> datetime | None:
    """Parse a time of the report; None if it is not valid."""
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def time(text: str) -> str:
    """``18 December 2021, 07:30 UTC``; text that is not a time is only shortened."""
    parsed = moment(text)
    if parsed is None:
        return short(text, 40)
    return f"{parsed.day} {parsed:%B %Y, %H:%M} UTC"


def day(text: str) -> str:
    """``2021-12-18 07:30``; text that is not a time is only shortened."""
    parsed = moment(text)
    return f"{parsed:%Y-%m-%d %H:%M}" if parsed else short(text, 20)


def escaped(text: str) -> str:
    """Escape ``text`` from the web for the markup of a console, and disarm it; line breaks are kept."""
    return escape("\n".join(map(disarmed, text.split("\n"))))
