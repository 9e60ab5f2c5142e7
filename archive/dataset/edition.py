"""What tells one release from another, for all files that describe it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(kw_only=True, slots=True)
class Edition:
    """One release of a dataset."""

    version: str
    created: str
    """UTC time of the newest capture, ISO 8601 with Z: the release holds what was known then."""

    previous: str | None
    """Version of the release before."""

    texts: bool
    """Whether the texts themselves are in it."""

    changed: Counter[str] = field(default_factory=Counter)
    """``added``, ``changed``, ``removed`` -> records, beside ``previous``."""

    withdrawn: int = 0
    """Records that are gone from their source."""

    @property
    def date(self) -> str:
        """ISO 8601 date of ``created``."""
        return self.created[:10]
