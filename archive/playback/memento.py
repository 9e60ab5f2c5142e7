"""Memento (RFC 7089): dates, TimeMaps, and the links between an address and its captures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime

from archive.cdxj import IndexEntry
from archive.playback.addresses import quoted

LINK_FORMAT = "application/link-format"
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d{2}):(\d{2}):(\d{2}) GMT",
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Places:
    """Where this server has what, with the scheme and host in front and a slash at the end."""

    memento: str
    timemap: str
    """Without the name of the format."""
    timegate: str

    def of_capture(self, capture: IndexEntry) -> str:
        """URI-M: where a capture is shown."""
        return f"{self.memento}{capture.timestamp}/{quoted(capture.url)}"

    def of_map(self, url: str, form: str = "link") -> str:
        """URI-T: where all captures are listed."""
        return f"{self.timemap}{form}/{quoted(url)}"

    def of_gate(self, url: str) -> str:
        """URI-G: where one is chosen by its date."""
        return f"{self.timegate}{quoted(url)}"


def http_date(timestamp: str) -> str:
    """14 digits as an HTTP date (RFC 9110, 5.6.7), as ``Memento-Datetime`` has it."""
    moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return format_datetime(moment, usegmt=True)


def seconds_of(timestamp: str) -> float:
    """14 digits as seconds since 1970."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc).timestamp()


def is_moment(digits: str) -> bool:
    """Whether 4 to 14 digits, from a year to seconds, are a moment that there is."""
    try:
        seconds_of(digits + "00010101000000"[len(digits) :])
    except (ValueError, OverflowError):
        return False
    return True


def timestamp_of_http_date(text: str) -> str:
    """14 digits of an ``Accept-Datetime`` (RFC 7089, 2.1.1: the one form of RFC 1123, in GMT).

    Raises:
        ValueError: it is none.
    """
    match = _HTTP_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:60]!r} is not a date such as 'Thu, 31 May 2007 20:35:00 GMT'")
    day, month, year, hour, minute, second = match.groups()
    number = _MONTHS.index(month) + 1
    # Whether there is such a day; a leap second is the one before it.
    datetime(int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=timezone.utc)
    return f"{year}{number:02}{day}{hour}{minute}{min(int(second), 59):02}"


def distinct(captures: Sequence[IndexEntry], url: str) -> list[IndexEntry]:
    """One capture of each second, in the order of time: what an address with 14 digits can name."""
    found: dict[str, IndexEntry] = {}
    for capture in captures:
        if capture.timestamp not in found or (capture.url == url and found[capture.timestamp].url != url):
            found[capture.timestamp] = capture
    return [found[timestamp] for timestamp in sorted(found)]


def links(url: str, captures: Sequence[IndexEntry], chosen: IndexEntry | None, places: Places) -> str:
    """The ``Link`` header of a capture or of the TimeGate (RFC 7089, 2.2).

    Args:
        url: URI-R.
        captures: as `distinct` gives them.
        chosen: the one that is answered with; None where none is.
    """
    said = [
        f'<{quoted(url)}>; rel="original"',
        f'<{places.of_map(url)}>; rel="timemap"; type="{LINK_FORMAT}"',
        f'<{places.of_gate(url)}>; rel="timegate"',
    ]
    relations: dict[str, list[str]] = {}
    if captures:
        relations.setdefault(captures[0].timestamp, []).append("first")
        relations.setdefault(captures[-1].timestamp, []).append("last")
    moments = [capture.timestamp for capture in captures]
    if chosen is not None and chosen.timestamp in moments:
        at = moments.index(chosen.timestamp)
        relations.setdefault(chosen.timestamp, [])
        if at:
            relations.setdefault(moments[at - 1], []).append("prev")
        if at + 1 < len(moments):
            relations.setdefault(moments[at + 1], []).append("next")
    by_moment = {capture.timestamp: capture for capture in captures}
    said += [_memento(by_moment[moment], words, places) for moment, words in sorted(relations.items())]
    return ", ".join(said)


def _memento(capture: IndexEntry, words: Sequence[str], places: Places) -> str:
    relation = " ".join([*words, "memento"])
    return f'<{places.of_capture(capture)}>; rel="{relation}"; datetime="{http_date(capture.timestamp)}"'


def link_map(url: str, captures: Sequence[IndexEntry], places: Places) -> Iterator[str]:
    """The TimeMap of ``url`` in ``application/link-format`` (RFC 7089, 5; RFC 6690), line by line."""
    first, last = captures[0], captures[-1]
    yield f'<{quoted(url)}>; rel="original",\n'
    span = f'from="{http_date(first.timestamp)}"; until="{http_date(last.timestamp)}"'
    yield f'<{places.of_map(url)}>; rel="self"; type="{LINK_FORMAT}"; {span},\n'
    yield f'<{places.of_gate(url)}>; rel="timegate",\n'
    for number, capture in enumerate(captures):
        words = [word for word, is_it in (("first", capture is first), ("last", capture is last)) if is_it]
        yield _memento(capture, words, places) + (",\n" if number + 1 < len(captures) else "\n")


def json_map(url: str, captures: Sequence[IndexEntry], places: Places) -> str:
    """The same as JSON, in the shape that other archives give it (``/timemap/json/``)."""
    listed = [
        # A page that the server called unmodified has no status of its own.
        {"uri": places.of_capture(capture), "datetime": _iso(capture.timestamp)}
        | ({} if capture.status is None else {"status": capture.status})
        for capture in captures
    ]
    said = {
        "original_uri": url,
        "timegate_uri": places.of_gate(url),
        "timemap_uri": {"link_format": places.of_map(url), "json_format": places.of_map(url, "json")},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _iso(timestamp: str) -> str:
    moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
