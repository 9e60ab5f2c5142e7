"""``make demo``: what the project does, told in six steps against the demo portal on this machine.

Starts the portal, runs the commands that a user would type, in their order, and says of each in a few lines what came of
it, from the files that it wrote. What the commands print themselves goes to ``demo.log`` in the data folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from tests.portal import Portal

ROOT = Path(__file__).resolve().parents[2]
MARK = ".demo"
"""A file in the folder: the demo made it, and may empty it. Its lines are the releases that the demo made."""

PARAGRAPH = "Correction: the figures for the last quarter were added after the partners had checked them."
OBJECTIVES = (18, 23, 8)
"""The editor adds the first of these that the story does not have yet."""

VERSIONS = re.compile(r"version \d+ -> \d+")
"""What `scrapy show` begins the difference of two versions with."""

WIDTH, INDENT = 110, "   "
UNBROKEN = {"break_on_hyphens": False, "break_long_words": False}
"""Names of files and addresses stay whole."""

TELL_EVERY = 60.0
"""Seconds between two lines of progress where there is no terminal."""


class FailedError(Exception):
    """A command ended with another exit code than 0; ``args[0]`` is the code."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.portal.demo", description=__doc__)
    parser.add_argument("--data", default="demo-data", help="folder to write to; emptied of an earlier demo first")
    parser.add_argument("--nodes", type=int, default=150, help="news nodes of the portal")
    arguments = parser.parse_args()
    data = Path(arguments.data)
    if refusal := _empty(data):
        print(refusal, file=sys.stderr)
        return 2
    try:
        with (data / "demo.log").open("w", encoding="utf-8") as log:
            Demo(data, log).tell(arguments.nodes)
    except FailedError as failure:
        return int(failure.args[0])
    except KeyboardInterrupt:
        print("\nStopped. `make demo` begins anew.", file=sys.stderr)
        return 130
    return 0


def _empty(data: Path) -> str:
    """Make the folder new, unless it holds what is not a demo's output: then why not."""
    mark = data / MARK
    if mark.exists():
        made = mark.read_text(encoding="utf-8").split()
        own = sorted(one.name for one in (data / "dataset").glob("*") if one.name not in ("latest", *made))
        if own:
            return (
                f"{data / 'dataset' / own[0]} was made after the demo, and the demo would delete it: move it away,"
                " or give another folder (make demo DEMO_DATA=...)"
            )
        shutil.rmtree(data)
    elif data.exists() and any(data.iterdir()):
        return f"{data} holds something that is not a demo's output: give another folder (make demo DEMO_DATA=...)"
    data.mkdir(parents=True, exist_ok=True)
    mark.touch()
    return ""


class Demo:
    """The story, told on standard output."""

    def __init__(self, data: Path, log: TextIO) -> None:
        self.data, self.log = data, log
        self.scrapy = _typed(Path(sys.executable).parent) + "/scrapy"
        self.portal: Portal | None = None
        self.steps = 0

    def tell(self, nodes: int) -> None:
        """Run all of it.

        Raises:
            FailedError: one of the commands did; what it said is printed.
        """
        with Portal(nodes=nodes) as self.portal:
            site = f"site={self.portal.url}"
            print(f"A portal like the real one is up on {self.portal.url}: {nodes} made-up stories in six languages.")
            self._step("First contact: what is there, and is it read right?")
            self._run("survey", "-a", site)
            self._survey()
            self._step("The whole of it: every item, and every exchange with the site as it was on the wire")
            self._run("crawl", "news", "-a", site)
            self._crawl()
            self._step("Meanwhile, an editor of the portal changes one story")
            item = self._edit()
            self._step("The scheduled job: what is new, due or changed, and whether anything is missing")
            self._run("harvest", "-a", site)
            self._harvest()
        self.portal = None
        self._step("The item that changed, and the archived bytes that prove it")
        self._show(item)
        self._step("A release for others, every row with its evidence")
        self._run("publish")
        self._release()
        self._next(item)

    # ---- the steps

    def _survey(self) -> None:
        folder = self._last_run()
        told = json.loads((folder / "survey.json").read_text(encoding="utf-8"))
        news = sum(language["news"] for language in told["languages"])
        listings = sum(listing["verdict"] == "news" for listing in told["listings"])
        self._say(
            f"{told['run']['requests']} requests: news was found, {news} items in {len(told['languages'])} languages, {listings} listings"
        )
        self._say(f"{len(told['samples'])} of the items beside the pages they were read from: {folder / 'survey.html'}")

    def _crawl(self) -> None:
        folder = self._last_run()
        stats = json.loads((folder / "stats.json").read_text(encoding="utf-8"))
        items = self._items()
        self._say(
            f"{len(items)} items of {len({item['node_id'] for item in items.values()})} stories, in {self.data / 'items'}"
        )
        exchanges, size = stats["archive/exchanges"], stats["archive/bytes"]
        self._say(f"{exchanges:,} exchanges ({size / 1e6:.1f} MB), in {self.data / 'warc'}")

    def _edit(self) -> str:
        """One edit; the id of the item that it changes."""
        assert self.portal is not None
        truth = self.portal.truth()
        languages = Counter(story["nid"] for story in truth)
        story: dict[str, Any] = max(truth, key=lambda story: _worth(story, languages[story["nid"]]))
        nid, number = int(story["nid"]), next(n for n in OBJECTIVES if not _has(story, n))
        editor = self.portal.editor
        for change, value in ((editor.edit, (PARAGRAPH,)), (editor.edit_field, ("objectives", number))):
            editor.works_at(datetime.now(timezone.utc))
            change(nid, "en", *value)
        self._say(f"a paragraph, and objective {number}, added to {story['url']}")
        return f"{nid}@en"

    def _harvest(self) -> None:
        folder = self._last_run()
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        counts = {name: number for name, number in run["counts"].items() if number}
        total = counts.pop("known")
        parts = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
        self._say(f"{total} items = {parts}")
        self._say(f"the report: {folder / 'report.html'}")

    def _show(self, item_id: str) -> None:
        """The item as it is now, what changed of it, and what proves it."""
        items = self._items()
        item = items[item_id]
        others = (items.get(f"{item['node_id']}@{language}") for language in item["translations"])
        self._say(item["title"])
        self._field("translations", "; ".join(f"{one['title']} ({one['language']})" for one in others if one))
        self._field("publication_date", f"{item['publication_date']}, printed as {item['publication_date_raw']!r}")
        for name in ("gcm_objectives", "geographic_scope", "source_publisher"):
            if item[name]:
                self._field(name, "; ".join(f"{term['raw']} [{term['id'] or 'unknown'}]" for term in item[name]))
        print()
        said = self._run("show", item_id).splitlines()
        start = next((number for number, line in enumerate(said) if VERSIONS.match(line)), 0)
        print(textwrap.indent("\n".join(line.rstrip() for line in said[start:]), INDENT))

    def _release(self) -> None:
        folder = next(one for one in (self.data / "dataset").iterdir() if not one.is_symlink())
        (self.data / MARK).write_text(folder.name, encoding="utf-8")
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        self._say(package["whole"])
        self._say(f"JSON, CSV and SQLite, and what they mean: {folder / 'README.md'}")

    def _next(self, item_id: str) -> None:
        """What to type next."""
        rows = (
            ("one item, its proof recomputed", f'{self.scrapy} show "{item_id}" -s DATA_DIR={self.data}'),
            ("every byte of the archive checked", f"{self.scrapy} archive-verify -s DATA_DIR={self.data}"),
            ("all items again, from the archive alone", f"{self.scrapy} reparse --diff -s DATA_DIR={self.data}"),
            ("the live portal", "make crawl MIGRATION_CONTACT=you@example.org ARGS='-a max_items=20'"),
            ("all of this in your browser", f"{self.scrapy} browse {self.data}"),
        )
        print("\nNext:\n")
        for what, command in rows:
            print(f"  {what:41}{command}")

    # ---- running and printing

    def _run(self, command: str, *arguments: str) -> str:
        """Run a command as a user would type it; what it printed.

        Raises:
            FailedError: it ended with another exit code than 0. The end of what it printed is shown.
        """
        typed = [command, *arguments, "-s", f"DATA_DIR={self.data}"]
        print(f"{INDENT}$ {self.scrapy} {' '.join(typed)}", flush=True)
        output = self.data / f".{command}.txt"
        typed[-1] = f"DATA_DIR={self.data.resolve()}"
        with output.open("w", encoding="utf-8") as stream, self._progress():
            done = subprocess.run(
                [sys.executable, "-m", "scrapy", *typed], cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, check=False
            )
        said = output.read_text(encoding="utf-8", errors="replace")
        output.unlink()
        self.log.write(f"$ scrapy {' '.join(typed)}\n{said}\n")
        self.log.flush()
        if done.returncode:
            print("\n".join(said.splitlines()[-20:]), file=sys.stderr)
            print(f"That ended with exit code {done.returncode}; all of it: {self.log.name}", file=sys.stderr)
            raise FailedError(done.returncode)
        return said

    @contextlib.contextmanager
    def _progress(self) -> Iterator[None]:
        """While something runs: how many requests the portal has answered."""
        portal, is_terminal = self.portal, sys.stdout.isatty()
        if portal is None:
            yield
            return
        before, over = len(portal.requests), threading.Event()

        def tell() -> None:
            while not over.wait(0.5 if is_terminal else TELL_EVERY):
                count = f"{INDENT}{len(portal.requests) - before} requests answered"
                print(f"\r{count}" if is_terminal else count, end="" if is_terminal else "\n", flush=True)
            if is_terminal:
                print("\r\x1b[K", end="", flush=True)

        teller = threading.Thread(target=tell, name="progress")
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()

    def _step(self, title: str) -> None:
        self.steps += 1
        print(f"\n{self.steps}  {title}", flush=True)

    def _say(self, text: str) -> None:
        print(textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, **UNBROKEN))

    def _field(self, name: str, text: str) -> None:
        first = f"{INDENT}  {name:18}"
        print(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), **UNBROKEN))

    # ---- what the commands wrote

    def _last_run(self) -> Path:
        """The folder of the last run."""
        return max(one for one in (self.data / "runs").iterdir() if one.is_dir())

    def _items(self) -> dict[str, dict[str, Any]]:
        """The last version of each item, by id."""
        lines = (self.data / "items" / "news.jsonl").read_text(encoding="utf-8").splitlines()
        return {item["id"]: item for item in map(json.loads, lines)}


def _worth(story: dict[str, Any], languages: int) -> tuple[bool, int, int]:
    """How much there is to see of an item of the portal's: an English original with date, objectives, translations."""
    is_shown = story["lang"] == story["source_lang"] == "en" and bool(story["date"] and story["gcm_objectives"])
    return is_shown and bool(story["geographic_scope"]), languages, -int(story["nid"])


def _has(story: dict[str, Any], number: int) -> bool:
    return any(objective.startswith(f"{number} ") for objective in story["gcm_objectives"])


def _typed(folder: Path) -> str:
    """How a folder is typed from here; in full when it stands elsewhere."""
    with contextlib.suppress(ValueError):
        return str(folder.relative_to(Path.cwd()))
    return str(folder)


if __name__ == "__main__":
    sys.exit(main())
