"""The end of a run on one screen, for the terminal and for the mail that cron sends after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from migration_spider.report import words
from migration_spider.report.model import Report
from migration_spider.report.outcomes import Ending, ending
from migration_spider.report.run import run_folder
from migration_spider.report.text import short
from migration_spider.run import Run

FIGURES = ("item on the site", "items on the site", "new", "changed", "gone", "missing")
"""The five numbers of `words.figures` that are shown, by name."""

MOST_REASONS = 3
"""Reasons that are shown in addition to the most serious one."""

LONGEST = 160
"""Characters of a line."""


def screen(what: str, ended: Ending, numbers: Sequence[tuple[str, str]], folder: Path, *, has_report: bool) -> str:
    """The text for one screen; its last line is the outcome.

    Args:
        what: The kind of the run and its site.
        numbers: (name, value) of the first figures of its report; empty without a report.
        folder: The folder of the run.
    """
    # The most serious reason is in separate rows, complete; `reasons` may begin with it, too.
    further = [text for text in map(_line, ended.reasons) if text != _line(ended.reason)]
    left = len(further) - MOST_REASONS
    lines = wrap(ended.reason, LONGEST, break_long_words=False, break_on_hyphens=False)
    rows = [("" if number else "reason", line) for number, line in enumerate(lines)]
    rows += [("also", text) for text in further[:MOST_REASONS]]
    if left > 0:
        rows.append(("", f"and {left} more, in the {'report' if has_report else 'log'}"))
    if numbers:
        rows.append(("found", ", ".join(f"{value} {name}" for name, value in numbers)))
    rows.append(("to do", f"{ended.do}: {ended.advice}"))
    rows.append(("report", str(folder / "report.html")) if has_report else ("log", str(folder / "crawl.log")))
    return "\n".join([what, "", *(f"  {name:<8}  {text}" for name, text in rows), "", ended.last])


def _line(text: str) -> str:
    return short(text, LONGEST)


def screen_of(report: Report, folder: Path) -> str:
    """How the harvest with this ``report`` ended: one line if it is complete, else one screen."""
    ended = words.ended(report)
    if report["outcome"]["exit_code"] == 0:
        return ended.last
    numbers = [(name, value) for name, value in words.figures(report) if name in FIGURES]
    return screen(f"Harvest of {short(report['run']['site'])}", ended, numbers, folder, has_report=True)


def end_of(run: Run) -> str:
    """How ``run`` ended, with or without a report."""
    verdict, folder = run.judge(), run_folder(run.crawler.settings)
    if run.report and run.report["outcome"]["exit_code"] == verdict.code:  # else it failed after the report
        return screen_of(run.report, folder)
    sample, is_harvest = run.facts.get("migration/sample"), run.config.harvest
    outcome: dict[str, Any] = {
        "exit_code": verdict.code,
        "messages": verdict.messages,
        "kind": verdict.kind,
        "sample": sample,
    }
    outcome["forbidden"] = run.facts.get("migration/completeness/forbidden")
    ended = ending(outcome, goes_on=is_harvest)
    if verdict.code == 0:
        return ended.last
    what = f"{'Harvest' if is_harvest else 'Crawl'} of {run.options.site}"
    return screen(what, ended, [], folder, has_report=False)
