"""How the records of a dataset were collected: answers for a datasheet that are not in the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How fast a run was set to ask the source."""

    delay: float
    """Seconds between two requests, at least."""

    concurrency: int
    """Requests under way at a time, at most."""

    throttled: bool
    """Whether it was to slow down when the source does."""

    obeys_robots: bool
    """Whether it was to keep robots.txt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What was measured in one run over the source."""

    run_id: str
    started: str = ""
    ended: str = ""
    """UTC, ISO 8601 with Z; blank: not known."""

    seconds: float | None = None
    """How long it asked; None: not recorded."""

    pace: Pace | None = None
    """None: not recorded."""

    exit_code: int | None = None
    requests: int | None = None
    """Requests sent; None: neither they nor the numbers below are recorded."""

    received: int = 0
    """Bytes of the answers."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    """HTTP status -> answers."""

    robots: Mapping[str, int] = field(default_factory=dict)
    """HTTP status -> answers to requests for robots.txt."""

    files: int = 0
    """Archive files written."""

    @property
    def unanswered(self) -> int:
        """Requests that were sent and had no answer. What was held back, as by robots.txt, was never sent."""
        return max(0, (self.requests or 0) - sum(self.statuses.values()))

    @property
    def rate(self) -> float | None:
        """Requests per second; None: not recorded."""
        return self.requests / self.seconds if self.requests is not None and self.seconds else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Answers in a sentence or two each, and what was measured. Blank: the question is answered with "not stated"."""

    purpose: str = ""
    """Why the dataset was made."""

    unit: str = ""
    """What one record is."""

    scope: str = ""
    """What was looked for, and what was left out on purpose."""

    seeds: Sequence[str] = ()
    """Addresses that collecting began with."""

    politeness: str = ""
    """What holds of all runs; what was set for each, and how fast it was, is told by the visits."""

    processing: str = ""
    """What was made of the pages."""

    people: str = ""
    """Whether it is about persons, and what to mind."""

    uses: str = ""
    """What it is good for."""

    not_for: str = ""
    """What it should not be used for."""

    noise: str = ""
    """Known errors, doubles, doubts."""

    visits: Sequence[Visit] = ()
    """The oldest first."""
