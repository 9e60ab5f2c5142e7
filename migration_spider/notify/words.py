"""The result of a run in a few words, for pings and webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migration_spider.counts import WORDS, key
from migration_spider.report.outcomes import ending

MOST_MESSAGES = 20


def message(
    report: Mapping[str, Any] | None, *, site: str = "", outcome: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Make the short object that the webhook sends from a report; see docs/deploy-notify.md for its keys.

    Without a report, ``site`` and ``outcome`` (as in `model.Outcome`) are used instead, and all counts are null.
    """
    run: Mapping[str, Any] = {"site": site} if report is None else report["run"]
    ended = (outcome or {"exit_code": 1, "messages": []}) if report is None else report["outcome"]
    result = ending(ended, 0 if report is None else len(report["items"]["unconfirmed"]))
    return {
        "schema": "migration-spider/outcome/1",
        "run": run.get("id"),
        "site": run["site"],
        "started": run.get("started"),
        "ended": run.get("ended"),
        "seconds": run.get("seconds"),
        "exit_code": ended["exit_code"],
        "finish_reason": ended.get("finish_reason"),
        "kind": ended.get("kind") or None,
        "do": result.do,
        "advice": result.advice,
        "messages": list(ended["messages"][:MOST_MESSAGES]),
        "counts": None if report is None else _counts(report),
        "text": f"Harvest of {run['site']}: {result.last}",
    }


def _counts(report: Mapping[str, Any]) -> dict[str, int]:
    counts = report["items"]["counts"]
    return {
        "items": report["items"]["total"],
        **{key(word): counts[key(word)] for word in WORDS},
        # With the keys of earlier versions.
        **{kind: counts[kind] for kind in ("unchanged", "vanished", "reappeared")},
        "unconfirmed": len(report["items"]["unconfirmed"]),
        "missing": len(report["missing"]),
        "requests": report["http"]["requests"],
        "bytes": report["http"]["bytes"],
    }


def text_of(short: Mapping[str, Any]) -> str:
    """``message()`` as plain lines, for the text of a ping."""
    lines = [short["text"], *(f"- {line}" for line in short["messages"])]
    lines.append(f"to do: {short['do']}: {short['advice']}")
    if short["counts"]:
        names = {
            "items": "on the site",
            **{key(word): word for word in WORDS},
            "missing": "missing",
            "requests": "requests",
        }
        lines.append(", ".join(f"{short['counts'][name]} {words}" for name, words in names.items()))
    if short["run"]:
        lines.append(f"run {short['run']}, {short['started']} to {short['ended']}")
    return "\n".join(lines) + "\n"
