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
    """The addresses of this server, with scheme and host, and a slash at the end."""

    memento: str
    timemap: str
    """Without the format."""
    timegate: str

    def of_capture(self, capture: IndexEntry) -> str:
        """Return the URI-M, which shows a capture."""
        return f"{self.memento}{capture.timestamp}/{quoted(capture.url)}"

    def of_map(self, url: str, form: str = "link") -> str:
        """Return the URI-T, which lists all captures."""
        return f"{self.timemap}{form}/{quoted(url)}"

    def of_gate(self, url: str) -> str:
        """Return the URI-G, which selects a capture by its date."""
        return f"{self.timegate}{quoted(url)}"


def http_date(timestamp: str) -> str:
    """Return 14 digits as an HTTP date (RFC 9110, 5.6.7), for ``Memento-Datetime``."""
    moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return format_datetime(moment, usegmt=True)


def seconds_of(timestamp: str) -> float:
    """Return 14 digits as seconds since 1970."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc).timestamp()


def is_moment(digits: str) -> bool:
    """Whether 4 to 14 digits, from a year to seconds, are a valid time."""
    try:
        seconds_of(digits + "00010101000000"[len(digits) :])
    except (ValueError, OverflowError):
        return False
    return True


def timestamp_of_http_date(text: str) -> str:
    """Return the 14 digits of an ``Accept-Datetime`` (RFC 7089, 2.1.1: only the form of RFC 1123, in GMT).

    Raises:
        ValueError: it is not such a date.
    """
    match = _HTTP_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:60]!r} is not a date such as 'Thu, 31 May 2007 20:35:00 GMT'")
    day, month, year, hour, minute, second = match.groups()
    number = _MONTHS.index(month) + 1
    # Checks that the date exists; a leap second becomes the second before it.
    datetime(int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=timezone.utc)
    return f"{year}{number:02}{day}{hour}{minute}{min(int(second), 59):02}"


def distinct(captures: Sequence[IndexEntry], url: str) -> list[IndexEntry]:
    """Return one capture per second, sorted by time: those that an address with 14 digits can distinguish."""
    by_second: dict[str, IndexEntry] = {}
    for capture in captures:
        if capture.timestamp not in by_second or (capture.url == url and by_second[capture.timestamp].url != url):
            by_second[capture.timestamp] = capture
    return [by_second[timestamp] for timestamp in sorted(by_second)]


def links(url: str, captures: Sequence[IndexEntry], chosen: IndexEntry | None, places: Places) -> str:
    """Return the ``Link`` header of a capture or of the TimeGate (RFC 7089, 2.2).

    Args:
        url: URI-R.
        captures: the result of `distinct`.
        chosen: the capture in the response, or None.
    """
    parts = [
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
    parts += [_memento(by_moment[moment], words, places) for moment, words in sorted(relations.items())]
    return ", ".join(parts)


def _memento(capture: IndexEntry, words: Sequence[str], places: Places) -> str:
    relation = " ".join([*words, "memento"])
    return f'<{places.of_capture(capture)}>; rel="{relation}"; datetime="{http_date(capture.timestamp)}"'


def link_map(url: str, captures: Sequence[IndexEntry], places: Places) -> Iterator[str]:
    """Yield the TimeMap of ``url`` in ``application/link-format`` (RFC 7089, 5; RFC 6690), line by line."""
    first, last = captures[0], captures[-1]
    yield f'<{quoted(url)}>; rel="original",\n'
    span = f'from="{http_date(first.timestamp)}"; until="{http_date(last.timestamp)}"'
    yield f'<{places.of_map(url)}>; rel="self"; type="{LINK_FORMAT}"; {span},\n'
    yield f'<{places.of_gate(url)}>; rel="timegate",\n'
    for number, capture in enumerate(captures):
        words = [word for word, is_it in (("first", capture is first), ("last", capture is last)) if is_it]
        yield _memento(capture, words, places) + (",\n" if number + 1 < len(captures) else "\n")


def json_map(url: str, captures: Sequence[IndexEntry], places: Places) -> str:
    """Return the TimeMap as JSON, in the form that other archives use (``/timemap/json/``)."""
    listed = [
        # The revisit of an unmodified page has no status.
        {"uri": places.of_capture(capture), "datetime": _iso(capture.timestamp)}
        | ({} if capture.status is None else {"status": capture.status})
        for capture in captures
    ]
    document = {
        "original_uri": url,
        "timegate_uri": places.of_gate(url),
        "timemap_uri": {"link_format": places.of_map(url), "json_format": places.of_map(url, "json")},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _iso(timestamp: str) -> str:
    moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
