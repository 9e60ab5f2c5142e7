"""Runs the console examples of docs/tutorial.md. ``python -m tests.tutorial`` writes what they print into the page."""

from __future__ import annotations

import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.crawling import ENVIRONMENT, ROOT
from tests.starter import start

PAGE = ROOT / "docs" / "tutorial.md"
PORT = "8020"
"""Of the portal, in the page. Another is free while tests run."""

_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)

VOLATILE = (
    (r"^Without .*\n", ""),  # extras that are not installed
    (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"),
    (r"migrationnetwork-\d+-\d+-.+?\.warc\.gz", "WARC"),
    (r"20\d\d-\d\d-\d\d(T[\d:.]+Z)?(\.\d+)?", "WHEN"),
    (r"\d+(\.\d+)? (bytes|KB|MB|ms|s)\b", "MUCH"),
    (r" at \d+$", " at PLACE"),
    (r"sha256:[0-9a-f]{64}", "DIGEST"),
    (r"urn:uuid:[0-9a-f-]{36}", "UUID"),
    (r"\d+ files; \d+ rows", "FILES"),  # with pyarrow there are more
    (r"^ +\d+ through .*\n", ""),  # which of two lists is read first
)
"""What differs from run to run and from machine to machine: pattern -> what stands for it in a comparison."""


def steady(text: str) -> str:
    """``text`` without what differs from run to run."""
    for pattern, word in VOLATILE:
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    lines = [line.rstrip() for line in text.splitlines()]
    # Of two pages that print the same word either may be read first.
    return "".join(" ".join(sorted(one.split()) if one.startswith("  ") else [one]) + "\n" for one in lines)


def played(page: str, folder: Path) -> str:
    """``page`` with what its commands print when they are run one after the other in ``folder``.

    Raises:
        ValueError: a command is none of those that are known here, or does not end with 0 (`scrapy vocabulary`: 1).
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    portal: subprocess.Popen[str] | None = None

    def run(command: str) -> Iterator[str]:
        nonlocal portal
        words = shlex.split(command.replace(PORT, port))
        if words[:3] == ["python", "-m", "tests.portal"]:
            if portal:
                _stop(portal)
            portal = subprocess.Popen([sys.executable, *words[1:]], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert portal.stdout
            yield portal.stdout.readline()
        elif words[0] == "scrapy":
            yield _scrapy(words[1:], folder)
        elif words[0] == "sqlite3":
            with closing(sqlite3.connect(folder / words[1])) as db:
                yield "".join("|".join(map(str, row)) + "\n" for row in db.execute(words[2]))
        else:
            raise ValueError(f"{command}: nobody knows how to run that here")

    def play(block: re.Match[str]) -> str:
        commands = re.findall(r"^\$ (.+)$", block[0], re.MULTILINE)
        return "".join(f"$ {one}\n{''.join(run(one)).replace(port, PORT)}" for one in commands)

    try:
        return _BLOCK.sub(play, page)
    finally:
        if portal:
            _stop(portal)


def _scrapy(words: list[str], folder: Path) -> str:
    """What ``scrapy`` prints, through the `tail` or `grep` behind it."""
    behind = words[words.index("|") + 1 :] if "|" in words else []
    words = words[: words.index("|")] if behind else words
    # What MIGRATION_DATA_DIR does for a user: the server of the tests has read its environment already.
    of_the_folder = ["-s", "DATA_DIR=first"]
    environment = {**ENVIRONMENT, "SCRAPY_SETTINGS_MODULE": "migration_spider.settings"}
    done = start([*words, *of_the_folder], environment, folder)
    if done.returncode != (words[0] == "vocabulary"):
        raise ValueError(f"scrapy {' '.join(words)}: {done.returncode}\n{(done.stdout + done.stderr).decode()}")
    if not behind:
        return done.stdout.decode()
    return subprocess.run(behind, input=done.stdout, stdout=subprocess.PIPE, check=True).stdout.decode()


def _stop(portal: subprocess.Popen[str]) -> None:
    portal.terminate()
    portal.communicate()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(played(PAGE.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")
