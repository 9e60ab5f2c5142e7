"""First pass over an archive: every record is looked at once, and what matters of it goes into a catalogue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from migration_spider import EXTRACTOR
from migration_spider.reparse.catalogue import Capture, Catalogue, host_of
from migration_spider.reparse.engines import Engine, one_process
from migration_spider.reparse.notes import KINDS, note_of
from migration_spider.reparse.reading import Damage, Seen, scan_file
from migration_spider.reparse.source import Source

logger = logging.getLogger(__name__)

_NOTES = frozenset(KINDS.values())


def scan(
    sources: Sequence[Source],
    engine: Engine = one_process,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Catalogue:
    """Read every record of ``sources`` once, in order; what is damaged is left out and named in ``broken``.

    ``progress`` is called with (files read, files in all).
    """
    catalogue = Catalogue()
    place = 0
    later: list[tuple[int, str, Seen]] = []
    texts: list[tuple[int, Source, Seen]] = []
    noted: set[str] = set()
    captured: set[str] = set()
    for number, (source, found) in enumerate(zip(sources, engine(scan_file, sources, chunk=1), strict=True), 1):
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
            elif seen.type == "answer":
                _add(catalogue, _capture(place, source, seen, run_id))
            elif seen.type == "text":
                texts.append((place, source, seen))
            elif seen.type in ("redirect", "refusal"):
                if seen.type == "redirect":
                    catalogue.redirects[seen.url] = seen.told
                catalogue.refusals[seen.record_id] = (source.name, seen.offset, seen.length)
            elif seen.type == "revisit" and not _revisit(catalogue, place, seen, run_id):
                later.append((place, run_id, seen))
            elif seen.type == "profile":
                data = seen.told.encode()
                digest = catalogue.profile_of[run_id] = sha256(data).hexdigest()
                catalogue.profiles[digest] = data
            elif seen.type in _NOTES and seen.record_id not in noted:
                noted.add(seen.record_id)
                _note(catalogue, place, seen)
    if catalogue.notes:
        # A run may have had a user agent of its own; the archive add-on wrote its files all the same.
        catalogue.own_runs |= captured
    # Files of other archives may come in any order: an original may stand behind what refers to it.
    catalogue.orphans = sum(not _revisit(catalogue, place, seen, run_id) for place, run_id, seen in later)
    for place, source, seen in texts:
        if seen.refers_to in catalogue.by_id or (seen.url, seen.date) in catalogue.by_date:
            catalogue.duplicates += 1  # the page itself is there
        else:
            _add(catalogue, replace(_capture(place, source, seen, ""), is_text=True))
    return catalogue


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
    """The same bytes again, as another record says; False when the archive does not have them."""
    original = (
        catalogue.by_id.get(seen.refers_to)
        or catalogue.by_date.get((seen.refers_to_url, seen.refers_to_date))
        or (catalogue.by_digest.get(seen.digest) if seen.digest else None)
    )
    if original is None:
        return False
    _add(catalogue, replace(original, place=place, url=seen.url, date=seen.date, run_id=run_id))
    return True


def _note(catalogue: Catalogue, place: int, seen: Seen) -> None:
    note = note_of(seen.type, seen.told, place)
    catalogue.notes.append((note, seen.refers_to))
    if capture := catalogue.by_id.get(seen.refers_to):
        catalogue.answered[place] = capture


def _add(catalogue: Catalogue, capture: Capture) -> None:
    known = catalogue.by_date.get((capture.url, capture.date))
    if known is not None and _is_same(known, capture):
        catalogue.duplicates += 1
        return
    catalogue.captures.append(capture)
    if capture.record_id:
        catalogue.by_id[capture.record_id] = capture
    catalogue.by_date[capture.url, capture.date] = capture
    if capture.payload_digest:
        catalogue.by_digest.setdefault(capture.payload_digest, capture)
    catalogue.by_url.setdefault(capture.url, []).append(capture)
    if capture.is_page:
        host = host_of(capture.url)
        catalogue.hosts[host] = catalogue.hosts.get(host, 0) + 1


def _is_same(one: Capture, other: Capture) -> bool:
    if one.record_id and one.record_id == other.record_id:
        return True
    return bool(one.payload_digest) and one.payload_digest == other.payload_digest


def _field(block: str, name: str) -> str:
    for line in block.splitlines():
        if line.startswith(name + ":"):
            return line.partition(":")[2].strip()
    return ""
