"""``make demo`` from end to end, with a small portal, and the examples of the README on what it left."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import ENVIRONMENT, SCRAPY, run
from tests.portal import Portal, demo
from tests.portal.demo import MARK, ROOT
from tests.starter import start

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?<=^```console\n)(.*?)(?=^```$)", README, re.DOTALL | re.MULTILINE)


def _started(words: list[str], **how: Any) -> subprocess.CompletedProcess[bytes]:
    """What the demo runs, in a process that needs not import all of it anew; it may ask for one thing only."""
    asked = {"cwd": ROOT, "stderr": subprocess.STDOUT, "check": False}
    assert (words[:3], how) == (SCRAPY, {**asked, "stdout": how["stdout"]})
    done = start(words[3:], ENVIRONMENT, is_merged=True)
    how["stdout"].write(done.stdout.decode())
    return done


def _demo(folder: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of ``make demo``."""
    output, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
        patch.setattr(sys, "argv", ["demo", "--nodes", "12", "--data", str(folder)])
        patch.setattr(subprocess, "run", _started)
        code = demo.main()
    return code, output.getvalue(), errors.getvalue()


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory):
    """The folder that a demo left, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo-data"
    code, told, errors = _demo(folder)
    assert (code, errors) == (0, ""), told + errors
    return folder, told


def test_the_demo_tells_one_story_whose_numbers_add_up(demonstrated) -> None:
    """What was edited is what the harvest found, shows and proves."""
    folder, told = demonstrated
    stored = int(re.search(r"^ +(\d+) items of \d+ stories", told, re.MULTILINE)[1])
    total, parts = re.search(r"^ +(\d+) items = (.+)$", told, re.MULTILINE).groups()
    assert stored == int(total) == sum(map(int, re.findall(r"(\d+) [a-z]", parts)))
    assert "1 changed" in parts
    added = re.search(r"objective (\d+), added", told)[1]
    assert re.search(rf"^ +gcm_objectives\n +\+ {added} - ", told, re.MULTILINE)
    assert re.search(r"^ +\+ Correction: ", told, re.MULTILINE)
    assert len(re.findall(r" ok$", told, re.MULTILINE)) == 5
    assert re.search(r"^ +translations +\S", told, re.MULTILINE)
    assert "complete" in told.partition("A release for others")[2]
    assert len(told.splitlines()) < 80
    # Each file that is named is there.
    for name in re.findall(rf"{re.escape(str(folder))}\S*", told):
        assert Path(name).exists(), name


@pytest.fixture(scope="module")
def portal():
    """Where README has one at port 8020."""
    with Portal(nodes=12) as portal:
        yield portal


def test_the_examples_of_the_readme_print_what_it_says(demonstrated, portal, tmp_path) -> None:
    """Each line of an example is printed, in this order; other numbers, since the portal is smaller here."""
    places = {"site=http://127.0.0.1:8020": f"site={portal.url}"}
    places |= {f"DATA_DIR={name}": f"DATA_DIR={place}" for name, place in (
        ("demo-data", demonstrated[0]), ("sample", tmp_path / "sample"),
    )}  # fmt: skip
    ran = 0
    for block in BLOCKS:
        for command, said in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            program, *words = shlex.split(command)
            assert program == ".venv/bin/scrapy"
            printed = run([*SCRAPY, *(places.get(word, word) for word in words)]).decode()
            printed = printed.replace(str(demonstrated[0]), "demo-data")
            lines = iter(_masked(printed))
            for line in _masked(said):
                assert line == "..." or line in lines, f"{command}: {line}\n{printed}"
            ran += 1
    assert ran == 7


def _masked(text: str) -> list[str]:
    """The lines of ``text`` without what is another in each run."""
    for pattern, word in (
        (r"migrationnetwork-\S+\.warc\.gz", "WARC"),
        (r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "HEX"),
        (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"),
        (r"\d+([.,]\d+)*( [KM]?B\b)?", "N"),
    ):
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.splitlines()]


def test_python_in_the_readme(demonstrated, tmp_path) -> None:
    folder, _ = demonstrated
    (code,) = re.findall(r"^\.venv/bin/python - <<'EOF'\n(.*?)^EOF$", README, re.DOTALL | re.MULTILINE)
    words = [sys.executable, "-c", code.replace("demo-data/", f"{folder}/")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.startswith("HTTP/1.1 200"), done.stderr
    assert "<!DOCTYPE html>" in done.stdout


def test_a_release_that_somebody_made_stays(demonstrated) -> None:
    folder, _ = demonstrated
    (made,) = (folder / MARK).read_text(encoding="utf-8").split()
    assert (folder / "dataset" / made / "SHA256SUMS").is_file()
    own = folder / "dataset" / "mine"
    own.mkdir()
    code, told, errors = _demo(folder)
    assert (code, told) == (2, "")
    assert str(own) in errors
    assert "DEMO_DATA" in errors
    assert own.is_dir()
    assert (folder / "items" / "news.jsonl").is_file()


def test_a_folder_that_is_no_demo_s_is_left_alone(tmp_path: Path) -> None:
    """As `make` starts it."""
    kept = tmp_path / "thesis.txt"
    kept.write_text("mine")
    words = [sys.executable, "-m", "tests.portal.demo", "--data", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 2
    assert "DEMO_DATA" in done.stderr
    assert kept.read_text() == "mine"
