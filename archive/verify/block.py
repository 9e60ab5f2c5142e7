"""Checks the block of a record: digests in both readings, HTTP head, framing, truncation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archive.entity import decode_entity, decode_transfer, unknown_encoding
from archive.errors import UndecodableEntityError
from archive.message import Fields, head_length, number_of_bytes, parse_fields, status_of
from archive.verify.digests import Digest, through
from archive.verify.facts import BlockFacts, method_of
from archive.warc.walk import FoundRecord

_LONGEST_HEAD = 1 << 20
_LARGEST_JSON = 1 << 26
_WITHOUT_BODY = {204, 304}
_CHUNK_SIZE = re.compile(rb"[ \t]*[0-9A-Fa-f]+[ \t]*(?:;[^\n]*)?\r?\n")


def check_block(record: FoundRecord) -> BlockFacts:
    """Read the block of ``record`` to its end.

    Raises:
        DamageError: the block cannot be read to its end.
    """
    facts = BlockFacts()
    block_digest = _claimed(record.fields, "WARC-Block-Digest", facts)
    pieces = through(record.pieces(), block_digest)
    kind, content_type = record.fields.get("WARC-Type"), (record.fields.get("Content-Type") or "").lower()
    if content_type.startswith("application/http") and record.size:
        _check_http(kind, record.fields, pieces, facts)
    elif kind == "metadata" and "json" in content_type and record.size <= _LARGEST_JSON:
        facts.json = b"".join(pieces)
    elif kind == "warcinfo" and record.size <= _LONGEST_HEAD:
        block = b"".join(pieces)
        _check_payload(record.fields, (block,), facts)
        facts.lost = parse_fields(b"\n" + block, "utf-8").get_all("lostRecord")
    elif kind != "revisit":
        _check_payload(record.fields, pieces, facts)
    for _ in pieces:
        pass
    if block_digest and not block_digest.matches:
        facts.findings.append(("block-digest", f"the block is {block_digest}"))
    return facts


def _claimed(fields: Fields, name: str, facts: BlockFacts) -> Digest | None:
    value = fields.get(name)
    digest = Digest(value) if value else None
    if digest and not digest.is_known:
        facts.findings.append(("digest-unknown", f"{name} {value!r}"))
        return None
    return digest


def _claimed_payload(fields: Fields, facts: BlockFacts) -> Digest | None:
    """Return the payload digest. None also for a segment, whose digest covers all segments (WARC/1.1, 5.9)."""
    return None if "WARC-Segment-Number" in fields else _claimed(fields, "WARC-Payload-Digest", facts)


def _check_payload(fields: Fields, pieces: Iterable[bytes], facts: BlockFacts) -> None:
    stored = _claimed_payload(fields, facts)
    for _ in through(pieces, stored):
        pass
    _compare(stored, stored, facts)


def _compare(stored: Digest | None, entity: Digest | None, facts: BlockFacts) -> None:
    """Note which digest matches; ``entity`` is ``stored`` if both readings are equal, None if it cannot be computed."""
    if stored is None:
        return
    if stored is entity and stored.matches:
        facts.reading = "both"
    elif stored.matches:
        facts.reading = "stored"
    elif entity is not None and entity.matches:
        facts.reading = "entity"
    else:
        other = f", the entity body {entity}" if entity not in (None, stored) else ""
        facts.findings.append(("payload-digest", f"the payload as stored is {stored}{other}"))


def _check_http(kind: str | None, fields: Fields, pieces: Iterator[bytes], facts: BlockFacts) -> None:
    head, rest = _head_of(pieces)
    is_request = kind == "request"
    facts.status = None if is_request else status_of(head)
    facts.method = method_of(head) if is_request else None
    has_start = facts.method is not None or facts.status is not None
    if not has_start or not head_length(head):
        if "WARC-Truncated" not in fields and kind != "revisit":
            trusted = "WARC-Block-Digest" in fields and "WARC-Payload-Digest" not in fields
            words = f"{head[:40]!r}" if not has_start else "the head has no end"
            facts.findings.append(("http-raw" if trusted else "http-head", words))
        return
    if kind == "revisit":
        return
    if is_request:
        _check_payload(fields, rest, facts)
    else:
        _Body(fields, parse_fields(head), facts).check(rest)


def _head_of(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return ``(head, rest)``; the head has no end if there is none within the first megabyte of the block."""
    data = b""
    for piece in pieces:
        data += piece
        if (end := head_length(data)) is not None:
            return data[:end], _chain(data[end:], pieces)
        if len(data) > _LONGEST_HEAD:
            break
    return data, _chain(b"", pieces)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _lengths(header: Fields) -> set[str]:
    """Return the different values of ``Content-Length``, normally one."""
    return {text.strip() for value in header.get_all("Content-Length") for text in value.split(",")}


class _Body:
    """The body of an HTTP response (RFC 9112, section 6)."""

    def __init__(self, fields: Fields, header: Fields, facts: BlockFacts) -> None:
        self._header, self._facts = header, facts
        self._is_truncated = "WARC-Truncated" in fields
        self._stored = _claimed_payload(fields, facts)
        self._entity = _claimed_payload(fields, BlockFacts())
        self._size = 0
        self._transfer_error: UndecodableEntityError | None = None

    def _add_finding(self, code: str, words: str) -> None:
        self._facts.findings.append((code, words))

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in through(pieces, self._stored):
            self._size += len(piece)
            yield piece

    def _unframed(self, header: Fields, body: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from through(decode_transfer(header, body), self._entity)
        except UndecodableEntityError as error:
            self._transfer_error = error
            raise

    def check(self, pieces: Iterator[bytes]) -> None:
        first = next(pieces, b"")
        header = self._header
        is_chunked = "chunked" in header.tokens("Transfer-Encoding")
        if is_chunked and first and not _CHUNK_SIZE.match(first) and not self._is_truncated:
            self._add_finding("http-unchunked", f"the body begins with {first[:12]!r}")
            header = Fields([pair for pair in header if pair[0].lower() != "transfer-encoding"])
            is_chunked = False
        body = self._counted(_chain(first, pieces))
        unframed = self._unframed(header, body)
        problem = self._content_problem(header, unframed)
        for _ in body:
            pass
        is_framed = "Transfer-Encoding" in header
        entity = (self._entity if self._transfer_error is None else None) if is_framed else self._stored
        _compare(self._stored, entity, self._facts)
        if self._facts.status not in _WITHOUT_BODY:
            self._check_framing(header, is_framed, problem)

    def _content_problem(self, header: Fields, unframed: Iterator[bytes]) -> str | None:
        """Return why the entity cannot be decoded, or None; ``unframed`` is read to its end."""
        only_content = Fields([pair for pair in header if pair[0].lower() != "transfer-encoding"])
        unknown = unknown_encoding(header)
        problem = f"Content-Encoding {unknown!r} is unknown" if unknown else None
        for step in (decode_entity(only_content, unframed), unframed):
            try:
                for _ in step:
                    pass
            except UndecodableEntityError as error:
                problem = problem or str(error)
        return problem

    def _check_framing(self, header: Fields, is_framed: bool, problem: str | None) -> None:
        lengths = _lengths(header)
        stated = number_of_bytes(next(iter(lengths))) if len(lengths) == 1 else None
        if is_framed:
            if self._transfer_error is None:
                self._note_if_truncated()
            elif not self._size:
                self._facts.missing_body = "a chunked body is empty"
            elif not self._is_truncated:
                self._add_finding("http-chunks", str(self._transfer_error))
                return
        elif stated is not None:
            self._check_length(stated)
        elif lengths:
            self._add_finding("http-lengths", f"Content-Length {', '.join(sorted(lengths))[:80]!r}")
        elif problem and "cut off" in problem and not self._is_truncated and self._size:
            self._add_finding("http-cut", problem)
            return
        if problem and not self._transfer_error and not self._is_truncated:
            self._add_finding("http-encoding", problem)

    def _check_length(self, stated: int) -> None:
        words = f"{self._size} of {stated} bytes"
        if self._size == stated:
            self._note_if_truncated()
        elif self._size > stated:
            self._add_finding("http-long", words)
        elif not self._size and not self._is_truncated:
            self._facts.missing_body = words
        elif not self._is_truncated:
            self._add_finding("http-short", words)

    def _note_if_truncated(self) -> None:
        if self._is_truncated and self._size:
            self._add_finding("truncated-whole", f"{self._size} bytes are all of the body")
