"""What is no file where one is looked for is told in one line, with its name, and never waited for."""

import os
import socket
import sqlite3
from contextlib import closing

import pytest

from archive import ArchiveError
from archive.cdxj import named_files, warc_files
from archive.dataset import DatasetError
from archive.dataset.lines import Lines
from migration_spider.exceptions import StateError
from migration_spider.reparse.source import SourceError, own_files, sources
from migration_spider.site_learner import SiteLearner
from migration_spider.site_profile import ProfileError
from migration_spider.state import ItemStore, database, lines
from tests.crawling import scrapy


@pytest.fixture(params=["a named pipe", "a socket", "a folder"])
def odd(request, tmp_path, monkeypatch):
    """A path with something else than a file, and what it is called."""
    path = tmp_path / "odd.warc.gz"
    if request.param == "a named pipe":
        os.mkfifo(path)
    elif request.param == "a socket":
        monkeypatch.chdir(tmp_path)  # the path may be too long for a socket
        with closing(socket.socket(socket.AF_UNIX)) as made:
            made.bind(path.name)
    else:
        path.mkdir()
    return path, request.param


def test_readers_name_it(odd):
    path, kind = odd
    for read, error in (
        (lambda: warc_files(path.parent), ArchiveError),
        (lambda: sources([str(path)]), SourceError),
        (lambda: Lines(path, "id"), DatasetError),
        (lambda: [*lines.read(path)], StateError),
        (lambda: ItemStore(path.with_name("state.sqlite"), path), StateError),
        (lambda: database.open_database(path), StateError),
        (lambda: SiteLearner(path), ProfileError),
    ):
        with pytest.raises(error) as caught:
            read()
        assert f"{path} is {kind}, not a file" in str(caught.value)
    if kind != "a folder":
        with pytest.raises(ArchiveError, match="not a file"):
            named_files([path])


def test_no_command_takes_a_link_for_a_file_of_the_archive(tmp_path):
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "a.warc.gz").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=r"a\.warc\.gz is a link, not a file: put the file itself there"):
        own_files(tmp_path / "warc")
    for name, words, code in (
        ("archive-verify", (), 1),
        ("archive-wacz", ("-o", tmp_path / "a.wacz"), 1),
        ("reparse", ("--diff",), 2),
        ("harvest", ("-a", "site=http://127.0.0.1:9"), 5),
    ):
        said = scrapy(name, *words, data=tmp_path, code=code).decode()
        assert "a.warc.gz is a link, not a file: put the file itself there" in said
        assert "Traceback" not in said


def test_commands_say_so(tmp_path):
    path = tmp_path / "odd.warc.gz"
    os.mkfifo(path)
    for name, words, code in (
        ("archive-verify", (), 2),
        ("archive-index", (), 2),
        ("archive-wacz", ("-o", tmp_path / "a.wacz"), 2),
        ("archive-repair", (), 2),
        ("reparse", ("--output", tmp_path / "a.jsonl"), 2),
    ):
        said = scrapy(name, path, *words, code=code).decode()
        assert f"scrapy {name}: error: {path} is a named pipe, not a file" in said
        assert 1 == len(said.splitlines())


def test_a_state_that_another_program_holds_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = tmp_path / "state.sqlite"
    database.open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateError, match=r"state\.sqlite: .*locked.*: another program has it open"):
            database.open_database(path)
    database.open_database(path).close()


def test_what_was_put_aside_before_stays(tmp_path):
    path = tmp_path / "state.sqlite"
    for number in ("", "1"):
        path.write_text(f"no database{number}")
        database.open_database(path).close()
        assert f"no database{number}" == path.with_name(f"state.sqlite.damaged{number}").read_text()
