"""Compares an archived record with the statements of an item, or of a row of a release, about it."""

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
    """One claim in an item's evidence, compared with the archived bytes."""

    name: str
    claimed: str
    found: str

    @property
    def holds(self) -> bool:
        return self.claimed == self.found


def checks_of(where: Mapping[str, Any], record: Record) -> Iterator[Check]:
    """Yield a check for every claim about ``record`` in ``where``; missing and null keys are no claims.

    Keys: ``record_id``, ``target_uri``, ``date``, ``payload_digest`` as in the evidence of an item; ``sha256`` of the
    entity, in hex. The block digest is a claim of the record itself.

    Raises:
        ArchiveError: a digest has an unknown algorithm, or the body cannot be decoded.
    """
    actual = {"record_id": record.record_id, "target_uri": record.target_uri or "", "date": record.date}
    names = {"record_id": "record id", "target_uri": "address", "date": "date"}
    for key, name in names.items():
        if where.get(key) is not None:
            yield Check(name, str(where[key]), actual[key])
    # Other programs may omit digests.
    if payload_digest := where.get("payload_digest"):
        stored = _digest(payload_digest, record.body)
        # The digest of a chunked response is that of the stored bytes or of the entity, depending on a setting.
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
    """Return ``claimed`` if it is the digest of ``data``, else that digest. Raises ArchiveError: unknown algorithm."""
    digest = Digest(claimed)
    digest.update(data)
    if not digest.is_known:
        raise ArchiveError(f"digest {claimed!r}: unsupported hash type")
    return claimed if digest.matches else str(digest)
