"""The earlier runs, from the files that are left: ``run.json``, ``report.json``, table ``run`` of ``state.sqlite``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archive import CollectionLockedError
from archive.disk import object_in
from archive.warc.lock import CollectionLock
from migration_spider.counts import WORDS, key
from migration_spider.ledger import UNSETTLED
from migration_spider.report import record
from migration_spider.report.checking import ReportError
from migration_spider.report.read import read_report
from migration_spider.state.runs import PastRun as Noted
from migration_spider.state.runs import Runs

KILLED = "killed"
"""Kind of a run that recorded its start but no end."""

RUNNING = "running"
"""Kind of the last run while it is running; see `with_running`."""

COUNTS = ("known", *map(key, WORDS))
"""Keys of the counts of a run."""

_OF_SURVEY: dict[Any, str] = {0: "news-found", 3: "no-news"}
"""Exit code -> kind of a survey, if the code has a special meaning there."""

_OF_CODE: dict[Any, str] = {0: "complete", 1: "broken", 3: "incomplete", 4: "refused", 5: "unarchived"}
"""Exit code -> kind of a run if only its exit code is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastRun:
    """The recorded values of one run."""

    id: str
    command: str
    """``harvest``, ``crawl``, ``survey``; empty if not known."""

    started: str | None = None
    ended: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""
    """Names of the options that restricted it to a part of the site."""

    pace: Mapping[str, Any] = field(default_factory=dict)
    """The settings of its speed (`record.begin`); empty if not known."""

    exit_code: int | None = None
    """None if it was killed, or is running."""

    kind: str = KILLED
    """One of `outcomes.OUTCOMES`, `KILLED` or `RUNNING`; for a survey `news-found` or `no-news`."""

    messages: tuple[str, ...] = ()
    """The problems, most serious first."""

    sample: str = ""
    """``20 items (max_items)``."""

    forbidden: int = 0
    """Number of pages in lists of news that robots.txt forbids."""

    counts: Mapping[str, Any] = field(default_factory=dict)
    """The known counts, with keys in `COUNTS`."""

    missing: tuple[Mapping[str, str], ...] = ()
    """``url``, ``reason``, ``detail`` of each missing address."""

    @property
    def left(self) -> int:
        """Number of addresses that a later run has to request."""
        return sum(row["reason"] in UNSETTLED for row in self.missing)

    @property
    def wrote(self) -> bool | None:
        """Whether it wrote a line; None if not known."""
        counts = [self.counts.get(name) for name in ("new", "changed", "back", "gone")]
        return any(counts) if any(count is not None for count in counts) else None


def past_runs(data: Path, languages: Collection[str], *, surveys: bool = False) -> list[PastRun]:
    """Return the runs below ``data``, the oldest first.

    Args:
        languages: The languages of the site; a run for fewer languages was for a part of it.
        surveys: Include surveys, which store no items and do not matter for completeness.
    """
    found: dict[str, PastRun] = {}
    for noted in _of_state(data / "state.sqlite", languages):
        found[noted.id] = noted
    folder = data / "runs"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and (run := _of_folder(path, languages)) and (surveys or run.command != record.SURVEY):
            before = found.get(run.id)
            # Only the state corrects the start of a run from the future (`Runs.bring_back`).
            started = min(filter(None, (run.started, before.started)), default=None) if before else run.started
            found[run.id] = replace(before, **_more(run, before)) if before else run
            found[run.id] = replace(found[run.id], started=started)
    return sorted(found.values(), key=lambda run: (run.started or run.id, run.id))


def with_running(runs: list[PastRun], data: Path) -> list[PastRun]:
    """``runs`` of the data folder ``data``, the last one marked as running if a process has its lock."""
    if not runs or runs[-1].kind != KILLED:
        return runs
    try:
        CollectionLock.require_free(data if runs[-1].command == "harvest" else data / "warc")
    except CollectionLockedError:
        return [*runs[:-1], replace(runs[-1], kind=RUNNING)]
    except OSError:
        pass  # This user cannot open the lock, so it is not known.
    return runs


def _more(run: PastRun, before: PastRun) -> dict[str, Any]:
    """The values of the folder that replace those of the state."""
    # The run knew the languages of the site; the settings now may be different.
    asked = {"asked": run.asked} if run.command else {}
    if run.exit_code is None and before.exit_code is not None:
        return asked
    said = {name: getattr(run, name) for name in PastRun.__slots__ if getattr(run, name) not in (None, "", (), {})}
    return said | asked


def _noted(name: str, noted: dict[str, Any]) -> PastRun:
    """The run of a ``run.json``."""
    return PastRun(
        id=name,
        command=str(noted.get("command", "")),
        started=noted.get("started"),
        ended=noted.get("ended"),
        options=noted.get("options") or {},
        asked=str(noted.get("asked", "")),
        pace=noted.get("pace") or {},
        exit_code=noted.get("exit_code"),
        kind=noted.get("kind") or KILLED,
        messages=tuple(noted.get("messages") or ()),
        sample=noted.get("sample") or "",
        forbidden=noted.get("forbidden") or 0,
        counts=noted.get("counts") or {},
        missing=tuple(noted.get("missing") or ()),
    )


def _surveyed(folder: Path, noted: dict[str, Any]) -> PastRun:
    """The run of a survey: ``run.json`` has its start, ``survey.json`` its end."""
    survey = object_in(folder / "survey.json")
    run, outcome = ({**found} if isinstance(found := survey.get(name), dict) else {} for name in ("run", "outcome"))
    code, said = outcome.get("exit_code"), outcome.get("messages")
    ended: dict[str, Any] = {
        "ended": str(run["ended"]) if "ended" in run else None,
        "messages": tuple(map(str, said or ())),
    }
    if type(code) is not int:
        code, ended = None, {}
    kind = KILLED if code is None else _OF_SURVEY.get(code) or _OF_CODE.get(code, "incomplete")
    return replace(_noted(folder.name, noted), command=record.SURVEY, exit_code=code, kind=kind, **ended)


def _reported(name: str, file: Path, languages: Collection[str]) -> PastRun:
    """The run of a ``report.json``."""
    try:
        report: Any = read_report(file)
    except ReportError as error:
        return PastRun(id=name, command="harvest", kind="broken", messages=(str(error),))
    outcome, code = report["outcome"], report["outcome"]["exit_code"]
    return PastRun(
        id=name,
        command="harvest",
        started=report["run"]["started"],
        ended=report["run"]["ended"],
        options=report["run"]["options"],
        asked=_asked(report["run"]["options"], languages),
        exit_code=code,
        kind=outcome.get("kind") or _OF_CODE.get(code, "incomplete"),
        messages=tuple(outcome["messages"]),
        sample=outcome.get("sample") or "",
        forbidden=outcome.get("forbidden") or 0,
        counts=report["items"]["counts"],
        missing=tuple(report["missing"]),
    )


def _of_folder(folder: Path, languages: Collection[str]) -> PastRun | None:
    """The run of a folder below ``runs``; None if there is none."""
    if noted := record.read(folder):
        return _surveyed(folder, noted) if noted.get("command") == record.SURVEY else _noted(folder.name, noted)
    if (file := folder / "report.json").is_file():  # of earlier versions
        return _reported(folder.name, file, languages)
    if (folder / "survey.json").exists():
        return _surveyed(folder, {})
    if (file := folder / "stats.json").is_file() and (stats := object_in(file)):  # the same, of a plain crawl
        sample, code = str(stats.get("migration/sample") or ""), stats.get("migration/exit_code")
        code = code if type(code) is int else None
        asked = sample.rpartition("(")[2].rstrip(")")
        kind = "sample" if sample and code == 0 else _OF_CODE.get(code, "incomplete")
        return PastRun(id=folder.name, command="crawl", asked=asked, exit_code=code, kind=kind, sample=sample)
    return PastRun(id=folder.name, command="") if (folder / "crawl.log").exists() else None


def _of_state(database: Path, languages: Collection[str]) -> Iterator[PastRun]:
    """Yield the harvests in ``state.sqlite``, the latest first; nothing if it cannot be read."""
    try:
        noted, again = _read_state(database) if database.is_file() else ([], {})
    except (sqlite3.Error, ValueError, RecursionError):
        return
    for number, run in enumerate(noted):
        # Addresses to request again are known only for the last run, without details.
        missing = tuple({"url": url, "reason": why, "detail": ""} for url, why in again.items()) if number == 0 else ()
        yield PastRun(
            id=run.id,
            command="harvest",
            started=run.started,
            ended=run.ended,
            options=run.options,
            asked=_asked(run.options, languages),
            exit_code=run.exit_code,
            kind=KILLED if run.exit_code is None else _OF_CODE.get(run.exit_code, "incomplete"),
            counts={name: count for name, count in run.counts.items() if name in COUNTS},
            missing=missing if run.exit_code else (),
        )


def _read_state(database: Path) -> tuple[list[Noted], dict[str, str]]:
    # In a read-only folder, SQLite can read a file with a write-ahead log only as immutable.
    for mode in ("mode=ro", "immutable=1"):
        try:
            with closing(sqlite3.connect(f"{database.resolve().as_uri()}?{mode}", uri=True)) as db:
                runs = Runs(db)
                return runs.history(-1), runs.again()
        except sqlite3.OperationalError:
            if mode != "mode=ro":
                raise
    raise AssertionError(database)


def _asked(options: Mapping[str, Any], languages: Collection[str]) -> str:
    """The same as `Options.sample`, for recorded options."""
    asked = {name: options.get(name) for name in ("max_items", "since", "urls")}
    chosen = options.get("languages") or languages
    asked["languages"] = isinstance(chosen, Collection) and set(map(str, chosen)) < set(languages)
    return ", ".join(name for name, value in asked.items() if value)


def options_text(options: Mapping[str, Any]) -> str:
    """The options that were set, as JSON."""
    said = {name: value for name, value in options.items() if value not in (None, [], False)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
