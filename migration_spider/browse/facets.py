"""The facets that narrow a search, with the set of stories of each value as bits of an integer."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

UNCODED = "~"
"""Prefix of a printed value that the vocabulary has no code for."""

LONGEST = 2000
"""Characters of a value; longer printed values are cut, so those with the same beginning are one."""

NONE = "none"
"""The value of stories for which nothing is printed."""

YES, NO = "yes", "no"

Rows = Iterable[tuple[str, str, str]]
"""(id of a story, value, its name)."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to choose stories."""

    name: str
    """The name in addresses."""

    title: str

    rows: Callable[[sqlite3.Connection], Rows]
    """Reads the values of all stories; a pair may come twice."""

    field: str | None = None
    """Field of stories and items whose terms are the values."""

    by_key: bool = False
    """Whether values are sorted by key; otherwise those with most stories come first."""

    descending: bool = False

    has_none: bool = True
    """Whether stories without a value can be selected."""

    is_yes_or_no: bool = False


@dataclass(slots=True)
class FacetIndex:
    """The values of one facet, and which stories have them."""

    facet: Facet
    bits: dict[str, int] = field(default_factory=dict)
    """Value -> set of stories; bit ``n`` is the story at position ``n``."""

    labels: dict[str, str] = field(default_factory=dict)

    def of(self, values: Iterable[str]) -> int:
        """The stories that have any of ``values``."""
        stories = 0
        for value in values:
            stories |= self.bits.get(value, 0)
        return stories

    def order(self, value: str) -> tuple[object, ...]:
        """Sort key for `Facet.by_key`: numbers by number, values without a code after all others."""
        number = (0, int(value), "") if _NUMBER.fullmatch(value) else (1, 0, value)
        if self.facet.descending and not number[0]:
            number = (0, -number[1], "")
        return (value == NONE, value.startswith(UNCODED), *number)


_NUMBER = re.compile("[0-9]{1,18}")


def key_of(value: str) -> str:
    """The key of a value in addresses: without white space at its ends, and at most `LONGEST` characters."""
    return value.strip()[:LONGEST].rstrip()


def read(db: sqlite3.Connection, position: Mapping[str, int]) -> dict[str, FacetIndex]:
    """Read all facets of the stories; ``position`` is the place of each story in the collection."""
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


# ---- the values in the database


def _terms(field: str, vocabulary: str, db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Yield the coded values of the stories, and the printed values without a code."""
    yield from db.execute(
        f'SELECT s.stories_id, s.id, v.label FROM "stories_{field}" s JOIN "{vocabulary}" v ON v.id = s.id'  # noqa: S608
    )
    for story, printed in db.execute(
        f'SELECT n.story_id, f.raw FROM "news_{field}" f JOIN news n ON n.id = f.news_id WHERE f.id IS NULL'  # noqa: S608
    ):
        yield story, f"{UNCODED}{printed}", printed


def _places(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Yield places, and all areas that contain them: a search for Africa also finds Kenya."""
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
"""In the order of the page."""

BY_NAME: Mapping[str, Facet] = {facet.name: facet for facet in FACETS}

NOTES: Mapping[str, str] = {
    "XKX": "References to Kosovo shall be understood to be in the context of Security Council resolution 1244 (1999)."
}
"""Place -> note to show wherever its name is shown."""
