"""Size, digest and media type of the files that items offer, from the archive."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from archive import ArchiveError
from migration_spider.items import NewsItem
from migration_spider.reparse.catalogue import Capture, Catalogue
from migration_spider.reparse.notes import File, Note
from migration_spider.reparse.reading import record_at
from migration_spider.reparse.source import Source
from migration_spider.spiders.scope import Scope


class Attachments:
    """Files of an archive; the digest of each is computed once."""

    def __init__(self, catalogue: Catalogue, scope: Scope) -> None:
        self.catalogue = catalogue
        self.scope = scope
        self.known: dict[tuple[Source, int], File | None] = {}

    def fill(self, item: NewsItem, page: Capture, note: Note | None) -> None:
        """Fill in what the run of ``page`` fetched, or what was noted and the archive bears out."""
        for attachment in item.attachments:
            url = self.scope.file(attachment.url)
            if url is None:
                continue
            facts = (
                self._noted(url, note.files[attachment.url])
                if note and attachment.url in note.files
                else self._fetched(url, page, note.run_id if note else self.catalogue.run_of(page))
            )
            if facts:
                attachment.sha256, attachment.size = facts[0], facts[1]
                attachment.media_type = facts[2] or attachment.media_type
            else:
                item.problems.append("attachment-not-fetched")

    def _noted(self, url: str, noted: File) -> File | None:
        """``noted`` when an archived file has that digest: perhaps one of an earlier run, not sent again."""
        if noted[0] is None:
            return None
        other = self.catalogue.by_digest.get(f"sha256:{noted[0]}")
        captures = [*reversed(self._captures(url)), *([other] if other else [])]
        return noted if any((facts := self._facts(capture)) and facts[0] == noted[0] for capture in captures) else None

    def _fetched(self, url: str, page: Capture, run_id: str) -> File | None:
        """The file as that run had it; of archives that span years, at the time of the page."""
        captures = [capture for capture in self._captures(url) if self.catalogue.run_of(capture) == run_id]
        return self._facts(min(captures, key=lambda capture: _between(capture.date, page.date))) if captures else None

    def _captures(self, url: str) -> list[Capture]:
        return self.catalogue.by_url.get(self.catalogue.final_url(url), [])

    def _facts(self, capture: Capture) -> File | None:
        where = (capture.source, capture.offset)
        if where not in self.known:
            self.known[where] = self._read(capture)
        return self.known[where]

    @staticmethod
    def _read(capture: Capture) -> File | None:
        try:
            payload = record_at(capture.source, capture.offset, capture.length).payload
        except ArchiveError:
            return None
        return sha256(payload).hexdigest(), len(payload), capture.media_type or None


def _between(one: str, other: str) -> float:
    """Seconds between two ``WARC-Date``; 0.0 when one is none, so that it decides nothing."""
    try:
        # A WARC-Date may be as short as a year.
        moments = [datetime.fromisoformat(date[:19].removesuffix("Z")) for date in (one, other)]
    except ValueError:
        return 0.0
    return abs((moments[0] - moments[1]).total_seconds())
