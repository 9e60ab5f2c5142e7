"""Makes the WARC records of an exchange: request, response and metadata, linked to each other."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.capture.answer import Answer, entity_facts, interim_of, payload_digest, take_apart
from archive.capture.cipher import iana_name
from archive.capture.exchange import Call, Exchange, without_userinfo
from archive.capture.revisit import Revisit, identical_payload, not_modified
from archive.message import redact, split_head
from archive.originals import Original, Originals
from archive.warc.file import digest, size_of
from archive.warc.payload import STORED, Payload, payload_of
from archive.warc.record import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    WARC_FIELDS,
    Block,
    Draft,
    format_date,
    format_fields,
    new_record_id,
)

# warcio and FastWARC disagree on the end of a head with bare line feeds, and FastWARC does not find an end after this
# many bytes. Such a record gets no payload digest, since one of them would report it as wrong; the metadata record has
# it.
_HEAD_END = b"\r\n\r\n"
_LONGEST_HEAD_READ = 1 << 15


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings for making records."""

    redact: Sequence[str]
    """Header names whose values are blanked."""

    payload_digest: str
    """``stored``: of the stored bytes after the head, as warcio, FastWARC, Wget and pywb interpret the standard;
    ``entity``: of the body without transfer encodings, as jwarc and gowarc do."""

    largest_entity: int
    """Bytes; a response whose entity is larger when decoded gets no digest of the entity."""


@dataclass(slots=True)
class Facts:
    """Facts about a response for the crawler, besides the span of its record."""

    target_uri: str
    date: str
    fetched_at: str
    payload_digest: str | None
    entity_sha256: str | None
    entity_length: int | None
    undecoded: str | None = None
    """Why there is no digest of the entity, or None."""


@dataclass(slots=True)
class ExchangeRecords:
    """The records of one exchange, in the order in which they are written."""

    drafts: list[Draft] = field(default_factory=list)
    response: int | None = None
    """Index of the response or revisit record among ``drafts``; None without one."""
    facts: Facts | None = None
    """None without a response or revisit record."""
    original: Original | None = None
    """The record that the revisit record refers to; None for a response record."""
    payload: Payload | None = None
    """The payload, if it is complete and later revisits may refer to it."""


def records_of(call: Call, rules: Rules, originals: Originals | None = None) -> Iterator[ExchangeRecords]:
    """Yield the records of every exchange of ``call``; for a call that was not sent, only a metadata record.

    With ``originals``, payloads that are already stored become revisits.
    """
    exchanges = [exchange for exchange in call.exchanges if exchange.sent]
    if not exchanges:
        yield _attempt(call)
    for exchange in exchanges:
        yield _exchange_records(call, exchange, rules, originals)


def _attempt(call: Call) -> ExchangeRecords:
    record_id = new_record_id()
    fields = [*call.facts, ("endReason", "not-sent"), *_error_fields(call.error)]
    head = [("WARC-Date", format_date(call.date)), ("WARC-Target-URI", call.url)]
    return ExchangeRecords([_draft("metadata", record_id, head, [], WARC_FIELDS, format_fields(fields))])


def _exchange_records(call: Call, exchange: Exchange, rules: Rules, originals: Originals | None) -> ExchangeRecords:
    answer = take_apart(exchange, rules.redact)
    target_uri = call.target_uri(exchange)
    date = format_date(exchange.date)
    common = [("WARC-Date", date), ("WARC-Target-URI", target_uri), *_connection_fields(call, exchange, answer)]
    request_id, response_id, metadata_id = new_record_id(), new_record_id(), new_record_id()
    parts = [request_id] * exchange.written + [response_id] * (answer is not None) + [metadata_id]

    def links(own_id: str) -> list[tuple[str, str]]:
        return [("WARC-Concurrent-To", other) for other in parts if other != own_id]

    result = ExchangeRecords()
    head, body = split_head(bytes(exchange.sent))
    head, redacted = redact(head, rules.redact)
    if exchange.written:
        fields = [*common, *([("WARC-Payload-Digest", digest(body))] if body else [])]
        result.drafts.append(_draft("request", request_id, fields, links(request_id), HTTP_REQUEST, head + body))
    extra = []
    if answer:
        redacted += answer.redacted
        result.response = len(result.drafts)
        result.facts = facts = _facts(exchange, answer, rules, target_uri, date)
        if exchange.method == b"GET" and exchange.end == "complete" and answer.status and answer.status != 304:
            entity = facts.entity_sha256 or STORED + digest(answer.body)
            size = size_of(answer.body) if facts.entity_length is None else facts.entity_length
            result.payload = payload_of(answer.header, answer.status, target_uri, entity, size)
        revisit = _revisit(exchange, answer, result, originals) if originals else None
        if revisit:
            result.original = revisit.original
            block = answer.stored_head if revisit.has_head else b""
            fields = [*common, *revisit.fields]
            draft = _draft("revisit", response_id, fields, links(response_id), HTTP_RESPONSE if block else None, block)
            if not revisit.has_head:
                extra.append(("notModifiedResponse", base64.b64encode(answer.stored_head).decode()))
        else:
            fields = [*common, *_response_fields(exchange, answer, facts)]
            draft = _draft("response", response_id, fields, links(response_id), HTTP_RESPONSE, answer.block)
        result.drafts.append(draft)
    extra = _metadata_fields(call, exchange, answer, result.facts, redacted) + extra
    draft = _draft("metadata", metadata_id, common, links(metadata_id), WARC_FIELDS, format_fields(extra))
    result.drafts.append(draft)
    return result


def _revisit(exchange: Exchange, answer: Answer, records: ExchangeRecords, originals: Originals) -> Revisit | None:
    if exchange.end != "complete" or not answer.head or records.facts is None:
        return None
    if answer.status == 304:
        return not_modified(exchange, answer.header, records.facts.target_uri, originals)
    return identical_payload(records.payload, records.facts.payload_digest, originals)


def _draft(
    kind: str,
    record_id: str,
    fields: Sequence[tuple[str, str]],
    links: Sequence[tuple[str, str]],
    content_type: str | None,
    block: Block,
) -> Draft:
    head = [("WARC-Type", kind), ("WARC-Record-ID", record_id), *fields, *links]
    if content_type:
        head.append(("Content-Type", content_type))
    return Draft(kind, head, block, record_id)


def _connection_fields(call: Call, exchange: Exchange, answer: Answer | None) -> list[tuple[str, str]]:
    """Return the fields of peer and protocols (ISO 28500:2017, 5.9; IIPC: WARC-Protocol and WARC-Cipher-Suite)."""
    connection = exchange.connection
    fields = []
    if connection is not None and connection.ip and not call.proxied:  # With a proxy, the peer is not the origin.
        fields.append(("WARC-IP-Address", connection.ip))
    version = answer.head[5:8] if answer and answer.head[5:8] in {b"1.0", b"1.1"} else b"1.1"
    fields.append(("WARC-Protocol", f"http/{version.decode()}"))
    if connection is not None and connection.tls_version:
        fields.append(("WARC-Protocol", f"tls/{connection.tls_version}"))
        if connection.cipher:
            fields.append(("WARC-Cipher-Suite", iana_name(connection.cipher)))
    return fields


def _facts(exchange: Exchange, answer: Answer, rules: Rules, target_uri: str, date: str) -> Facts:
    facts = Facts(target_uri, date, f"{date[:19]}Z", None, None, None)
    if answer.head:
        facts.payload_digest = payload_digest(answer.header, answer.body, rules.payload_digest, rules.largest_entity)
        if exchange.end == "complete" and exchange.method != b"HEAD" and answer.status != 304:
            if "Transfer-Encoding" in answer.header or "Content-Encoding" in answer.header:
                facts.entity_sha256, facts.entity_length, facts.undecoded = entity_facts(
                    answer.header, answer.body, rules.largest_entity
                )
            else:
                facts.entity_sha256, facts.entity_length = (
                    facts.payload_digest.removeprefix("sha256:"),
                    size_of(answer.body),
                )
    return facts


def _is_read_alike(head: bytes) -> bool:
    return head.endswith(_HEAD_END) and len(head) <= _LONGEST_HEAD_READ


def _response_fields(exchange: Exchange, answer: Answer, facts: Facts) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    if facts.payload_digest and _is_read_alike(answer.head):
        fields.append(("WARC-Payload-Digest", facts.payload_digest))
    if exchange.end != "complete":
        fields.append(("WARC-Truncated", exchange.end or "unspecified"))
    return fields


def _error_fields(error: BaseException | None) -> list[tuple[str, str]]:
    if error is None:
        return []
    message = str(error)
    if "@" in message:
        # Twisted's message has the host with its credentials, but without the slashes that mark them.
        message = re.sub(r"\S+@", "", without_userinfo(message))
    return [("error", f"{type(error).__name__}: {message}")]


def _metadata_fields(
    call: Call, exchange: Exchange, answer: Answer | None, facts: Facts | None, redacted: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the fields of the metadata record.

    ``via`` and ``fetchTimeMs`` are defined in ISO 28500:2017, 6.5; the others are ours, see docs/archive.md.
    """
    fields: list[tuple[str, Any]] = [
        *call.facts,
        ("connectionId", exchange.connection_id),
        ("fetchTimeMs", exchange.milliseconds_to(exchange.ended)),
        ("timeToFirstByteMs", exchange.milliseconds_to(exchange.first_byte)),
        ("endReason", exchange.end or "unspecified"),
        *_error_fields(exchange.error),
    ]
    if facts is not None:
        fields += [
            ("entitySha256", facts.entity_sha256),
            ("entityLength", facts.entity_length),
            ("entityProblem", facts.undecoded),
        ]
    if exchange.connection is not None:
        fields.append(("serverCertificateSha256", exchange.connection.certificate_sha256))
    interim = answer.interim if answer else interim_of(exchange)
    fields += [("interimResponse", base64.b64encode(head).decode()) for head in interim]
    if exchange.surplus:
        fields.append(("surplus", base64.b64encode(exchange.surplus).decode()))
    fields += [("redactedHeader", name) for name in dict.fromkeys(redacted)]
    if answer is not None and facts is not None:
        fields += _left_out_of_response(answer, facts)
    return [(name, str(value)) for name, value in fields if value is not None]


def _left_out_of_response(answer: Answer, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield facts about the payload that the response record lacks, and the reason."""
    if facts.payload_digest and not _is_read_alike(answer.head):
        yield "payloadDigest", facts.payload_digest
    if size_of(answer.block) and not answer.head:
        yield "note", "the answer has no complete HTTP head: it is stored without a payload digest"
