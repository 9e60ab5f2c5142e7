"""Writes the numbers of a run for Prometheus (text format 0.0.4), for node_exporter's textfile collector.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.disk import replacing
from migration_spider.counts import WORDS, key

Report = Mapping[str, Any]
Samples = list[tuple[dict[str, str], float | None]]
"""(labels, value) of each series; None values are left out."""

Metrics = list[tuple[str, str, Samples]]
"""(name, help, samples) of each metric; all are gauges, because each run is a separate measurement."""


def metrics_text(report: Report) -> str:
    """Convert a ``report.json`` to the text of a ``.prom`` file. Every sample has the label ``site``."""
    site = {"site": report["run"]["site"]}
    lines: list[str] = []
    for name, help_text, samples in [*_of_run(report), *_of_items(report), *_of_network(report)]:
        rows = [f"{name}{_labels(site | labels)} {_number(value)}" for labels, value in samples if value is not None]
        if rows:
            lines += [f"# HELP {name} {_escaped(help_text)}", f"# TYPE {name} gauge", *rows]
    return "\n".join(lines) + "\n"


def write_metrics(path: Path, text: str) -> None:
    """Replace the file ``path`` with ``text`` in one step, so that a collector never reads an incomplete file.

    Raises:
        OSError: The folder does not exist or cannot be written.
    """
    # The collector reads every *.prom of its folder; the unfinished file has another name.
    with replacing(path) as file:
        file.write(text.encode())
        os.fchmod(file.fileno(), 0o644)  # another user must be able to read it, regardless of the umask


def _of_run(report: Report) -> Metrics:
    run, outcome = report["run"], report["outcome"]
    about = {"run": run["id"], "extractor": run["extractor"], "finish_reason": outcome["finish_reason"]}
    return [
        ("migration_run_info", "The last run, how it ended, and the code that made it.", [(about, 1)]),
        ("migration_exit_code", "Exit code of the last run; 0 is complete.", _single(outcome["exit_code"])),
        ("migration_last_run_timestamp_seconds", "When the last run ended.", _single(_moment(run["ended"]))),
        (
            "migration_last_success_timestamp_seconds",
            "When the last complete run ended; 0 when none of those known was.",
            _single(_last_success(report)),
        ),
        ("migration_duration_seconds", "How long the last run took.", _single(run["seconds"])),
        (
            "migration_phase_duration_seconds",
            "How long each phase of the last run took.",
            _by("phase", {timing["phase"]: timing["seconds"] for timing in report["timings"]}),
        ),
    ]


def _of_items(report: Report) -> Metrics:
    items, completeness = report["items"], report["completeness"]
    counts, known = items["counts"], items["counts"]["known"]
    problems = [*completeness["sitemaps"], *completeness["listings"]]
    return [
        ("migration_items", "Items after the last run.", _single(items["total"])),
        ("migration_withdrawn_items", "Items that are gone from the site.", _single(items["withdrawn"])),
        (
            "migration_known_items",
            "Items that were on the site before the last run, or were found in it.",
            _single(known),
        ),
        (
            "migration_run_items",
            "Those of them by what became of them in it; all results add up.",
            _by("result", {key(word): counts[key(word)] for word in WORDS}),
        ),
        (
            "migration_unconfirmed_items",
            "Items that were not found, but do not count as gone yet.",
            _single(len(items["unconfirmed"])),
        ),
        ("migration_missing_urls", "Addresses that are known and not accounted for.", _single(len(report["missing"]))),
        (
            "migration_known_urls",
            "Addresses that the site or the archive names as news.",
            _single(completeness["known"]),
        ),
        ("migration_accounted_urls", "Those of them that are accounted for.", _single(completeness["accounted"])),
        (
            "migration_source_problems",
            "Sitemaps and listings that the last run could not read to their end.",
            _single(sum(1 for source in problems if source["problem"])),
        ),
    ]


def _of_network(report: Report) -> Metrics:
    http, archive, robots = report["http"], report["archive"], report["robots"]
    return [
        ("migration_run_requests", "Requests of the last run.", _single(http["requests"])),
        ("migration_run_responses", "Answers of the last run by status.", _by("status", http["status"])),
        ("migration_run_failed_requests", "Requests without an answer by reason.", _by("reason", http["failures"])),
        ("migration_run_received_bytes", "Received in the last run.", _single(http["bytes"])),
        ("migration_run_archived_bytes", "Added to the archive by the last run.", _single(archive["bytes"])),
        ("migration_run_exchanges", "HTTP exchanges archived by the last run.", _single(archive["exchanges"])),
        (
            "migration_run_revisits",
            "Archived exchanges with a payload that was archived before.",
            _single(archive["revisits"]),
        ),
        (
            "migration_field_filled_ratio",
            "Share of the items that have the field.",
            _by("field", {row["field"]: row["filled"] / row["of"] for row in report["coverage"] if row["of"]}),
        ),
        (
            "migration_unknown_values",
            "Values and labels that are in no vocabulary.",
            _single(len(report["vocabulary"])),
        ),
        (
            "migration_robots_changed",
            "1 when robots.txt is not the one of the run before.",
            _single(int(robots["changed"])),
        ),
    ]


def _single(value: float | None) -> Samples:
    return [({}, value)]


def _by(label: str, values: Mapping[str, float]) -> Samples:
    return [({label: str(name)}, value) for name, value in values.items()]


def _last_success(report: Report) -> float:
    """Time of the last complete run in seconds since 1970; 0 if there is none."""
    if report["outcome"]["exit_code"] == 0:
        return _moment(report["run"]["ended"])
    complete = [run for run in report["charts"]["history"] if run["exit_code"] == 0]
    return max((_moment(run["started"]) + float(run["seconds"] or 0) for run in complete), default=0)


def _moment(text: str) -> float:
    # Python 3.10 does not read the Z.
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _labels(labels: Mapping[str, str]) -> str:
    quoted = (f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels.items())
    return "{" + ",".join(quoted) + "}"


def _escaped(text: str, *, quotes: bool = False) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quotes else text


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
