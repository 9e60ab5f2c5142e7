"""``scrapy archive-index``: where the index stands, and what is told of wrong words."""

from __future__ import annotations

import subprocess
import sys

import pytest

from archive.cdxj import index_path
from tests.archive.records import command, record, write
from tests.starter import ROOT


def test_the_index_of_a_project_stands_beside_its_archive(collection):
    index_path(collection).unlink()
    done = command("archive-index", "-s", f"ARCHIVE_DIR={collection}", cwd=collection)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{collection.parent}/index.cdxj: 10 captures; 2 files read, 0 known before\n"
    assert [path.name for path in sorted(collection.parent.iterdir())] == [".index.cdxj.json", "index.cdxj", "warc"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["absent.warc.gz"], 2, "absent.warc.gz: there is no such file or folder"),
        (["--color"], 2, "unknown option --color"),
        (["-s", "DATA_DIR=absent"], 2, "absent/warc: there is no such folder"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments, code, words):
    done = command("archive-index", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_folder_stands_for_its_warc_files(collection):
    done = command("archive-index", str(collection))
    assert done.stdout == index_path(collection).read_text()


def test_a_closed_pipe_is_no_error(tmp_path):
    path = write(tmp_path / "a.warc", *(record(f"http://a.example/{number}", b"") for number in range(2000)))
    words = f"'{sys.executable}' -m scrapy archive-index '{path}' | head -1"
    done = subprocess.run(["bash", "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, "")


def test_help_has_examples():
    assert "scrapy archive-index *.warc.gz -o" in command("archive-index", "--help").stdout
