"""Prints one item, or one file, on a terminal, for ``scrapy show``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from archive.commands.output import put
from archive.dataset.differences import lines_of
from archive.dataset.holdings import Holdings
from archive.dataset.lines import TOMBSTONE, is_tombstone
from migration_spider import evidence, offered
from migration_spider.changes import between
from migration_spider.report.text import escaped as escape
from migration_spider.report.text import visible

_STYLES = {"-": "red", "+": "green", " ": "dim"}
"""Sign of a line of a difference -> its style."""

_TEXTS = ("body_text", "summary")

_THINGS = ("attachments", "images")
"""Fields that are lists of objects with an address."""

_LONGEST_TEXT = 400

_NARROWEST = 20
"""Columns of a value, at least."""

_ELSEWHERE = {"id", "url", "title", "warc", "metadata", "body_html", TOMBSTONE}


def show_file(files: list[offered.File], warc: Path, *, raw: bool) -> int:
    """Print all contents that a file had, or with ``raw`` the bytes of the last one; return the exit code."""
    with Holdings(warc) as holdings:
        for sentence in holdings.damaged:
            print(f"scrapy show: {sentence}", file=sys.stderr)
        if raw:
            put(offered.content(files[-1], holdings)[1])
            return 0
        console = Console(soft_wrap=True)
        for file in files:
            place, data = offered.content(file, holdings)
            document = offered.document_of(data)
            values: list[tuple[str, object]] = [
                ("size", f"{len(data)} bytes"),
                ("sha256", file.sha256),
                ("type", file.media_type),
                ("archived", f"{place.file}, {place.length} bytes at {place.offset}"),
                *(("offered", f"{key}   {title}") for key, title in file.items.items()),
            ]
            if document:
                values += [
                    ("pages", document.pages),
                    ("title", document.title),
                    ("problem", document.problem),
                    ("text", document.text),
                ]
            console.print(f"\n[bold]{escape(file.url)}[/bold]", highlight=False)
            for name, value in values:
                if value is not None:
                    text = _readable("body_text", visible(str(value)))
                    console.print(f"  {name:9} {escape(text)}", highlight=False)
    return 0


def show_item(versions: list[dict[str, Any]], warc: Path, proved: list[dict[str, Any]]) -> int:
    """Print an item, the changes between its ``versions`` and the evidence of those in ``proved``; return exit code."""
    console = Console(soft_wrap=True)
    there = [line for line in versions if not is_tombstone(line)]
    item = there[-1] if there else versions[-1]
    console.print(f"\n[bold]{escape(item['title'])}[/bold]")
    console.print(f"{escape(item['id'])}   {escape(versions[-1]['url'])}\n", highlight=False)
    if is_tombstone(versions[-1]):
        console.print(f"[bold red]{escape(_withdrawn(versions[-1]))}[/bold red]; it was:\n", highlight=False)
    _fields(console, item)
    for before, after in pairwise(versions):
        console.print(f"\n[bold]version {before['version']} -> {after['version']}[/bold]   {after['last_changed']}")
        _changes(console, before, after, [line for line in there if line["version"] < after["version"]])
    holds = [_proof(console, version, warc) for version in proved]
    return 0 if all(holds) else 1


def _fields(console: Console, item: dict[str, Any]) -> None:
    fields = {name: value for name, value in item.items() if value not in (None, [], "", {}) and name not in _ELSEWHERE}
    indent = max(map(len, fields), default=0) + 2
    for name, value in fields.items():
        for number, line in enumerate(_wrapped(console, name, value, console.width - indent)):
            console.print(f"{'' if number else name:{indent}}{escape(line)}" if line else "", highlight=False)


def _proof(console: Console, version: dict[str, Any], warc: Path) -> bool:
    """Print the claims of a version about its evidence with the result of each check; return whether all are true."""
    where = version["warc"]
    note = " (that it is gone)" if is_tombstone(version) else ""
    console.print(f"\n[bold]evidence of version {version['version']}[/bold]{note}")
    console.print(f"  {escape(where['file'])}, {where['length']} bytes at {where['offset']}", highlight=False)
    holds = True
    for check in evidence.prove(version, warc):
        mark = "[green]ok[/green]" if check.holds else f"[red]differs[/red], found {escape(check.found)}"
        console.print(f"  {check.name:15} {escape(check.claimed)} {mark}", highlight=False)
        holds &= check.holds
    return holds


def _changes(console: Console, before: dict[str, Any], after: dict[str, Any], there: list[dict[str, Any]]) -> None:
    """Print the changes from ``before`` to ``after``; ``there`` are the earlier lines that are not tombstones."""
    if is_tombstone(after):
        console.print(f"  {escape(_withdrawn(after))}")
        return
    if is_tombstone(before):
        console.print("  there again")
        before = there[-1] if there else {}
    for difference in between(before, after):
        console.print(f"  {difference['field']}", highlight=False)
        for sign, text in lines_of(difference):
            console.print(f"    {sign} {escape(visible(text))}", style=_STYLES.get(sign), highlight=False)


def _withdrawn(line: dict[str, Any]) -> str:
    found = line[TOMBSTONE]
    return (
        f"withdrawn from the site: {found['reason']} (status {found['status']}, met in {found['confirmed']} "
        f"{'run' if found['confirmed'] == 1 else 'runs'}, last at {line['fetched_at']})"
    )


def _wrapped(console: Console, name: str, value: Any, width: int) -> Iterator[str]:
    """Yield the lines of one field: texts wrapped to ``width``; addresses and digests are not cut."""
    for line in _field_lines(name, value):
        if name in _TEXTS:
            parts = Text(line).wrap(console, max(width, _NARROWEST), overflow="fold")
            yield from (part.plain.rstrip() for part in parts)
        else:
            yield line


def _field_lines(name: str, value: Any) -> Iterator[str]:
    """Yield the lines of one field, of any length."""
    if name == "translations":
        yield from (f"{language} {address}" for language, address in value.items())
    elif name in _THINGS:
        for thing in value:
            first, *more = (f"{key} {part}" if key != "url" else str(part) for key, part in thing.items() if part)
            yield from (first, *(f"  {part}" for part in more))
    elif isinstance(value, list):
        yield from (_readable(name, part) for part in value)
    else:
        yield from _readable(name, value).split("\n")


def _readable(name: str, value: Any) -> str:
    if isinstance(value, dict) and "raw" in value:
        code = "" if name == "other_source_publisher" else f" [{value['id'] or 'unknown'}]"
        return f"{value['raw']}{code}"
    text = str(value)
    if name != "body_text" or len(text) <= _LONGEST_TEXT:
        return text
    return f"{text[:_LONGEST_TEXT].rstrip()} ... ({len(text)} characters)"
