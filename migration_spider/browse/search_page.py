"""The search page: the list of the stories of a selection, and all facets for narrowing it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from migration_spider.browse.asked import collection_of, links_of, page, selection_of
from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import BY_NAME
from migration_spider.browse.finding import PAGE, Results, Value, count, find
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.selection import Selection
from migration_spider.vocabularies.data import load

MOST_SHOWN = 10
"""Values of a facet that are seen at once."""

NARROWING = {
    "query": "the words",
    "language": "the language of the words",
    "since": "the first day",
    "until": "the last day",
    "changed": "the day of change",
}
"""Parameter of a selection that excludes stories, other than the facets -> its name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Values of a facet under one heading."""

    facet: str
    title: str
    first: Sequence[Value]
    """The values with most stories, and all that are chosen."""

    rest: Sequence[Value]

    most: int
    """Stories of the most frequent value."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of a selection, and the selection without it."""

    name: str
    value: str
    without: Selection
    facet: str | None = None
    count: int | None = None
    """Stories without it; None if not counted."""


def search(request: Request) -> Response:
    """A page of the stories of the selection; redirects if the address has parameters without effect."""
    selection, links = selection_of(request), links_of(request)
    if request.query_params.multi_items() != selection.pairs():
        return RedirectResponse(links.search(selection), 302)
    collection = collection_of(request)
    found = find(collection, selection)
    return page(
        request,
        "search.html",
        selection=selection,
        found=found,
        facets=list(shown(found)),
        choices=list(choices(collection, selection)),
        looser=[] if found.total else looser(collection, selection),
        languages=[*collection.facets["language"].bits],
        first=(selection.page - 1) * PAGE + 1,
        lines=lines(str(request.base_url).rstrip("/"), links, selection),
    )


def shown(found: Results) -> Iterator[Shown]:
    """Yield the values of all facets under their headings; places are split into regions and countries."""
    for name, values in found.facets.items():
        for heading, some in _parts(name, values).items():
            # A single value that all stories have cannot narrow the selection.
            if some and (len(some) > 1 or some[0].chosen or some[0].count < found.total):
                first = [value for place, value in enumerate(some) if place < MOST_SHOWN or value.chosen]
                rest = [value for value in some if value not in first]
                yield Shown(name, heading, first, rest, max(value.count for value in some))


def _parts(name: str, values: Sequence[Value]) -> dict[str, Sequence[Value]]:
    """Heading -> the values of a facet below it."""
    if name != "place":
        return {BY_NAME[name].title: values}
    areas = [value for value in values if _is_area(value.key)]
    return {"Region": areas, "Country": [value for value in values if value not in areas]}


def choices(collection: Collection, selection: Selection) -> Iterator[Choice]:
    """Yield all parts of a selection that exclude stories."""
    for name, title in NARROWING.items():
        if value := getattr(selection, name):
            # Without a query, the language of its words has no meaning.
            without = {"query": "", "language": None} if name == "query" else {name: None}
            yield Choice(title, value, selection.replaced(**without))
    for facet, values in selection.chosen.items():
        for value in values:
            label = collection.facets[facet].labels.get(value, value.removeprefix("~"))
            yield Choice(BY_NAME[facet].title, label, selection.without(facet, value), facet)


def looser(collection: Collection, selection: Selection) -> list[Choice]:
    """The parts of an empty selection without which it has stories; the one that yields most comes first."""
    helpful = [
        Choice(choice.name, choice.value, choice.without, choice.facet, stories)
        for choice in choices(collection, selection)
        if (stories := count(collection, choice.without))
    ]
    return sorted(helpful, key=lambda choice: -(choice.count or 0))


def lines(base: str, links: ServerLinks, selection: Selection) -> dict[str, str]:
    """Commands that load the selection in a terminal and in Python; ``base`` is the address of the server."""
    address = base + links.download(selection, "csv")
    return {"curl": f"curl -OJ {shlex.quote(address)}", "pandas": f"pandas.read_csv({address!r}, {_AS_PRINTED})"}


_AS_PRINTED = "dtype=str, na_filter=False"
"""Otherwise pandas would read the place 001 as 1, and an empty cell as NaN."""


@cache
def _areas() -> frozenset[str]:
    return frozenset(term["id"] for term in load("places")["terms"] if term["type"] != "country")


def _is_area(key: str) -> bool:
    return key in _areas()
