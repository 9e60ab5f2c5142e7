"""The table with the texts of attached files; it can be searched like the records."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive import documents
from archive.cdxj.files import find
from archive.dataset.draft import Draft, Part
from archive.dataset.holdings import Holdings, Place
from archive.dataset.lines import dump
from archive.dataset.tables import Column, Record, Table
from archive.documents import PROBLEMS, Document, Limits, Reader
from archive.documents.memory import Memory
from archive.errors import ArchiveError, BlockTooLargeError, EntityTooLargeError
from archive.warc.reader import read_record

NAME = "attachment_texts"
MEMORY_NAME = ".attachment-texts.sqlite"
"""File with the texts, reused by the next release; it is beside the index of the archive and may be deleted."""

_SHA256 = re.compile(r"[0-9a-f]{64}")

_PROBLEMS = {
    **PROBLEMS,
    "not-archived": "it is not in the archive",
    "not-read": "the release was made without the programs that read such files",
}

_SPREADSHEETS = "a spreadsheet breaks cells of more than 32,767 characters"


@dataclass(frozen=True, slots=True)
class Attachments:
    """Configures the table: the fields in which records name files, and how to read these files."""

    field: str
    """List field of the record whose objects are files."""

    holdings: Holdings | None
    """The archive that contains the files."""

    detect: Callable[[str], str | None]
    """Called with a text, returns its BCP 47 language or None."""

    url: str = "url"
    digest: str = "sha256"
    media_type: str = "media_type"

    def __call__(self, draft: Draft) -> Part:
        return AttachmentTexts(draft, self)


def is_sha256(digest: str | None) -> bool:
    """Whether ``digest`` is a SHA-256 digest in hex: lines are not trusted."""
    return digest is not None and _SHA256.fullmatch(digest) is not None


def table(draft: Draft) -> Table:
    """Return the table; it lacks the column of texts if the release has no texts."""
    codes = "; ".join(f"`{code}`: {meaning}" for code, meaning in _PROBLEMS.items())
    columns = [
        Column("sha256", "string", False, "SHA-256 of the file, in hex, as the items name it"),
        Column("url", "string", False, "Address of the file; of several the first by alphabet"),
        Column("media_type", "string", True, "As the items have it"),
        Column("language", "string", True, "BCP 47 language of the text, detected; null when too short to tell"),
        Column("pages", "integer", True, "Pages of a PDF file"),
        Column("title", "string", True, "Title as its author noted it in the file"),
        Column("text", "string", True, f"Text of the file. As CSV, {_SPREADSHEETS}"),
        Column("problem", "string", True, f"Why there is no text, or not all of it. {codes}"),
        Column("warc_file", "string", True, "File name of the archived response with the file"),
        Column("warc_offset", "integer", True, "Byte offset of the record's gzip member"),
        Column("warc_length", "integer", True, "Bytes of the record's gzip member"),
        Column("warc_record_id", "string", True, "`WARC-Record-ID`"),
    ]
    shown = tuple(column for column in columns if draft.texts or column.name != "text")
    return Table(NAME, "Texts of the files that items offer, one row per file", shown, ("sha256",), ())


class AttachmentTexts:
    """The table ``attachment_texts``, as CSV, JSON lines and in the database, with the index ``attachment_texts_fts``.

    A file without a text has a row that gives the reason.
    """

    def __init__(self, draft: Draft, config: Attachments) -> None:
        self._draft, self._config = draft, config
        self._files: dict[bytes, tuple[str, str | None]] = {}
        """Digest -> (address, media type)."""

    def collect(self, record: Record) -> None:
        """Remember the files of a record."""
        config = self._config
        for file in record.get(config.field) or ():
            if not is_sha256(file[config.digest]):
                continue
            key, candidate = bytes.fromhex(file[config.digest]), (file[config.url], file[config.media_type])
            known = self._files.get(key)
            if known is None or candidate[0] < known[0]:
                self._files[key] = candidate

    def finish(self) -> None:
        """Read the files and write the table."""
        draft, config = self._draft, self._config
        files_table = table(draft)
        names = [column.name for column in files_table.columns]
        csv = draft.csv(f"tables/{NAME}.csv", files_table)
        draft.database.create(files_table, number=True)
        index = draft.database.full_text
        searched = [name for name in ("title", "text") if name in names]
        index.create(NAME, searched, "title")
        stream = draft.stack.enter_context(
            draft.file(f"{NAME}.jsonl", "The same as JSON lines: text, language and place of each file").open("wb")
        )
        with ExitStack() as stack:
            memory = None
            if config.holdings and documents.installed():
                path = config.holdings.index.with_name(MEMORY_NAME)
                memory = stack.enter_context(Memory(path, stack.enter_context(Reader())))
            for done, key in enumerate(sorted(self._files)):
                if done % 10 == 0:
                    draft.progress("Reading the files that items offer", done, len(self._files))
                values = self._row(key.hex(), memory)
                row = tuple(values[name] for name in names)
                csv.add([row])
                draft.database.insert(files_table, [row])
                index.add(NAME, done + 1, values["language"], [values[name] for name in searched])
                stream.write(dump(dict(zip(names, row, strict=True))))
        csv.close()
        stream.close()

    def _row(self, digest: str, memory: Memory | None) -> dict[str, Any]:
        config = self._config
        url, media_type = self._files[bytes.fromhex(digest)]
        place = config.holdings.place(url, digest) if config.holdings else None
        document = self._document(digest, place, memory)
        return {
            "sha256": digest,
            "url": url,
            "media_type": media_type,
            "language": config.detect(document.text) if document.text else None,
            "pages": document.pages,
            "title": document.title,
            "text": document.text,
            "problem": document.problem,
            "warc_file": place.file if place else None,
            "warc_offset": place.offset if place else None,
            "warc_length": place.length if place else None,
            "warc_record_id": place.record_id if place else None,
        }

    def _document(self, digest: str, place: Place | None, memory: Memory | None) -> Document:
        if place is None or self._config.holdings is None:
            return Document(problem="not-archived")
        if memory is None:
            return Document(problem="not-read")
        directory = self._config.holdings.directory
        try:
            return memory.document(digest, lambda: archived(directory, place, digest))
        except (BlockTooLargeError, EntityTooLargeError):
            return Document(problem="too-large")
        except ArchiveError:
            return Document(problem="not-archived")


def archived(directory: Path, place: Place, digest: str) -> bytes:
    """Return the bytes of the file in the record at ``place`` of the collection ``directory``.

    Raises:
        ArchiveError: the record cannot be read, or contains another file.
    """
    record = read_record(find(directory, place.file), place.offset, place.length)
    data = record.entity(Limits().size)
    if sha256(data).hexdigest() != digest:
        raise ArchiveError(f"{place.file}: the record at {place.offset} contains another file than {digest}")
    return data
