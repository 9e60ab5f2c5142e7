"""What commands print fits whatever it is printed to."""

import io
import os
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

import archive.commands
import migration_spider.commands
from archive.commands.output import printing
from migration_spider.report.write import write_report
from tests.crawling import ENVIRONMENT, ROOT
from tests.report.endings import ENDINGS

LETTERS = "Бумага à 紙 عربي"


def commands():
    """The classes of all commands, by name."""
    for package in (archive.commands, migration_spider.commands):
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            command = getattr(import_module(found.name), "Command", None)
            if command is not None:
                yield found.name.rpartition(".")[2], command


@pytest.mark.parametrize(("name", "command"), [*commands()])
def test_every_command_prints_so(name, command):
    assert "printed" == command.run.__code__.co_name


class Told:
    """A command that prints."""

    exitcode = 0

    @printing
    def run(self):
        print(LETTERS)


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "?????? ? ? ????"), ("latin-1", "?????? à ? ????")])
def test_what_cannot_be_shown_is_replaced(encoding, shown, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    Told().run()
    assert f"{shown}\n" == stream.buffer.getvalue().decode(encoding)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with a report whose item has a title in several scripts."""
    folder = tmp_path_factory.mktemp("data")
    report = ENDINGS["complete"]()
    report["items"]["new"][0]["title"] = LETTERS
    write_report(folder / "runs" / report["run"]["id"], report)
    return folder


def test_a_terminal_of_few_letters_shows_a_report(data):
    words = [sys.executable, "-m", "scrapy", "report", "-s", f"DATA_DIR={data}"]
    done = subprocess.run(
        words, cwd=ROOT, env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=120, check=False
    )
    assert (0, b"") == (done.returncode, done.stderr)
    assert b"?????? ? ? ????" in done.stdout


def test_a_reader_who_has_gone_is_no_error(data):
    """As of ``| head -1``: nobody reads from the first byte on."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        words = [sys.executable, "-m", "scrapy", "report", "-s", f"DATA_DIR={data}"]
        done = subprocess.run(
            words, cwd=ROOT, env=ENVIRONMENT, stdout=nobody, stderr=subprocess.PIPE, timeout=120, check=False
        )
    assert b"" == done.stderr
