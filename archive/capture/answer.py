"""Splits the bytes of an archived response into interim responses, head, body and entity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archive.capture.exchange import Exchange
from archive.entity import decode_entity, decode_transfer
from archive.errors import UndecodableEntityError
from archive.message import Fields, head_length, parse_fields, redact, split_interim, status_of
from archive.warc.file import DIGEST_ALGORITHM, chunks_of, digest, sha256
from archive.warc.record import Block, Stream

# Heads beyond this are cut by every client; Twisted gives up at 16 KB per line.
_LONGEST_HEAD = 1 << 20


@dataclass(slots=True)
class Answer:
    """The parts of a final response."""

    interim: list[bytes]
    """The heads of the 1xx responses before it."""
    block: Block
    """The block to store: the complete response with secrets blanked."""
    head: bytes
    """The head as received; empty if its end did not arrive."""
    body: Block
    stored_head: bytes
    """The head with secrets blanked."""
    redacted: list[str]
    status: int | None
    header: Fields


@dataclass(slots=True)
class _HeadAndRest:
    """A block of a changed head and a body that is too large for memory."""

    head: bytes
    rest: Stream
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.head) + self.rest.size

    def chunks(self) -> Iterator[bytes]:
        yield self.head
        yield from self.rest.chunks()


def take_apart(exchange: Exchange, secrets: Sequence[str]) -> Answer | None:
    """Return the final response of ``exchange`` with the values of ``secrets`` blanked; None if none arrived."""
    start = exchange.received.start(_LONGEST_HEAD)
    interim, offset = split_interim(start)
    if exchange.received.size <= offset:
        return None
    status = status_of(start[offset : offset + 64])
    head_size = head_length(start[offset:]) if status is not None else None
    block = exchange.received.part(offset)
    if head_size is None:
        return Answer(interim, block, b"", b"", b"", [], None, Fields())
    head = start[offset : offset + head_size]
    blanked, redacted = redact(head, secrets)
    body = exchange.received.part(offset + head_size)
    if redacted:
        block = blanked + body if isinstance(body, bytes) else _HeadAndRest(blanked, body)
    return Answer(interim, block, head, body, blanked, redacted, status, parse_fields(head))


def interim_of(exchange: Exchange) -> list[bytes]:
    """Return the heads of the interim (1xx) responses."""
    return split_interim(exchange.received.start(_LONGEST_HEAD))[0]


def payload_digest(header: Fields, body: Block, reading: str, largest: int) -> str:
    """Return ``WARC-Payload-Digest`` in one of the readings of `archive.capture.records.Rules`."""
    if reading == "entity":
        try:
            return f"{DIGEST_ALGORITHM}:{sha256(decode_transfer(header, chunks_of(body), largest))[0]}"
        except UndecodableEntityError:
            return digest(body)  # The body does not match its head: it is its own payload.
    return digest(body)


def entity_facts(header: Fields, body: Block, largest: int) -> tuple[str | None, int | None, str | None]:
    """Return (SHA-256 in hex, size, None) of the entity, or (None, None, reason) if it cannot be decoded."""
    try:
        return *sha256(decode_entity(header, chunks_of(body), largest)), None
    except UndecodableEntityError as error:
        return None, None, str(error)
