"""The settings of the add-on: a wrong value is told at the start, with the setting and what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.settings import Settings

from archive import ConfigurationError
from archive.addon import ArchiveAddon
from archive.capture.settings import ArchiveSettings, read_settings, setting_name
from tests.archive.cases import CASES
from tests.archive.foreign import crawl
from tests.archive.raw_server import RawServer
from tests.crawling import ROOT

WRONG = {
    "ARCHIVE_DIR": ["", "  ", None, "%(NO_SUCH)s/warc"],
    "ARCHIVE_DEDUP": ["perhaps", 7],
    "ARCHIVE_EXIT_CODE": [0, 256, "five"],
    "ARCHIVE_FREEZE_GC": ["perhaps"],
    "ARCHIVE_FSYNC_INTERVAL": [-1, "often", "nan", "inf", 3601],
    "ARCHIVE_ITEM_FIELD": ["", 3],
    "ARCHIVE_LARGEST_STREAM": [-1, "1 GB"],
    "ARCHIVE_MAX_FILE_SIZE": [-5, 0, "1 GB", 1.5],
    "ARCHIVE_OPERATOR": [["a", "list"]],
    "ARCHIVE_PAYLOAD_DIGEST": ["sha1", "", None],
    "ARCHIVE_PREFIX": [3],
    "ARCHIVE_REDACT": [["Coo kie"], "Kekse\u00e4", 5, [""]],
    "ARCHIVE_RUN_ID": [{}],
    "ARCHIVE_SPOOL_SIZE": [-1, "much"],
    "ARCHIVE_TEXT_FIELD": [3],
    "ARCHIVE_TITLE": [["a", "list"]],
}


def test_each_setting_has_wrong_values_here():
    assert {setting_name(name) for name in ArchiveSettings.model_fields} == set(WRONG)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_with_what_is_expected(name, value):
    with pytest.raises(ConfigurationError) as raised:
        ArchiveAddon().update_settings(Settings({"ARCHIVE_DIR": "warc", name: value}))
    assert "\n" not in str(raised.value)
    if name == "ARCHIVE_DIR":
        assert "ARCHIVE_DIR is not set" in str(raised.value) or "NO_SUCH is not set" in str(raised.value)
    else:
        assert str(raised.value).startswith(f"{name}={value!r}: expected ")


def test_values_as_the_command_line_gives_them():
    read = read_settings(
        Settings({
            "BASE": "somewhere", "ARCHIVE_DIR": "%(BASE)s/warc", "ARCHIVE_DEDUP": "False", "ARCHIVE_EXIT_CODE": "7",
            "ARCHIVE_FSYNC_INTERVAL": "0.5", "ARCHIVE_MAX_FILE_SIZE": "1000", "ARCHIVE_REDACT": "A, B",
            "ARCHIVE_OPERATOR": "",
        })
    )  # fmt: skip
    assert (read.dir, read.dedup, read.exit_code, read.fsync_interval) == (Path("somewhere/warc"), False, 7, 0.5)
    assert (read.max_file_size, read.redact, read.operator) == (1000, ("A", "B"), None)


def test_a_wrong_value_ends_the_crawl_before_the_first_request(tmp_path):
    with RawServer({case.name: case for case in CASES}) as server:
        result = crawl(tmp_path, [{"url": f"{server.base}/plain"}], settings={"ARCHIVE_SPOOL_SIZE": -1})
        assert server.log == []
    assert result.exit_code == 1
    assert "ConfigurationError: ARCHIVE_SPOOL_SIZE=-1: expected bytes, at least 0" in result.log
    assert not result.warc.exists()


@pytest.mark.parametrize("file", ["docs/archive.md", "archive/README.md"])
def test_each_setting_is_documented(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert [] == [name for name in map(setting_name, ArchiveSettings.model_fields) if f"| `{name}` |" not in text]
