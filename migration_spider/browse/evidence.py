"""Reads the archived records of an item again and compares them with all claims of the item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive import read_record
from archive.cdxj.files import find
from archive.dataset.lines import TOMBSTONE
from archive.errors import ArchiveError
from archive.verify.citation import Check, checks_of
from migration_spider.browse.archived import Archive
from migration_spider.browse.story import Cited, File, Item
from migration_spider.evidence import prove

HOLDS, DIFFERS, DAMAGED, MISSING, NO_ARCHIVE = "holds", "differs", "damaged", "missing", "no-archive"

SAID = {
    HOLDS: "The archived bytes are there and match what is claimed.",
    DIFFERS: "The archived bytes can be read, but they do not match what is claimed.",
    DAMAGED: "The archived record cannot be read: the file is damaged here, or is a different one.",
    MISSING: "The WARC file is not there.",
    NO_ARCHIVE: "The archive is not available: nothing can be checked.",
}
"""Verdict -> in words."""

_WORST = (NO_ARCHIVE, MISSING, DAMAGED, DIFFERS, HOLDS)

MOST_VERSIONS = 20
"""Earlier versions that are read again, the newest ones."""


@dataclass(frozen=True, slots=True)
class Part:
    """One archived record, read again."""

    name: str
    cited: Cited
    verdict: str
    """One of `SAID`."""

    checks: Sequence[Check] = ()
    """Empty if the record could not be read."""

    problem: str = ""
    """The error of the archive, without the path of its folder."""


@dataclass(frozen=True, slots=True)
class Checked:
    """All records that an item cites, read again."""

    item: str
    verdict: str
    """The worst verdict of its parts."""

    parts: Sequence[Part]

    def to_json(self) -> dict[str, Any]:
        """The result as JSON: ``verdict`` and, for each record, its claims and what was found."""
        parts = [
            {
                "name": part.name,
                "verdict": part.verdict,
                "problem": part.problem or None,
                "record": asdict(part.cited),
                "checks": [{**asdict(check), "holds": check.holds} for check in part.checks],
            }
            for part in self.parts
        ]
        return {"item": self.item, "verdict": self.verdict, "said": SAID[self.verdict], "records": parts}


def check(archive: Archive | None, item: Item, files: Sequence[File]) -> Checked:
    """Read the records that ``item`` cites again: its page, its tombstone, its files, its earlier versions."""
    parts = list(_parts(archive.folder if archive else None, item, files))
    if not parts:
        return Checked(item.id, MISSING if archive else NO_ARCHIVE, [])
    return Checked(item.id, min((part.verdict for part in parts), key=_WORST.index), parts)


def _parts(folder: Path | None, item: Item, files: Sequence[File]) -> Iterator[Part]:
    gone = item.gone.cited if item.gone else None
    if item.gone and gone:
        tombstone = {TOMBSTONE: {"status": item.gone.status}} if item.gone.status is not None else {}
        yield _part(folder, "the answer that says that it is gone", gone, item.id, tombstone)
    if item.cited:
        yield _part(folder, "the page", item.cited, item.id, {})
    for file in files:
        if item.id in file.items and file.cited:
            yield _part(folder, f"the file {file.filename}", file.cited, item.id, {}, file.sha256)
    done = {cited.record_id for cited in (item.cited, gone) if cited}
    earlier = [(name, cited) for name, cited in _pages_before(item) if cited.record_id not in done]
    for name, cited in earlier[-MOST_VERSIONS:]:
        yield _part(folder, name, cited, item.id, {})


def _pages_before(item: Item) -> Iterator[tuple[str, Cited]]:
    for version in item.versions:
        if version.cited:
            yield f"the page of version {version.number or version.position}", version.cited


def _part(
    folder: Path | None, name: str, cited: Cited, item_id: str, more: dict[str, Any], sha256: str | None = None
) -> Part:
    if folder is None:
        return Part(name, cited, NO_ARCHIVE)
    try:
        find(folder, cited.file)
    except ArchiveError as error:
        return Part(name, cited, MISSING, problem=_message(error, folder))
    where = {key: value for key, value in asdict(cited).items() if value is not None}
    try:
        if cited.payload_digest:  # only the record of an item has one, so all claims of the item are checked
            checks = prove({"id": item_id, "warc": where, **more}, folder)
        else:
            claims = {**where, "sha256": sha256}
            checks = list(checks_of(claims, read_record(find(folder, cited.file), cited.offset, cited.length)))
    except (ArchiveError, OSError) as error:
        return Part(name, cited, DAMAGED, problem=_message(error, folder))
    return Part(name, cited, HOLDS if all(check.holds for check in checks) else DIFFERS, checks)


def _message(error: Exception, folder: Path) -> str:
    """The message of ``error`` without the path of the archive, which is private."""
    return str(error).replace(f"{folder}/", "").replace(str(folder), "the archive")
