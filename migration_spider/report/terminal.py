"""The report on a terminal: the outcome, what changed, what is missing, and what else a person has to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from migration_spider.report import words
from migration_spider.report.model import Report
from migration_spider.report.text import number, plural, short, size

MOST_ITEMS = 10
MOST_MISSING = 8
MOST_ROWS = 12
MOST_RUNS = 8
MOST_MESSAGES = 20


def show(report: Report, console: Console) -> None:
    """Print ``report``, which `model.check` has seen. Texts are printed as they are, never as markup."""
    screen = _Screen(console)
    screen.outcome(report)
    screen.changes(report)
    screen.missing(report)
    screen.sources(report)
    screen.fields(report)
    screen.unknown(report)
    screen.network(report)
    screen.history(report)


class _Screen:
    def __init__(self, console: Console) -> None:
        self.console = console

    def line(self, text: str = "", style: str = "") -> None:
        self.console.print(Text(text, style=style), soft_wrap=True)

    def heading(self, title: str, count: int | None = None) -> None:
        self.line()
        parts = [(title, "bold")] if count is None else [(title, "bold"), (f" {number(count)}", "dim")]
        self.console.print(Text.assemble(*parts), soft_wrap=True)

    def entries(self, lines: Sequence[str], most: int, count: int | None = None) -> None:
        for line in lines[:most]:
            self.line(f"  {line}")
        if left := words.more((len(lines) if count is None else count) - most):
            self.line(f"  {left}", "dim")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int) -> None:
        """The last ``numbers`` columns hold numbers."""
        table = Table(box=None, pad_edge=False, header_style="dim")
        for index, name in enumerate(head):
            table.add_column(name, justify="right" if index >= len(head) - numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table)

    def outcome(self, report: Report) -> None:
        run, code = report["run"], report["outcome"]["exit_code"]
        self.line()
        self.line(words.headline(report), "bold green" if code == 0 else "bold red")
        self.entries([short(text, 600) for text in words.further(report)], MOST_MESSAGES)
        self.line(f"{words.changes(report)} {words.account(report)}")
        self.line()
        self.line("   ".join(f"{value} {what}" for what, value in words.figures(report)))
        self.line(f"{short(run['site'])}, {words.when(report)}, run {short(run['id'], 80)}, exit code {code}", "dim")

    def changes(self, report: Report) -> None:
        said: dict[str, Callable[[Any], str]] = {
            "Changed": _fields_of,
            "Gone": words.vanished,
            "Perhaps gone": lambda item: f"{words.vanished(item)} of {item['needed']}",
        }
        groups = words.groups(report["items"])
        for title, found in groups:
            self.heading(title, len(found))
            for item in found[:MOST_ITEMS]:
                date = short(item["publication_date"] or "no date", 10)
                self.line(f"  {date:10}  {short(item['id'], 40):12}  {short(item['title'], 120)}")
                self.line(f"{'':28}{short(item['url'], 200)}", "dim")
                if title in said:
                    self.line(f"{'':28}{said[title](item)}")
            self.entries([], MOST_ITEMS, len(found))
        if groups:
            self.line()
            self.line("scrapy show ID --verify proves each of them from the archive.", "dim")

    def missing(self, report: Report) -> None:
        for reason, found in words.by_reason(report["missing"]).items():
            self.heading(f"Missing: {words.reason(reason)}", len(found))
            lines = []
            for one in found[:MOST_MISSING]:
                detail = short(one["detail"])
                told = "" if detail in ("", words.reason(reason)) else f"   {detail}"
                lines.append(f"{short(one['url'], 200)}{told}")
            self.entries(lines, MOST_MISSING, len(found))

    def sources(self, report: Report) -> None:
        completeness = report["completeness"]
        problems = [(one["url"], one["problem"]) for one in completeness["sitemaps"] if one["problem"]]
        problems += [(one["path"], one["problem"]) for one in completeness["listings"] if one["problem"]]
        if problems:
            self.heading("Sitemaps and listings with problems", len(problems))
            self.entries([f"{short(where, 200)}   {short(text)}" for where, text in problems], MOST_ROWS)

    def fields(self, report: Report) -> None:
        rows = [row for row in report["coverage"] if row["of"]]
        if not rows:
            return
        self.heading("Fields of the items read")
        fallen = words.fallen(rows)
        if fallen:
            self.line(f"  Less than expected: {'; '.join(fallen)}", "red")
        cells = [
            [
                f"  {short(row['field'], 40)}",
                number(row["filled"]),
                number(row["of"]),
                words.share(row),
                words.expected(row),
            ]
            for row in rows[: 2 * MOST_ROWS]
        ]
        self.table(["  field", "filled", "of", "share", "before"], cells, numbers=4)

    def unknown(self, report: Report) -> None:
        found = report["vocabulary"]
        if found:
            self.heading("Not in any vocabulary", len(found))
            lines = [
                f"{number(one['count']):>5}  {short(one['where'], 24):24}  {short(one['text'], 100)}"
                for one in found[:MOST_ROWS]
            ]
            self.entries(lines, MOST_ROWS, len(found))

    def network(self, report: Report) -> None:
        http, archive, robots = report["http"], report["archive"], report["robots"]
        self.heading("Network and archive")
        self.line(f"  {plural(http['requests'], 'request')}, {size(http['bytes'])} received")
        if answers := words.answers(http):
            self.line(f"  {', '.join(answers[:MOST_ROWS])}")
        self.line(f"  {plural(archive['exchanges'], 'exchange')} archived, {size(archive['bytes'])}")
        if robots["changed"]:
            self.line("  robots.txt is not what it was in the run before", "red")
        if took := words.took(report):
            self.line(f"  Took: {', '.join(took[:MOST_ROWS])}")

    def history(self, report: Report) -> None:
        runs = report["charts"]["history"][-MOST_RUNS:]
        if len(runs) < 2:
            return
        self.heading("The last runs")
        cells = [[f"  {words.day_of(run)}", words.code_of(run), *words.numbers_of(run)] for run in reversed(runs)]
        head = ["  began (UTC)", "exit", "new", "changed", "gone", "requests", "received", "time"]
        self.table(head, cells, numbers=7)


def _fields_of(item: Any) -> str:
    names = [short(name, 60) for name in item["fields"]]
    left = words.more(len(names) - MOST_ROWS)
    return ", ".join([*names[:MOST_ROWS], *([left] if left else [])])
