"""How the commands are run on a page: in this process."""

import argparse

import pytest
from scrapy.settings import Settings

from migration_spider.commands import explain


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a command in this process: (exit code, what it printed, its errors)."""
    monkeypatch.setenv("COLUMNS", "72")

    def call(*words, command=explain, data="nowhere"):
        made = command.Command()
        made.settings = Settings({"DATA_DIR": str(data)})
        parser = argparse.ArgumentParser()
        made.add_options(parser)
        opts, args = parser.parse_known_args([*map(str, words)])
        made.run(args, opts)
        printed = capsys.readouterr()
        return made.exitcode, printed.out, printed.err

    return call


@pytest.fixture
def file(tmp_path):
    def write(text, name="page.html"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write
