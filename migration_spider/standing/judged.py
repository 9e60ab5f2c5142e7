"""Decides whether the items are complete: by the last run over the whole site and the runs after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration_spider.monitors import REFUSED
from migration_spider.report.outcomes import but_forbidden
from migration_spider.report.text import plural, short, visible
from migration_spider.standing.past import KILLED, PastRun, past_runs

CUT_OFF = ("interrupted", "paused", "down", "refused", "blocked", "broken", "unarchived")
"""Kinds of runs that ended before all pages were found."""

LONGEST = 160
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The completeness of the items, by the recorded runs."""

    said: str
    """One sentence without its full stop."""

    complete: bool | None
    """None if no run is recorded."""

    runs: Sequence[PastRun] = ()
    """The oldest first."""

    decides: str | None = None
    """Id of the run that decides."""

    @property
    def remedy(self) -> str:
        """How to complete them."""
        decides = next((run for run in self.runs if run.id == self.decides), None)
        rest = " (without the options that make it a sample)" if decides and decides.asked else ""
        return f"run scrapy harvest{rest}"

    @property
    def ended(self) -> str | None:
        """End of the last run, or its start if it was killed; UTC, ISO 8601 with Z."""
        return max((f"{time[:19]}Z" for run in self.runs if (time := run.ended or run.started)), default=None)


UNKNOWN = Standing("No run is on record: it is not known whether it is complete", None)


def standing_of(data: Path, languages: Collection[str]) -> Standing:
    """Return whether the items below ``data`` are complete.

    The last run for the complete site decides, because it has requested all missing pages again. A run without results,
    because the site was down or refused, does not count. A later run for a few pages or items only adds to the items.

    Args:
        languages: The languages of the site.
    """
    runs = past_runs(data, languages)
    if not runs:
        return UNKNOWN
    whole = [run for run in runs if not run.asked]
    reached = [run for run in whole if not (run.exit_code == REFUSED and run.wrote is False)]
    if not whole:
        return Standing(_sample(runs[-1]), False, runs, runs[-1].id)
    run = (reached or whole)[-1]
    said = f"As of run {run.id}: {f'complete{but_forbidden(run.forbidden)}' if run.exit_code == 0 else _lack(run)}"
    said += _added(runs[runs.index(run) + 1 :])
    return Standing(said, run.exit_code == 0, runs, run.id)


def _added(later: Sequence[PastRun]) -> str:
    """The effect of the runs after the one that decides, in words."""
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
    """What is missing after an incomplete run, in words."""
    lack = f"{plural(run.left, 'page')} missing" if run.left else "incomplete"
    # A run that was cut off has not found all pages, so it does not know how many are missing.
    least = "at least " if run.left and run.kind in (KILLED, *CUT_OFF) else ""
    return f"{least}{lack} ({_reason(run)})"


def _reason(run: PastRun) -> str:
    if run.messages:
        return short(run.messages[0], LONGEST)
    return "it was killed before its end was recorded" if run.kind == KILLED else visible(run.kind)
