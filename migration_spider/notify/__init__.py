"""Notifications of a run, if they are set: a metrics file, a ping, a webhook. See docs/deploy-notify.md.

Nothing here changes the result of a run: a failure to send is logged, and the exit code stays the same. All calls
block, so they are made before and after the crawl, not during it. The addresses are secrets and are never logged in
full.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from migration_spider.config import Config
from migration_spider.notify.delivery import ping, webhook
from migration_spider.notify.metrics import metrics_text, write_metrics
from migration_spider.notify.words import message, text_of

__all__ = [
    "fail",
    "finish",
    "message",
    "metrics_text",
    "ping",
    "start",
    "text_of",
    "webhook",
    "write_metrics",
]

logger = logging.getLogger(__name__)

Report = Mapping[str, Any]
"""A ``report.json``, read."""


def start(config: Config) -> None:
    """Send the notification that a run begins; to be called when it has the lock."""
    if url := config.ping_url:
        ping(url, None, "")


def finish(config: Config, report: Report) -> None:
    """Write the metrics and ping after a run with a report; if it failed, also call the webhook."""
    code = report["outcome"]["exit_code"]
    if file := config.metrics_file:
        try:
            write_metrics(Path(file), metrics_text(report))
        except OSError as error:
            logger.warning("MIGRATION_METRICS_FILE could not be written: %s", error)
    if url := config.ping_url:
        ping(url, code, text_of(message(report)))
    if code != 0 and (url := config.webhook_url):
        webhook(url, message(report))


def fail(config: Config, site: str, exit_code: int, reasons: Sequence[str], kind: str = "") -> None:
    """Ping and call the webhook after a run without a report; ``reasons`` are one line each.

    The metrics file is not changed, so that the time of the last success in it continues to age.
    """
    body = message(None, site=site, outcome={"exit_code": exit_code, "messages": reasons, "kind": kind})
    if url := config.ping_url:
        ping(url, exit_code, text_of(body))
    if url := config.webhook_url:
        webhook(url, body)
