"""The facts that identify one release, for all files that describe it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wholeness:
    """Whether the records of a release are complete, as stated by those who collected them."""

    said: str
    """One sentence without its full stop: ``As of run 7: 77 pages missing``."""

    complete: bool | None = None
    """None: not known."""

    ended: str | None = None
    """When the collection was last worked on; UTC, ISO 8601 with Z."""


NOT_KNOWN = Wholeness("It is not known whether it is complete")


@dataclass(kw_only=True, slots=True)
class Edition:
    """One release of a dataset."""

    version: str
    created: str
    """UTC time of the end of the last run, or of the newest capture; ISO 8601 with Z: it holds what was known then."""

    previous: str | None
    """Version of the release before."""

    texts: bool
    """Whether the texts themselves are in it."""

    whole: str = NOT_KNOWN.said
    """Whether it is complete, in a sentence without its full stop."""

    complete: bool | None = None
    """Whether it is; None: not known."""

    made_from: str = ""
    """SHA-256 of what it was made from, and how: of two releases that have the same, one is superfluous."""

    changed: Counter[str] = field(default_factory=Counter)
    """``added``, ``changed``, ``removed`` -> records, beside ``previous``."""

    withdrawn: int = 0
    """Records that are gone from their source."""

    @property
    def date(self) -> str:
        """ISO 8601 date of ``created``."""
        return self.created[:10]
