"""The table with the text of attached files; it can be searched like the records."""

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
"""Beside the index of the archive: the texts, for the next release. Can be thrown away."""

_SHA256 = re.compile(r"[0-9a-f]{64}")

_PROBLEMS = {
    **PROBLEMS,
    "not-archived": "it is not in the archive",
    "not-read": "the release was made without the programs that read such files",
}

_SPREADSHEETS = "a spreadsheet breaks cells of more than 32,767 characters"


@dataclass(frozen=True, slots=True)
class Attachments:
    """Where records name files, and what is needed to read these."""

    field: str
    """List field of the record whose objects are files."""

    holdings: Holdings | None
    """The archive that has them."""

    detect: Callable[[str], str | None]
    """A text -> its BCP 47 language, or None."""

    url: str = "url"
    digest: str = "sha256"
    media_type: str = "media_type"

    def __call__(self, draft: Draft) -> Part:
        return AttachmentTexts(draft, self)


def is_sha256(digest: str | None) -> bool:
    """Whether ``digest`` is one, in hex: a line may say anything."""
    return digest is not None and _SHA256.fullmatch(digest) is not None


def table(draft: Draft) -> Table:
    """The table; without its texts where the release has none."""
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
    kept = tuple(column for column in columns if draft.texts or column.name != "text")
    return Table(NAME, "Texts of the files that items offer, one row per file", kept, ("sha256",), ())


class AttachmentTexts:
    """The table ``attachment_texts``, as CSV, JSON lines and in the database, with the index ``attachment_texts_fts``.

    A file of which no text can be had has a row that says why.
    """

    def __init__(self, draft: Draft, said: Attachments) -> None:
        self._draft, self._said = draft, said
        self._files: dict[bytes, tuple[str, str | None]] = {}
        """Digest -> address, media type."""

    def collect(self, record: Record) -> None:
        """Note the files of a record."""
        said = self._said
        for file in record.get(said.field) or ():
            if not is_sha256(file[said.digest]):
                continue
            key, told = bytes.fromhex(file[said.digest]), (file[said.url], file[said.media_type])
            known = self._files.get(key)
            if known is None or told[0] < known[0]:
                self._files[key] = told

    def finish(self) -> None:
        """Read the files and write the table."""
        draft, said = self._draft, self._said
        shown = table(draft)
        names = [column.name for column in shown.columns]
        csv = draft.csv(f"tables/{NAME}.csv", shown)
        draft.database.create(shown, number=True)
        index = draft.database.full_text
        searched = [name for name in ("title", "text") if name in names]
        index.create(NAME, searched, "title")
        stream = draft.stack.enter_context(
            draft.file(f"{NAME}.jsonl", "The same as JSON lines: text, language and place of each file").open("wb")
        )
        with ExitStack() as stack:
            memory = None
            if said.holdings and documents.installed():
                path = said.holdings.index.with_name(MEMORY_NAME)
                memory = stack.enter_context(Memory(path, stack.enter_context(Reader())))
            for done, key in enumerate(sorted(self._files)):
                if done % 10 == 0:
                    draft.progress("Reading the files that items offer", done, len(self._files))
                values = self._row(key.hex(), memory)
                row = tuple(values[name] for name in names)
                csv.add([row])
                draft.database.insert(shown, [row])
                index.add(NAME, done + 1, values["language"], [values[name] for name in searched])
                stream.write(dump(dict(zip(names, row, strict=True))))
        csv.close()
        stream.close()

    def _row(self, digest: str, memory: Memory | None) -> dict[str, Any]:
        said = self._said
        url, media_type = self._files[bytes.fromhex(digest)]
        place = said.holdings.place(url, digest) if said.holdings else None
        found = self._document(digest, place, memory)
        return {
            "sha256": digest,
            "url": url,
            "media_type": media_type,
            "language": said.detect(found.text) if found.text else None,
            "pages": found.pages,
            "title": found.title,
            "text": found.text,
            "problem": found.problem,
            "warc_file": place.file if place else None,
            "warc_offset": place.offset if place else None,
            "warc_length": place.length if place else None,
            "warc_record_id": place.record_id if place else None,
        }

    def _document(self, digest: str, place: Place | None, memory: Memory | None) -> Document:
        if place is None or self._said.holdings is None:
            return Document(problem="not-archived")
        if memory is None:
            return Document(problem="not-read")
        directory = self._said.holdings.directory
        try:
            return memory.document(digest, lambda: archived(directory, place, digest))
        except (BlockTooLargeError, EntityTooLargeError):
            return Document(problem="too-large")
        except ArchiveError:
            return Document(problem="not-archived")


def archived(directory: Path, place: Place, digest: str) -> bytes:
    """The bytes of the file that the record at ``place`` of the collection ``directory`` holds.

    Raises:
        ArchiveError: it cannot be read, or the file is another.
    """
    record = read_record(find(directory, place.file), place.offset, place.length)
    data = record.entity(Limits().size)
    if sha256(data).hexdigest() != digest:
        raise ArchiveError(f"{place.file}: the record at {place.offset} contains another file than {digest}")
    return data
