"""How the records of a dataset were collected: answers for a datasheet that are not in the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The rate limits that a run was configured with."""

    delay: float
    """Minimum number of seconds between two requests."""

    concurrency: int
    """Maximum number of concurrent requests."""

    throttled: bool
    """Whether it slowed down when the source did."""

    obeys_robots: bool
    """Whether it obeyed robots.txt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """The measurements of one run over the source."""

    run_id: str
    started: str = ""
    ended: str = ""
    """UTC, ISO 8601 with Z; empty: not known."""

    seconds: float | None = None
    """How long it sent requests; None: not recorded."""

    pace: Pace | None = None
    """None: not recorded."""

    exit_code: int | None = None
    requests: int | None = None
    """Requests sent; None: neither this nor the numbers below are recorded."""

    received: int = 0
    """Bytes of the responses."""

    statuses: Mapping[str, int] = field(default_factory=dict)
    """HTTP status -> number of responses."""

    robots: Mapping[str, int] = field(default_factory=dict)
    """HTTP status -> number of responses to requests for robots.txt."""

    files: int = 0
    """Archive files written."""

    @property
    def unanswered(self) -> int:
        """Requests without a response. Requests that robots.txt forbids were not sent and do not count."""
        return max(0, (self.requests or 0) - sum(self.statuses.values()))

    @property
    def rate(self) -> float | None:
        """Requests per second; None: not recorded."""
        return self.requests / self.seconds if self.requests is not None and self.seconds else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Answers in a sentence or two each, and the measurements. Empty: the datasheet says "not stated"."""

    purpose: str = ""
    """Why the dataset was made."""

    unit: str = ""
    """What one record is."""

    scope: str = ""
    """What was collected, and what was left out on purpose."""

    seeds: Sequence[str] = ()
    """Addresses that the crawl started with."""

    politeness: str = ""
    """What is true of all runs; ``visits`` has the configuration and speed of each."""

    processing: str = ""
    """How the pages were processed."""

    people: str = ""
    """Whether it contains personal data, and what to consider."""

    uses: str = ""
    """What it can be used for."""

    not_for: str = ""
    """What it should not be used for."""

    noise: str = ""
    """Known errors, duplicates, uncertainties."""

    visits: Sequence[Visit] = ()
    """Oldest first."""
