"""The facts that identify one release, for all files that describe it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Whether the records of a release are complete, as stated by the collector."""

    sentence: str
    """One sentence without its full stop: ``As of run 7: 77 pages missing``."""

    complete: bool | None = None
    """None: not known."""

    ended: str | None = None
    """When work on the collection last ended; UTC, ISO 8601 with Z."""


NOT_KNOWN = Wholeness("It is not known whether it is complete")


@dataclass(kw_only=True, slots=True)
class Edition:
    """One release of a dataset."""

    version: str
    created: str
    """UTC time of the end of the last run, or of the newest capture; ISO 8601 with Z: what was known at that time."""

    previous: str | None
    """Version of the previous release."""

    texts: bool
    """Whether the release contains the texts themselves."""

    whole: str = NOT_KNOWN.sentence
    """Whether it is complete, as a sentence without its full stop."""

    complete: bool | None = None
    """Whether it is complete; None: not known."""

    made_from: str = ""
    """SHA-256 of the lines and options that it was made from: two releases with the same value are duplicates."""

    changed: Counter[str] = field(default_factory=Counter)
    """``added``, ``changed``, ``removed`` -> number of records, compared with ``previous``."""

    withdrawn: int = 0
    """Number of records that are gone from their source."""

    @property
    def date(self) -> str:
        """ISO 8601 date of ``created``."""
        return self.created[:10]
