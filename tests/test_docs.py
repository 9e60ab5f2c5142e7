"""The documentation says what the code says: every command, option, setting, stat, field, code and message, and no other."""

import argparse
import ast
import dataclasses
import re
from itertools import chain

import pytest
import scrapy
from scrapy.settings import default_settings

from archive.capture.settings import FALLBACK_HANDLERS, ArchiveSettings, setting_name
from docs import conf, generate
from migration_spider import monitors, settings
from migration_spider.items import Evidence, NewsItem
from migration_spider.spiders import options
from tests.crawling import ROOT

FILES = sorted(file for file in (ROOT / "docs").rglob("*.md"))
DOCS = {file.relative_to(ROOT / "docs").as_posix(): file.read_text(encoding="utf-8") for file in FILES}
CODE = {
    file: file.read_text(encoding="utf-8")
    for folder in ("migration_spider", "archive")
    for file in sorted((ROOT / folder).rglob("*.py"))
}


def test_of_what_is_promised_to_hold_every_test_is_there():
    """docs/security.md names a test, or a file or folder of tests, in each row."""
    named = {cell for row in rows_of("security.md") for cell in re.findall(r"`([^`]+)`", row[-1])}
    there = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    targets = re.findall(r"^[a-z-]+(?=:)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    missing = {
        name
        for name in named - {f"make {target}" for target in targets}
        if not ((ROOT / name).exists() if "/" in name else f"\ndef {name}(" in there)
    }
    assert set() == missing
    assert len(named) > 40
    shown = re.compile(r"`(test|\.github/)|^test$")
    assert [] == [row[0] for row in rows_of("security.md") if not shown.search(row[-1])]


def test_the_site_names_pages_by_their_titles():
    here = ROOT / "docs"
    assert "Those of [`scrapy crawl news`](crawl.md#exit-codes)." == conf._entitled(
        "Those of [crawl.md](crawl.md#exit-codes).", here
    )
    assert "[cron](../deploy-cron.md)" == conf._entitled("[deploy-cron.md](../deploy-cron.md)", here / "how-to")
    assert "[how](deploy.md), [CHANGELOG.md](../CHANGELOG.md)" == conf._entitled(
        "[how](deploy.md), [CHANGELOG.md](../CHANGELOG.md)", here
    )


def rows_of(name):
    """The cells of each row of the tables of a document."""
    lines = [line for line in DOCS[name].splitlines() if line.startswith("|") and set(line) - set("| -")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]


# ---- what is generated


@pytest.fixture(scope="module")
def current():
    return {page.relative_to(ROOT / "docs").as_posix(): text for page, text in generate.current().items()}


@pytest.mark.parametrize("name", ["settings.md", "harvest.md", "data-format.md", *generate.PAGES])
def test_generated_pages_are_what_would_be_written_now(current, name):
    if name in generate.PAGES and not scrapy.__version__.startswith("2.19."):
        pytest.skip("the page has Scrapy's own components as 2.19 has them")
    assert current[name] == DOCS[name], "run: python -m docs.generate"


def test_every_section_that_can_be_generated_stands_somewhere(current):
    found = {name for text in DOCS.values() for _, name in generate.sections(text)}
    assert {*generate.SECTIONS} == found


def test_every_command_tells_its_exit_codes_and_has_examples_and_a_page():
    commands = generate.project_commands()
    assert len(commands) > 10
    for name, command in commands.items():
        section = DOCS["reference/commands.md"].partition(f"\n## scrapy {name}\n")[2].partition("\n## ")[0]
        assert re.search(r"^Exit codes: 0 ", section, re.MULTILINE), name
        assert re.search(r"```\n.*scrapy ", section), name
        page = re.search(r"^More: \[(.+)\]\(", section, re.MULTILINE)
        assert page, name
        assert f"scrapy {name}" in DOCS[page[1]], name
        spellings = [action.option_strings for action in generate.options(command)]
        assert [] == [one for one in spellings if not any(option in DOCS[page[1]] for option in one)], name


COMMAND = re.compile(r"^ *(?:\$ )?(?:[A-Z_]+=\S+ )?(?:[^ `]*/)?(scrapy \S.*)$|`(scrapy [^`]+)`", re.MULTILINE)
"""A command on a line of its own, or in the middle of a text."""
FORM = re.compile(r"\[|\.\.\.|NAME=|COMMAND")
"""In a command: it shows a form and is not to be typed so."""
KNOWN = {name for name in (*vars(settings), *vars(default_settings)) if name.isupper()}


def typed():
    """(page, command) of each command of the documentation that can be typed, without what it is piped to."""
    for page, text in {**DOCS, "README.md": (ROOT / "README.md").read_text(encoding="utf-8")}.items():
        for command in map("".join, COMMAND.findall(re.sub(r" *\\\n +", " ", text))):
            told = re.split(r"[|>#;]|&&|  ", command)[0].strip()
            if not FORM.search(told):
                yield page, told


def test_help_fits_a_terminal_and_its_examples_can_be_pasted(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name, command in generate.project_commands().items():
        parser = argparse.ArgumentParser(usage=name, description=command.long_desc(), conflict_handler="resolve")
        command.add_options(parser)
        assert [] == [line for line in parser.format_help().splitlines() if len(line) > 80], name
        # What is beside a command is a comment to the shell, too.
        assert not re.search(r"^  scrapy [^#\n]*\S {2,}[^#\s]", parser.epilog, re.MULTILINE), name


def test_every_command_that_a_page_tells_to_type_can_be_typed():
    parsers = {}
    for name, command in generate.project_commands().items():
        parsers[name] = argparse.ArgumentParser(conflict_handler="resolve", exit_on_error=False, allow_abbrev=False)
        command.add_options(parsers[name])
    told = list(typed())
    assert len(told) > 150
    wrong = []
    for page, command in told:
        _, name, *words = command.split()
        try:
            known, rest = parsers[name].parse_known_args(words)
        except (KeyError, argparse.ArgumentError) as error:
            wrong.append((page, command, str(error)))
            continue
        unknown = [word for word in rest if word.startswith("-") and word != "-"]
        unknown += {one.partition("=")[0] for one in known.set} - KNOWN
        unknown += {one.partition("=")[0] for one in getattr(known, "spargs", ())} - {*options.NAMES}
        if unknown:
            wrong.append((page, command, unknown))
    assert [] == wrong


# ---- items and their codes

WORDS = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "list[Term]": "list of term",
    "list[Place]": "list of place",
    "list[str]": "list of string",
}
"""Type of a field -> how docs/data-format.md says it; other lists and objects are told by their keys."""


def test_item_fields_stand_in_their_order_with_their_types():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", DOCS["data-format.md"].split("## Tombstones")[0], re.MULTILINE)
    assert [field.name for field in dataclasses.fields(NewsItem)] == [name for name, _ in rows]
    said = dict(rows)
    for field in dataclasses.fields(NewsItem):
        kind, _, null = str(field.type).partition(" | ")
        if kind in WORDS:
            assert WORDS[kind] + (" or null" if null else "") == said[field.name], field.name


def test_evidence_keys():
    section = DOCS["data-format.md"].split("## Evidence")[1].split("##")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert [field.name for field in dataclasses.fields(Evidence)] == re.findall(r"`(\w+)`", " ".join(rows))


def test_exit_codes():
    documented = re.findall(r"^\| (\d+) \|", DOCS["crawl.md"], re.MULTILINE)
    codes = {getattr(monitors, name) for name in ("COMPLETE", "INTERNAL_ERROR", "USAGE", "INCOMPLETE", "REFUSED")}
    assert {str(code) for code in codes | {monitors.NOT_ARCHIVED, monitors.LOCKED}} == set(documented)


# ---- settings, options, stats


@pytest.mark.parametrize("name", [name for name in vars(settings) if name.startswith(("MIGRATION_", "DATA_"))])
def test_settings(name):
    assert f"`{name}`" in DOCS["settings.md"]


def test_every_setting_that_a_page_names_is_one():
    known = {name for name in vars(settings) if name.isupper()} | {"MIGRATION_DATA_DIR", "MIGRATION_ENV_FILE"}
    named = {(page, name) for page, text in DOCS.items() for name in re.findall(r"\bMIGRATION_[A-Z_]+", text)}
    assert len(named) > 50
    begun = {name[: place + 1] for name in known for place, one in enumerate(name) if one == "_"}
    assert set() == {(page, name) for page, name in named if name not in known | begun}


def test_archive_settings():
    used = {*map(setting_name, ArchiveSettings.model_fields), FALLBACK_HANDLERS}
    documented = re.findall(r"^\| `(ARCHIVE_[A-Z_]+)` \|", DOCS["archive.md"], re.MULTILINE)
    assert used == {*documented}
    assert len(documented) == len({*documented})


STAT = re.compile(r"(?:count\(f?|note\(f?|(?:inc|set|get|max)_value\(\s*f?)\"([a-z_]+[/a-z_-]*)")


def test_stats():
    used = {name for text in CODE.values() for name in STAT.findall(text)}
    assert len(used) > 10
    documented = DOCS["settings.md"] + DOCS["archive.md"]

    def is_documented(name):
        head, _, tail = name.removeprefix("migration/").rstrip("/").rpartition("/")
        by_pattern = f"{head}/<" in documented and (f"`{tail}`" in documented or head == "archive/records")
        return f"`{name}`" in documented or f"/{head}/{tail}`" in documented or by_pattern or f"`/{tail}`" in documented

    scrapy_own = {"response_received_count", "item_scraped_count", "finish_reason"}
    names = {name for name in used - scrapy_own if not name.startswith(("scheduler/", "request", "dupefilter/"))}
    assert set() == {name for name in names if not is_documented(name) and f"migration/{name}" not in documented}


def test_every_stat_that_is_documented_is_one():
    cells = re.findall(r"^\| (`(?:migration|archive)/.*?) \|", DOCS["settings.md"] + DOCS["archive.md"], re.MULTILINE)
    assert len(cells) > 40
    words = set(re.findall(r"[\w-]+", "".join(CODE.values())))
    gone = {
        (cell, part)
        for cell in cells
        for part in re.findall(r"[a-z_]+", re.sub(r"<\w+>", "", cell))
        if part not in words
    }
    assert set() == gone


@pytest.mark.parametrize("name", options.NAMES)
def test_options(name):
    assert f"`{name}`" in DOCS["crawl.md"]


# ---- keys of meta, and messages of the log


def is_meta(node):
    return getattr(node, "attr", getattr(node, "id", "")) == "meta"


def trees(*words):
    """The syntax of each file that has one of ``words`` in it."""
    return [ast.parse(text) for text in CODE.values() if any(word in text for word in words)]


def names_of_keys():
    """Name -> value of each constant that is such a key."""
    return {
        target.id: node.value.value
        for tree in trees("_KEY = ")
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.endswith("_KEY")
    }


def keys_in(node):
    """What a piece of code reads from or puts into a ``meta`` by name."""
    if isinstance(node, ast.Subscript) and is_meta(node.value):
        return [node.slice]
    if isinstance(node, ast.Compare) and is_meta(node.comparators[0]):
        return [node.left]
    if isinstance(node, ast.keyword) and node.arg == "meta" and isinstance(node.value, ast.Dict):
        return node.value.keys
    if not isinstance(node, ast.Call):
        return []
    if is_meta(getattr(node.func, "value", None)):
        return node.args[:1]
    if getattr(node.func, "attr", "") in ("page", "start_page", "follow", "ask"):
        # Spider: what else is given there goes into meta.
        return [ast.Constant(one.arg) for one in node.keywords if one.arg in DOCUMENTED_KEYS]
    return []


def keys_of_meta():
    """The constant keys that the code reads from or puts into the ``meta`` of a request or response."""
    constants = names_of_keys()
    for tree in trees(".meta", "meta=", "meta[", "self.page(", "self.start_page("):
        for key in chain.from_iterable(map(keys_in, ast.walk(tree))):
            name = getattr(key, "value", constants.get(getattr(key, "id", "")))
            if isinstance(name, str):
                yield name


META = DOCS["reference/meta.md"]
DOCUMENTED_KEYS = {*re.findall(r"^\| `(\w+)` \|", META, re.MULTILINE)} | {
    *re.findall(r"`(\w+)`", META.partition("## Of Scrapy")[2])
}
NOT_OF_REQUESTS = {"content", "name", "property"}
"""Attributes of the element ``<meta>``, which the code calls by the same name."""


def test_keys_of_meta():
    used = {*keys_of_meta()} - NOT_OF_REQUESTS
    assert len(used) > 15
    of_the_self_check = {name for name in used if name.startswith("_")} | {"archive_self_check"}
    assert used - of_the_self_check == DOCUMENTED_KEYS


def messages():
    """What the code logs at INFO and above, with ``...`` for what differs."""
    for tree in trees("logger."):
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            is_logger = ast.unparse(node.func.value).endswith("logger")
            if is_logger and node.func.attr in ("info", "warning", "error", "critical", "exception"):
                first = node.args[0]
                text = first.value if isinstance(first, ast.Constant) else constants[first.id]
                yield re.sub(r"%[-+0-9.]*[a-z]", "...", text)


def test_messages_of_the_log():
    told = {*messages()}
    assert len(told) > 40
    documented = re.findall(r"^\| `(.+?)` \|", DOCS["how-to/read-a-log.md"], re.MULTILINE)
    assert told == {*documented}
    assert len(documented) == len({*documented})


# ---- links, words


def links(text):
    return re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", text)


def test_links_between_the_documents():
    for file in [*FILES, ROOT / "README.md"]:
        for target in links(file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"


def test_every_page_is_linked_from_another_page():
    linked = {
        (file.parent / target).resolve()
        for file in FILES
        for target in links(file.read_text(encoding="utf-8"))
        if target.endswith(".md")
    }
    readme = {(ROOT / target).resolve() for target in links((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert set() == {*FILES} - linked - readme - {ROOT / "docs" / "index.md"}


def test_each_word_of_the_glossary_has_one_meaning():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", DOCS["glossary.md"], re.MULTILINE)
    words = [word for names, _, _ in rows if names not in ("word", "-") for word in names.split(", ")]
    assert len(words) > 80
    assert [] == sorted({word for word in words if words.count(word) > 1})
    assert {"revisit", "tombstone", "gone", "withheld", "cycle", "verdict", "ledger", "evidence", "chrome"} <= {*words}
