"""The first pass over an archive: reads every record once and adds it to a catalogue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from migration_spider import EXTRACTOR
from migration_spider.reparse.capture import Capture
from migration_spider.reparse.catalogue import Catalogue
from migration_spider.reparse.engines import Engine, one_process
from migration_spider.reparse.notes import KINDS
from migration_spider.reparse.reading import Damage, Seen, records_of, scan_file
from migration_spider.reparse.source import Source

logger = logging.getLogger(__name__)

_NOTES = frozenset(KINDS.values())


def scan(
    sources: Sequence[Source],
    engine: Engine = one_process,
    progress: Callable[[int, int], None] = lambda done, total: None,
    catalogue: Catalogue | None = None,
) -> Catalogue:
    """Read every record of ``sources`` once, in order; damaged parts are left out, and reported in ``broken``.

    ``progress`` is called with (files read, files in total). ``catalogue`` is an empty one to fill; by default, a new
    one in memory.
    """
    catalogue = catalogue or Catalogue()
    place = 0
    captured: set[str] = set()
    # This process has one record in memory at a time; other processes send all records of a file at once.
    files = map(records_of, sources) if engine is one_process else engine(scan_file, sources, chunk=1)
    for number, (source, found) in enumerate(zip(sources, files, strict=True), 1):
        progress(number, len(sources))
        run_id = ""
        for seen in found:
            place += 1
            if isinstance(seen, Damage):
                catalogue.broken.append(f"{source}: at byte {seen.offset}: {seen.problem}")
                logger.warning("Skipped: %s", catalogue.broken[-1])
            elif seen.type == "warcinfo":
                run_id = _field(seen.told, "isPartOf")
                if _field(seen.told, "http-header-user-agent").startswith(EXTRACTOR.split()[0]):
                    catalogue.own_runs.add(run_id)
                elif _field(seen.told, "payloadDigest"):
                    captured.add(run_id)
            else:
                _take(catalogue, place, source, seen, run_id)
    if catalogue.noted_hosts:
        # A run may have had another user agent, but its files were written by the archive add-on.
        catalogue.own_runs |= captured
    _take_postponed(catalogue)
    return catalogue


def _take(catalogue: Catalogue, place: int, source: Source, seen: Seen, run_id: str) -> None:
    """Add a record to the catalogue, or postpone it until all are known."""
    if seen.type == "answer":
        catalogue.add(_capture(place, source, seen, run_id))
    elif seen.type in ("redirect", "refusal"):
        catalogue.add_refusal(seen, source)
    elif seen.type == "text" or (seen.type == "revisit" and not _revisit(catalogue, place, seen, run_id)):
        catalogue.put_off(seen, place, source, run_id)
    elif seen.type == "profile":
        data = seen.told.encode()
        digest = catalogue.profile_of[run_id] = sha256(data).hexdigest()
        catalogue.profiles[digest] = data
    elif seen.type in _NOTES:
        catalogue.add_note(seen, place)


def _take_postponed(catalogue: Catalogue) -> None:
    """Add the postponed records. In other archives an original may follow its references."""
    for seen, place, _, run_id in catalogue.postponed("revisit"):
        catalogue.orphans += not _revisit(catalogue, place, seen, run_id)
    for seen, place, source, _ in catalogue.postponed("text"):
        if catalogue.by_id(seen.refers_to) or catalogue.at(seen.url, seen.date):
            catalogue.duplicates += 1  # the page itself is in the archive
        else:
            catalogue.add(replace(_capture(place, source, seen, ""), is_text=True))


def _capture(place: int, source: Source, seen: Seen, run_id: str) -> Capture:
    return Capture(
        place=place,
        source=source,
        offset=seen.offset,
        length=seen.length,
        record_id=seen.record_id,
        target_uri=seen.url,
        written=seen.date,
        url=seen.url,
        date=seen.date,
        payload_digest=seen.digest,
        run_id=run_id,
        media_type=seen.media_type,
    )


def _revisit(catalogue: Catalogue, place: int, seen: Seen, run_id: str) -> bool:
    """Add the capture of a revisit record; return False if its original is not in the archive."""
    original = (
        catalogue.by_id(seen.refers_to)
        or catalogue.at(seen.refers_to_url, seen.refers_to_date)
        or catalogue.by_digest(seen.digest)
    )
    if original is None:
        return False
    catalogue.add(replace(original, place=place, url=seen.url, date=seen.date, run_id=run_id))
    return True


def _field(block: str, name: str) -> str:
    for line in block.splitlines():
        if line.startswith(name + ":"):
            return line.partition(":")[2].strip()
    return ""
