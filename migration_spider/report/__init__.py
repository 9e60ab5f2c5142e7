"""5 store: what a run leaves for people, in ``runs/<run id>/``.

``run`` has the summary of every run. A harvest adds its report, described by ``model``: ``write`` puts it
there as JSON, Markdown and a page for the browser, ``read`` finds it again, ``terminal`` prints it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migration_spider.report.run import FOUND, run_folder, summary

__all__ = ["FOUND", "run_folder", "summary"]


def __getattr__(name: str) -> Any:
    """What needs a run, imported when it is asked for: who reads a report, or escapes a text, has none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from migration_spider.report import run

    return getattr(run, name)
