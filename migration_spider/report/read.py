"""Finds the reports of the runs in DATA_DIR."""

from __future__ import annotations

import json
from pathlib import Path

from migration_spider.report.checking import ReportError, check
from migration_spider.report.model import Report
from migration_spider.state.schedule import utcnow


def report_file(data: Path, run: str | None = None) -> Path:
    """Return the ``report.json`` of the last run that has one, or of the run whose name is or begins with ``run``.

    Raises:
        ReportError: There is none, or the names of several runs begin with ``run``.
    """
    runs = data / "runs"
    names = sorted((folder.name for folder in runs.iterdir()), key=_age) if runs.is_dir() else []
    reported = [name for name in names if (runs / name / "report.json").is_file()]
    if run is None:
        if not reported:
            raise ReportError(f"no run in {runs} has a report: {_how_to_have_one(names)}")
        return runs / reported[-1] / "report.json"
    found = [run] if run in names else [name for name in names if run and name.startswith(run)]
    if len(found) > 1:
        raise ReportError(f"{len(found)} runs begin with {run}: {', '.join(found[-5:])}")
    if not found:
        last = f"; the last with a report is {reported[-1]}" if reported else ""
        raise ReportError(f"no run '{run}' in {runs}{last}")
    if found[0] not in reported:
        raise ReportError(f"the run {found[0]} {_why_none(runs / found[0])}")
    return runs / found[0] / "report.json"


def _how_to_have_one(names: list[str]) -> str:
    """What to do where none of the runs ``names`` has a report."""
    if names:
        return "a harvest writes one at its end; scrapy report --list names the runs"
    return "run scrapy harvest, or give -s DATA_DIR=..."


def _why_none(folder: Path) -> str:
    """Why the run of ``folder`` has no report of a harvest."""
    if (page := folder / "survey.html").is_file():
        return f"was a survey: its report is {page}"
    return "has no report: it was not a harvest, is still running, or was killed"


def _age(name: str) -> tuple[bool, str]:
    """Sort key of runs by age; runs dated in the future sort first, otherwise they would be the last for long."""
    return name <= f"{utcnow():%Y%m%dT%H%M%SZ}~", name


def runs_since(file: Path) -> int:
    """The number of runs that began after the one of this ``report.json``; they have no report, or are running."""
    folder = file.parent
    return sum(_age(other.name) > _age(folder.name) for other in folder.parent.iterdir() if other.is_dir())


def runs_ahead(file: Path) -> int:
    """The number of runs dated in the future, which are ignored when the last run is looked for.

    The clock was ahead then, or is behind now.
    """
    if not _age(file.parent.name)[0]:
        return 0
    return sum(not _age(other.name)[0] for other in file.parent.parent.iterdir() if other.is_dir())


def read_report(file: Path) -> Report:
    """Read the report in ``file``.

    Raises:
        ReportError: It cannot be read, or does not match its schema.
    """
    try:
        return check(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise ReportError(f"{file} cannot be read: {error}") from error
    except ReportError as error:
        raise ReportError(f"{file}: {error}") from error
