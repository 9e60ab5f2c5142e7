"""Decides whether the items are complete: by the last run over the whole site and the runs after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration_spider.monitors import REFUSED
from migration_spider.report.text import plural, short, visible
from migration_spider.standing.past import KILLED, PastRun, past_runs

CUT_OFF = ("interrupted", "paused", "down", "refused", "blocked", "broken", "unarchived")
"""Ways to end before all was met."""

LONGEST = 160
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the runs on record say of the items."""

    said: str
    """One sentence without its full stop."""

    complete: bool | None
    """None: no run is on record."""

    runs: Sequence[PastRun] = ()
    """The oldest first."""

    decides: str | None = None
    """Id of the run by which that is judged."""

    @property
    def remedy(self) -> str:
        """What completes them."""
        decides = next((run for run in self.runs if run.id == self.decides), None)
        rest = " (without the options that make it a sample)" if decides and decides.asked else ""
        return f"run scrapy harvest{rest}"

    @property
    def ended(self) -> str | None:
        """When the last run ended, or began where it was killed; UTC, ISO 8601 with Z."""
        return max((f"{time[:19]}Z" for run in self.runs if (time := run.ended or run.started)), default=None)


UNKNOWN = Standing("No run is on record: it is not known whether it is complete", None)


def standing_of(data: Path, languages: Collection[str]) -> Standing:
    """Whether the items below ``data`` are complete.

    The last run that was to look at the whole site decides: what was missing before, it has asked for again. One that
    came to nothing, since the site was down or refused, changes nothing. A later run for a few pages or items adds to
    what is there.

    Args:
        languages: those that the site has.
    """
    runs = past_runs(data, languages)
    if not runs:
        return UNKNOWN
    whole = [run for run in runs if not run.asked]
    reached = [run for run in whole if not (run.exit_code == REFUSED and run.wrote is False)]
    if not whole:
        return Standing(_sample(runs[-1]), False, runs, runs[-1].id)
    run = (reached or whole)[-1]
    said = f"As of run {run.id}: {'complete' if run.exit_code == 0 else _lack(run)}"
    said += _added(runs[runs.index(run) + 1 :])
    return Standing(said, run.exit_code == 0, runs, run.id)


def _added(later: Sequence[PastRun]) -> str:
    """What the runs after the one that decides did to it."""
    parts = [run for run in later if run.asked]
    in_vain = [run for run in later if not run.asked]
    said = ""
    if parts:
        names = sorted({run.asked for run in parts})
        said = f"; {plural(len(parts), 'later run')} for a part of the site added to it ({'; '.join(names)})"
    if in_vain:
        said += f"; {plural(len(in_vain), 'later run')} failed ({_reason(in_vain[-1])})"
    return said


def _sample(run: PastRun) -> str:
    if run.exit_code == 0:
        return f"As of run {run.id}: sample {f'of {run.sample}' if run.sample else f'({run.asked})'}"
    return f"As of run {run.id}: sample ({run.asked}), {_lack(run)}"


def _lack(run: PastRun) -> str:
    """What an incomplete run lacks."""
    lack = f"{plural(run.left, 'page')} missing" if run.left else "incomplete"
    # What was cut off has not met all pages, and knows only of those that it had met.
    least = "at least " if run.left and run.kind in (KILLED, *CUT_OFF) else ""
    return f"{least}{lack} ({_reason(run)})"


def _reason(run: PastRun) -> str:
    if run.messages:
        return short(run.messages[0], LONGEST)
    return "it was killed before its end was recorded" if run.kind == KILLED else visible(run.kind)
