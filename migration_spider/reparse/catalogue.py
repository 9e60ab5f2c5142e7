"""What an archive holds: what was captured where, what redirects where, which pages were items, which are gone.

Made anew by each rebuild, of files of any origin and any place: an index of the own collection knows nothing of them,
and what is rebuilt shall depend on the archive alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from migration_spider.addresses import netloc
from migration_spider.reparse.notes import Note, unstored
from migration_spider.reparse.source import Source


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of the site with status 200, or the text that is left of one."""

    place: int
    """Number of the record, over all files."""

    source: Source
    """With ``offset``, ``length`` and ``record_id``: the record that holds the bytes."""

    offset: int
    length: int
    record_id: str
    target_uri: str
    """``WARC-Target-URI`` of that record; a revisit may refer to another URL."""

    written: str
    """``WARC-Date`` of that record."""

    payload_digest: str
    url: str
    date: str
    """``WARC-Date`` of the answer, later than ``written`` when a revisit record tells of it."""

    run_id: str
    """``isPartOf`` of the file's warcinfo record; see :meth:`Catalogue.run_of`."""

    media_type: str

    is_text: bool = False
    """Whether the record is a ``conversion`` to plain text, without markup and HTTP head."""

    @property
    def is_page(self) -> bool:
        return self.is_text or "html" in self.media_type


@dataclass(frozen=True, slots=True)
class Step:
    """One line to make again: of a page, or of an item that is gone."""

    capture: Capture | None
    """None of a tombstone, and of a page that is not in the archive."""

    note: Note | None
    """What the crawl noted; None of pages that it took for no item, and in archives of other programs."""


@dataclass(slots=True)
class Catalogue:
    """What a scan found. Memory grows with the number of captures, not with their size."""

    captures: list[Capture] = field(default_factory=list)
    by_url: dict[str, list[Capture]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[Note, str]] = field(default_factory=list)
    """Notes of the crawl with the id of the record that each refers to."""

    answered: dict[int, Capture] = field(default_factory=dict)
    """Place of a note about an item -> the last answer before it with the bytes that it refers to."""

    by_id: dict[str, Capture] = field(default_factory=dict)
    """Id of a response record -> the last answer whose bytes it holds: its own, or that of a revisit."""

    by_date: dict[tuple[str, str], Capture] = field(default_factory=dict)
    """(URL, ``WARC-Date``) -> the answer: how revisits refer to records of which they do not know the id."""

    by_digest: dict[str, Capture] = field(default_factory=dict)
    """``WARC-Payload-Digest`` -> an answer with that payload: all that revisits of WARC 1.0 may tell."""

    refusals: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """Id of the record of another answer -> file name, offset, length: what proves that an item is gone."""

    profiles: dict[str, bytes] = field(default_factory=dict)
    """Digest of a site profile -> the profile, in the order of the archive."""

    profile_of: dict[str, str] = field(default_factory=dict)
    """Run -> digest of the last profile that its items cite."""

    own_runs: set[str] = field(default_factory=set)
    """Runs of this project; pages of other crawlers are in no run."""

    hosts: dict[str, int] = field(default_factory=dict)
    """Network location -> pages captured."""

    broken: list[str] = field(default_factory=list)
    """What could not be read, with file and offset."""

    duplicates: int = 0
    """Answers that another record tells of already: same id, or same URL, date and payload."""

    orphans: int = 0
    """Revisit records whose original is not in the archive."""

    def steps(self, host: str, *, everything: bool) -> list[Step]:
        """The lines of ``host`` to make again, in their order.

        That of the own archive is the order of its notes, and only what a note tells of is taken, unless
        ``everything``; other archives are in the order of their dates, whatever the order of the files.
        """
        own = list(self._own(host, everything=everything))
        dated = []
        latest = ""
        for place, step in sorted(own, key=lambda pair: pair[0]):
            # The clock may be set back between two runs, their order may not.
            latest = max(latest, _date_of(step))
            dated.append((latest, place, step))
        cited = {record_id for _, record_id in self.notes}
        for capture in self._pages(host):
            if not self.run_of(capture) and capture.record_id not in cited:
                dated.append((capture.date.rstrip("Z"), capture.place, Step(capture, None)))
        return [step for *_, step in sorted(dated, key=lambda triple: triple[:2])]

    def final_url(self, url: str) -> str:
        """Where ``url`` led to after its redirects."""
        for _ in range(10):
            if url not in self.redirects or url in self.by_url:
                break
            url = self.redirects[url]
        return url

    def run_of(self, capture: Capture) -> str:
        """The run of this project that captured it; empty when that was another program."""
        return capture.run_id if capture.run_id in self.own_runs else ""

    def proof(self, record_id: str) -> Mapping[str, str | int]:
        """``file``, ``offset`` and ``length`` of a record that a tombstone refers to; empty when it is not there."""
        if capture := self.by_id.get(record_id):
            return {"file": capture.source.name, "offset": capture.offset, "length": capture.length}
        return dict(zip(("file", "offset", "length"), self.refusals.get(record_id, ()), strict=False))

    def _own(self, host: str, *, everything: bool) -> Iterator[tuple[int, Step]]:
        left_out = unstored(note for note, _ in self.notes)
        used = set()
        for note, record_id in self.notes:
            capture = None if note.tombstone is not None else self.answered.get(note.place, self.by_id.get(record_id))
            if capture is not None:
                used.add(capture.place)
            if host_of(note.url) == host and note.place not in left_out:
                yield note.place, Step(capture, note)
        if everything:
            for capture in self._pages(host):
                if self.run_of(capture) and capture.place not in used:
                    yield capture.place, Step(capture, None)

    def _pages(self, host: str) -> Iterator[Capture]:
        return (capture for capture in self.captures if capture.is_page and host_of(capture.url) == host)


def host_of(url: str) -> str:
    """Host and port as :class:`Scope` compares them; empty when ``url`` has none."""
    try:
        return netloc(urlsplit(url))
    except ValueError:
        return ""


def _date_of(step: Step) -> str:
    date = step.capture.date if step.capture else step.note.fetched_at if step.note else ""
    return date.rstrip("Z")
