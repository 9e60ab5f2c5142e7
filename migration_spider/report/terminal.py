"""Prints the report on a terminal: the result, the changes, what is missing, and what a person has to check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from migration_spider.report import words
from migration_spider.report.model import FieldCoverage, PastRun, Report
from migration_spider.report.rendering import templates
from migration_spider.report.text import day, disarmed, number, short

STYLES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "plain": 0}
"""Name in the template -> number of the escape sequence."""


def show(report: Report, console: Console) -> None:
    """Print ``report``, which was checked with `checking.check`. Texts are printed unchanged, never as markup.

    Escape sequences come only from the template, because texts are disarmed. Rich removes them if the console has no
    colours.
    """
    put(environment().get_template("terminal.txt").render(report=report), console)


def put(text: str, console: Console) -> None:
    """Print the output of such a template."""
    console.print()
    console.print(Text.from_ansi(text.rstrip("\n")), soft_wrap=True)


@cache
def environment(package: str = __package__) -> Environment:
    """The templates for the terminal in ``package``, which may use those of this package."""
    loaded = templates(disarmed, package, fields=_fields, past=_past)
    loaded.globals |= {name: Markup(f"\x1b[{code}m") for name, code in STYLES.items()}  # noqa: S704
    return loaded


def _fields(rows: Sequence[FieldCoverage]) -> list[str]:
    """The lines of the table of fields."""
    cells = [
        [short(row["field"], 40), number(row["filled"]), number(row["of"]), words.share(row), words.expected(row)]
        for row in rows
    ]
    return _aligned([["field", "filled", "of", "share", "before"], *cells])


def _past(runs: Sequence[PastRun]) -> list[str]:
    """The lines of the table of runs, the last run first."""
    cells = [[day(run["started"]), words.code_of(run), *words.numbers_of(run)] for run in reversed(runs)]
    return _aligned([["began (UTC)", "exit", "new", "changed", "gone", "requests", "received", "time"], *cells])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align the cells of a table: the first column to the left, the others, which are numbers, to the right."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [
                set_cell_size(first, widths[0]),
                *(f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)),
            ]
        )
        for first, *rest in rows
    ]
