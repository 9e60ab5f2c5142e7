"""5 store: writes and reads the files of a run for people, in ``runs/<run id>/``.

``run`` prints the summary of every run. A harvest adds its report, defined in ``model``: ``write`` writes it as JSON,
Markdown and HTML, ``read`` finds it, and ``terminal`` prints it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migration_spider.report.run import FOUND, run_folder, summary

__all__ = ["FOUND", "run_folder", "summary"]


def __getattr__(name: str) -> Any:
    """Import the names that need a run at their first use; reading a report or escaping a text does not need it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from migration_spider.report import run

    return getattr(run, name)
