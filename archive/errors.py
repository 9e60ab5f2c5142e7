"""The exceptions of this package."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def cleaned(line: str) -> str:
    """Return ``line`` for a terminal, with escaped line ends, escape sequences, and bidi controls."""
    line = _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), line)
    return line.encode("utf-8", "backslashreplace").decode()


class ArchiveError(Exception):
    """Base class: the archive could not be read or written; the message states what to do or where to look.

    It is one line that is safe to print, even if it quotes a file.
    """

    def __str__(self) -> str:
        return cleaned(super().__str__())


class BrokenRecordError(ArchiveError):
    """A WARC file is not readable from ``offset`` on; raised by the readers of `archive.warc`."""

    def __init__(self, path: str, offset: int, problem: str) -> None:
        super().__init__(f"{path}: at byte {offset}: {problem}")
        self.path = path
        self.offset = offset
        self.problem = problem


class UndecodableEntityError(ArchiveError):
    """A transfer or content encoding is unknown, broken or cut off; raised by `archive.entity`."""


class BlockTooLargeError(BrokenRecordError):
    """A record is too long to be read into memory; `archive.warc.reader.stream_file` reads it piece by piece."""


class EntityTooLargeError(UndecodableEntityError):
    """A decoded body exceeds the limit, or has too many codings; raised by `archive.entity`."""


class ConfigurationError(ArchiveError):
    """A setting is missing or not valid; raised before the crawl starts."""


class CollectionLockedError(ArchiveError):
    """Another process writes the collection; ``pid`` is its process id, None if the lock file lacks it."""

    def __init__(self, directory: str, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{directory}: {holder} is writing this archive; wait for it, or write to another folder")
        self.pid = pid
