"""``README.md`` of a release: a dataset card that answers a stranger's questions; Hugging Face reads its header."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from archive.dataset.datapackage import Resource
from archive.dataset.description import Dataset
from archive.dataset.edition import Edition
from archive.dataset.lists import TermList
from archive.dataset.summary import Summary

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(
    dataset: Dataset, summary: Summary, resources: Sequence[Resource], lists: Sequence[TermList], edition: Edition
) -> str:
    """The card as Markdown."""
    dates = f" Dates run from {summary.first} to {summary.last}." if summary.first else ""
    scope = "" if edition.texts else f" This is a metadata-only release: it leaves out {_codes(dataset.texts)}."
    parts = [
        _header(dataset, summary, resources),
        f"# {dataset.title}",
        dataset.abstract,
        f"Version `{edition.version}`: {summary.records} items, as of {edition.created}.{dates}{scope}",
        "## Rights",
        dataset.rights,
        f"[{dataset.rights_title}]({dataset.rights_url})",
        "## Files",
        _files(resources),
        f"""\
`datapackage.json` gives type, key, foreign keys and meaning of every column of the CSV files, `schema.json` those of a
line of `{dataset.name}.jsonl`. `SHA256SUMS` is checked with `sha256sum -c SHA256SUMS`.

CSV: UTF-8, comma, an empty cell is null. A text that a spreadsheet would run as a formula has an apostrophe in front:
take the first character off each cell that matches `^'('*[\\t\\r]|[\\s']*[=+\\-@＝＋－＠])`, and every text is as it
was. A spreadsheet that guesses types drops the leading zeros of codes such as `001`: import the columns as text.""",
        "## Use",
        f"{dataset.question}, with the folder of the release as working directory." if dataset.question else "",
        "\n\n".join(
            f"{one.tool}:\n\n```{one.language}\n{one.code.strip()}\n```"
            for one in dataset.examples
            if set(one.needs) <= {file.path for file in resources}
        ),
        "## Coverage",
        *_counts(dataset, summary),
        _coverage(summary),
        "## Known gaps",
        _gaps(dataset, summary),
        "## Changes",
        _changes(edition),
        *_notes(lists),
        "## Provenance",
        f"""\
Read from {dataset.homepage} and compiled by {dataset.compiler}. Every item names the archived HTTP response that it was
read from (`warc`: file, offset, length, record id and digest), so each value can be proved from the archive.
How to cite: `CITATION.cff`.""",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(dataset: Dataset, summary: Summary, resources: Sequence[Resource]) -> str:
    paths = [resource.path for resource in resources]
    data = next(path for path in (f"{dataset.name}.parquet", f"{dataset.name}.jsonl") if path in paths)
    # Hugging Face knows languages by their first subtag.
    languages = sorted({code.partition("-")[0] for code in summary.languages()})
    size = next((name for limit, name in _SIZES if summary.records < limit), "1M<n<10M")
    header: dict[str, Any] = {
        "pretty_name": dataset.title,
        "language": languages,
        "license": "other",
        # An identifier, where no licence of its list fits.
        "license_name": re.sub(r"[^a-z0-9.]+", "-", dataset.rights_title.lower()).strip("-"),
        "license_link": dataset.rights_url,
        "tags": list(dataset.keywords),
        "size_categories": [size],
        "configs": [{"config_name": dataset.name, "data_files": data, "default": True}],
    }
    # JSON is YAML: texts are quoted right whatever they hold.
    return "\n".join(
        ["---", *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in header.items()), "---"]
    )


def _files(resources: Sequence[Resource]) -> str:
    rows = [(f"`{one.path}`", _size(one.size), one.description) for one in resources]
    return table(("file", "size", "holds"), rows)


def _counts(dataset: Dataset, summary: Summary) -> Iterable[str]:
    if summary.years:
        rows = [(year or "no date", str(count)) for year, count in sorted(summary.years.items())]
        yield table(("year", "items"), rows)
    for name in dataset.counted:
        counts = summary.values.get(name, Counter())
        rows = []
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            label = summary.labels.get(f"{name}/{code}", "")
            rows.append((f"`{code}` {label}".strip() if code else "none, or not recognised", str(count)))
        yield table((f"`{name}`", "items"), rows)


def _coverage(summary: Summary) -> str:
    _, rows = summary.coverage()
    cells = [
        (f"`{name}`", str(filled), "" if share is None else f"{share:.1%}", "" if unknown is None else str(unknown))
        for name, filled, _, share, _, unknown in rows
    ]
    return table(("field", "items with a value", "share", "values not recognised"), cells)


def _gaps(dataset: Dataset, summary: Summary) -> str:
    if not summary.problems:
        return "No problem was met in any item."
    rows = []
    for code, count in sorted(summary.problems.items(), key=lambda pair: (-pair[1], pair[0])):
        head, colon, _ = code.partition(":")
        rows.append((f"`{code}`", str(count), dataset.problem_meanings.get(head if colon else code, "")))
    return table(("problem", "items", "meaning"), rows)


def _changes(edition: Edition) -> str:
    counts = ", ".join(f"{edition.changed[kind]} {kind}" for kind in ("added", "changed", "removed"))
    since = f"Since version `{edition.previous}`" if edition.previous else "First release"
    gone = (
        f" {edition.withdrawn} items are gone from their source: `tables/withdrawn.csv`." if edition.withdrawn else ""
    )
    return f"{since}: {counts}. `CHANGES.jsonl` names each with its fields.{gone}"


def _notes(lists: Sequence[TermList]) -> Iterable[str]:
    notes = [(term["label"]["en"], term["note"]) for one in lists for term in one.terms() if term.get("note")]
    if notes:
        yield "## Notes on terms"
        yield "\n".join(f"- {label}: {note}" for label, note in notes)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["-" for _ in head], *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _size(size: int) -> str:
    return f"{size} B" if size < 10_000 else f"{size / 1000:.0f} kB" if size < 10_000_000 else f"{size / 1e6:.0f} MB"
