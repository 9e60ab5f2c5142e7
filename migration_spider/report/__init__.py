"""5 store: what a run leaves for people, in ``runs/<run id>/``.

``run`` has the summary of every run. A harvest adds its report, described by ``model``: ``write`` puts it
there as JSON, Markdown and a page for the browser, ``read`` finds it again, ``terminal`` prints it.
"""

from migration_spider.report.run import FOUND, run_folder, summary

__all__ = ["FOUND", "run_folder", "summary"]
