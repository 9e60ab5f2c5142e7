"""The values that a selection may name. An unknown value is an error, because a result of 0 stories would look like a
fact.

A value is known if a story has it, or if it is in the vocabulary. A printed value without a code (``~text``) can be
any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from archive.dataset.queries import parse
from archive.dataset.stems import LANGUAGES, folded
from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import NO, NONE, UNCODED, YES, FacetIndex
from migration_spider.browse.selection import BadSelection, Selection
from migration_spider.items import TERM_FIELDS
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.vocabularies.data import FILES, load

_MOST_LISTED, _MOST_NEAR, _LONGEST = 30, 3, 100
"""Values up to which all are listed, similar values that are suggested, and characters of a value that are compared."""

_YEAR = re.compile(r"[0-9]{4}")


def require_known(collection: Collection, selection: Selection) -> None:
    """Check that the collection knows all values of ``selection``.

    Raises:
        BadSelection: It has a value that is in no vocabulary and no story, an unknown language of the query, or a query
            that only excludes words.
    """
    for name, values in selection.chosen.items():
        index = collection.facets[name]
        for value in values:
            if not _is_known(index, value):
                raise BadSelection(f"there is no {name} “{value}”{_instead(index, value)}")
    languages = {*LANGUAGES, *collection.facets["language"].bits}
    if selection.language and selection.language not in languages:
        raise BadSelection(f"words cannot be taken as “{selection.language}”: {', '.join(sorted(languages))}")
    if selection.query:
        query = parse(selection.query)
        if query.unwanted and not query.wanted:
            raise BadSelection("words with “-” leave texts out of those that have another word, which is missing")


def _is_known(index: FacetIndex, value: str) -> bool:
    facet = index.facet
    if value in index.bits or (value == NONE and facet.has_none):
        return True
    if facet.field:
        return value.startswith(UNCODED) or value in _vocabulary(facet.field)
    if facet.name == "year":
        return _YEAR.fullmatch(value) is not None
    return value in (YES, NO) if facet.is_yes_or_no else facet.name == "problem" and value in _problems()


@cache
def _problems() -> frozenset[str]:
    return frozenset(code.format(field=field) for code in PROBLEMS for field in TERM_FIELDS)


@cache
def _vocabulary(field: str) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Code -> (its label, all its names in folded form)."""
    return {
        term["id"]: (_label(term), frozenset(filter(None, map(folded, _names(term)))))
        for term in load(FILES[field])["terms"]
    }


def _label(term: Mapping[str, Any]) -> str:
    return str(term.get("short", term["label"]).get("en") or term["label"].get("en") or next(iter(_names(term))))


def _names(term: Mapping[str, Any]) -> Iterator[str]:
    for name in ("label", "short", "unofficial"):
        yield from term.get(name, {}).values()
    for name in ("aliases", "acronyms"):
        yield from term.get(name, ())
    yield from filter(None, (term["id"], term.get("iso3")))


def _instead(index: FacetIndex, value: str) -> str:
    """A suggestion of similar values, or a list of all values if they are few; else empty."""
    terms = dict(_vocabulary(index.facet.field)) if index.facet.field else {}
    for key, label in index.labels.items():
        if key != NONE and key not in terms:
            terms[key] = (label, frozenset((folded(label), folded(key))))
    wanted = folded(value[:_LONGEST])
    near = [key for key, (_, names) in terms.items() if wanted in names]
    if not near and len(terms) > _MOST_LISTED:
        by_name = {name: key for key, (_, names) in terms.items() for name in names}
        close = get_close_matches(wanted, by_name, _MOST_NEAR, cutoff=0.75)
        near = list(dict.fromkeys(by_name[name] for name in close))
    if near:
        return f": perhaps {', or '.join(_with_label(key, terms[key][0]) for key in near[:_MOST_NEAR])}"
    return f": {', '.join(_sorted(index, terms))}" if 0 < len(terms) <= _MOST_LISTED else ""


def _with_label(key: str, label: str) -> str:
    return key if key == label else f"{key} ({label})"


def _sorted(index: FacetIndex, keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=index.order)
