"""Labelled digests such as ``sha1:<base32>`` (WARC/1.1, section 5.8), computed while a block is read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

_ALGORITHMS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s"}


class Digest:
    """The digest that a field claims; call `update` with the bytes, then `matches`."""

    def __init__(self, labelled: str) -> None:
        label, _, self._value = labelled.partition(":")
        name = label.strip().lower().replace("-", "")
        self.is_known = name in _ALGORITHMS
        """Whether the algorithm is known."""
        self._label = label
        make: Any = getattr(hashlib, name if self.is_known else "md5")  # hashlib.new takes three times as long
        self._hash = make(usedforsecurity=False)

    def update(self, data: bytes) -> None:
        """Add ``data``."""
        if self.is_known:
            self._hash.update(data)

    @property
    def matches(self) -> bool:
        """Whether the claim is true; True for an unknown algorithm, too."""
        if not self.is_known or self._hash.hexdigest() == self._value:
            return True
        return self._hash.digest() in _readings(self._value.strip(), self._hash.digest_size)

    def __str__(self) -> str:
        return f"{self._label}:{self._hash.hexdigest()}"


def _readings(text: str, size: int) -> Iterator[bytes]:
    """Yield the possible values of a digest: hexadecimal and base32 are used, in any case, with or without padding."""
    if len(text) == 2 * size:
        with suppress(ValueError):
            yield bytes.fromhex(text)
    padded = text.upper().rstrip("=")
    with suppress(ValueError):
        yield base64.b32decode(padded + "=" * (-len(padded) % 8))


def through(pieces: Iterable[bytes], *digests: Digest | None) -> Iterator[bytes]:
    """Yield ``pieces``, each after it was added to ``digests``."""
    wanted = [digest for digest in digests if digest is not None]
    for piece in pieces:
        for digest in wanted:
            digest.update(piece)
        yield piece
