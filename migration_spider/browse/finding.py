"""Finds the stories of a selection, with the counts of all facets."""

from __future__ import annotations

import re
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from operator import itemgetter

from markupsafe import Markup

from archive.dataset.queries import mark
from migration_spider.browse.collection import Collection, Ranks
from migration_spider.browse.known import require_known
from migration_spider.browse.selection import BadSelection, Selection

PAGE = 25
"""Stories on a page."""

_SNIPPET = 240
"""Characters of a text that are shown."""

_READ, _MOST_READ = 600, 20_000
"""Characters of a text that are searched for its first match: in one piece, and in total."""

_OVERLAP = 60
"""Characters that are in two pieces, so that a word or phrase between them is found."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet."""

    key: str
    label: str
    count: int
    """Stories that have it, among those that match all other facets."""

    chosen: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """A story in one language."""

    language: str
    item: str
    """Id of the item."""

    title: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A story in a list of results."""

    id: str
    title: Markup
    """In the language of the match; matching words are in ``<mark>``."""

    language: str
    date: str | None
    voices: Sequence[Voice]
    snippet: Markup
    files: int
    changed: str | None = None
    """UTC day of its last change, if the selection uses days of change."""

    terms: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Facet -> (value, name), for `SHOWN`."""


SHOWN = {"type": "material_type", "place": "geographic_scope", "objective": "gcm_objectives"}
"""Facets whose values are shown with a hit -> their field."""


@dataclass(frozen=True, slots=True)
class Results:
    """A page of the stories of a selection, and the counts of all facets."""

    total: int
    ids: Sequence[str]
    """Ids of the stories of the page."""

    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[Value]]
    """In the order of `facets.FACETS`; without values that would select nothing, unless they are chosen."""

    pages: int


def find(collection: Collection, selection: Selection, size: int = PAGE) -> Results:
    """Find the stories of a page of the selection, and count all facets.

    Raises:
        BadSelection: It has an unknown value, or there is no such page.
    """
    answer = Answer(collection, selection)
    total = answer.total
    pages = max(1, -(-total // size))
    if selection.page > pages:
        raise BadSelection(f"there is no page {selection.page}: the last one is {pages}")
    first = (selection.page - 1) * size
    ids = [collection.ids[place] for place in islice(answer.places(), first, first + size)]
    return Results(total, ids, list(hits(collection, ids, selection)), answer.facets(), pages)


def stories(collection: Collection, selection: Selection) -> Iterator[str]:
    """Ids of all stories of the selection, in its order, regardless of its page."""
    return (collection.ids[place] for place in Answer(collection, selection).places())


def count(collection: Collection, selection: Selection) -> int:
    """The number of stories of the selection."""
    return Answer(collection, selection).total


class Answer:
    """A selection as sets of stories.

    Raises:
        BadSelection: It has an unknown value (see `known`).
    """

    def __init__(self, collection: Collection, selection: Selection) -> None:
        require_known(collection, selection)
        self._collection, self._selection = collection, selection
        self._ranks: Ranks = {}
        base = collection.everything
        if selection.query:
            self._ranks = _ranked(collection, selection.query, selection.language)
            base &= _bits(self._ranks, len(collection.ids))
        if selection.since or selection.until:
            base &= _dated(collection, selection.since, selection.until)
        if selection.changed:
            since = selection.changed
            newer = bisect_left(collection.by_change, True, key=lambda place: collection.changed[place] < since)
            base &= _bits(collection.by_change[:newer], len(collection.ids))
        self._base = base
        self._chosen = {name: collection.facets[name].of(values) for name, values in selection.chosen.items()}
        self.bits = self._without(None)
        """The stories."""

    def _without(self, facet: str | None) -> int:
        """The stories that match all facets other than ``facet``."""
        bits = self._base
        for name, chosen in self._chosen.items():
            if name != facet:
                bits &= chosen
        return bits

    @property
    def total(self) -> int:
        """The number of stories."""
        return self.bits.bit_count()

    def score(self, place: int) -> float:
        """How well the story at a position matches the query; higher is better, and 1 without a query."""
        return round(-self._ranks[place][0], 6) if place in self._ranks else 1.0

    def facets(self) -> dict[str, Sequence[Value]]:
        """Facet -> its values, without those that would select nothing, unless they are chosen."""
        by_facet: dict[str, Sequence[Value]] = {}
        for name, index in self._collection.facets.items():
            chosen = self._selection.chosen.get(name, ())
            bits = self._without(name) if chosen else self.bits
            counts = ((key, (stories & bits).bit_count()) for key, stories in index.bits.items())
            values = [
                Value(key, index.labels[key], count, key in chosen) for key, count in counts if count or key in chosen
            ]
            values += [Value(key, key.removeprefix("~"), 0, True) for key in chosen if key not in index.bits]
            if index.facet.by_key:
                values.sort(key=lambda value: index.order(value.key))
            else:
                values.sort(key=lambda value: (value.key == "none", -value.count, value.label, value.key))
            by_facet[name] = values
        return by_facet

    def places(self) -> Iterator[int]:
        """Positions of the stories, in order."""
        order = self._selection.order
        if order == "date":
            yield from _set_bits(self.bits)
            return
        packed = self.bits.to_bytes(len(self._collection.ids) // 8 + 1, "little")
        if order == "changed":
            ordered: Iterable[int] = self._collection.by_change
        else:
            ordered = self._ranks
        yield from (place for place in ordered if packed[place >> 3] >> (place & 7) & 1)


def _set_bits(bits: int) -> Iterator[int]:
    digits = bin(bits)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def _bits(places: Iterable[int], size: int) -> int:
    packed = bytearray(size // 8 + 1)
    for place in places:
        packed[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(packed, "little")


def _dated(collection: Collection, since: str | None, until: str | None) -> int:
    """The stories of these days. Stories are sorted by date, so their positions are adjacent."""
    dates = collection.dates  # the newest first
    # `2024-05` sorts before all its days, and `2024-05~` after them.
    first = bisect_left(dates, True, key=lambda day: day <= f"{until}~") if until else 0
    last = bisect_right(dates, False, key=lambda day: day < since) if since else len(dates)
    return ((1 << max(last, first)) - 1) & ~((1 << first) - 1)


def _ranked(collection: Collection, query: str, language: str | None) -> Ranks:
    """The stories that match the query, the best match first."""
    if (known := collection.ranks.get((query, language))) is not None:
        return known
    rows = collection.connect().execute(
        "SELECT rowid, rank FROM news_fts WHERE news_fts MATCH search_terms(?, ?)"
        if language
        else "SELECT rowid, rank FROM news_fts WHERE news_fts MATCH search_terms(?)",
        (query, language) if language else (query,),
    )
    best: dict[int, tuple[float, int]] = {}
    story_of_row = collection.story_of_row
    for row, rank in sorted(rows, key=_RANK):
        best.setdefault(story_of_row[row], (rank, row))
    best.pop(-1, None)
    # Of equal matches, the newer story comes first.
    ranks = dict(sorted(best.items(), key=lambda entry: (entry[1][0], entry[0])))
    collection.remember(query, language, ranks)
    return ranks


_RANK = itemgetter(1)


# ---- what a hit shows


def hits(collection: Collection, ids: Sequence[str], selection: Selection) -> Iterator[Hit]:
    """Yield the stories ``ids`` with all that a list shows of them."""
    db = collection.connect()
    texts = _texts(collection, ids, selection)
    marks = ",".join("?" * len(ids))
    rows = {row["id"]: row for row in db.execute(f"SELECT * FROM stories WHERE id IN ({marks})", ids)}  # noqa: S608
    terms = {name: _terms(db, column, ids) for name, column in SHOWN.items()}
    voices = _voices(db, ids)
    for story in ids:
        row, spoken = rows[story], voices.get(story, [])
        language, title, text = texts.get(story) or (row["source_language"] or "", row["title"], "")
        yield Hit(
            id=story,
            title=marked(title, selection.query, language),
            language=language,
            date=row["publication_date"],
            voices=spoken,
            snippet=snippet(text, selection.query, language),
            files=row["files"],
            changed=collection.changed[collection.position[story]][:10] if selection.by_change else None,
            terms={name: of_stories[story] for name, of_stories in terms.items() if story in of_stories},
        )


def _texts(collection: Collection, ids: Sequence[str], selection: Selection) -> dict[str, tuple[str, str, str]]:
    """Story -> (language, title, text) of the item that matches best, or of the item in the source language."""
    db = collection.connect()
    columns = "n.story_id, n.language, n.title, coalesce(nullif(n.summary, ''), n.body_text) AS text, n.body_text"
    if not has_texts(db):
        columns = "n.story_id, n.language, n.title, '' AS text, '' AS body_text"
    marks = ",".join("?" * len(ids))
    if selection.query:
        ranks = _ranked(collection, selection.query, selection.language)
        best = [ranks[collection.position[story]][1] for story in ids]
        rows = db.execute(f"SELECT {columns} FROM news n WHERE n.fts_row IN ({marks})", best)  # noqa: S608
    else:
        rows = db.execute(
            f"SELECT {columns} FROM news n JOIN stories s ON s.id = n.story_id WHERE s.id IN ({marks})"  # noqa: S608
            " ORDER BY n.url <> s.url",
            ids,
        )
    texts: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        texts.setdefault(row[0], (row[1], row[2], row["body_text"] if selection.query else row["text"]))
    return texts


def has_texts(db: sqlite3.Connection) -> bool:
    """Whether the release includes the texts."""
    return any(row[1] == "body_text" for row in db.execute("PRAGMA table_info(news)"))


def _voices(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[Voice]]:
    marks = ",".join("?" * len(ids))
    voices: dict[str, list[Voice]] = {}
    for story, language, title, item in db.execute(
        "SELECT t.stories_id, t.language, t.title, n.id FROM stories_titles t JOIN news n"  # noqa: S608
        f" ON n.story_id = t.stories_id AND +n.language = t.language WHERE t.stories_id IN ({marks})"
        " ORDER BY t.stories_id, t.position",
        ids,
    ):
        voices.setdefault(story, []).append(Voice(language, item, title))
    return voices


def _terms(db: sqlite3.Connection, column: str, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    marks = ",".join("?" * len(ids))
    terms: dict[str, list[tuple[str, str]]] = {}
    for story, code, label in db.execute(
        f'SELECT stories_id, id, label FROM "stories_{column}" WHERE stories_id IN ({marks})'  # noqa: S608
        " AND id IS NOT NULL ORDER BY stories_id, position",
        ids,
    ):
        terms.setdefault(story, []).append((code, label))
    return terms


def marked(text: str, query: str, language: str | None) -> Markup:
    """``text`` with the words of ``query`` in ``<mark>``."""
    done, parts = 0, []
    for start, end in mark(text, query, language) if query else ():
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return Markup("".join([*parts, escape(text[done:])]))  # noqa: S704 - escaped above


def _first_match(text: str, query: str, language: str | None) -> int:
    """The offset of the first match of ``query`` in ``text``; 0 if there is none near its beginning.

    Stemming each word costs more than the search itself, and in most texts the first piece is enough.
    """
    for start in range(0, min(len(text), _MOST_READ), _READ - _OVERLAP):
        if spans := mark(text[start : start + _READ], query, language):
            return start + spans[0][0]
    return 0


def snippet(text: str, query: str, language: str | None) -> Markup:
    """The part of ``text`` around the first match of ``query``, or its beginning."""
    text = re.sub(r"\s+", " ", text[: _MOST_READ + _SNIPPET])  # no more than is searched
    first = max(0, _first_match(text, query, language) - _SNIPPET // 3) if query else 0
    if first:
        first = text.find(" ", first, first + 30) + 1 or first
    piece = text[first : first + _SNIPPET]
    if first + _SNIPPET < len(text):
        piece = piece[: piece.rfind(" ")] if " " in piece[_SNIPPET // 2 :] else piece
    before, after = "…" if first else "", "…" if first + len(piece) < len(text) else ""
    return before + marked(piece, query, language) + after
