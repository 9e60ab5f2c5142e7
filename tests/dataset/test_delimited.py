"""CSV cells: nothing that a spreadsheet would run, and every text comes back."""

import csv
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dataset import unguard
from archive.dataset.delimited import guard

STARTS = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    "text", ["=1+1", "+41", "-x", "@SUM(A1)", "\tx", "\rx", "＝1", " =1", "\n-", "'=1", "''@", "'\t"]
)
def test_formulas_are_guarded(text):
    assert "'" + text == guard(text)
    assert text == unguard(guard(text))


@pytest.mark.parametrize("text", ["", "x=1", "'tis", "''", "’Ndrangheta", "(-)", "1-2", "“=”", "'a"])
def test_other_texts_stay_as_they_are(text):
    assert text == guard(text)
    assert text == unguard(text)


@given(st.text(alphabet=st.sampled_from(f"'{STARTS} \t\r\nab1"), max_size=8) | st.text())
def test_every_text_comes_back(text):
    cell = guard(text)
    assert text == unguard(cell)
    assert not cell.startswith((*STARTS, "\t", "\r"))


def test_libreoffice_runs_no_guarded_cell(tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not installed")
    cells = ["=1+1", "-1+1", "@SUM(1)", "\t=1+1", "'=1+1", " =1+1", '=HYPERLINK("http://127.0.0.1/")']
    for name, prepared in (("raw", cells), ("guarded", [guard(cell) for cell in cells])):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([cell] for cell in prepared)
    # The last word of the filter says that formulas are to be evaluated, so that the raw file proves the test.
    words = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--convert-to",
        "fods",
    ]
    filters = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,0,true"
    files = [tmp_path / "raw.csv", tmp_path / "guarded.csv"]
    subprocess.run([*words, filters, "--outdir", tmp_path, *files], check=True, capture_output=True, timeout=300)
    assert "table:formula" in (tmp_path / "raw.fods").read_text(encoding="utf-8")
    assert "table:formula" not in (tmp_path / "guarded.fods").read_text(encoding="utf-8")
