"""The terms of the closed vocabularies, and the exact look-up of printed names.

A name is found if its :func:`key` equals the key of a name in the data file. Official names have priority over
aliases. A name that belongs to two terms of one vocabulary belongs to neither. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from .data import FILES, load
from .keys import key


@dataclass(frozen=True, slots=True)
class VocabTerm:
    """A term of a closed vocabulary."""

    id: str
    """Code of the term: what the item's ``id`` holds."""

    label: str
    """English name."""

    type: str | None = None
    """Places: ``global``, ``region``, ``subregion`` or ``country``; publishers: ``country-network`` or None."""

    iso3: str | None = None
    """ISO 3166-1 alpha-3 code of a country, also of the country of a ``country-network``."""

    generic: bool = False
    """True when the name is an everyday word (``General``, ``Summary``): too weak to tell which field it belongs to."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """The look-up tables of a vocabulary."""

    terms: dict[str, VocabTerm]
    """Id -> term, in the order of the file."""

    names: dict[str, VocabTerm]
    """Key of a name or alias -> the only term that has it."""

    acronyms: dict[str, VocabTerm]
    """Key of an acronym -> the only term that has it; publishers only."""

    tids: dict[int, VocabTerm]
    """Drupal term id on the portal -> term."""


@cache
def vocabulary(name: str) -> LookUp:
    """The vocabulary of item field ``name`` (``geographic_scope``), also by the name of its file (``places``).

    Raises:
        KeyError: no closed vocabulary has that name.
    """
    rows: list[dict[str, Any]] = load(FILES[name] if name in FILES else _file(name))["terms"]
    terms = {row["id"]: _term(row) for row in rows}
    official = _unique((n, terms[row["id"]]) for row in rows for n in [*row["label"].values()])
    short = _unique((name, terms[row["id"]]) for row in rows for name in other_names(row))
    acronyms = _unique((n, terms[row["id"]]) for row in rows for n in row.get("acronyms", []))
    tids = {tid: terms[row["id"]] for row in rows for tid in row.get("tids", [])}
    return LookUp(terms, {**acronyms, **short, **official}, acronyms, tids)


def other_names(row: dict[str, Any]) -> list[str]:
    """Names of the term ``row`` besides its labels and acronyms: short titles, names without a source, spellings."""
    return [*row.get("short", {}).values(), *row.get("unofficial", {}).values(), *row.get("aliases", [])]


def _file(name: str) -> str:
    if name not in FILES.values():
        raise KeyError(name)
    return name


def _term(row: dict[str, Any]) -> VocabTerm:
    return VocabTerm(row["id"], row["label"]["en"], row.get("type"), row.get("iso3"), row.get("generic", False))


def _unique(pairs: Iterable[tuple[str, VocabTerm]]) -> dict[str, VocabTerm]:
    """Key -> term for the names that only one term has."""
    owners: dict[str, set[VocabTerm]] = {}
    for name, term in pairs:
        owners.setdefault(key(name), set()).add(term)
    return {name: next(iter(terms)) for name, terms in owners.items() if len(terms) == 1}
