"""Writes ``README.md`` of a release: a dataset card for users. Hugging Face reads its header."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from archive.dataset import markdown
from archive.dataset.datapackage import Resource
from archive.dataset.description import Dataset, Example
from archive.dataset.edition import Edition
from archive.dataset.huggingface import Configuration
from archive.dataset.lists import TermList
from archive.dataset.summary import Summary

_NOT_YAML = re.compile("[\x7f-\x84\x86-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(
    dataset: Dataset,
    summary: Summary,
    resources: Sequence[Resource],
    lists: Sequence[TermList],
    edition: Edition,
    sections: Sequence[tuple[str, str]] = (),
    configurations: Sequence[Configuration] = (),
) -> str:
    """Return the card as Markdown; ``sections`` (heading, Markdown) come before the provenance."""
    dates = f" Dates run from {summary.first} to {summary.last}." if summary.first else ""
    scope = "" if edition.texts else f" This is a metadata-only release: it leaves out {_codes(dataset.texts)}."
    parts = [
        _header(dataset, summary, configurations),
        f"# {dataset.title}",
        f"**{_plain(edition.whole)}.**",
        dataset.abstract,
        f"Version `{edition.version}`: {summary.counts_text}, as of {edition.created}.{dates}{scope}",
        "## Rights",
        dataset.rights,
        f"[{dataset.rights_title}]({dataset.rights_url})",
        "## Files",
        _files(resources),
        f"""\
`datapackage.json` gives type, key, foreign keys and meaning of every column of the CSV files, `schema.json` those of a
line of `{dataset.name}.jsonl`. `SHA256SUMS` is checked with `sha256sum -c SHA256SUMS`.

CSV: UTF-8, comma, an empty cell is null. A text that a spreadsheet would run as a formula has an apostrophe in front:
remove the first character of each cell that matches `^'('*[\\t\\r]|[\\s']*[=+\\-@＝＋－＠])`, to get the original
text. A spreadsheet that guesses types drops the leading zeros of codes such as `001`: import the columns as text.""",
        "## Use",
        *_examples(dataset.examples, {file.path for file in resources}),
        "## Coverage",
        *_counts(dataset, summary),
        _coverage(dataset, summary),
        "## Known gaps",
        _gaps(dataset, summary),
        "## Changes",
        _changes(edition),
        *_notes(lists),
        *(part for heading, text in sections for part in (f"## {heading}", text)),
        "## Provenance",
        f"""\
Read from {dataset.homepage} and compiled by {dataset.compiler}. Every item names the archived HTTP response that it was
read from (`warc`: file, offset, length, record id and digest), so each value can be checked against the archive.""",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(text: str) -> str:
    """Return ``text``, which is partly from others, with all Markdown escaped."""
    return re.sub(r"([\\`*\[\]<>&|])", r"\\\1", " ".join(text.split()))


def _header(dataset: Dataset, summary: Summary, configurations: Sequence[Configuration]) -> str:
    # Hugging Face knows languages by their first subtag.
    languages = sorted({code.partition("-")[0] for code in summary.languages()})
    size = next((name for limit, name in _SIZES if summary.records < limit), "1M<n<10M")
    header: dict[str, Any] = {
        "pretty_name": dataset.title,
        "language": languages,
        "license": "other",
        # The Hub wants an identifier when no licence of its list fits.
        "license_name": re.sub(r"[^a-z0-9.]+", "-", dataset.rights_title.lower()).strip("-"),
        "license_link": dataset.rights_url,
        "tags": list(dataset.keywords),
        "size_categories": [size],
    }
    # JSON is YAML, so every text is quoted correctly.
    lines = [f"{key}: {_json(value)}" for key, value in header.items()]
    if configurations:
        lines += ["configs:"]
        for number, configuration in enumerate(configurations):
            lines += [f"- config_name: {_json(configuration.name)}", f"  data_files: {_json(configuration.path)}"]
            lines += [] if number else ["  default: true"]
        lines += ["dataset_info:"]
        for configuration in configurations:
            lines += [f"- config_name: {_json(configuration.name)}", "  features:"]
            lines += [f"  - {_json(feature)}" for feature in configuration.features]
    return "\n".join(["---", *lines, "---"])


def _json(value: Any) -> str:
    """Return JSON that YAML 1.2 accepts (it allows fewer characters, section 5.1), with bidi controls escaped."""
    return _NOT_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def _files(resources: Sequence[Resource]) -> str:
    """Return the table of files; all linked tables, one per field, share a row."""
    rows: list[tuple[str, str, str]] = []
    linked: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource.table and resource.table.field:
            path = f"{resource.path.removesuffix(f'{resource.table.field}.csv')}<field>.csv"
            linked.setdefault(path, []).append(resource)
        else:
            rows.append((f"`{resource.path}`", _size(resource.size), resource.description))
    for path, group in linked.items():
        description = f"{len(group)} files, each with the values of a field that is a list"
        rows.append((f"`{path}`", _size(sum(resource.size for resource in group)), description))
    return table(("file", "size", "content"), rows)


def _examples(examples: Sequence[Example], paths: set[str]) -> Iterable[str]:
    """Yield the examples that can run with these files."""
    yield "With the folder of the release as working directory."
    question = ""
    for example in examples:
        if all(path in paths for path in example.needs):
            if example.question != question:
                question = example.question
                yield f"### {question}"
            yield f"{example.tool}:\n\n```{example.language}\n{example.code.strip()}\n```"


def _counts(dataset: Dataset, summary: Summary) -> Iterable[str]:
    """Yield the tables of counts, by stories and items if there are stories, else by items."""
    units = ("stories", "items") if dataset.stories else ("items",)

    def row(name: str, code: str, items: Counter[str], stories: Counter[str]) -> tuple[str, ...]:
        return (name, *([str(stories[code])] if dataset.stories else []), str(items[code]))

    if summary.years:
        years = sorted({*summary.years, *summary.story_years})
        yield table(
            ("year", *units),
            [row(year or "no date", year, summary.years, summary.story_years) for year in years],
        )
    for name in dataset.counted:
        items, stories = summary.values.get(name, Counter()), summary.story_values.get(name, Counter())
        rows = []
        for code in sorted({*items, *stories}, key=lambda code: (-stories[code], -items[code], code)):
            label = summary.labels.get(f"{name}/{code}") or ""
            name_and_label = (
                f"{markdown.code(code)} {markdown.plain(label)}".strip() if code else "none, or not recognized"
            )
            rows.append(row(name_and_label, code, items, stories))
        yield table((f"`{name}`", *units), rows)


def _coverage(dataset: Dataset, summary: Summary) -> str:
    _, rows = summary.coverage()
    cells = [
        (f"`{name}`", str(filled), "" if share is None else f"{share:.1%}", "" if unknown is None else str(unknown))
        for name, filled, _, share, _, unknown in rows
        if name not in dataset.provenance
    ]
    return table(("field", "items with a value", "share", "values not recognized"), cells)


def _gaps(dataset: Dataset, summary: Summary) -> str:
    if not summary.problems:
        return "No item has a problem."
    rows = []
    for code, count in sorted(summary.problems.items(), key=lambda pair: (-pair[1], pair[0])):
        head, colon, _ = code.partition(":")
        meaning = dataset.problem_meanings.get(head if colon else code, "")
        rows.append((markdown.code(code), str(count), meaning))
    return table(("problem", "items", "meaning"), rows)


def _changes(edition: Edition) -> str:
    counts = ", ".join(f"{edition.changed[kind]} {kind}" for kind in ("added", "changed", "removed"))
    since = f"Since version `{edition.previous}`" if edition.previous else "First release"
    gone = (
        f" {edition.withdrawn} items are gone from their source: `tables/withdrawn.csv`." if edition.withdrawn else ""
    )
    each = "each item with its old and new values" if edition.previous else "each"
    return f"{since}: {counts}. `CHANGES.jsonl` names {each}.{gone}"


def _notes(lists: Sequence[TermList]) -> Iterable[str]:
    notes = [
        (term["label"]["en"], term["note"]) for vocabulary in lists for term in vocabulary.terms() if term.get("note")
    ]
    if notes:
        yield "## Notes on terms"
        yield "\n".join(f"- {label}: {note}" for label, note in notes)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["-" for _ in head], *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _size(size: int) -> str:
    return f"{size} B" if size < 10_000 else f"{size / 1000:.0f} kB" if size < 10_000_000 else f"{size / 1e6:.0f} MB"
