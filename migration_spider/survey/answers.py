"""Reads the responses of one run from its WARC files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scrapy.http import Response

from archive import ArchiveError, Record, iter_records
from archive.message import Fields
from archive.replay import response_of
from migration_spider.addresses import canonical, led_to
from migration_spider.reparse.reading import Seen, record_at, scan_file
from migration_spider.reparse.source import Source, own_files, sources

LONGEST_CHAIN = 10
"""Redirects in a row that are followed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, whose body is read from the archive on demand."""

    url: str
    status: int
    headers: Fields
    date: str
    """``WARC-Date``."""

    source: Source
    """With ``offset`` and ``length``: the record that contains the body."""
    offset: int
    length: int
    record_id: str

    @property
    def media_type(self) -> str:
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def leads_to(self) -> str | None:
        """The target of a redirect, else None."""
        location = self.headers.get("Location") if 300 <= self.status < 400 else None
        try:
            return led_to(self.url, location.encode("latin-1")) if location else None
        except ValueError:
            return None

    def body(self) -> bytes:
        """The entity. Raises ArchiveError."""
        return record_at(self.source, self.offset, self.length).payload

    def response(self) -> Response:
        """The response as the spider received it. Raises ArchiveError."""
        return response_of(self.url, self.status, self.headers, self.body())


class Answers:
    """The last response for each address that a run requested, in the order of the last responses."""

    def __init__(self, folder: Path, run_id: str) -> None:
        """Read the WARC files in ``folder`` whose ``warcinfo`` record has ``run_id``. Raises ArchiveError."""
        self.by_url: dict[str, Answer] = {}
        files = sources(own_files(folder))
        own = [source for source in files if _run_of(source) == run_id]
        bodies: dict[str, tuple[Source, int, int]] = {}
        open_ends: list[Answer] = []
        for source, record in _answers(own):
            refers_to = record.headers.get("WARC-Refers-To") if record.type == "revisit" else None
            here = (source, record.offset, record.length)
            answer = _answer(record, bodies.get(refers_to, here) if refers_to else here, refers_to)
            if refers_to and refers_to not in bodies:
                open_ends.append(answer)
            bodies.setdefault(record.record_id, (answer.source, answer.offset, answer.length))
            self.by_url.pop(answer.url, None)
            self.by_url[answer.url] = answer
        self._spelled = {canonical(url): url for url in self.by_url}
        if open_ends:
            self._resolve(open_ends, [source for source in files if source not in own])

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.by_url.values())

    def get(self, url: str) -> Answer | None:
        """The response at the end of the redirects from ``url``, as far as they are in the archive."""
        answer = self.by_url.get(url) or self.by_url.get(self._spelled.get(canonical(url), ""))
        for _ in range(LONGEST_CHAIN):
            following = self.by_url.get(answer.leads_to or "") if answer else None
            if following is None:
                break
            answer = following
        return answer

    def _resolve(self, answers: list[Answer], elsewhere: list[Source]) -> None:
        """Find the bodies that were archived by an earlier run."""
        wanted = {answer.record_id for answer in answers}
        found = {
            seen.record_id: (source, seen.offset, seen.length)
            for source in elsewhere
            for seen in scan_file(source)
            if isinstance(seen, Seen) and seen.record_id in wanted
        }
        for answer in answers:
            if where := found.get(answer.record_id):
                source, offset, length = where
                self.by_url[answer.url] = Answer(
                    answer.url, answer.status, answer.headers, answer.date, source, offset, length, answer.record_id
                )


def _answers(files: Iterable[Source]) -> Iterator[tuple[Source, Record]]:
    """Yield the records of responses in ``files``."""
    for source in files:
        for record in iter_records(source.location):
            if record.type in ("response", "revisit") and record.target_uri:
                yield source, record


def _answer(record: Record, where: tuple[Source, int, int], refers_to: str | None) -> Answer:
    source, offset, length = where
    return Answer(
        url=record.target_uri or "",
        status=record.status or 200,
        headers=record.http_headers,
        date=record.date,
        source=source,
        offset=offset,
        length=length,
        record_id=refers_to or record.record_id,
    )


def _run_of(source: Source) -> str:
    """``isPartOf`` of the first record, which is a warcinfo record in all files of the program."""
    try:
        for record in iter_records(source.location):
            for line in record.block.decode("utf-8", "replace").splitlines():
                if line.startswith("isPartOf:"):
                    return line.partition(":")[2].strip()
            break
    except (ArchiveError, OSError):
        pass  # damaged, so this run did not write it
    return ""
