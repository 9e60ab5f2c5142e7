"""A rebuild on a Dask cluster in which the worker that comes to page ``at`` is killed: run as a program of its own.

python -m tests.dying_worker SCHEDULER FLAG OUTPUT WARC ...
"""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from migration_spider.reparse import rebuild
from migration_spider.reparse.dask_engine import cluster
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import sources
from migration_spider.spiders.scope import Scope

LANGUAGES = ["en", "fr", "es", "ar", "ru", "zh-hant"]


@dataclass(frozen=True)
class DyingOnce:
    """``function``, but the first process that calls it with ``victim`` is killed."""

    function: Any
    victim: Any
    flag: Path

    def __call__(self, thing: Any) -> Any:
        if thing == self.victim and not self.flag.exists():
            self.flag.write_text(str(os.getpid()), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        return self.function(thing)


def main(scheduler: str, flag: str, output: str, *files: str) -> None:
    with cluster(scheduler, 1) as engine:
        catalogue = scan(sources(files), engine)

        def deadly(function: Any, things: Any, chunk: int = 8) -> Any:
            things = list(things)
            return engine(DyingOnce(function, things[len(things) // 2], Path(flag)), things, chunk)

        parts = urlsplit(next(catalogue.captures()).url)
        rebuild(
            catalogue, Scope(f"{parts.scheme}://{parts.netloc}", LANGUAGES, LANGUAGES, []), Path(output), engine=deadly
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
