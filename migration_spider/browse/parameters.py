"""What is asked of the API: parameters in the manner of ReliefWeb's, or those of the search page, as a selection.

======================================================  ========================================================
parameter                                               says
======================================================  ========================================================
``q``, ``in``, ``objective``, ``since``, ``sort`` ...   the same as in the address of the search page
``query[value]``                                        ``q``
``filter[field]``, ``filter[value]``                    a facet, or the field behind it, and its value
``filter[value][]``, ``filter[operator]=OR``            several values, of which a story has one
``filter[field]=date``, ``filter[value][from|to]``      days of publication; ``changed`` has ``from`` only
``filter[conditions][0][field]`` ...                    several filters, all of which are needed
``facets=place,year``, ``facets[0][field]``, ``[limit]``  counts of the values of facets beside the stories
``fields[include][]``, ``fields[exclude][]``            fields of a story; a dot goes into a list: ``places.label``
``profile=minimal``                                     the titles alone
``sort[]=date:desc``, ``limit``, ``offset``             order, and which part of it
======================================================  ========================================================

What cannot be answered so is refused, and never answered otherwise than it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.browse.facets import BY_NAME, FACETS
from migration_spider.browse.selection import BadSelection, Selection

LIMIT, MOST = 10, 1000
"""Stories of an answer when nothing is asked for, and at most."""

MOST_FACET_VALUES = 1000

IGNORED = ("appname",)
"""What clients of ReliefWeb send, and nothing depends on."""

SORTS = {
    "score": "relevance",
    "relevance": "relevance",
    "date": "date",
    "publication_date": "date",
    "changed": "changed",
    "last_changed": "changed",
}
"""What may be sorted by -> `Selection.sort`."""

DAYS = {"date": ("since", "until"), "publication_date": ("since", "until"), "changed": ("changed",)}
"""Field of days -> parameters of a selection for its first and its last day."""

FIELDS = {
    name: facet.name
    for facet in FACETS
    for name in (facet.name, *((facet.field, f"{facet.field}.id") if facet.field else ()))
} | {"last_changed": "changed"}
"""What may be filtered by -> name of the facet, or in `DAYS`."""

FILTERED = tuple(dict.fromkeys([*FIELDS, *DAYS]))
"""What may be filtered by."""

NAMES = ("query", "filter", "facets", "fields", "profile", "sort", "limit", "offset")
"""Parameters beside those of the search page."""


_SEVERAL = {"type": "array", "items": {"type": "string"}}
_DAY = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, for those who read of it."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    """JSON Schema of its value."""

    is_selection: bool = False
    """It says which stories are meant."""

    is_of_fields: bool = False
    """It says what of a story is wanted."""

    repeated: bool = False
    """A list is given as the parameter several times; else with commas."""

    @property
    def values(self) -> str:
        """Which values it takes, in words."""
        one = self.schema.get("items", self.schema)
        if "enum" in one:
            told = ", ".join(one["enum"])
        elif "maximum" in one:
            told = f"{one['minimum']} to {one['maximum']}"
        else:
            told = "a number" if one["type"] == "integer" else "a day, a month or a year" if one is _DAY else "text"
        return f"{told}; may come again" if self.repeated else told


_FACET = {"type": "string", "enum": [*BY_NAME]}

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("q", "Words to look for, in any of the languages", {"type": "string", "maxLength": 500}, True),
    Parameter(
        "in",
        "Language by whose rules the words of q are stemmed (BCP 47), in texts of any language",
        is_selection=True,
    ),
    *(
        Parameter(one.name, f"{one.title}: stories that have one of these values", _SEVERAL, True, repeated=True)
        for one in FACETS
    ),
    Parameter("since", "First day of publication; a year or month means its first day", _DAY, True),
    Parameter("until", "Last day of publication; a year or month means its last day", _DAY, True),
    Parameter("changed", "New or changed on this day or later", _DAY, True),
    Parameter("query[value]", "The same as q", {"type": "string", "maxLength": 500}, True),
    Parameter("filter[field]", "What to filter by", {"type": "string", "enum": [*FILTERED]}, True),
    Parameter("filter[value]", "Value of the field", is_selection=True),
    Parameter("filter[value][]", "Values of the field, with filter[operator]=OR", _SEVERAL, True, repeated=True),
    Parameter("filter[value][from]", "First day, if the field is a date", _DAY, True),
    Parameter("filter[value][to]", "Last day, if the field is a date", _DAY, True),
    Parameter("filter[operator]", "OR: one of the values", {"type": "string", "enum": ["AND", "OR"]}, True),
    Parameter("filter[conditions][0][field]", "First of several filters, all needed; the next is 1", is_selection=True),
    Parameter("filter[conditions][0][value]", "Its value", is_selection=True),
    Parameter("sort", "Order", {"type": "string", "enum": [*SORTS, *(f"{one}:desc" for one in SORTS)]}),
    Parameter("sort[]", "The same, as a list of one", {**_SEVERAL, "maxItems": 1}, repeated=True),
    Parameter(
        "limit",
        "Number of stories in the response",
        {"type": "integer", "minimum": 0, "maximum": MOST, "default": LIMIT},
    ),
    Parameter("offset", "Number of stories to skip", {"type": "integer", "minimum": 0, "default": 0}),
    Parameter(
        "fields[include][]",
        "Fields of a story; use a dot for fields in a list: gcm_objectives.label",
        _SEVERAL,
        False,
        True,
        True,
    ),
    Parameter("fields[exclude][]", "Fields of a story that are not wanted", _SEVERAL, False, True, True),
    Parameter("profile", "minimal: only the title", {"type": "string", "enum": ["minimal", "full"]}, False, True),
    Parameter(
        "facets",
        "Facets to count, in addition to the stories",
        {"type": "array", "items": _FACET},
    ),
    Parameter("facets[0][field]", "The same with what follows; the next is 1", _FACET),
    Parameter("facets[0][limit]", "Values of it", {"type": "integer", "minimum": 1, "maximum": MOST_FACET_VALUES}),
    Parameter("facets[0][sort]", "Their order", {"type": "string", "enum": ["count:desc", "value:asc"]}),
)
"""What is described; several conditions and facets have further numbers."""

_NAME = re.compile(r"(\w+)((?:\[\w*\])*)")
_MOST_DEPTH = 5

Tree = dict[str, Any]
"""Names in brackets, one in the other; a list where they were empty."""


Pairs = list[tuple[str, str]]
"""Names and values of parameters."""


@dataclass(frozen=True, slots=True)
class FacetAsked:
    """Counts of the values of a facet that are asked for."""

    name: str
    limit: int = LIMIT
    by_value: bool = False
    """In the order of the values; else those of most stories first."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an address of the API asks for."""

    selection: Selection
    limit: int = LIMIT
    offset: int = 0
    facets: tuple[FacetAsked, ...] = ()
    include: tuple[str, ...] = ()
    """Fields of a story, with dots; empty: all."""

    exclude: tuple[str, ...] = field(default=())


def question(pairs: Iterable[tuple[str, str]]) -> Question:
    """What the parameters ``pairs`` ask for; empty ones are as if they were not there.

    Raises:
        BadSelection: a parameter is unknown, or asks for something that is not there.
    """
    plain, deep = _apart(pairs)
    tree = nested(deep)
    if unknown := [name for name in tree if name not in NAMES]:
        raise BadSelection(f"there is no parameter “{unknown[0]}”: {', '.join(NAMES)}, or those of the search page")
    if "page" in dict(plain):
        raise BadSelection("pages are selected with “offset” and “limit”")
    for name, translated in _TRANSLATED.items():
        if name in tree:
            plain += translated(tree[name])
    named = dict(plain)
    if "in" in named and "q" not in named:
        raise BadSelection(
            "“in” is the language of the words of “q”, which is empty; for the language of stories use “language”"
        )
    include, exclude = _fields(tree.get("fields", {}), tree.get("profile"))
    return Question(
        selection=Selection.parse(plain),
        limit=number("limit", tree.get("limit", str(LIMIT)), 0, MOST),
        offset=number("offset", tree.get("offset", "0"), 0, 10_000_000),
        facets=_facets(tree.get("facets", "")),
        include=include,
        exclude=exclude,
    )


def _apart(pairs: Iterable[tuple[str, str]]) -> tuple[Pairs, Pairs]:
    """The parameters of the search page, and those of the API."""
    plain: Pairs = []
    deep: Pairs = []
    for name, value in pairs:
        if value.strip() and name not in IGNORED:
            (deep if "[" in name or name in NAMES else plain).append((name, value.strip()))
    return plain, deep


def nested(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Parameters whose names have brackets as objects in objects: ``a[b][]=c`` is ``{"a": {"b": ["c"]}}``.

    Raises:
        BadSelection: one has another form, or two do not go together.
    """
    tree: Tree = {}
    for name, value in pairs:
        found = _NAME.fullmatch(name)
        path = [found[1], *re.findall(r"\[(\w*)\]", found[2])] if found else []
        if not path or len(path) > _MOST_DEPTH or "" in path[:-1]:
            raise BadSelection(f"“{name}” is not the name of a parameter")
        is_list = path[-1] == ""
        *outer, last = path[: len(path) - is_list]
        here = tree
        for part in outer:
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                raise BadSelection(f"“{name}” contradicts an earlier parameter")
        held = here.setdefault(last, [] if is_list else value)
        if is_list and isinstance(held, list):
            held.append(value)
        elif is_list or held != value:
            raise BadSelection(f"“{name}” is given twice")
    return tree


def number(name: str, text: object, least: int, most: int) -> int:
    """``text`` as a number from ``least`` to ``most``.

    Raises:
        BadSelection: it is none.
    """
    is_number = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(str(text)) <= most:
        raise BadSelection(f"“{name}” is a number from {least} to {most}")
    return int(str(text))


def _query(given: Any) -> Pairs:
    parts = _object("query", given, ("value", "operator"))
    if parts.get("operator", "AND") != "AND":
        raise BadSelection(
            "all words must match; write OR between two words in “query[value]” if one of them is enough"
        )
    return [("q", _text("query[value]", parts.get("value", "")))]


def _conditions(name: str, operator: str, given: Any) -> Pairs:
    conditions = _object(f"{name}[conditions]", given)
    found = [_filter(one, f"{name}[conditions][{key}]") for key, one in conditions.items()]
    fields = [{one for one, _ in pairs} for pairs in found]
    names = set().union(*fields)
    if operator == "OR" and len(names) > 1:
        raise BadSelection(f"“{name}[operator]” is OR between values of one field only")
    if operator == "AND" and sum(map(len, fields)) > len(names):
        raise BadSelection(f"“{name}” has two conditions of one field: its values are alternatives, with OR")
    return [pair for pairs in found for pair in pairs]


def _filter(given: Any, name: str = "filter") -> Pairs:
    parts = _object(name, given, ("field", "value", "operator", "conditions"))
    operator = parts.get("operator", "AND")
    if operator not in ("AND", "OR"):
        raise BadSelection(f"“{name}[operator]” is AND or OR")
    if "conditions" in parts:
        if "field" in parts or "value" in parts:
            raise BadSelection(f"“{name}” has a field or conditions, not both")
        return _conditions(name, operator, parts["conditions"])
    field_name = _text(f"{name}[field]", parts.get("field", ""))
    if field_name not in FIELDS and field_name not in DAYS:
        raise BadSelection(f"there is no filter by “{field_name}”: {', '.join(FILTERED)}")
    asked_for = FIELDS.get(field_name, field_name)
    if "value" not in parts:
        raise BadSelection(f"“{name}[value]” is missing")
    if asked_for in DAYS:
        return _days(name, asked_for, parts["value"])
    values = parts["value"] if isinstance(parts["value"], list) else [_text(f"{name}[value]", parts["value"])]
    if len(values) > 1 and operator != "OR":
        raise BadSelection(f"values of one field are alternatives here: “{name}[operator]=OR” says so")
    return [(asked_for, value) for value in values]


def _days(name: str, field_name: str, given: Any) -> Pairs:
    ends = dict(zip(("from", "to"), DAYS[field_name], strict=False))
    parts = _object(f"{name}[value]", given, tuple(ends))
    # ReliefWeb writes times; days are what a page prints.
    return [(ends[end], _text(f"{name}[value][{end}]", value)[:10]) for end, value in parts.items()]


def _sort(given: Any) -> Pairs:
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, list) or len(values) != 1:
        raise BadSelection("“sort” is one order")
    name, _, direction = values[0].partition(":")
    if name not in SORTS or direction not in ("", "desc"):
        raise BadSelection(f"“sort” is one of {', '.join(f'{one}:desc' for one in SORTS)}")
    return [("sort", SORTS[name])]


def _facets(given: Any) -> tuple[FacetAsked, ...]:
    if isinstance(given, str):
        found = [FacetAsked(_facet(name)) for name in given.split(",") if name.strip()]
    elif isinstance(given, list):
        found = [FacetAsked(_facet(name)) for name in given]
    else:
        found = []
        for key, one in given.items():
            name = f"facets[{key}]"
            parts = _object(name, one, ("field", "limit", "sort"))
            order = parts.get("sort", "count:desc")
            if order not in ("count:desc", "value:asc"):
                raise BadSelection(f"“{name}[sort]” is count:desc or value:asc")
            limit = number(f"{name}[limit]", parts.get("limit", str(LIMIT)), 1, MOST_FACET_VALUES)
            found.append(FacetAsked(_facet(parts.get("field", "")), limit, order == "value:asc"))
    return tuple({one.name: one for one in found}.values())


def _facet(name: Any) -> str:
    found = FIELDS.get(_text("facets", name).strip(), "")
    if found not in BY_NAME:
        raise BadSelection(f"there is no facet “{name}”: {', '.join(BY_NAME)}")
    return found


def _fields(given: Any, profile: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = _object("fields", given, ("include", "exclude"))
    told = []
    for name in ("include", "exclude"):
        one = parts.get(name, [])
        values = [one] if isinstance(one, str) else one
        if not isinstance(values, list):
            raise BadSelection(f"“fields[{name}][]” is the name of a field")
        told.append(tuple(values))
    if profile not in (None, "minimal", "full"):
        raise BadSelection("“profile” is minimal or full")
    if profile == "minimal":
        told[0] = ("title", *told[0])
    return told[0], told[1]


def _object(name: str, given: Any, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        wanted = f"{name}[{keys[0]}]" if keys else f"{name}[0]"
        raise BadSelection(f"“{name}” has no value of its own: “{wanted}” has")
    if keys and (unknown := [key for key in given if key not in keys]):
        raise BadSelection(
            f"there is no parameter “{name}[{unknown[0]}]”: {', '.join(f'{name}[{key}]' for key in keys)}"
        )
    return given


def _text(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise BadSelection(f"“{name}” is one value")
    return given


_TRANSLATED = {"query": _query, "filter": _filter, "sort": _sort}
"""Parameter -> what makes those of a selection of it."""
