"""`make release`: what would be released is looked at, and only one commit gives the same bytes."""

from __future__ import annotations

import importlib.util
import io
import os
import tarfile
import zipfile

import pytest

from migration_spider import __version__
from tests.crawling import ROOT

LATER = 1_800_000_000
GOOD = {"thing-1.0/LICENSE": b"MIT", "thing-1.0/thing/__init__.py": b"", "thing-1.0/thing/run.sh": b"#!/bin/sh\n"}


@pytest.fixture(scope="module")
def release():
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sdist(path, files, *, mtime=1, uid=0):
    with tarfile.open(path, "w:gz") as packed:
        for name, data in files.items():
            one = tarfile.TarInfo(name)
            one.size, one.mtime, one.uid, one.uname = len(data), mtime, uid, f"user{uid}"
            one.mode = 0o700 if name.endswith(".sh") else 0o600 if uid else 0o664
            packed.addfile(one, io.BytesIO(data))
    os.utime(path, (mtime, mtime))
    return path


def test_where_and_when_an_sdist_was_made_is_not_in_it(release, tmp_path):
    one = sdist(tmp_path / "one.tar.gz", GOOD)
    other = sdist(tmp_path / "other.tar.gz", dict(reversed(GOOD.items())), mtime=5, uid=1000)
    assert one.read_bytes() != other.read_bytes()
    for path in (one, other):
        release.settle(path, LATER)
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as packed:
        assert [(name, LATER) for name in sorted(GOOD)] == [(member.name, member.mtime) for member in packed]
        assert {0o644, 0o755} == {member.mode for member in packed.getmembers()}
        assert b"MIT" == packed.extractfile("thing-1.0/LICENSE").read()


def test_files_that_differ_are_told(release, tmp_path):
    for folder, data in (("first", b"a"), ("second", b"b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "thing.whl").write_bytes(data)
    with pytest.raises(release.ReleaseError, match="built twice, the files differ"):
        release.check_same(tmp_path / "first", tmp_path / "second")
    release.check_same(tmp_path / "first", tmp_path / "first")


def test_what_is_in_a_file_is_looked_at(release, tmp_path, capsys):
    release.check_contents(sdist(tmp_path / "thing-1.0.tar.gz", GOOD), "1.0")
    assert "3 files" in capsys.readouterr().out
    for name, data, told in (
        ("thing-1.0/tests/test_thing.py", b"", "tests/test_thing.py does not belong in it"),
        ("thing-1.0/thing/old.pyc", b"", "old.pyc does not belong"),
        ("thing-1.0/thing/large.json", bytes(release.LARGEST + 1), "1,500,001 bytes"),
    ):
        with pytest.raises(release.ReleaseError, match=told):
            release.check_contents(sdist(tmp_path / "thing-1.0.tar.gz", {**GOOD, name: data}), "1.0")
    with zipfile.ZipFile(tmp_path / "thing-1.0-py3-none-any.whl", "w") as packed:
        packed.writestr("thing/data.json", "{}")
    with pytest.raises(release.ReleaseError, match=r"no LICENSE; no code; not of version 2\.0"):
        release.check_contents(tmp_path / "thing-1.0-py3-none-any.whl", "2.0")


def test_a_tag_needs_its_version_and_its_dated_section(release):
    unreleased, dated = "## Unreleased\n\n- x\n", "## 1.0 - 2026-12-01\n\n- x\n"
    release.check_changelog(unreleased, "1.0", None)
    release.check_changelog(dated, "1.0", None)
    release.check_changelog(dated, "1.0", "v1.0")
    for text, tag, told in (
        (dated, "v1.1", "the tag v1.1 is not of version 1.0"),
        (unreleased, "v1.0", "name that section '1.0 - YYYY-MM-DD'"),
        ("## 1.0 - December\n", "v1.0", "name that section"),
        ("## 0.9 - 2026-01-01\n", None, "expected 'Unreleased' or '1.0"),
    ):
        with pytest.raises(release.ReleaseError, match=told):
            release.check_changelog(text, "1.0", tag)


def test_this_version_could_be_released(release):
    version = release.version_of(ROOT)
    assert __version__ == version
    release.check_changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version, None)
