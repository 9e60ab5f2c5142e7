"""Shows the changes in the items by other code or vocabularies: for each field, with counts and examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from archive.dataset.lines import is_tombstone
from archive.errors import cleaned
from migration_spider.items import PROVENANCE
from migration_spider.state.lines import Record, line_at, read

EXAMPLES = 3


@dataclass(slots=True)
class Difference:
    """The differences in one field; or, by ``name``, items (``+item``, ``-item``) or versions of only one side."""

    name: str
    versions: int = 0
    items: set[str] = field(default_factory=set)
    examples: list[tuple[str, Any, Any]] = field(default_factory=list)
    """(item id, before, after), at most one of each item."""

    @property
    def count(self) -> int:
        """Number of items."""
        return len(self.items)

    def add(self, item_id: str, before: Any, after: Any) -> None:
        self.versions += 1
        if item_id not in self.items and len(self.examples) < EXAMPLES:
            self.examples.append((item_id, before, after))
        self.items.add(item_id)


@dataclass(frozen=True, slots=True)
class _Version:
    """The position of a line, and its capture."""

    offset: int
    capture: tuple[str, str]
    """Time and record id."""

    withdraws: bool


def compare(before: Path, after: Path) -> list[Difference]:
    """Compare all versions of all items in two files of JSON lines; the differences in most items come first.

    Lines of the same capture are compared; the others (of another archive, or versions that only one side has) are
    paired from the last version backwards. A file that does not exist counts as empty. Memory: some hundred bytes per
    line.
    """
    found: dict[str, Difference] = {}
    left, right = _versions(before), _versions(after)
    for item_id in dict.fromkeys((*left, *right)):
        for old, new in _pairs(left.get(item_id, []), right.get(item_id, [])):
            pair = line_at(before, old.offset) if old else None, line_at(after, new.offset) if new else None
            kind = "item" if item_id not in left or item_id not in right else "version"
            for name, *values in _differences(*pair, kind):
                found.setdefault(name, Difference(name)).add(item_id, *values)
    return sorted(found.values(), key=lambda difference: (-difference.count, difference.name))


def table(differences: list[Difference]) -> str:
    """The differences as lines for a terminal."""
    if not differences:
        return "No difference."
    lines = []
    for difference in differences:
        more = f", {difference.versions} versions" if difference.versions > difference.count else ""
        lines.append(f"{difference.name:24} {difference.count:6} items{more}")
        for item_id, before, after in difference.examples:
            lines += [f"    {item_id}", f"      - {short(before)}", f"      + {short(after)}"]
    return "\n".join(map(cleaned, lines))


def short(value: Any) -> str:
    """``value`` as JSON of at most 160 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:157] + "..."


def _pairs(left: list[_Version], right: list[_Version]) -> Iterator[tuple[_Version | None, _Version | None]]:
    same = {(version.capture, version.withdraws): version for version in right}
    rest: list[_Version] = []
    for version in left:
        match = same.pop((version.capture, version.withdraws), None)
        if match is None:
            rest.append(version)
        else:
            yield version, match
    for withdraws in (False, True):
        sides = (
            [version for version in side if version.withdraws is withdraws] for side in (rest, list(same.values()))
        )
        yield from zip_longest(*(reversed(side) for side in sides))


def _differences(old: Record | None, new: Record | None, kind: str) -> Iterator[tuple[str, Any, Any]]:
    if old is None or new is None:
        line = new or old or {}
        yield f"{'+' if old is None else '-'}{kind}", old and line["url"], new and line["url"]
        return
    for name in dict.fromkeys((*new, *old)):
        if name not in PROVENANCE and old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def _versions(path: Path) -> dict[str, list[_Version]]:
    """The positions of the lines of each item."""
    versions: dict[str, list[_Version]] = {}
    for offset, _, line in read(path) if path.exists() else ():
        capture = line["fetched_at"], line["warc"].get("record_id") or ""
        versions.setdefault(line["id"], []).append(_Version(offset, capture, is_tombstone(line)))
    return versions
