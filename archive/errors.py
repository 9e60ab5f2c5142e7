"""What can go wrong in an archive, as a tree."""

from __future__ import annotations


class ArchiveError(Exception):
    """Root of the tree: the archive could not be read or written; the message says what to do or where to look."""


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
        super().__init__(f"{directory}: {holder} is writing this archive; wait for it, or use another ARCHIVE_DIR")
        self.pid = pid
