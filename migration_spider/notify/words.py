"""The outcome of a run in few words, for those who were not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_MESSAGES = 20


def message(
    report: Mapping[str, Any] | None, *, site: str = "", exit_code: int = 1, reason: str = ""
) -> dict[str, Any]:
    """A report -> the short object that the webhook sends; see docs/deploy-notify.md for its keys.

    Without a report (the run broke) ``site``, ``exit_code`` and ``reason`` take its place, and all counts are null.
    """
    run: Mapping[str, Any]
    outcome: Mapping[str, Any]
    if report is None:
        run, outcome = {"site": site}, {"exit_code": exit_code, "messages": [reason]}
    else:
        run, outcome = report["run"], report["outcome"]
    code = outcome["exit_code"]
    short: dict[str, Any] = {
        "schema": "migration-spider/outcome/1",
        "run": run.get("id"),
        "site": run["site"],
        "started": run.get("started"),
        "ended": run.get("ended"),
        "seconds": run.get("seconds"),
        "exit_code": code,
        "finish_reason": outcome.get("finish_reason"),
        "messages": list(outcome["messages"][:MOST_MESSAGES]),
        "counts": None if report is None else _counts(report),
    }
    worst = "; ".join(short["messages"][:3])
    verdict = "complete" if code == 0 else f"NOT complete, exit code {code}"
    short["text"] = f"Harvest of {short['site']} {verdict}" + (f": {worst}" if worst else "")
    return short


def _counts(report: Mapping[str, Any]) -> dict[str, int]:
    counts = report["items"]["counts"]
    return {
        "items": report["items"]["total"],
        **{kind: counts[kind] for kind in ("new", "changed", "unchanged", "vanished", "reappeared")},
        "unconfirmed": len(report["items"]["unconfirmed"]),
        "missing": len(report["missing"]),
        "requests": report["http"]["requests"],
        "bytes": report["http"]["bytes"],
    }


def text_of(short: Mapping[str, Any]) -> str:
    """``message()`` as plain lines, for the log that a ping leaves behind."""
    lines = [short["text"], *(f"- {line}" for line in short["messages"])]
    if short["counts"]:
        lines.append(", ".join(f"{name} {value}" for name, value in short["counts"].items()))
    if short["run"]:
        lines.append(f"run {short['run']}, {short['started']} to {short['ended']}")
    return "\n".join(lines) + "\n"
