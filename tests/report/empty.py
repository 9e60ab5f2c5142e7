"""A report of a run that did nothing."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from migration_spider.report.model import Report


def empty_report(run_id: str = "") -> Report:
    """A report of a run that did nothing, to be filled."""
    report = cast(Report, _empty(Report))
    run = report["run"]
    run["id"] = run["cycle"] = run_id
    run["started"] = run["ended"] = "1970-01-01T00:00:00Z"
    report["outcome"]["finish_reason"] = "finished"
    return report


def _empty(hint: Any) -> Any:
    """The least that ``hint`` allows: null, nothing, 0; of an object all its keys."""
    if is_typeddict(hint):
        return {name: _empty(inner) for name, inner in get_type_hints(hint).items()}
    if type(None) in get_args(hint):
        return None
    return get_args(hint)[0] if get_origin(hint) is Literal else (get_origin(hint) or hint)()
