"""``scrapy archive-verify``: in any project, each fault in a line, each code documented."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from archive.verify import FAULTS, NOTES
from tests.archive.damaged import parts
from tests.archive.foreign import scrapy
from tests.starter import ROOT


def command(*arguments, cwd: Path = ROOT, **settings) -> subprocess.CompletedProcess:
    given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    return scrapy(cwd, "archive-verify", *arguments, *given)


def test_the_command_in_a_foreign_project(sound, tmp_path):
    run = command(sound.name, cwd=tmp_path)
    assert (0, "") == (run.returncode, run.stderr)
    assert run.stdout == (
        "1 file, 5 records: 2 request, 2 response, 1 warcinfo\n"
        "payload digests: 1 both, 1 stored\n"
        "notes: none\n"
        "0 faults\n"
    )


def test_the_command_tells_each_fault_in_a_line(sound, tmp_path):
    last = parts(sound)[-1].offset
    sound.write_bytes(sound.read_bytes()[:-1])
    run = command("--quiet", sound)
    assert 1 == run.returncode
    assert f"{sound}: offset {last}: member-cut: " in run.stdout
    assert 1 == len(run.stdout.splitlines())
    assert "" == run.stderr


def test_a_file_may_have_a_name_that_is_no_text(sound, tmp_path):
    odd = tmp_path / os.fsdecode(b"p\xe9gina.warc.gz")
    sound.rename(odd)
    odd.write_bytes(odd.read_bytes()[:-1])
    run = command(odd, cwd=tmp_path)
    assert (1, "") == (run.returncode, run.stderr)
    assert r"p\udce9gina.warc.gz: offset" in run.stdout


def test_the_whole_collection_by_default(demo):
    run = command(DATA_DIR=demo.data)
    assert (0, "") == (run.returncode, run.stderr)
    assert "news.jsonl: " in run.stdout
    assert run.stdout.endswith("\n0 faults\n")


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--odd"], "unknown option"), (["."], "no WARC files"), (["none.warc"], "no such file")]
)
def test_wrong_usage(tmp_path, arguments, words):
    run = command(*arguments, cwd=tmp_path)
    assert 2 == run.returncode
    assert words in run.stderr


def test_every_code_is_documented():
    text = (ROOT / "docs" / "archive.md").read_text(encoding="utf-8")
    section = text.split("## Verify")[1].split("\n## ")[0]
    assert sorted([*FAULTS, *NOTES]) == sorted(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
