"""What files and pages say reaches a terminal, a log and other users of the machine only as it should."""

import io
import json
import logging
import os
import shutil
import stat

import pytest

from archive import ArchiveError
from archive.disk import set_default_mode
from migration_spider.exceptions import MigrationError
from migration_spider.extensions.run_log import Disarming
from migration_spider.state.positions import Positions
from tests.crawling import items, scrapy

ACTS = "\x1b]0;x\x07\x1b[31m\x9b2J\u202e\u2066\0\r\nERROR: forged"


def acts(text: str) -> bool:
    """Whether a terminal does something else with ``text`` than to show its lines."""
    return any((ord(sign) < 32 and sign != "\n") or 0x7F <= ord(sign) < 0xA0 or sign in "\u202e\u2066" for sign in text)


@pytest.mark.parametrize("kind", [ArchiveError, MigrationError])
def test_an_error_is_one_line_whatever_it_quotes(kind):
    said = f"{kind(f'a {ACTS} file')}"
    assert not acts(said)
    assert "\n" not in said
    assert said.startswith("a \\x1b]0;x\\x07\\x1b[31m")
    assert "Бумага à 紙 عربي" == str(kind("Бумага à 紙 عربي"))


def test_the_log_does_nothing_to_whoever_shows_it():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Disarming("%(levelname)s: %(message)s"))
    record = logging.LogRecord("x", logging.WARNING, "", 1, "named %s", (ACTS,), None)
    handler.handle(record)
    assert not acts(stream.getvalue())
    assert "named \\x1b]0;x" in stream.getvalue()


def test_ids_that_act_are_named_and_do_not_act(demo, tmp_path):
    data = tmp_path / "data"
    (data / "items").mkdir(parents=True)
    shutil.copytree(demo.data / "warc", data / "warc")
    line = next(line for line in items(demo.data) if line["id"] == "7756@es")
    odd = [{**line, "id": f"7756@{number}{ACTS}", "url": f"https://example.org/{number}"} for number in range(2)]
    (data / "items" / "news.jsonl").write_text("".join(json.dumps(one) + "\n" for one in odd))
    for name, words, code in (
        ("show", ["7756@xx"], 2),
        ("show", [odd[0]["id"].replace("\0", "")], 2),
        ("files", [tmp_path / "files", "7756\x1b[31m"], 2),
        ("show", ["https://example.org/1"], 0),
        ("archive-verify", [], 1),
    ):
        said = scrapy(name, *words, data=data, code=code).decode()
        assert not acts(said), (name, words)
        assert said.strip()


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_what_is_made_is_as_private_as_the_umask_says(tmp_path, mask, mode):
    """Nothing beside the items is for more readers than these are."""
    before = os.umask(mask)
    try:
        lines = tmp_path / "news.jsonl"
        lines.write_text('{"id": "1@en", "url": "https://example.org/1"}\n')
        with Positions(lines) as index:
            assert ["1@en"] == index.ids("1@en")
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        set_default_mode(private)
        assert mask == os.umask(mask)
    finally:
        os.umask(before)
    assert {mode} == {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir() if path.is_file()}
    assert 0o777 & ~mask == stat.S_IMODE(private.stat().st_mode)
