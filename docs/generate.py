"""Writes the parts of the documentation that are generated from the code: ``python -m docs.generate``.

The pages reference/commands.md, components.md and columns.md are generated completely; in other pages, the text between
``<!-- docs/generate.py: NAME -->`` and ``<!-- end -->``. tests/test_docs.py fails if a page is not up to date.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from scrapy.cmdline import _get_commands_dict
from scrapy.commands import BaseRunSpiderCommand, ScrapyCommand
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from archive.addon import ArchiveAddon
from archive.dataset import publish
from migration_spider import config, life
from migration_spider.items import Evidence, NewsItem, to_record
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.publish import dataset

DOCS = Path(__file__).parent
ROOT = DOCS.parent
WRITTEN = "<!-- Written by python -m docs.generate: change the code, then run it. -->\n"

ORDER = (
    *("survey", "crawl", "harvest", "report"),
    *("show", "explain", "savepage", "vocabulary", "browse", "files"),
    *("reparse", "publish", "verify-release"),
    *("archive-index", "archive-verify", "archive-repair", "archive-wacz"),
)
"""The commands in the order of the flow."""


def escaped(text: str) -> str:
    """``text`` as a paragraph or a cell of a table: code stays code, and nothing else is markup."""
    parts = " ".join(text.replace("``", "`").split()).replace("|", "\\|").split("`")
    return "`".join(part if place % 2 else part.replace("<", "\\<") for place, part in enumerate(parts))


def table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [heads, ("-",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# ---- commands


@cache
def project_commands() -> dict[str, ScrapyCommand]:
    """The commands of both packages by name, in the order of the flow; one that ORDER forgets comes last."""
    settings = get_project_settings()
    own = {
        name: command
        for name, command in _get_commands_dict(settings, inproject=True).items()
        if type(command).__module__.startswith(("migration_spider.", "archive."))
    }
    for command in own.values():
        command.settings = settings
    return {name: own[name] for name in sorted(own, key=lambda one: (*ORDER, one).index(one))}


def options(command: ScrapyCommand) -> list[argparse.Action]:
    """The options of the command that are not Scrapy's."""
    parsers = []
    for one in (command, _Stock()):
        parser = argparse.ArgumentParser(conflict_handler="resolve", add_help=False)
        one.settings = command.settings
        one.add_options(parser)
        parsers.append(parser)
    stock = [(action.option_strings, action.help) for action in parsers[1]._actions]
    command.epilog = parsers[0].epilog or ""  # type: ignore[attr-defined]
    return [action for action in parsers[0]._actions if (action.option_strings, action.help) not in stock]


class _Stock(BaseRunSpiderCommand):
    """A command with no option of its own."""

    def short_desc(self) -> str:
        return ""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        raise NotImplementedError


COMMANDS = """\
# Commands

What `scrapy COMMAND --help` says. Every command also takes Scrapy's own options: `-s NAME=VALUE` for a
[setting](../settings.md), `-L LEVEL`, `--logfile FILE`; `crawl`, `harvest` and `survey` take `-a NAME=VALUE`, the
[options of the spider](../crawl.md). [The exit codes of a run](../crawl.md#exit-codes) say what to do, too.
"""


def commands() -> str:
    parts = [WRITTEN, COMMANDS]
    for name, command in project_commands().items():
        said = options(command)
        description, _, codes = command.long_desc().partition("exit codes:\n")
        codes = "; ".join(re.sub(r"^ *(\d+) +", r"\1 ", line) for line in codes.splitlines())
        page = re.search(r"docs/([\w-]+)\.md", type(command).__doc__ or "")
        parts.append(
            f"\n## scrapy {name}\n\n```\nscrapy {name} {command.syntax()}\n```\n\n{escaped(command.short_desc())}.\n"
        )
        if more := description.removeprefix(f"{command.short_desc()}.").strip():
            parts.append(f"\n{_described(more)}\n")
        if codes:
            parts.append(f"\nExit codes: {escaped(codes)}.\n")
        if said:
            rows = ((_spelled(action), escaped((action.help or "") % vars(action))) for action in said)
            parts.append("\n" + table(("option", "meaning"), rows))
        if examples := inspect.cleandoc(re.sub(r"^examples.*\n", "", getattr(command, "epilog", ""))):
            parts.append(f"\n```sh\n{examples}\n```\n")
        if page:
            parts.append(f"\nMore: [{page[1]}.md](../{page[1]}.md)\n")
    return "".join(parts)


def _described(text: str) -> str:
    """The description of a command; its indented lines, a name and a meaning, become a list."""
    listed = re.compile(r"  (\S+) {2,}(.+)")
    lines = ((line, listed.fullmatch(line)) for line in text.splitlines())
    text = "\n".join(f"- `{found[1]}`: {escaped(found[2])}" if found else escaped(line) for line, found in lines)
    return text.replace(":\n- ", ":\n\n- ")


def _spelled(action: argparse.Action) -> str:
    value = action.metavar or ("{" + ",".join(map(str, action.choices)) + "}" if action.choices else "")
    if not value and action.nargs != 0:
        value = action.dest.upper()
    return ", ".join(f"`{option} {value}`" if value else f"`{option}`" for option in action.option_strings)


# ---- components and signals

COMPONENTS = (
    ("Add-ons", "ADDONS", "Change settings before components are created."),
    ("Extensions", "EXTENSIONS", "Created in this order; an exception of one of them ends the run before it begins."),
    (
        "Downloader middlewares",
        "DOWNLOADER_MIDDLEWARES",
        "A request passes from the top to the bottom, its response from the bottom to the top.",
    ),
    (
        "Spider middlewares",
        "SPIDER_MIDDLEWARES",
        "A response passes from the top to the bottom, items and requests from the bottom to the top.",
    ),
    ("Item pipelines", "ITEM_PIPELINES", "An item passes from the top to the bottom."),
    ("Download handlers", "DOWNLOAD_HANDLERS", "By scheme."),
)


PARTS = """\
# Components and signals

The components of a crawl, in the order in which they run. Those that begin with `scrapy.` are Scrapy's and described in
its documentation.
"""
SIGNALS = """
## Signals

The functions that are called when Scrapy sends a signal. Receivers of the same signal do not depend on their order.
Scrapy logs the exceptions of receivers and continues; so the data and the result of a run never depend on a receiver
alone.

"""


def components() -> str:
    settings = get_project_settings()
    ArchiveAddon().update_settings(settings)
    parts = [WRITTEN, PARTS]
    for title, name, says in COMPONENTS:
        rows = ((str(order), f"`{path}`", _does(path)) for order, path in _ordered(settings, name))
        parts.append(f"\n## {title}\n\n`{name}`. {says}\n\n" + table(("order", "component", "does"), rows))
    parts.append(SIGNALS)
    receivers = sorted(set(connected()))
    parts.append(table(("signal", "receiver"), ((f"`{signal}`", f"`{who}`") for signal, who in receivers)))
    parts.append("\nThe order of a run's beginning and end:\n\n")
    order = importlib.import_module("migration_spider.extensions").__doc__ or ""
    numbered = re.sub(r"^(\d+\.) ", r"\1 ", order.partition("\n\n")[2], flags=re.MULTILINE)
    parts.append(numbered.rstrip().replace("``", "`") + "\n")
    return "".join(parts)


def _ordered(settings: Settings, name: str) -> list[tuple[Any, str]]:
    """(order or scheme, import path) of the components of a setting, those that are switched off left out."""
    found = settings.getwithbase(name)
    placed = [(order, one) for one, order in found.items()] if name != "DOWNLOAD_HANDLERS" else list(found.items())
    named = [
        (order, one if isinstance(one, str) else f"{one.__module__}.{one.__qualname__}")
        for order, one in placed
        if order is not None and one is not None
    ]
    return sorted(named)


def _does(path: str) -> str:
    """The first sentence of the component's docstring; nothing of Scrapy's, which has its own reference."""
    if path.startswith("scrapy."):
        return ""
    module, _, name = path.rpartition(".")
    said = inspect.getdoc(getattr(importlib.import_module(module), name)) or ""
    return escaped(re.split(r"(?<=\.)\s", said.partition("\n\n")[0] + " ")[0])


def connected() -> Iterator[tuple[str, str]]:
    """(signal, receiver) of each call ``connect(receiver, signals.NAME)`` in the code."""
    for file, tree in sources(".connect("):
        module = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "connect" or len(node.args) < 2:
                continue
            signal = node.args[1]
            if isinstance(signal, ast.Attribute) and getattr(signal.value, "id", "") == "signals":
                yield signal.attr, f"{module}: {ast.unparse(node.args[0]).rpartition('.')[2]}"


def sources(words: str) -> Iterator[tuple[Path, ast.Module]]:
    """The files of both packages in which ``words`` stand, parsed."""
    for package in ("migration_spider", "archive"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if "build" in file.relative_to(ROOT).parts:  # a copy that `pip install ./archive` leaves
                continue
            text = file.read_text(encoding="utf-8")
            if words in text:
                yield file, ast.parse(text)


# ---- columns of a release


COLUMNS = """\
# Columns of a release

The CSV files that [`scrapy publish`](../publish.md) writes; the tables of `news.sqlite` have the same columns.
`datapackage.json` of each release says the same to programs, with keys and foreign keys.
"""


def columns(release: Path) -> str:
    """The tables of a release and their columns, as its datapackage.json has them; titles in all languages are one."""
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    parts = [WRITTEN, COLUMNS]
    for resource in package["resources"]:
        fields = resource.get("schema", {}).get("fields")
        if fields and resource["path"].endswith(".csv"):
            seen = {}
            for one in fields:
                name = re.sub(r"^title_[\w-]+$", "title_<language>", one["name"])
                meaning = re.sub(r"the language `[\w-]+`", "this language", one.get("description", ""))
                seen.setdefault(name, (f"`{name}`", one["type"], escaped(meaning)))
            parts.append(f"\n## {resource['path']}\n\n{escaped(resource.get('description', ''))}\n\n")
            parts.append(table(("column", "type", "meaning"), iter(seen.values())))
    return "".join(parts)


def sample_release(folder: Path) -> Path:
    """A release of one story in two languages."""
    moment = "2024-05-01T12:00:00Z"
    evidence = Evidence(
        file="a.warc.gz", offset=0, length=9, record_id="<urn:uuid:1>", target_uri="http://portal.example/",
        date=moment, payload_digest="sha256:00",
    )  # fmt: skip
    text = "\n\n".join(
        f"{year} IOM 10.{year} UNHCR https://un.org/{year} Geneva {year * 3}" for year in range(2018, 2024)
    )
    lines = [
        NewsItem(
            id=f"1@{language}", node_id=1, url=f"http://portal.example/{language}/1", language=language,
            content_language=language, title=language, body_text=text, content_sha256=language, warc=evidence,
            first_seen=moment, last_changed=moment, fetched_at=moment,
        )
        for language in ("en", "fr")
    ]  # fmt: skip
    file = folder / "news.jsonl"
    file.write_text("".join(json.dumps(to_record(line)) + "\n" for line in lines), encoding="utf-8")
    return publish(dataset("http://portal.example"), file, folder / "dataset", version="1").path


# ---- parts of other pages


def problems() -> str:
    rows = ((f"`{code}`", meaning) for code, meaning in sorted(PROBLEMS.items()))
    return table(("code", "meaning"), rows)


def settings() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for setting, name in config.names().items():
            field = config.Config.model_fields[name]
            if not field.description:
                continue
            extra: Any = field.json_schema_extra or {}
            shown = extra.get("shown")
            if not shown:
                shown = f"`{' '.join(field.default) if isinstance(field.default, tuple) else field.default}`"
            yield f"`{setting}`", shown, config.expected(field), field.description

    return table(("setting", "default", "expected", "meaning"), rows())


PAGES: dict[str, Callable[[], str]] = {"reference/commands.md": commands, "reference/components.md": components}
SECTIONS: dict[str, Callable[[], str]] = {
    "problems": problems,
    "lives": life.table,  # harvest.md
    "settings": settings,
}

_SECTION = re.compile(r"(<!-- docs/generate\.py: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def sections(text: str) -> list[tuple[str, str]]:
    """(marker, name) of each generated section of a page."""
    return [(found[1], found[2]) for found in _SECTION.finditer(text)]


def filled(text: str) -> str:
    """A page with its generated sections as they are now.

    Raises:
        KeyError: it names a section that nobody writes.
    """
    return _SECTION.sub(lambda found: f"{found[1]}\n{SECTIONS[found[2]]()}\n", text)


def current() -> dict[Path, str]:
    """Page -> what it would say if it were written now; of all pages but columns.md."""
    made = {DOCS / name: make() for name, make in PAGES.items()}
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if _SECTION.search(text):
            made[page] = filled(text)
    return made


def main() -> None:
    pages = current()
    with tempfile.TemporaryDirectory() as folder:
        pages[DOCS / "reference" / "columns.md"] = columns(sample_release(Path(folder)))
    for page, text in pages.items():
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8", newline="\n")
            print(f"written: {page.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
