"""A selection of stories with its order and page, and its form in an address.

::

    ?q=safe+migration&in=fr&objective=7&objective=8&place=404&since=2024-01-01&sort=date&page=2

Values of one facet are alternatives; a story must match all facets. A selection has only one address: empty
parameters are left out, and the parameters have a fixed order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from migration_spider.browse.facets import BY_NAME, LONGEST

SORTS = ("relevance", "date", "changed")

MOST_WORDS, MOST_VALUES, MOST_PAGE = 500, 200, 1_000_000
"""Limits: characters of a query, values in a selection, and the page number."""

_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class BadSelection(ValueError):  # noqa: N818 - a sentence for people
    """A parameter of an address is not valid; the message names it and the valid ones."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of stories."""

    query: str = ""
    language: str | None = None
    """Language by whose rules the words of the query are stemmed (BCP 47), in texts of any language; None: all."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Facet -> values of which a story has one; in the order of `facets.FACETS`, without empty ones."""

    since: str | None = None
    """First day of publication, ISO 8601; a year or month means its first day."""

    until: str | None = None
    """Last day of publication; a year or month means its last day."""

    changed: str | None = None
    """New or changed on this day or later."""

    sort: str | None = None
    """One of `SORTS`; None: by relevance if there is a query, else by date."""

    page: int = 1

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Selection:
        """Parse the parameters of an address; empty ones are ignored.

        Raises:
            BadSelection: A parameter is unknown, or its value is not valid.
        """
        single: dict[str, str] = {}
        chosen: dict[str, list[str]] = {}
        for name, value in pairs:
            value = value.strip()
            if name not in BY_NAME and name not in _SINGLE:
                raise BadSelection(f"there is no parameter “{name}”: {', '.join([*_SINGLE, *BY_NAME])}")
            if not value:
                continue
            if len(value) > LONGEST:
                raise BadSelection(f"the value of “{name}” is longer than {LONGEST} characters")
            if name in BY_NAME:
                values = chosen.setdefault(name, [])
                if value not in values:
                    values.append(value)
            elif single.setdefault(name, value) != value:
                raise BadSelection(f"“{name}” is given twice")
        if sum(map(len, chosen.values())) > MOST_VALUES:
            raise BadSelection(f"more than {MOST_VALUES} values are chosen")
        if len(single.get("q", "")) > MOST_WORDS:
            raise BadSelection(f"the words to look for are longer than {MOST_WORDS} characters")
        sort = single.get("sort")
        if sort is not None and sort not in SORTS:
            raise BadSelection(f"“{sort}” is not an order: {', '.join(SORTS)}")
        return cls(
            query=" ".join(single.get("q", "").split()),
            # Without a query it has no meaning.
            language=single.get("in") if single.get("q") else None,
            chosen=_ordered(chosen),
            since=_day("since", single),
            until=_day("until", single),
            changed=_day("changed", single),
            sort=sort,
            page=_page(single.get("page", "1")),
        )

    @property
    def order(self) -> str:
        """The order of the stories, one of `SORTS`."""
        if self.sort == "relevance" and not self.query:
            return "date"
        return self.sort or ("relevance" if self.query else "date")

    @property
    def by_change(self) -> bool:
        """Whether it selects or sorts by the day of change."""
        return self.changed is not None or self.order == "changed"

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address."""
        parameters = [("q", self.query), ("in", self.language)]
        parameters += [(name, value) for name, values in self.chosen.items() for value in values]
        parameters += [("since", self.since), ("until", self.until), ("changed", self.changed), ("sort", self.sort)]
        parameters += [("page", str(self.page) if self.page > 1 else None)]
        return [(name, value) for name, value in parameters if value]

    def query_string(self) -> str:
        """`pairs` in the form after the ``?``; empty if everything is selected."""
        return urlencode(self.pairs())

    def replaced(self, **changes: Any) -> Selection:
        """A copy with ``changes``, at its first page."""
        return replace(self, **{"page": 1, **changes})

    def at(self, page: int) -> Selection:
        """Another page of the same stories."""
        return replace(self, page=page)

    def with_value(self, facet: str, value: str) -> Selection:
        """A copy with ``value`` added to the facet."""
        return self._with(facet, dict.fromkeys((*self.chosen.get(facet, ()), value)))

    def without(self, facet: str, value: str | None = None) -> Selection:
        """A copy without ``value``, or without all values of the facet."""
        others = () if value is None else (other for other in self.chosen.get(facet, ()) if other != value)
        return self._with(facet, others)

    def only(self, facet: str, value: str) -> Selection:
        """A copy with ``value`` as the only one of its facet."""
        return self._with(facet, (value,))

    def _with(self, facet: str, values: Iterable[str]) -> Selection:
        return self.replaced(chosen=_ordered({**self.chosen, facet: values}))


EVERYTHING = Selection()

_SINGLE = ("q", "in", "since", "until", "changed", "sort", "page")


def _ordered(chosen: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    ordered = {name: tuple(chosen[name]) for name in BY_NAME if name in chosen}
    return MappingProxyType({name: values for name, values in ordered.items() if values})


def _day(name: str, given: Mapping[str, str]) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if _DAY.fullmatch(value):
        with suppress(ValueError):
            date.fromisoformat(f"{value}-01-01"[:10])
            return value
    raise BadSelection(f"“{name}” is a day such as 2024-05-01, a month or a year, not “{value}”")


def _page(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 8 and 0 < int(value) <= MOST_PAGE):
        raise BadSelection(f"“{value}” is not a page number")
    return int(value)
