"""The exceptions of this package."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def cleaned(line: str) -> str:
    """``line`` for a terminal: what a file says may hold line ends, escape sequences, and turn the order of letters."""
    line = _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), line)
    return line.encode("utf-8", "backslashreplace").decode()


class ArchiveError(Exception):
    """Root of the tree: the archive could not be read or written; the message says what to do or where to look.

    It is one line that can be printed anywhere, whatever it quotes of a file.
    """

    def __str__(self) -> str:
        return cleaned(super().__str__())


class BrokenRecordError(ArchiveError):
    """A WARC file stops being readable at ``offset``; raised by the readers of `archive.warc`."""

    def __init__(self, path: str, offset: int, problem: str) -> None:
        super().__init__(f"{path}: at byte {offset}: {problem}")
        self.path = path
        self.offset = offset
        self.problem = problem


class UndecodableEntityError(ArchiveError):
    """A transfer or content encoding is unknown, broken or cut off; raised by `archive.entity`."""


class BlockTooLargeError(BrokenRecordError):
    """A record is longer than what is held in memory; `archive.warc.reader.stream_file` reads it piece by piece."""


class EntityTooLargeError(UndecodableEntityError):
    """A body unpacks to more than is read, or has more codings; raised by `archive.entity`."""


class ConfigurationError(ArchiveError):
    """A setting is missing or makes no sense; raised before the crawl starts."""


class CollectionLockedError(ArchiveError):
    """Another process writes the collection; ``pid`` is its process id, None when the lock file does not tell."""

    def __init__(self, directory: str, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{directory}: {holder} is writing this archive; wait for it, or write to another folder")
        self.pid = pid
