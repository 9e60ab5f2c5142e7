"""What is measured beside ours: programs of others, each in a virtual environment of its own below ``.bench/``.

A peer that cannot be installed, or does not start, is named with what it said, and left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.child import ROOT

CACHE = Path(os.environ.get("BENCH_CACHE") or ROOT / ".bench")


@dataclass(frozen=True, slots=True)
class Peer:
    """A program and where it comes from."""

    packages: tuple[str, ...]
    """Names and versions at PyPI; without any it is the Debian package of that name."""

    starts: tuple[str, ...]
    """Words that show that it starts, after the Python of its environment; else after nothing."""

    is_ours: bool = False
    """Whether the versions are those that the project was tested with: what both use is the same then."""


PEERS = {
    "scrapy": Peer(("scrapy",), ("-m", "scrapy", "version"), is_ours=True),
    "scrapy-warc": Peer(
        ("scrapy", "scrapy-warc==0.10.0"), ("-c", "import scrapy_warc.downloadmiddlewares.warcio"), is_ours=True
    ),
    "warcprox": Peer(("warcprox==2.13.1", "setuptools<81"), ("-m", "warcprox.main", "--version")),
    "wpull": Peer(("wpull==2.0.1",), ("-m", "wpull", "--version")),
    "wget": Peer((), ("wget", "--version")),
    "warcio": Peer(("warcio", "parsel", "setuptools<81"), ("-c", "import parsel, warcio.cli"), is_ours=True),
    "fastwarc": Peer(
        ("fastwarc", "lxml", "resiliparse==2.0.1"),
        ("-c", "import fastwarc, resiliparse.parse.html, lxml"),
        is_ours=True,
    ),
    "trafilatura": Peer(
        ("trafilatura==2.3.1", "lxml_html_clean", "fastwarc==2.0.1"), ("-c", "import trafilatura, fastwarc")
    ),
    "cdxj-indexer": Peer(("cdxj-indexer", "setuptools<81"), ("-m", "cdxj_indexer.main", "--help"), is_ours=True),
    "wacz": Peer(("wacz==0.6.0", "setuptools<81"), ("-m", "wacz.main", "--help")),
}
"""Some import pkg_resources, which setuptools 81 took out."""


@dataclass(slots=True)
class Found:
    """The peers that are there, and why the others are not."""

    versions: dict[str, dict[str, str]]
    """Peer -> package -> version."""

    left_out: dict[str, str]
    """Peer -> why."""

    def python(self, name: str) -> Path:
        """The Python of a peer's environment."""
        return CACHE / name / "bin" / "python"


def find(names: Iterable[str], *, install: bool) -> Found:
    """The peers ``names``; with ``install`` what is missing is installed, which asks PyPI or Debian."""
    found = Found({}, {})
    for name in names:
        peer, folder = PEERS[name], CACHE / name
        why = ""
        if install and not _is_there(name):
            print(f"Installing {name} ...", file=sys.stderr, flush=True)
            why = _installed(name, peer, folder)
        if not why and not _is_there(name):
            why = "not installed"
        if why or (why := _starts(peer, folder)):
            found.left_out[name] = why
        else:
            found.versions[name] = _versions(name, peer, folder)
    return found


def _is_there(name: str) -> bool:
    return (CACHE / name / "ready").exists() if PEERS[name].packages else shutil.which(name) is not None


def _installed(name: str, peer: Peer, folder: Path) -> str:
    """Why it could not be."""
    if not peer.packages:
        if os.getuid() or not shutil.which("apt-get"):
            return f"only root can install the Debian package {name}"
        words = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", name]
        return _why(["apt-get", "update", "--quiet"]) or _why(words)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if peer.is_ours:
        pip += ["--constraint", ROOT / "constraints.txt"]
    why = _why([sys.executable, "-m", "venv", "--clear", folder]) or _why([*pip, *peer.packages])
    if why:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        (folder / "ready").touch()
    return why


def _starts(peer: Peer, folder: Path) -> str:
    """Why it does not."""
    return _why([folder / "bin" / "python", *peer.starts] if peer.packages else list(peer.starts))


def _versions(name: str, peer: Peer, folder: Path) -> dict[str, str]:
    if not peer.packages:
        told = subprocess.run(peer.starts, capture_output=True, text=True, check=True).stdout.split()
        return {name: next(word for word in told if word[0].isdigit())}
    words = [folder / "bin" / "python", "-m", "pip", "freeze", "--disable-pip-version-check"]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def _why(words: list[str | Path]) -> str:
    """The last line that a command printed when it failed."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600, cwd="/")
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if not done.returncode:
        return ""
    said = (done.stderr + done.stdout).strip().splitlines()
    errors = [line.strip() for line in said if "error" in line.lower()]
    return (errors or said or [f"ended with {done.returncode}"])[-1][:200]
