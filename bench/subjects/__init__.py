"""What is measured: one module for each subject, all in one table."""

from __future__ import annotations

from collections.abc import Callable

from bench.bed import Bed
from bench.rounds import Subject
from bench.subjects import (
    browse,
    capture,
    crawl,
    harvest,
    index,
    processes,
    publish,
    reading,
    reparse,
    scale,
    verify,
    wacz,
)

SUBJECTS: dict[str, Callable[[Bed], Subject]] = {
    "crawl": crawl.subject,
    "capture": capture.subject,
    "reading": reading.subject,
    "reparse": reparse.subject,
    "processes": processes.subject,
    "index": index.subject,
    "verify": verify.subject,
    "wacz": wacz.subject,
    "harvest": harvest.subject,
    "publish": publish.subject,
    "browse": browse.subject,
    "scale": scale.subject,
}
