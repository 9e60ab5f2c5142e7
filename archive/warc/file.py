"""One WARC file that is being written, with one gzip member per record (ISO 28500:2017, annex D)."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO, FileIO
from pathlib import Path

from isal import isal_zlib

from archive.disk import sync
from archive.warc.record import (
    WARC_FIELDS,
    Block,
    Draft,
    Span,
    format_date,
    format_fields,
    new_record_id,
)
from archive.warc.salvage import OPEN_SUFFIX
from archive.warc.serialize import Serializer

# isal's level 2 compresses web pages better than its lower levels, in a quarter of the time of zlib's 9.
_LEVEL = 2
_GZIP_WBITS = 31

DIGEST_ALGORITHM = "sha256"
_GIL_KEPT = 2047
_LONG = 1 << 17


def chunks_of(block: Block) -> Iterator[bytes]:
    """Return the bytes of a block, in one or more pieces."""
    return iter((block,)) if isinstance(block, bytes) else block.chunks()


def size_of(block: Block) -> int:
    """Return the size of a block in bytes."""
    return len(block) if isinstance(block, bytes) else block.size


def digest(block: Block) -> str:
    """Return the labelled digest of ``block``: ``sha256:`` and lower-case hexadecimal (ISO 28500:2017, 5.8)."""
    return f"{DIGEST_ALGORITHM}:{sha256(chunks_of(block))[0]}"


def sha256(pieces: Iterable[bytes]) -> tuple[str, int]:
    """Return the SHA-256 in hex, and the size, of all pieces together."""
    digester = hashlib.sha256()
    size = 0
    for piece in pieces:
        size += len(piece)
        if len(piece) > _LONG:
            digester.update(piece)
            continue
        # For more bytes, hashlib releases the GIL; getting it back takes longer than hashing a page.
        view = memoryview(piece)
        for start in range(0, len(piece), _GIL_KEPT):
            digester.update(view[start : start + _GIL_KEPT])
    return digester.hexdigest(), size


class _Packer:
    """Compresses a gzip member piece by piece, for blocks that are too large for memory."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WBITS)

    def write(self, data: bytes) -> None:
        self._put(self._packer.compress(data))

    def flush(self) -> None:
        """Do nothing: a flush in the middle would take space."""

    def finish(self) -> None:
        self._put(self._packer.flush())


class OpenFile:
    """The file ``directory/name``, with the suffix ``.open`` until `finish`; it starts with a warcinfo record.

    Raises:
        OSError: from every method, if the disk fails.
    """

    def __init__(self, directory: Path, name: str, moment: datetime, info: Sequence[tuple[str, str]]) -> None:
        self.name = name
        self.end = 0
        """Bytes written."""
        self.dirty = False
        """Whether bytes were written since the last fsync."""
        self._pending = bytearray()
        self._directory = directory
        self._path = directory / (name + OPEN_SUFFIX)
        self._warcinfo_id = new_record_id()
        self._unpacked = BytesIO()
        self._serializer = Serializer(self._unpacked)
        self._stream = FileIO(self._path, "xb")
        try:
            sync(directory)
            fields = [
                ("WARC-Type", "warcinfo"),
                ("WARC-Record-ID", self._warcinfo_id),
                ("WARC-Date", format_date(moment)),
                ("WARC-Filename", name),
                ("Content-Type", WARC_FIELDS),
            ]
            self._append("warcinfo", fields, format_fields(info))
            self._flush()
        except BaseException:
            self.abandon()
            raise

    def append(self, drafts: Sequence[Draft]) -> list[Span]:
        """Write records; small ones in one system call."""
        spans = []
        for draft in drafts:
            offset = self.end + len(self._pending)
            self._append(draft.type, [*draft.fields, ("WARC-Warcinfo-ID", self._warcinfo_id)], draft.block)
            spans.append(Span(self.name, offset, self.end + len(self._pending) - offset, draft.record_id))
        self._flush()
        return spans

    def _append(self, kind: str, fields: list[tuple[str, str]], block: Block) -> None:
        fields.append(("WARC-Block-Digest", digest(block)))
        if isinstance(block, bytes):
            self._unpacked.seek(0)
            self._unpacked.truncate()
            self._serializer.write(kind, fields, chunks_of(block), len(block))
            self._pending += isal_zlib.compress(self._unpacked.getbuffer(), _LEVEL, _GZIP_WBITS)
            return
        self._flush()
        packer = _Packer(self._put)
        Serializer(packer).write(kind, fields, chunks_of(block), block.size)
        packer.finish()

    def _flush(self) -> None:
        data, self._pending = bytes(self._pending), bytearray()
        self._put(data)

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            # An unbuffered write may write fewer bytes, for example on the last blocks of a full disk.
            written = self._stream.write(view)
            if not written:
                raise OSError(f"{self.name}: the system takes no more bytes")
            view = view[written:]
            self.end += written
        self.dirty = True

    def cut(self, end: int) -> None:
        """Remove the bytes of a failed write after ``end``, so that the file ends with a complete record."""
        self._pending = bytearray()
        self._stream.truncate(end)
        self._stream.seek(end)
        self.end = end

    def sync(self) -> None:
        """Wait until every byte written is on disk."""
        if self.dirty:
            descriptor = self._stream.fileno()
            os.fsync(descriptor)
            if not os.path.samestat(os.fstat(descriptor), self._path.stat()):
                raise OSError(f"{self._path}: the file was replaced by another")
            self.dirty = False

    def finish(self) -> None:
        """Sync the file and remove its suffix."""
        self.dirty = True
        self.sync()
        self._stream.close()
        final = self._directory / self.name
        if final.exists():
            raise FileExistsError(errno.EEXIST, "would be replaced", final)
        self._path.rename(final)
        sync(self._directory)

    def abandon(self) -> None:
        """Close the file unchanged; the next writer salvages it."""
        self._stream.close()
