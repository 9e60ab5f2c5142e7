"""Updates ``places.json`` to a newer edition of UN M49: ``python -m migration_spider.vocabularies.refresh FOLDER``.

FOLDER has the six language tables of the UN Statistics Division's M49 overview as CSV, named ``UNSD-en.csv``, ``-fr``,
``-es``, ``-ar``, ``-ru`` and ``-zh`` (or ``-cn``), as in github.com/datasets/country-codes. Nothing is downloaded.
Spellings that were added by hand are kept. A name that is not in the new edition becomes an alias, because old pages
still print it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .keys import key

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
_LEVELS = (
    ("Global", "global"),
    ("Region", "region"),
    ("Sub-region", "subregion"),
    ("Intermediate Region", "subregion"),
)

Row = dict[str, Any]


def read_m49(folder: Path) -> dict[str, Row]:
    """Code -> ``id``, ``type``, ``iso3``, ``parent`` and ``label`` by language, from the tables in ``folder``.

    Raises:
        FileNotFoundError: a language's table is missing.
    """
    places: dict[str, Row] = {}
    for language in LANGUAGES:
        table = folder / f"UNSD-{language}.csv"
        if language == "zh" and not table.exists():
            table = folder / "UNSD-cn.csv"
        with table.open(encoding="utf-8-sig", newline="") as lines:
            for line in csv.DictReader(lines):
                _read_line(line, language, places)
    return places


def _read_line(line: dict[str, str], language: str, places: dict[str, Row]) -> None:
    parent: str | None = None
    levels = [(line[f"{name} Code"], line[f"{name} Name"], kind, None) for name, kind in _LEVELS]
    country = (line["M49 Code"].zfill(3), line["Country or Area"], "country", line["ISO-alpha3 Code"] or None)
    for code, name, kind, iso3 in [*levels, country]:
        if code:
            place = places.setdefault(code, {"id": code, "type": kind, "iso3": iso3, "parent": parent, "label": {}})
            place["label"][language] = name.strip()
            parent = code


def _names(rows: Iterable[Row]) -> set[str]:
    return {key(name) for row in rows for name in row["label"].values()}


def merge(old: Iterable[Row], new: dict[str, Row]) -> tuple[list[Row], list[str]]:
    """The terms of ``places.json`` with the names, parents and codes of ``new``; and the changes, one line each.

    Terms that ``new`` lacks stay: M49 withdraws codes, pages and this list's own additions (``XKX``) do not go away.
    """
    terms, changes = [], []
    known = {row["id"]: row for row in old}
    official = _names({**known, **new}.values())
    for code in sorted({*known, *new}):
        before, after = known.get(code), new.get(code)
        if after is None or before is None:
            terms.append(before or {**after, "aliases": []})  # type: ignore[dict-item]
            changes.append(
                f"{code} {'not in the new edition, kept' if before else 'added'}: {terms[-1]['label']['en']}"
            )
            continue
        renamed = [name for language, name in before["label"].items() if after["label"].get(language, name) != name]
        changes += [f"{code} no longer named {name!r}, kept as an alias" for name in renamed]
        changes += [
            f"{code} {field}: {before[field]} -> {after[field]}"
            for field in ("type", "iso3", "parent")
            if before[field] != after[field]
        ]
        label = {**before["label"], **after["label"]}
        taken = official.union(map(key, label.values()))
        aliases = [name for name in (*before["aliases"], *renamed) if key(name) not in taken]
        terms.append({**before, **after, "label": label, "aliases": list(dict.fromkeys(aliases))})
    return terms, changes


def write(data: dict[str, Any], file: Path) -> None:
    """Write a vocabulary with one term per line, so that a change is a line of the diff."""
    head = json.dumps({name: value for name, value in data.items() if name != "terms"}, ensure_ascii=False, indent=1)
    terms = ",\n".join("  " + json.dumps(term, ensure_ascii=False) for term in data["terms"])
    file.write_text(f'{head[:-2]},\n "terms": [\n{terms}\n ]\n}}\n', encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m migration_spider.vocabularies.refresh", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the six M49 tables as CSV")
    parser.add_argument(
        "--date", required=True, help="date of the edition, YYYY-MM-DD; it becomes the date of the vocabulary"
    )
    parser.add_argument(
        "--file", type=Path, default=Path(__file__).with_name("places.json"), help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    data = json.loads(options.file.read_text(encoding="utf-8"))
    try:
        edition = read_m49(options.folder)
    except FileNotFoundError as error:
        print(f"no table {error.filename}: put the six UNSD-<language>.csv there", file=sys.stderr)
        return 2
    data["terms"], changes = merge(data["terms"], edition)
    data["date"] = options.date
    write(data, options.file)
    print("\n".join([*changes, f"{len(data['terms'])} places, {len(changes)} changes: {options.file.name}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
