"""Parses the parameters of the API, which are those of ReliefWeb or those of the search page, into a selection.

======================================================  ========================================================
parameter                                               meaning
======================================================  ========================================================
``q``, ``in``, ``objective``, ``since``, ``sort`` ...   the same as in the address of the search page
``query[value]``                                        the same as ``q``
``filter[field]``, ``filter[value]``                    a facet, or the field behind it, and its value
``filter[value][]``, ``filter[operator]=OR``            several values; a story needs one of them
``filter[field]=date``, ``filter[value][from|to]``      days of publication; ``changed`` has ``from`` only
``filter[conditions][0][field]`` ...                    several filters; a story needs all of them
``facets=place,year``, ``facets[0][field]``, ``[limit]``  counts of the values of facets, beside the stories
``fields[include][]``, ``fields[exclude][]``            fields of a story; a dot goes into a list: ``places.label``
``profile=minimal``                                     only the titles
``sort[]=date:desc``, ``limit``, ``offset``             the order, and which part of it
======================================================  ========================================================

Any other parameter or value is refused: no request is answered as if it were another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.browse.facets import BY_NAME, FACETS
from migration_spider.browse.selection import BadSelection, Selection

LIMIT, MOST = 10, 1000
"""Stories in a response: by default, and at most."""

MOST_FACET_VALUES = 1000

IGNORED = ("appname",)
"""Parameters that clients of ReliefWeb send and that change nothing."""

SORTS = {
    "score": "relevance",
    "relevance": "relevance",
    "date": "date",
    "publication_date": "date",
    "changed": "changed",
    "last_changed": "changed",
}
"""Name of an order in a request -> `Selection.sort`."""

DAYS = {"date": ("since", "until"), "publication_date": ("since", "until"), "changed": ("changed",)}
"""Field with days -> the parameters of a selection for its first and last day."""

FIELDS = {
    name: facet.name
    for facet in FACETS
    for name in (facet.name, *((facet.field, f"{facet.field}.id") if facet.field else ()))
} | {"last_changed": "changed"}
"""Field that can be filtered by -> name of its facet, or its key in `DAYS`."""

FILTERED = tuple(dict.fromkeys([*FIELDS, *DAYS]))
"""Names that can be filtered by."""

NAMES = ("query", "filter", "facets", "fields", "profile", "sort", "limit", "offset")
"""Parameters in addition to those of the search page."""


_SEVERAL = {"type": "array", "items": {"type": "string"}}
_DAY = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """The description of a parameter."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    """JSON Schema of its value."""

    is_selection: bool = False
    """Whether it selects stories."""

    is_of_fields: bool = False
    """Whether it selects fields of a story."""

    repeated: bool = False
    """Whether a list is given by repeating the parameter; otherwise with commas."""

    @property
    def values(self) -> str:
        """The values it accepts, in words."""
        schema = self.schema.get("items", self.schema)
        if "enum" in schema:
            words = ", ".join(schema["enum"])
        elif "maximum" in schema:
            words = f"{schema['minimum']} to {schema['maximum']}"
        elif schema["type"] == "integer":
            words = "a number"
        else:
            words = "a day, a month or a year" if schema is _DAY else "text"
        return f"{words}; may come again" if self.repeated else words


_FACET = {"type": "string", "enum": [*BY_NAME]}

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("q", "Words to look for, in any of the languages", {"type": "string", "maxLength": 500}, True),
    Parameter(
        "in",
        "Language by whose rules the words of q are stemmed (BCP 47), in texts of any language",
        is_selection=True,
    ),
    *(
        Parameter(facet.name, f"{facet.title}: stories that have one of these values", _SEVERAL, True, repeated=True)
        for facet in FACETS
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
    Parameter("sort", "Order", {"type": "string", "enum": [*SORTS, *(f"{name}:desc" for name in SORTS)]}),
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
"""The parameters in the description of the API; further conditions and facets have further numbers."""

_NAME = re.compile(r"(\w+)((?:\[\w*\])*)")
_MOST_DEPTH = 5

Tree = dict[str, Any]
"""Parameters with names in brackets, as nested dicts; empty brackets make a list."""


Pairs = list[tuple[str, str]]
"""Names and values of parameters."""


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """A request for the counts of the values of a facet."""

    name: str
    limit: int = LIMIT
    by_value: bool = False
    """Sorted by value; otherwise the values with most stories come first."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request to the API."""

    selection: Selection
    limit: int = LIMIT
    offset: int = 0
    facets: tuple[FacetRequest, ...] = ()
    include: tuple[str, ...] = ()
    """Fields of a story, with dots; all fields if empty."""

    exclude: tuple[str, ...] = field(default=())


def question(pairs: Iterable[tuple[str, str]]) -> Question:
    """Parse the parameters ``pairs``; empty ones are ignored.

    Raises:
        BadSelection: A parameter is unknown, or its value is not valid.
    """
    plain, nested_pairs = _plain_and_nested(pairs)
    tree = nested(nested_pairs)
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


def _plain_and_nested(pairs: Iterable[tuple[str, str]]) -> tuple[Pairs, Pairs]:
    """Separate the parameters of the search page from those of the API."""
    plain: Pairs = []
    nested_pairs: Pairs = []
    for name, value in pairs:
        if value.strip() and name not in IGNORED:
            (nested_pairs if "[" in name or name in NAMES else plain).append((name, value.strip()))
    return plain, nested_pairs


def nested(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Turn parameters with brackets into nested dicts: ``a[b][]=c`` becomes ``{"a": {"b": ["c"]}}``.

    Raises:
        BadSelection: A name has another form, or two parameters contradict each other.
    """
    tree: Tree = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name)
        path = [match[1], *re.findall(r"\[(\w*)\]", match[2])] if match else []
        if not path or len(path) > _MOST_DEPTH or "" in path[:-1]:
            raise BadSelection(f"“{name}” is not the name of a parameter")
        is_list = path[-1] == ""
        *outer, last = path[: len(path) - is_list]
        branch = tree
        for part in outer:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise BadSelection(f"“{name}” contradicts an earlier parameter")
        existing = branch.setdefault(last, [] if is_list else value)
        if is_list and isinstance(existing, list):
            existing.append(value)
        elif is_list or existing != value:
            raise BadSelection(f"“{name}” is given twice")
    return tree


def number(name: str, text: object, least: int, most: int) -> int:
    """Parse ``text`` as a number from ``least`` to ``most``.

    Raises:
        BadSelection: It is not such a number.
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
    filters = [_filter(condition, f"{name}[conditions][{key}]") for key, condition in conditions.items()]
    fields = [{field for field, _ in pairs} for pairs in filters]
    names = set().union(*fields)
    if operator == "OR" and len(names) > 1:
        raise BadSelection(f"“{name}[operator]” is OR between values of one field only")
    if operator == "AND" and sum(map(len, fields)) > len(names):
        raise BadSelection(f"“{name}” has two conditions of one field: its values are alternatives, with OR")
    return [pair for pairs in filters for pair in pairs]


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
    parameter = FIELDS.get(field_name, field_name)
    if "value" not in parts:
        raise BadSelection(f"“{name}[value]” is missing")
    if parameter in DAYS:
        return _days(name, parameter, parts["value"])
    values = parts["value"] if isinstance(parts["value"], list) else [_text(f"{name}[value]", parts["value"])]
    if len(values) > 1 and operator != "OR":
        raise BadSelection(f"values of one field are alternatives here: “{name}[operator]=OR” says so")
    return [(parameter, value) for value in values]


def _days(name: str, field_name: str, given: Any) -> Pairs:
    ends = dict(zip(("from", "to"), DAYS[field_name], strict=False))
    parts = _object(f"{name}[value]", given, tuple(ends))
    # ReliefWeb accepts times; the pages of the portal print days.
    return [(ends[end], _text(f"{name}[value][{end}]", value)[:10]) for end, value in parts.items()]


def _sort(given: Any) -> Pairs:
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, list) or len(values) != 1:
        raise BadSelection("“sort” is one order")
    name, _, direction = values[0].partition(":")
    if name not in SORTS or direction not in ("", "desc"):
        raise BadSelection(f"“sort” is one of {', '.join(f'{name}:desc' for name in SORTS)}")
    return [("sort", SORTS[name])]


def _facets(given: Any) -> tuple[FacetRequest, ...]:
    if isinstance(given, str):
        requests = [FacetRequest(_facet(name)) for name in given.split(",") if name.strip()]
    elif isinstance(given, list):
        requests = [FacetRequest(_facet(name)) for name in given]
    else:
        requests = []
        for key, value in given.items():
            name = f"facets[{key}]"
            parts = _object(name, value, ("field", "limit", "sort"))
            order = parts.get("sort", "count:desc")
            if order not in ("count:desc", "value:asc"):
                raise BadSelection(f"“{name}[sort]” is count:desc or value:asc")
            limit = number(f"{name}[limit]", parts.get("limit", str(LIMIT)), 1, MOST_FACET_VALUES)
            requests.append(FacetRequest(_facet(parts.get("field", "")), limit, order == "value:asc"))
    return tuple({request.name: request for request in requests}.values())


def _facet(name: Any) -> str:
    facet = FIELDS.get(_text("facets", name).strip(), "")
    if facet not in BY_NAME:
        raise BadSelection(f"there is no facet “{name}”: {', '.join(BY_NAME)}")
    return facet


def _fields(given: Any, profile: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = _object("fields", given, ("include", "exclude"))
    fields = []
    for name in ("include", "exclude"):
        value = parts.get(name, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list):
            raise BadSelection(f"“fields[{name}][]” is the name of a field")
        fields.append(tuple(values))
    if profile not in (None, "minimal", "full"):
        raise BadSelection("“profile” is minimal or full")
    if profile == "minimal":
        fields[0] = ("title", *fields[0])
    return fields[0], fields[1]


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
"""Parameter of the API -> function that returns the parameters of a selection."""
