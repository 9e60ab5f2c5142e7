"""Formats texts and numbers for output. Texts come from the web and may be malicious: `disarmed` comes first."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from urllib.parse import urlsplit

from rich.markup import escape

LONGEST = 240
"""Characters of one text that are shown; report.json has the whole."""

LONGEST_ADDRESS = 2000

_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "["
    "\0-\x1f\x7f-\x9f"  # control characters, the escape of terminals among them
    "\u202a-\u202e\u2066-\u2069"  # turn the reading direction around, also of what follows
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # no characters
    "\U000e0000-\U000e007f"  # tags
    "]"
)


def disarmed(text: str) -> str:
    """``text`` with nothing in it that acts: such characters are named, ``[U+202E]``; line breaks become spaces.

    Marks that Arabic and Hebrew texts need (U+200E, U+200F, joiners) stay.
    """
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", _SPACE.sub(" ", text))


def visible(text: str) -> str:
    """``disarmed`` text, white space folded."""
    return " ".join(disarmed(text).split())


def short(text: str, longest: int = LONGEST) -> str:
    """``visible`` text of ``longest`` characters at most; a longer one ends behind a word, with ``…``."""
    text = visible(text[: 8 * longest])
    if len(text) <= longest:
        return text
    words, _, rest = text[:longest].rpartition(" ")
    # A long address, or a script without spaces, would leave nothing.
    return (words if len(rest) < longest / 2 else text[: longest - 1]).rstrip() + "…"


def address(url: str) -> str | None:
    """``url`` when a link may lead there: http or https, a host, nobody's name before it; else None."""
    if len(url) > LONGEST_ADDRESS or visible(url) != url or re.search(r"[\s<>\"\\^`{|}]", url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if is_web else None


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning, unless that is a file's name."""
    return text if "." in text.partition(" ")[0] else text[:1].upper() + text[1:]


def number(value: float) -> str:
    """``1,234``; of other numbers three digits count."""
    return f"{value:,}" if value == int(value) else f"{value:,.3g}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 item``, ``2 items``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def size(count: float) -> str:
    """``12.3 MB``, thousands as in the rest of the project."""
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
    """A share as ``97%``; what is not quite all or nothing does not look like it."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{share:.0%}"


def moment(text: str) -> datetime | None:
    """A time of the report; None when it is none."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not read the Z
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def time(text: str) -> str:
    """``18 December 2021, 07:30 UTC``; anything else as it is."""
    found = moment(text)
    if found is None:
        return short(text, 40)
    return f"{found.day} {found:%B %Y, %H:%M} UTC"


def day(text: str) -> str:
    """``2021-12-18 07:30``; anything else as it is."""
    found = moment(text)
    return f"{found:%Y-%m-%d %H:%M}" if found else short(text, 20)


def escaped(text: str) -> str:
    """``text`` from the web for a console's markup: it is shown as it is and does nothing; its line breaks stay."""
    return escape("\n".join(map(disarmed, text.split("\n"))))
