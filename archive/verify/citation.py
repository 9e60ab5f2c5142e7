"""Compares an archived record with what an item, or a row of a release, says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from archive.errors import ArchiveError
from archive.verify.digests import Digest
from archive.warc.record import Record


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of an item's evidence, and whether the archived bytes bear it out."""

    name: str
    claimed: str
    found: str

    @property
    def holds(self) -> bool:
        return self.claimed == self.found


def checks_of(where: Mapping[str, Any], record: Record) -> Iterator[Check]:
    """Everything that ``where`` claims of ``record``; what it has not, or as null, is not claimed.

    Keys: ``record_id``, ``target_uri``, ``date``, ``payload_digest`` as in the evidence of an item; ``sha256`` is that
    of the entity, in hex. The block digest is the record's own claim.

    Raises:
        ArchiveError: a digest is of an algorithm that cannot be computed, or the body cannot be decoded.
    """
    found = {"record_id": record.record_id, "target_uri": record.target_uri or "", "date": record.date}
    names = {"record_id": "record id", "target_uri": "address", "date": "date"}
    for key, name in names.items():
        if where.get(key) is not None:
            yield Check(name, str(where[key]), found[key])
    # Other programs may have left digests out.
    if payload_digest := where.get("payload_digest"):
        stored = _digest(payload_digest, record.body)
        # The digest of a chunked answer is of the bytes as stored or of the entity, as the archive's setting says.
        yield Check(
            "payload digest",
            payload_digest,
            stored if stored == payload_digest else _digest(payload_digest, record.payload),
        )
    if entity := where.get("sha256"):
        yield Check("sha256", entity, sha256(record.payload).hexdigest())
    if block_digest := record.headers.get("WARC-Block-Digest"):
        yield Check("block digest", block_digest, _digest(block_digest, record.block))


def _digest(claimed: str, data: bytes) -> str:
    """``claimed`` when it is the digest of ``data``, else what is. Raises ArchiveError: its algorithm is not known."""
    digest = Digest(claimed)
    digest.update(data)
    if not digest.is_known:
        raise ArchiveError(f"digest {claimed!r}: unsupported hash type")
    return claimed if digest.matches else str(digest)
