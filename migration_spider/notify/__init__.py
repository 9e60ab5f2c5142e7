"""What a run tells other machines, when asked to: a metrics file, a ping, a webhook. See docs/deploy-notify.md.

Nothing in here changes what a run is worth: what cannot be told is logged, and the exit code stays as it is. All calls
block, so they stand before and after the crawl, not beside it. The addresses are secrets and are never logged whole.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from migration_spider.exceptions import OptionError
from migration_spider.notify.delivery import ping, webhook
from migration_spider.notify.metrics import metrics_text, write_metrics
from migration_spider.notify.words import message, text_of

__all__ = [
    "check",
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

Settings = Any
"""Scrapy's settings, or anything with ``settings[name]``."""

Report = Mapping[str, Any]
"""A ``report.json``, read."""


def check(settings: Settings) -> None:
    """Look at the settings before a run: a schedule that tells nobody is found out on its first day.

    Raises:
        OptionError: an address is no web address, or the metrics file cannot be where it is wanted.
    """
    for name in ("MIGRATION_PING_URL", "MIGRATION_WEBHOOK_URL"):
        if not _is_web_address(_value(settings, name)):
            raise OptionError(
                f"{name} is no web address: expected http:// or https:// and a host, without user:password@"
            )
    file = _value(settings, "MIGRATION_METRICS_FILE")
    if file and (not file.endswith(".prom") or not Path(file).parent.is_dir()):
        raise OptionError(f"MIGRATION_METRICS_FILE={file}: expected the path of a .prom file in a folder that exists")


def start(settings: Settings) -> None:
    """A run begins: to be called once it holds the lock."""
    if url := _value(settings, "MIGRATION_PING_URL"):
        ping(url, None, "")


def finish(settings: Settings, report: Report) -> None:
    """A run has ended and has its report: write the metrics, ping, and when it failed call the webhook."""
    code = report["outcome"]["exit_code"]
    if file := _value(settings, "MIGRATION_METRICS_FILE"):
        try:
            write_metrics(Path(file), metrics_text(report))
        except OSError as error:
            logger.warning("MIGRATION_METRICS_FILE is not written: %s", error)
    if url := _value(settings, "MIGRATION_PING_URL"):
        ping(url, code, text_of(message(report)))
    if code != 0 and (url := _value(settings, "MIGRATION_WEBHOOK_URL")):
        webhook(url, message(report))


def fail(settings: Settings, site: str, exit_code: int, reason: str) -> None:
    """A run that began has ended without a report: ping and call the webhook with ``reason``, one line.

    The metrics file stays as the run before left it, so that the time of the last success in it goes on to age.
    """
    body = message(None, site=site, exit_code=exit_code, reason=reason)
    if url := _value(settings, "MIGRATION_PING_URL"):
        ping(url, exit_code, text_of(body))
    if url := _value(settings, "MIGRATION_WEBHOOK_URL"):
        webhook(url, body)


def _value(settings: Settings, name: str) -> str:
    # A variable that is set to nothing, as workflow files do with secrets that are not there, is not set.
    return str(settings[name] or "").strip()


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return not url or (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
        )
    except ValueError:
        return False
