"""Facts about written records, for items (file, offset, digests) and for later revisit records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive.capture.records import ExchangeRecords, Facts
from archive.originals import Original, Originals
from archive.warc.record import Span


@dataclass(slots=True)
class Written:
    """The result of writing a call."""

    exchanges: int = 0
    types: list[str] = field(default_factory=list)
    """Types of the records."""
    evidence: dict[str, Any] | None = None


def remember(originals: Originals | None, records: ExchangeRecords, spans: list[Span]) -> None:
    """Store the written payload, so that later revisits can refer to it."""
    if originals is not None and records.payload is not None and records.response is not None and records.facts:
        span = spans[records.response]
        originals.add(records.payload, span, records.facts.date, is_original=records.original is None)


def evidence_of(records: ExchangeRecords, spans: list[Span]) -> dict[str, Any] | None:
    """Return the evidence, in the form that `Archiver.write_call` documents."""
    if records.response is None or records.facts is None:
        return None
    span, facts, original = spans[records.response], records.facts, records.original
    if original is None:
        return {**where(span), **_what(facts), "fetched_at": facts.fetched_at, "revisit": None}
    return {**where(original.span), **_what(original), "fetched_at": facts.fetched_at, "revisit": where(span)}


def where(span: Span) -> dict[str, Any]:
    """Return a span as a dict for spiders and pipelines."""
    return {"file": span.file, "offset": span.offset, "length": span.length, "record_id": span.record_id}


def _what(facts: Facts | Original) -> dict[str, Any]:
    names = ("target_uri", "date", "payload_digest", "entity_sha256", "entity_length")
    return {name: getattr(facts, name) for name in names}
