"""``-s STATS_CLASS=tests.tracing.Tracer``: notes in DATA_DIR/trace.jsonl what a crawl synced to disk and counted, in order."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from scrapy.statscollectors import MemoryStatsCollector


class Tracer(MemoryStatsCollector):
    """One object per event: ``{"synced": inode, "size": bytes}`` or ``{"counted": stat}``, each with ``lines``, bytes."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        data = Path(crawler.settings["DATA_DIR"])
        self._lines = data / "items" / "news.jsonl"
        self._lock = threading.Lock()
        data.mkdir(parents=True, exist_ok=True)
        self._trace = (data / "trace.jsonl").open("w", buffering=1)
        fsync = os.fsync

        def traced(file: Any) -> None:
            fsync(file)
            there = os.fstat(file)
            self._note(synced=there.st_ino, size=there.st_size)

        os.fsync = traced

    def set_value(self, key: str, value: Any) -> None:
        super().set_value(key, value)
        if key.startswith("migration/items/"):
            self._note(counted=key)

    def _note(self, **event: Any) -> None:
        with self._lock:
            size = self._lines.stat().st_size if self._lines.exists() else 0
            self._trace.write(json.dumps({**event, "lines": size}) + "\n")
