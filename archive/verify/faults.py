"""The codes of `archive.verify` with their meaning. Scripts filter by these codes, so they must not change."""

from __future__ import annotations

from dataclasses import dataclass

from archive.errors import cleaned

FAULTS = {
    # The container: gzip members, and where records begin and end.
    "unreadable": "the file cannot be read",
    "file-empty": "the file has no record",
    "garbage": "bytes that are neither a gzip member nor a record, before, between or after records",
    "member-cut": "the file ends inside a gzip member",
    "member-damaged": "compressed data cannot be unpacked",
    "member-check": "the checksum or the length at the end of a gzip member is wrong",
    "member-empty": "a gzip member is empty",
    "member-several-records": "a gzip member contains more than one record: an index cannot refer to them",
    "header-cut": "the header of a record does not end",
    "record-cut": "the file or the member ends inside a block",
    "record-end": "the block is not followed by two line ends: its length is wrong, or they are missing",
    # The header of a record (WARC/1.1, sections 4 to 6).
    "version": "neither WARC/1.0 nor WARC/1.1",
    "header-syntax": "a header line that the grammar does not allow, such as bare line feeds or no colon",
    "field-missing": "a mandatory field is not there",
    "field-repeated": "a field that may appear once appears again",
    "field-value": "the value of a field has the wrong form",
    "field-not-allowed": "a field that records of this type cannot have",
    "duplicate-id": "two records have the same WARC-Record-ID",
    # The block.
    "block-digest": "WARC-Block-Digest is not that of the block",
    "payload-digest": "WARC-Payload-Digest is neither that of the stored bytes nor that of the entity body",
    "http-head": "a block of HTTP has no start line or its head does not end, although its payload was digested",
    "http-short": "the body is shorter than its Content-Length, and no WARC-Truncated says so",
    "http-long": "the body is longer than its Content-Length",
    "http-chunks": "the chunks of the body are broken or do not end, and no WARC-Truncated says so",
    "http-cut": "the body ends with the connection, its compressed data is cut off, and no WARC-Truncated says so",
    "block-json": "a metadata record is declared as JSON, but is not JSON",
    # Between records.
    "link-unresolved": "a record names another that is not in the collection",
    "link-one-way": "WARC-Concurrent-To is not returned, in a file that otherwise links both ways",
    "revisit-mismatch": "a revisit and the record it refers to differ in address, date or payload digest",
    "revisit-loop": "a revisit refers to itself, or to a record that refers back to it",
    # The index.
    "index-syntax": "a line of the index is not CDXJ",
    "index-unsorted": "a line of the index sorts before the line above it: look-ups will miss captures",
    "index-stray": "a line of the index points where no record starts",
    "index-mismatch": "a line of the index differs from its record",
    "index-missing": "a record is not in the index",
    # The items.
    "item-syntax": "a line of the items is not a JSON object that cites a record",
    "item-stray": "an item cites a place where no record starts",
    "item-mismatch": "what an item cites differs from the record",
    "item-not-archived": "the archive has no metadata record with this item",
}
"""Each of these makes the exit code 1."""

NOTES = {
    "unfinished": "the end of a file that is being written (.open)",
    "concurrent-one-way": "WARC-Concurrent-To is not returned; the standard allows it",
    "content-type-missing": "a record with a block does not say of what type it is",
    "digest-unknown": "a digest of an algorithm that cannot be computed here",
    "record-lost": "a record names one that a killed writer did not finish, as a warcinfo record of the archive says",
    "lines-elsewhere": "lines of the index or the items about files that were not named",
    "refers-elsewhere": "a revisit refers to a record outside of the files checked",
    "http-raw": "a block of HTTP without start line or without the end of its head: what the server sent",
    "http-unchunked": "the head says chunked, the body is not: stored without its framing",
    "http-encoding": "the body is not what its Content-Encoding says, or cannot be decoded here; servers do that",
    "http-lengths": "Content-Length is not a number, or there are several different ones",
    "truncated-whole": "WARC-Truncated, although the body is as long as its head says",
}
"""These are counted, but the file is valid."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault or a note about one place."""

    file: str
    """The file, as given by the caller."""

    offset: int
    """Byte offset of the record or the damage; in an index and in items, that of the line."""

    code: str
    """A key of `FAULTS` or `NOTES`."""

    words: str

    @property
    def is_note(self) -> bool:
        """Whether it is a note, so that the file is valid."""
        return self.code in NOTES

    def __str__(self) -> str:
        return cleaned(f"{self.file}: offset {self.offset}: {self.code}: {self.words}")
