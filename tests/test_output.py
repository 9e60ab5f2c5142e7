"""What commands print fits whatever it is printed to."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest
from scrapy.exceptions import UsageError

import archive.commands
import migration_spider.commands
from archive.commands.base import ArchiveCommand
from archive.commands.output import harmless, printing, put
from migration_spider.report.write import write_report
from tests.crawling import ENVIRONMENT, ROOT, items, scrapy
from tests.portal import Portal
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


@pytest.mark.parametrize(
    "words",
    [
        ["crawl"],
        ["crawl", "nope"],
        ["crawl", "survey"],
        ["crawl", "news", "-a", "nope=1"],
        ["crawl", "news", "-a", "site=http://127.0.0.1:9/en/news"],
        ["crawl", "news", "-s", "MIGRATION_NOPE=1"],
        ["harvest", "news"],
        ["harvest", "--max-minutes", "0"],
        ["harvest", "-s", "MIGRATION_CONTACT="],
        ["survey", "site=http://127.0.0.1:9"],
        ["survey", "--max-requests", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_before_the_versions_of_everything(words, tmp_path):
    """One line of usage, one that names what is wrong; nothing is written."""
    told = scrapy(*words, data=tmp_path / "data", code=2).decode().splitlines()
    assert told[-2].startswith(f"usage: scrapy {words[0]} ")
    assert ": error: " in told[-1]
    assert len(told) == 2
    assert not (tmp_path / "data").exists()


def test_a_quiet_crawl_says_nothing_unless_it_fails(tmp_path):
    """As a quiet harvest does."""
    with Portal(nodes=2) as portal:
        site, data = f"site={portal.url}", tmp_path / "data"
        assert scrapy("crawl", "news", "--quiet", "-a", site, data=data) == b""
        assert scrapy("survey", "--quiet", "--max-requests", "60", "-a", site, data=tmp_path / "survey") == b""
    told = scrapy("crawl", "news", "--quiet", "-a", site, data=data, code=4).decode()
    assert "NOT COMPLETE (exit code 4)" in told
    assert len(told.splitlines()) < 15


@pytest.mark.parametrize(("name", "command"), [*commands()])
def test_every_command_refuses_an_option_that_it_does_not_have(name, command, capsys):
    made = command()
    if isinstance(made, ArchiveCommand):
        made.run(["--no-such-option"], None)
        assert 2 == made.exitcode
        assert "unknown option --no-such-option" in capsys.readouterr().err
    else:
        with pytest.raises(UsageError, match="unknown option --no-such-option"):
            made.process_options(["--no-such-option"], None)


SPEAKING = "a\x1b]0;x\x07 b\x9b31m c\x7f d\u202e e\r f\x08"
SIGNS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def speaking(demo, tmp_path_factory):
    """A folder whose first item has signs for terminals in its fields, and the id of that item."""
    data = tmp_path_factory.mktemp("speaking")
    shutil.copytree(demo.data, data, dirs_exist_ok=True)
    first, *others = items(data)
    term = {"raw": SPEAKING, "id": None, "label": None}
    first |= dict.fromkeys(("title", "summary", "publication_date_raw"), SPEAKING)
    first |= {"metadata": [{"label": SPEAKING, "values": [{"text": SPEAKING, "url": SPEAKING}]}]}
    first |= {"target_audience": [term], "body_text": first["body_text"] + SPEAKING, "problems": [SPEAKING]}
    text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in (first, *others))
    (data / "items" / "news.jsonl").write_text(text, encoding="utf-8")
    return data, first["id"]


@pytest.mark.parametrize("words", ["show ID", "explain ID", "vocabulary", "reparse --diff"])
def test_texts_of_pages_say_nothing_to_a_terminal(speaking, words):
    data, name = speaking
    code = 1 if words == "vocabulary" else 0
    told = scrapy(*words.replace("ID", name).split(), data=data, code=code).decode()
    assert told
    assert [] == SIGNS.findall(told)


def test_json_says_the_same_and_nothing_to_a_terminal():
    told = harmless(json.dumps({"title": SPEAKING}, ensure_ascii=False))
    assert [] == SIGNS.findall(told)
    assert {"title": SPEAKING} == json.loads(told)


def test_bytes_go_unchanged_into_a_pipe_and_as_text_to_a_terminal(monkeypatch):
    data = f"<p>{SPEAKING}</p>\r\n".encode() + b"\xff"
    for is_terminal in (False, True):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(stream, "isatty", lambda known=is_terminal: known)
        monkeypatch.setattr(sys, "stdout", stream)
        put(data)
        stream.flush()
        shown = stream.buffer.getvalue()
        if is_terminal:
            assert [] == SIGNS.findall(shown.decode())
            assert shown.startswith(b"<p>a\\x1b]0;x\\x07 b\\x9b31m")
        else:
            assert data == shown
