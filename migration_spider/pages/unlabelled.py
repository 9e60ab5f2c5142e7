"""Fields without a printed label: what the site's own names of them say, else what the vocabularies know."""

from __future__ import annotations

import re

from migration_spider.items import Entry
from migration_spider.pages.cells import values
from migration_spider.pages.fields import has_prose
from migration_spider.pages.look import is_foreign
from migration_spider.pages.outline import HEADING_TAGS, Block, Unit
from migration_spider.vocabularies import VOCABULARIES, lookup_named, machine_name_field

FEWEST = 3
"""Fields, the date among them, of which two belong to different vocabularies: less may be chance."""

_DATE = re.compile(r"\D{0,20}\d{1,4}\b.{0,20}?(?<!\d)(?:(?:19|20)\d\d|\d{1,2})(?!\d).{0,15}")
# How Drupal's themes, Views and Layout Builder print the machine name of a field.
_NAME = re.compile(r"(?:field-{1,2}name-|views-field-|block-field-block(?:node|node-?\w+?)(?=field))(field-[\w-]+)")
_NO_FIELD = HEADING_TAGS | {"p", "ul", "ol", "table", "blockquote", "figure", "pre"}


def read_unlabelled(top: Block, base_url: str) -> tuple[list[Entry], set[Unit]] | None:
    """Entries without label, and the parts of the outline that they take up; None when there is no such block."""
    best: tuple[list[Entry], set[Unit]] | None = None
    for container in top.blocks():
        if container.in_body or len(container.children) < FEWEST:
            continue
        known = {n: found for n, child in enumerate(container.children) if (found := _fields(child, base_url))}
        named = {name for found in known.values() if len(found) == 1 for name in found} - {"date"}
        if len(known) < FEWEST or len(named) < 2:
            continue
        entries: list[Entry] = []
        units: set[Unit] = set()
        for child in container.children[min(known) : max(known) + 1]:
            if isinstance(child, Block) and not has_prose(child) and not is_foreign(child):
                printed = [v for line in child.lines() for v in values(line.pieces, base_url)]
                entries.append(Entry(label="", values=printed, field_name=named_field(child)))
                units.add(child)
        if best is None or len(entries) > len(best[0]):
            best = entries, units
    return best


def _fields(unit: Unit, base_url: str) -> set[str]:
    """``date``, or the item fields to one of which all values of ``unit`` belong."""
    if not isinstance(unit, Block) or unit.tag in _NO_FIELD or has_prose(unit) or is_foreign(unit):
        return set()
    if own := named_field(unit):
        return {"date" if own == "publication_date" else own}
    printed = [value for line in unit.lines() for value in values(line.pieces, base_url)]
    if len(printed) == 1 and (printed[0].datetime or _DATE.fullmatch(printed[0].text)):
        return {"date"}
    sets = [{name for name in VOCABULARIES if lookup_named(name, value.text)} for value in printed]
    return set.intersection(*sets) if sets else set()


def named_field(unit: Unit) -> str | None:
    """The item field that the classes of ``unit`` name; None when they name none or several."""
    if not isinstance(unit, Block):
        return None
    names = {match[1] for block in unit.blocks() for match in _NAME.finditer(block.classes)}
    return machine_name_field(names.pop()) if len(names) == 1 else None
