"""Copies the undamaged records of a damaged WARC file into a new one; the damaged file is never changed.

Records are copied byte for byte. A record is compressed again only if its gzip member cannot be kept: it contains
several records, it is cut off after the record, or line ends after the block are missing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib

from archive.disk import sync
from archive.errors import ArchiveError
from archive.verify.digests import Digest, through
from archive.warc.record import READABLE
from archive.warc.salvage import OPEN_SUFFIX, whole_records
from archive.warc.walk import DamageError, FoundRecord, Gap, check_sum_is_damaged, walk

_PIECE = 1 << 20
_LEVEL = 2
_GZIP_WBITS = 31
_RECORD_END = b"\r\n\r\n"

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Bytes ``start`` to ``end`` of the damaged file that are not in the new one."""

    start: int
    end: int
    reason: str

    def __str__(self) -> str:
        return f"bytes {self.start} to {self.end} dropped: {self.reason}"


@dataclass(slots=True)
class Repaired:
    """The result of repairing a file."""

    kept: int = 0
    """Number of records in the new file, including mended ones."""
    size: int = 0
    """Bytes of the new file."""
    mended: Counter[str] = field(default_factory=Counter)
    """Number of records that were compressed again, with unchanged header and block, by reason."""
    dropped: list[Dropped] = field(default_factory=list)
    doubted: list[int] = field(default_factory=list)
    """Offsets of records that are kept although their block does not match WARC-Block-Digest: it was changed, or the
    digest was always wrong."""


def repaired_name(path: Path) -> Path:
    """Return the default path of the repaired file: ``x.repaired.warc.gz`` beside ``x.warc.gz``."""
    name = path.name.removesuffix(OPEN_SUFFIX)
    stem, warc, rest = name.partition(".warc")
    return path.with_name(f"{stem}.repaired{warc}{rest}")


def repair(
    path: str | os.PathLike[str], output: str | os.PathLike[str], advance: Advance = lambda size: None
) -> Repaired:
    """Write every complete record of the WARC file ``path`` to ``output``, which must not exist yet.

    ``advance`` is called with the number of bytes read since the last call. Without a complete record, no file is made.

    Raises:
        ArchiveError: ``path`` cannot be read, or ``output`` exists.
        OSError: ``output`` cannot be written.
    """
    source, target = Path(path), Path(output)
    if target.exists():
        raise ArchiveError(f"{target}: exists already; a file is never overwritten")
    try:
        damaged = source.open("rb")
    except OSError as error:
        raise ArchiveError(f"{source}: {error.strerror}") from error
    with damaged, _new_file(target) as new:
        return _Repair(str(source), damaged, new, advance).run()


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """Open a file that is renamed to ``target`` when it is complete and on disk; an empty one is deleted."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            yield stream
            size = stream.tell()
            stream.flush()
            os.fsync(stream.fileno())
        if size:
            temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync(target.parent)


class _Repair:
    def __init__(self, name: str, damaged: BinaryIO, new: BinaryIO, advance: Advance) -> None:
        self._name, self._damaged, self._new, self._advance = name, damaged, new, advance
        self._result = Repaired()
        self._reported_offset = 0
        self._member = (-1, 0)
        """(offset of the current gzip member, number of its records that were kept)."""
        self._gap_is_kept = False
        """Whether the next damage is after the end of the last record kept, which is complete."""

    def run(self) -> Repaired:
        self._result.kept, end, _ = whole_records(self._name, self._damaged)
        self._copy(0, end)
        with self._reopened() as second:
            for part in walk(self._name, second, end):
                if isinstance(part, Gap):
                    self._drop(part)
                else:
                    self._keep(part)
                self._progress(part.offset)
        self._result.size = self._new.tell()
        self._progress(self._damaged.seek(0, os.SEEK_END))
        return self._result

    def _reopened(self) -> BinaryIO:
        """Return a second stream of the file for `walk`, since `_copy` changes the position of the first."""
        return Path(self._name).open("rb")

    def _progress(self, offset: int) -> None:
        self._advance(offset - self._reported_offset)
        self._reported_offset = offset

    def _copy(self, start: int, end: int) -> None:
        self._damaged.seek(start)
        remaining = end - start
        while remaining:
            data = self._damaged.read(min(remaining, _PIECE))
            if not data:
                raise ArchiveError(f"{self._name}: the file became shorter while it was read")
            self._new.write(data)
            remaining -= len(data)

    def _is_sound(self, record: FoundRecord, damage: DamageError, is_digest_equal: bool) -> bool:
        """Whether the record itself is complete, and only its gzip member is damaged."""
        if not record.is_block_whole or not is_digest_equal:
            return False
        # No digest covers the header, so the damage must be in the checksum itself.
        return damage.code == "member-cut" or (
            damage.code == "member-check" and check_sum_is_damaged(self._damaged, record.offset)
        )

    def _keep(self, record: FoundRecord) -> None:
        """Write the record again; undo this if its bytes can be copied instead, or if it cannot be kept."""
        if record.version not in READABLE:
            self._refuse(record)
            return
        start = self._new.tell()
        digest = _block_digest(record)
        try:
            self._write(record, digest)
        except DamageError as damage:
            if self._is_sound(record, damage, digest is None or digest.matches):
                self._gap_is_kept = True
                self._count_mended(record, damage.problem)
            else:
                self._truncate(start)
            return
        is_doubtful = digest is not None and not digest.matches
        if is_doubtful and not (record.is_gzipped and record.ending == _RECORD_END):
            # In a gzip member, too: if the block contains line ends at the right place, a wrong length looks valid.
            self._result.doubted.append(record.offset)
        if record.ending != _RECORD_END:
            self._count_mended(record, "line ends after the block are missing")
        elif not record.is_gzipped:
            self._result.kept += 1
        elif record.length is not None:
            self._truncate(start)
            self._copy(record.offset, record.offset + record.length)
            self._result.kept += 1
        elif is_doubtful:
            # In a separate member, a record is as it was written; in a member that is damaged later, it may not be.
            self._truncate(start)
            words = f"record {record.inner} bytes into the gzip member: its block is not that of WARC-Block-Digest"
            self._result.dropped.append(Dropped(record.offset, record.offset, words))
        else:
            self._count_mended(record, "several records in a gzip member")

    def _refuse(self, record: FoundRecord) -> None:
        try:
            record.finish()
        except DamageError:
            return  # The gap that follows reports it.
        words = f"WARC/{record.version} is not a supported version: the header is damaged, or very old"
        self._result.dropped.append(Dropped(record.offset, record.offset + (record.length or 0), words))

    def _count_mended(self, record: FoundRecord, reason: str) -> None:
        self._result.kept += 1
        self._result.mended[reason] += 1
        offset, kept = self._member
        self._member = (record.offset, kept + 1 if offset == record.offset else 1)

    def _write(self, record: FoundRecord, digest: Digest | None) -> None:
        pieces = through(record.pieces(), digest)
        if not record.is_gzipped:
            self._new.write(record.head)
            for piece in pieces:
                self._new.write(piece)
            self._new.write(_RECORD_END)
        else:
            packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WBITS)
            self._new.write(packer.compress(record.head))
            for piece in pieces:
                self._new.write(packer.compress(piece))
            self._new.write(packer.compress(_RECORD_END) + packer.flush())
        record.finish()

    def _truncate(self, start: int) -> None:
        self._new.seek(start)
        self._new.truncate()

    def _drop(self, gap: Gap) -> None:
        if self._gap_is_kept:
            self._gap_is_kept = False
            return
        offset, kept = self._member
        words = f"; {kept} records of this gzip member are kept" if offset == gap.offset and kept else ""
        self._result.dropped.append(Dropped(gap.offset, gap.end, gap.problem + words))


def _block_digest(record: FoundRecord) -> Digest | None:
    value = record.fields.get("WARC-Block-Digest")
    digest = Digest(value) if value else None
    return digest if digest and digest.is_known else None
