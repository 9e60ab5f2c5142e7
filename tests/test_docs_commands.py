"""Every command is documented, and every command that a page tells to type can be typed."""

import argparse
import re

from scrapy.settings import default_settings

from docs import generate
from migration_spider import settings
from migration_spider.spiders import options
from tests.crawling import ROOT
from tests.documented import DOCS


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
