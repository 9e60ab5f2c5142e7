"""The bed of all measurements: a portal that is served, what ours crawled of it once, and larger archives made of that.

The pages are those of the recorded portal where ``SHARED_DIR`` (default ``../shared``) has it, else the demo portal's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.child import ROOT, environment, run
from bench.peers import Found

SHARED = Path(os.environ.get("SHARED_DIR") or ROOT.parent / "shared")
RECORDED = SHARED / "portals" / "olivero.warc.gz"
OURS = [sys.executable, "-m", "scrapy"]
NODES, QUICK_NODES = 150, 2
"""News nodes of the demo portal."""

CRAWL = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "MIGRATION_CONTACT": "bench@example.org",
}
"""What a portal on the same machine needs not be spared; the same for the peers."""


@dataclass(frozen=True)
class Bed:
    """What subjects are given."""

    scratch: Path
    """A folder that is deleted at the end."""

    peers: Found
    is_quick: bool
    is_large: bool
    """Whether the sizes are those of the largest promises, which takes hours."""

    portal: str
    """What is served, in words."""

    site: str
    """Its address."""

    until: ExitStack
    """What is started is ended with it."""

    def __post_init__(self) -> None:
        if not self.seed.exists():
            run(ours_crawl(self.site, self.seed), ROOT, self.scratch / "seed.log", codes=(0, 3))
            words = [sys.executable, "-m", "bench.archives", "urls", self.seed / "warc", self.urls]
            run(words, ROOT, self.scratch / "log")

    @property
    def seed(self) -> Path:
        """The data folder of one crawl of ours, which no measurement changes."""
        return self.scratch / "seed"

    @property
    def urls(self) -> Path:
        """The addresses that ours asked for, one a line, each once, in their order."""
        return self.scratch / "urls.txt"

    @property
    def warcs(self) -> list[Path]:
        """The archive of `seed`."""
        return sorted((self.seed / "warc").glob("*.warc.gz"))

    @property
    def many(self) -> Path:
        """`warcs`, several times in one file, each time other records: so much that starting a program is little."""
        return self.repeated(2 if self.is_quick else 10)

    def repeated(self, times: int) -> Path:
        """`warcs`, so many times in one file, each time other records."""
        if not (file := self.scratch / f"{times}-times.warc.gz").exists():
            words = [sys.executable, "-m", "bench.archives", "repeat", self.seed / "warc", file, str(times)]
            run(words, ROOT, self.scratch / "log")
        return file

    @property
    def harvested(self) -> Path:
        """The data folder of a first harvest, which no measurement changes."""
        if not (data := self.scratch / "harvested").exists():
            run(ours_crawl(self.site, data, name=["harvest"]), ROOT, self.scratch / "harvested.log", codes=(0, 3))
        return data

    def serve(self, module: str, *words: str) -> str:
        """The address of a server in a process of its own, which prints it, and serves as long as this bed is laid."""
        return self.until.enter_context(served(module, *words))

    def python(self, peer: str) -> Path:
        return self.peers.python(peer)


def ours_crawl(site: str, data: Path, *words: str, name: Sequence[str] = ("crawl", "news")) -> list[str | Path]:
    """The words of our crawl of ``site`` into ``data``."""
    settings = [word for key, value in {"DATA_DIR": data, **CRAWL}.items() for word in ("-s", f"{key}={value}")]
    return [*OURS, *name, "-a", f"site={site}", *settings, *words]


@contextmanager
def served(module: str, *words: str) -> Iterator[str]:
    """The address of a server in a process of its own, which prints it first."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is piped
            if not (site := process.stdout.readline().strip()):
                raise SystemExit(f"{module} did not start")
            yield site
        finally:
            process.terminate()


@contextmanager
def laid(scratch: Path, peers: Found, *, is_quick: bool, is_large: bool) -> Iterator[Bed]:
    """The bed, until the end of the block."""
    is_recorded = RECORDED.exists() and not is_quick
    nodes = QUICK_NODES if is_quick else NODES
    words = ["--recorded", str(RECORDED)] if is_recorded else ["--nodes", str(nodes)]
    portal = "the recorded portal" if is_recorded else f"the demo portal, {nodes} news nodes"
    with ExitStack() as until:
        site = until.enter_context(served("bench.portal", *words))
        yield Bed(scratch, peers, is_quick, is_large, portal, site, until)
