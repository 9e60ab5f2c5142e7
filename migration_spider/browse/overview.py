"""The overview page: what the collection contains, how complete it is, and charts that link to the stories.

All numbers come from the sets that the search uses, so that each number in a chart is the number of stories on its
page.
"""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from migration_spider.browse.asked import collection_of, links_of, page
from migration_spider.browse.charts import Chart, Mark, Matrix, Row, scaled, shaded, steps
from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import BY_NAME, NONE, UNCODED
from migration_spider.browse.finding import count, hits
from migration_spider.browse.links import Links
from migration_spider.browse.map import world_map
from migration_spider.browse.naming import problem_meaning
from migration_spider.browse.selection import EVERYTHING, Selection
from migration_spider.browse.standing_page import lacking, runs

NEWEST = 6
"""Newest stories that are shown."""

SHOWN = 12
"""Bars of a chart that are visible at first."""

FEW_MONTHS = 36
"""Months up to which the time line has a column for each; beyond that, for each year."""

MANY_YEARS = 60
"""Years up to which empty ones between are also shown; a longer span means that a date is wrong."""

SAID = {
    "objective": "The 23 objectives of the Global Compact for Safe, Orderly and Regular Migration.",
    "theme": "The ten guiding principles of the Global Compact.",
    "publisher": "Who published the text first, as stated by the page.",
    "type": "The kind of text, as stated by the page.",
    "audience": "The intended readers, as stated by the page.",
    "group": "Working groups of the Network.",
    "review": "Regional reviews of the Global Compact.",
}
"""Facet with a chart -> its description."""

_LISTED = {
    "objective": "SELECT id, coalesce(short_en, label) FROM gcm_objectives WHERE listed"
    " ORDER BY number IS NULL, number",
    "theme": "SELECT id, label FROM cross_cutting_themes WHERE listed ORDER BY number",
}
"""Facet -> query for its values, if all are shown in their order, even those without stories."""


def home(request: Request) -> Response:
    """The overview of all stories."""
    return page(request, "overview.html", **overview(collection_of(request), links_of(request)))


def overview(collection: Collection, links: Links) -> dict[str, Any]:
    """The values of ``overview.html``."""
    pictures = Pictures(collection, links)
    by_facet = {name: chart for name in SAID if (chart := pictures.chart(name)).marks}
    return {
        "figures": pictures.figures(),
        "newest": list(hits(collection, list(collection.ids[:NEWEST]), EVERYTHING)),
        "time": pictures.time(),
        "months": pictures.months(),
        "undated": pictures.mark("year", NONE, "without a date"),
        "charts": by_facet,
        "places": pictures.places(),
        "languages": pictures.languages(),
        "unknown": pictures.unknown(),
        "runs": runs(collection, 5),
        "lacking": lacking(collection),
        "said": pictures.said(),
        "problems": pictures.problems(),
    }


class Pictures:
    """The charts of a collection."""

    def __init__(self, collection: Collection, links: Links) -> None:
        self._collection, self._links = collection, links
        self._facets = collection.facets

    def mark(self, facet: str, value: str, label: str | None = None, note: str = "") -> Mark:
        """The mark of a value of a facet."""
        index = self._facets[facet]
        stories = index.bits.get(value, 0).bit_count()
        href = self._links.search(EVERYTHING.only(facet, value)) if stories else None
        name = label or index.labels.get(value, value.removeprefix(UNCODED))
        return Mark(name, stories, href, note=note)

    def selected(self, selection: Selection, label: str) -> Mark:
        """The mark of a selection."""
        stories = count(self._collection, selection)
        return Mark(label, stories, self._links.search(selection) if stories else None)

    def figures(self) -> list[Mark]:
        """The numbers at the top; those without a link do not count stories."""
        db = self._collection.connect()
        pages, languages = db.execute("SELECT count(*), count(DISTINCT language) FROM news").fetchone()
        figures = [
            self.selected(EVERYTHING, "stories"),
            Mark("pages", pages, None),
            Mark("languages", languages, "#languages"),
            Mark("countries and areas", len(self._countries()), "#places"),
            self.mark("files", "yes", "stories with files"),
        ]
        return [mark for mark in figures if mark.count or mark.label == "stories"]

    def chart(self, facet: str) -> Chart:
        """The values of a facet as bars."""
        index = self._facets[facet]
        names = dict(iter(self._collection.connect().execute(_LISTED[facet]))) if facet in _LISTED else None
        coded = [value for value in index.bits if value != NONE and not value.startswith(UNCODED)]
        if names is None:
            keys = sorted(coded, key=lambda value: (-index.bits[value].bit_count(), index.labels[value], value))
        else:
            keys = [*names, *sorted(set(coded) - names.keys())] if coded else []
        marks = scaled(
            self.mark(facet, value, (names or {}).get(value), value if facet == "objective" and value.isdigit() else "")
            for value in keys
        )
        shown = len(marks) if names else SHOWN
        return Chart(
            facet,
            BY_NAME[facet].title,
            SAID.get(facet, ""),
            marks[:shown],
            marks[shown:],
            self._unsaid(facet),
            sum(value.startswith(UNCODED) for value in index.bits),
        )

    def _unsaid(self, facet: str) -> Mark | None:
        return self.mark(facet, NONE, "not said") if NONE in self._facets[facet].bits else None

    # ---- time

    def time(self) -> list[Mark]:
        """The stories by year, or by month if the time span is short; the oldest first."""
        if not self._is_short():
            return scaled(self.mark("year", year, year) for year in self._years())
        first, last = self._span()
        labels = [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]
        return scaled(self.selected(EVERYTHING.replaced(since=label, until=label), label) for label in labels)

    def _span(self) -> tuple[int, int]:
        """The first and last month, counted from the year 0; without dates, the last is before the first."""
        dates = self._collection.dates
        months = [int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (dates[-1], dates[0])] if dates else [0, -1]
        return months[0], months[1]

    def _is_short(self) -> bool:
        first, last = self._span()
        return last - first < FEW_MONTHS

    def _years(self) -> list[str]:
        years = sorted(value for value in self._facets["year"].bits if value.isdigit())
        if years and int(years[-1]) - int(years[0]) < MANY_YEARS:
            return [f"{year:04}" for year in range(int(years[0]), int(years[-1]) + 1)]
        return years

    def months(self) -> Matrix:
        """Year by month, the newest year first; no rows if `time` is by month already."""
        if self._is_short():
            return Matrix([])
        rows: list[tuple[Mark, list[Mark]]] = []
        for year in reversed(self._years()):
            head = self.mark("year", year, year)
            if head.count:
                months = [f"{year}-{month:02}" for month in range(1, 13)]
                cells = [self.selected(EVERYTHING.replaced(since=month, until=month), month) for month in months]
                rows.append((head, cells))
        limits = steps(cell.count for _, cells in rows for cell in cells)
        heads = [Mark(name, 0, None) for name in month_abbr[1:]]
        return Matrix(heads, [Row(head, shaded(cells, limits)) for head, cells in rows])

    # ---- languages

    def languages(self) -> Matrix:
        """Year by language: the stories of each year that have a page in the language."""
        index = self._facets["language"]
        order = sorted(index.bits, key=lambda language: (-index.bits[language].bit_count(), language))
        rows = []
        for year in [*reversed(self._years()), NONE]:
            head = self.mark("year", year, "no date" if year == NONE else year)
            if head.count:
                cells = [self._both(year, language) for language in order]
                limits = [(1 + head.count * at // 5, head.count * (at + 1) // 5) for at in range(5)]
                rows.append(Row(head, shaded(scaled(cells, head.count), limits)))
        return Matrix(scaled([self.mark("language", language) for language in order], len(self._collection.ids)), rows)

    def _both(self, year: str, language: str) -> Mark:
        stories = (self._facets["year"].bits[year] & self._facets["language"].bits[language]).bit_count()
        selection = EVERYTHING.only("year", year).only("language", language)
        return Mark(language, stories, self._links.search(selection) if stories else None)

    # ---- places

    def places(self) -> dict[str, Any]:
        """The map, the bars of regions and countries, and all other values."""
        countries = self._countries()
        ordered = sorted(countries.values(), key=lambda mark: (-mark.count, mark.label))
        return {
            "map": world_map(countries),
            "countries": scaled(ordered),
            "codes": {mark.label: code for code, mark in countries.items()},
            "regions": self._regions(),
            "world": self.mark("place", "001", "The world as a whole"),
            "unsaid": self._unsaid("place"),
            "uncoded": sum(value.startswith(UNCODED) for value in self._facets["place"].bits),
        }

    def _kinds(self) -> Mapping[str, tuple[str, str | None]]:
        rows = self._collection.connect().execute("SELECT id, type, parent FROM places")
        return {row["id"]: (row["type"], row["parent"]) for row in rows}

    def _countries(self) -> dict[str, Mark]:
        kinds = self._kinds()
        bits = self._facets["place"].bits
        return {value: self.mark("place", value) for value in bits if kinds.get(value, ("", None))[0] == "country"}

    def _regions(self) -> list[tuple[int, Mark]]:
        """(depth, mark) of the regions of M49, each followed by its parts; the largest first."""
        kinds, bits = self._kinds(), self._facets["place"].bits
        regions: list[tuple[int, str]] = []

        def walk(parent: str, depth: int) -> None:
            inside = [id_ for id_, (kind, above) in kinds.items() if above == parent and id_ in bits and "reg" in kind]
            for region in sorted(inside, key=lambda region: -bits[region].bit_count()):
                regions.append((depth, region))
                walk(region, depth + 1)

        walk("001", 0)
        marks = scaled(self.mark("place", region) for _, region in regions)
        return [(depth, mark) for (depth, _), mark in zip(regions, marks, strict=True)]

    # ---- missing and unknown values

    def unknown(self) -> list[tuple[str, list[Mark]]]:
        """(title of a facet, its printed values that the vocabulary does not know), most stories first."""
        return [(BY_NAME[facet].title, marks) for facet in self._facets if (marks := self._uncoded(facet))]

    def _uncoded(self, facet: str) -> list[Mark]:
        marks: Iterable[Mark] = (self.mark(facet, value) for value in self._facets[facet].bits if value[0] == UNCODED)
        return sorted(marks, key=lambda mark: (-mark.count, mark.label))

    def problems(self) -> list[tuple[Mark, str]]:
        """(problem, its meaning) of the problems met in reading."""
        chart = self.chart("problem")
        problems = []
        for mark in (*chart.marks, *chart.more):
            problems.append((mark, problem_meaning(mark.label)))
        return problems

    def said(self) -> list[tuple[str, int, Mark | None]]:
        """(title of a facet, stories with a value, mark of those without) of each facet that pages can leave out."""
        total = len(self._collection.ids)
        rows = []
        for name, facet in BY_NAME.items():
            if facet.has_none and name != "problem":
                unsaid = self._unsaid(name)
                rows.append((facet.title, total - (unsaid.count if unsaid else 0), unsaid))
        return rows
