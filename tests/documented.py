"""The pages of the documentation and the files of the code, read once."""

import re

from tests.crawling import ROOT

FILES = sorted(file for file in (ROOT / "docs").rglob("*.md"))
DOCS = {file.relative_to(ROOT / "docs").as_posix(): file.read_text(encoding="utf-8") for file in FILES}
CODE = {
    file: file.read_text(encoding="utf-8")
    for folder in ("migration_spider", "archive")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "build" not in file.relative_to(ROOT).parts  # a copy that `pip install ./archive` leaves
}


def rows_of(name):
    """The cells of each row of the tables of a document."""
    lines = [line for line in DOCS[name].splitlines() if line.startswith("|") and set(line) - set("| -")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
