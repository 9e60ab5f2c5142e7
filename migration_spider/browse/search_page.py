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
from migration_spider.browse.finding import PAGE, Found, Value, count, find
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
"""What of a selection leaves stories out, beside the facets."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Values of a facet under one heading."""

    facet: str
    title: str
    first: Sequence[Value]
    """Those of most stories, and all that are chosen."""

    rest: Sequence[Value]

    most: int
    """Stories of the most frequent of them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a selection says, and the same selection without it."""

    name: str
    value: str
    without: Selection
    facet: str | None = None
    count: int | None = None
    """Stories without it; None where nobody counted."""


def search(request: Request) -> Response:
    """A page of the stories that the address asks for; what stands in it in vain is taken out of the address."""
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


def shown(found: Found) -> Iterator[Shown]:
    """The values of all facets as they stand beside the stories; places as regions and countries."""
    for name, values in found.facets.items():
        for heading, some in _parts(name, values).items():
            # A single value that all stories have tells nothing.
            if some and (len(some) > 1 or some[0].chosen or some[0].count < found.total):
                first = [value for place, value in enumerate(some) if place < MOST_SHOWN or value.chosen]
                rest = [value for value in some if value not in first]
                yield Shown(name, heading, first, rest, max(value.count for value in some))


def _parts(name: str, values: Sequence[Value]) -> dict[str, Sequence[Value]]:
    """Heading -> values of a facet that stand below it."""
    if name != "place":
        return {BY_NAME[name].title: values}
    areas = [value for value in values if _is_area(value.key)]
    return {"Region": areas, "Country": [value for value in values if value not in areas]}


def choices(collection: Collection, selection: Selection) -> Iterator[Choice]:
    """All that leaves stories out."""
    for name, told in NARROWING.items():
        if value := getattr(selection, name):
            # The language of no words says nothing.
            without = {"query": "", "language": None} if name == "query" else {name: None}
            yield Choice(told, value, selection.replaced(**without))
    for facet, values in selection.chosen.items():
        for value in values:
            label = collection.facets[facet].labels.get(value, value.removeprefix("~"))
            yield Choice(BY_NAME[facet].title, label, selection.without(facet, value), facet)


def looser(collection: Collection, selection: Selection) -> list[Choice]:
    """What may be left out of a selection that has no story, so that it has some; the one that helps most first."""
    found = [
        Choice(one.name, one.value, one.without, one.facet, much)
        for one in choices(collection, selection)
        if (much := count(collection, one.without))
    ]
    return sorted(found, key=lambda one: -(one.count or 0))


def lines(base: str, links: ServerLinks, selection: Selection) -> dict[str, str]:
    """Lines with which a terminal and Python take the selection; ``base`` is the address of the server."""
    address = base + links.download(selection, "csv")
    return {"curl": f"curl -OJ {shlex.quote(address)}", "pandas": f"pandas.read_csv({address!r}, {_AS_PRINTED})"}


_AS_PRINTED = "dtype=str, na_filter=False"
"""Else the place 001 would be 1, and an empty cell no text."""


@cache
def _areas() -> frozenset[str]:
    return frozenset(term["id"] for term in load("places")["terms"] if term["type"] != "country")


def _is_area(key: str) -> bool:
    return key in _areas()
