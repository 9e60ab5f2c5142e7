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
    """The differences in one field; or, by ``name``, items (``+item``, ``-item``), versions or fields of only one side.

    A field that the code has learned since is in all lines, in most without a value: ``+field NAME`` is no change of
    what the users of the items have.
    """

    name: str
    versions: int = 0
    items: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    """Items that the examples are chosen from: those with a value, where only one side has the field."""
    examples: list[tuple[str, Any, Any]] = field(default_factory=list)
    """(item id, before, after), at most one of each item."""

    @property
    def count(self) -> int:
        """Number of items."""
        return len(self.items)

    def add(self, item_id: str, before: Any, after: Any) -> None:
        self.versions += 1
        self.items.add(item_id)
        is_told = bool(before or after) or not self._is_of_one_side
        if is_told and item_id not in self.filled and len(self.examples) < EXAMPLES:
            self.examples.append((item_id, before, after))
        if is_told:
            self.filled.add(item_id)

    @property
    def _is_of_one_side(self) -> bool:
        """Whether only one side has the field."""
        return self.name[1:].startswith("field ")

    def line(self) -> str:
        """What the table says of it before the examples."""
        more = f", {self.versions} versions" if self.versions > self.count else ""
        filled = f", {len(self.filled)} with a value" if self._is_of_one_side else ""
        return f"{self.name:24} {self.count:6} items{more}{filled}"


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
        lines.append(difference.line())
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
        if name in PROVENANCE or (name in old and name in new and old[name] == new[name]):
            continue
        side = "+field " if name not in old else "-field " if name not in new else ""
        yield f"{side}{name}", old.get(name), new.get(name)


def _versions(path: Path) -> dict[str, list[_Version]]:
    """The positions of the lines of each item."""
    versions: dict[str, list[_Version]] = {}
    for offset, _, line in read(path) if path.exists() else ():
        capture = line["fetched_at"], line["warc"].get("record_id") or ""
        versions.setdefault(line["id"], []).append(_Version(offset, capture, is_tombstone(line)))
    return versions
