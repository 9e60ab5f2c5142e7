"""The facets for narrowing a search; for each value, the set of its stories as bits."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

UNCODED = "~"
"""Stands before what is printed where the vocabulary has no code for it."""

LONGEST = 2000
"""Characters of a value; printed ones that begin alike and are longer are one."""

NONE = "none"
"""The value of stories where nothing is printed."""

YES, NO = "yes", "no"

Rows = Iterable[tuple[str, str, str]]
"""(id of a story, value, its name)."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to choose stories."""

    name: str
    """In addresses."""

    title: str

    rows: Callable[[sqlite3.Connection], Rows]
    """Reads the values of all stories; a pair may come twice."""

    field: str | None = None
    """Field of a story and of an item whose terms the values are."""

    by_key: bool = False
    """Values stand in the order of their keys; else those of most stories first."""

    descending: bool = False

    has_none: bool = True
    """Whether stories without a value can be chosen."""

    is_yes_or_no: bool = False


@dataclass(slots=True)
class FacetIndex:
    """The values of one facet, and which stories have them."""

    facet: Facet
    bits: dict[str, int] = field(default_factory=dict)
    """Value -> set of stories; bit ``n`` is the story at position ``n``."""

    labels: dict[str, str] = field(default_factory=dict)

    def of(self, values: Iterable[str]) -> int:
        """The stories that have any of ``values``; a value that nobody has, has none."""
        found = 0
        for value in values:
            found |= self.bits.get(value, 0)
        return found

    def order(self, value: str) -> tuple[object, ...]:
        """Sorts values as `Facet.by_key` says: numbers as numbers, what has no code after all others."""
        number = (0, int(value), "") if _NUMBER.fullmatch(value) else (1, 0, value)
        if self.facet.descending and not number[0]:
            number = (0, -number[1], "")
        return (value == NONE, value.startswith(UNCODED), *number)


_NUMBER = re.compile("[0-9]{1,18}")


def key_of(value: str) -> str:
    """``value`` as it is chosen by: an address has no white space at its ends, and an end."""
    return value.strip()[:LONGEST].rstrip()


def read(db: sqlite3.Connection, position: Mapping[str, int]) -> dict[str, FacetIndex]:
    """All facets of the stories, whose place in the order of the collection is ``position``."""
    size = len(position) // 8 + 1
    everything = (1 << len(position)) - 1
    indexes: dict[str, FacetIndex] = {}
    for facet in FACETS:
        index = FacetIndex(facet)
        sets: dict[str, bytearray] = {}
        for story, raw, label in facet.rows(db):
            place, value = position.get(story), key_of(raw)
            if place is None or not value:
                continue
            bits = sets.get(value)
            if bits is None:
                bits = sets[value] = bytearray(size)
                index.labels[value] = label
            bits[place >> 3] |= 1 << (place & 7)
        index.bits = {value: int.from_bytes(bits, "little") for value, bits in sets.items()}
        if facet.has_none and (rest := everything & ~index.of(index.bits)):
            index.bits[NONE], index.labels[NONE] = rest, "not said"
        indexes[facet.name] = index
    return indexes


# ---- where the values are read from


def _terms(field: str, vocabulary: str, db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """The coded values of the stories, and what is printed without code."""
    yield from db.execute(
        f'SELECT s.stories_id, s.id, v.label FROM "stories_{field}" s JOIN "{vocabulary}" v ON v.id = s.id'  # noqa: S608
    )
    for story, printed in db.execute(
        f'SELECT n.story_id, f.raw FROM "news_{field}" f JOIN news n ON n.id = f.news_id WHERE f.id IS NULL'  # noqa: S608
    ):
        yield story, f"{UNCODED}{printed}", printed


def _places(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """A place counts for all that hold it, too: who looks for Africa means Kenya as well."""
    yield from db.execute(
        "SELECT s.stories_id, w.within, p.label FROM stories_geographic_scope s"
        " JOIN places_within w ON w.id = s.id JOIN places p ON p.id = w.within WHERE w.within <> '001' OR s.id = '001'"
    )
    yield from (row for row in _terms("geographic_scope", "places", db) if row[1].startswith(UNCODED))


def _objectives(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    names = dict(db.execute("SELECT id, coalesce(short_en, label) FROM gcm_objectives"))
    for story, value, label in _terms("gcm_objectives", "gcm_objectives", db):
        yield story, value, names.get(value, label)


def _sql(query: str, db: sqlite3.Connection) -> Rows:
    return db.execute(query)


def _vocabulary(name: str, title: str, field: str, vocabulary: str) -> Facet:
    return Facet(name, title, partial(_terms, field, vocabulary), field)


FACETS: tuple[Facet, ...] = (
    Facet("objective", "GCM objective", _objectives, "gcm_objectives", by_key=True),
    Facet("place", "Place", _places, "geographic_scope"),
    _vocabulary("type", "Material type", "material_type", "material_types"),
    _vocabulary("theme", "Cross-cutting theme", "cross_cutting_themes", "cross_cutting_themes"),
    _vocabulary("publisher", "Publisher", "source_publisher", "publishers"),
    _vocabulary("audience", "Audience", "target_audience", "target_audiences"),
    _vocabulary("group", "Working group", "working_group", "working_groups"),
    _vocabulary("review", "Regional review", "regional_review_process", "regional_reviews"),
    Facet(
        "language",
        "Language",
        partial(_sql, "SELECT stories_id, language, language FROM stories_titles"),
        has_none=False,
    ),
    Facet(
        "year",
        "Year",
        partial(
            _sql,
            "SELECT id, substr(publication_date, 1, 4), substr(publication_date, 1, 4) FROM stories"
            " WHERE publication_date IS NOT NULL",
        ),
        by_key=True,
        descending=True,
    ),
    Facet(
        "files",
        "Files",
        partial(
            _sql,
            "SELECT id, CASE WHEN files > 0 THEN 'yes' ELSE 'no' END,"
            " CASE WHEN files > 0 THEN 'with files' ELSE 'without files' END FROM stories",
        ),
        has_none=False,
        is_yes_or_no=True,
    ),
    Facet(
        "history",
        "History",
        partial(
            _sql,
            "SELECT story_id, CASE WHEN later THEN 'yes' ELSE 'no' END,"
            " CASE WHEN later THEN 'changed since the first run' ELSE 'unchanged since the first run' END FROM"
            " (SELECT n.story_id, max(coalesce(v.what, 'new') <> 'new') AS later"
            " FROM news n LEFT JOIN versions v ON v.id = n.id GROUP BY n.story_id)",
        ),
        has_none=False,
        is_yes_or_no=True,
    ),
    Facet(
        "problem",
        "Problem",
        partial(_sql, "SELECT n.story_id, p.code, p.code FROM news_problems p JOIN news n ON n.id = p.news_id"),
    ),
)
"""In the order in which they are shown."""

BY_NAME: Mapping[str, Facet] = {facet.name: facet for facet in FACETS}

NOTES: Mapping[str, str] = {
    "XKX": "References to Kosovo shall be understood to be in the context of Security Council resolution 1244 (1999)."
}
"""Place -> what is to be read with its name, wherever that stands."""
