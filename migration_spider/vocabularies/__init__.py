"""The closed lists of the portal as data, and the exact look-up of printed values in them.

Vocabularies are named like the item fields they serve (``gcm_objectives``, ``geographic_scope`` ...); README.md
gives the source, date and licence of each and how to refresh it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from .data import FILES
from .keys import key
from .labels import (
    date_label,
    is_date_word,
    is_generic_label,
    is_kosovo_footnote,
    label_field,
    label_kind,
    labels,
    machine_name_field,
)
from .phrases import phrases
from .rules import objective, publisher
from .terms import LookUp, VocabTerm, vocabulary

__all__ = [
    "VOCABULARIES",
    "LookUp",
    "VocabTerm",
    "date_label",
    "is_date_word",
    "is_generic_label",
    "is_kosovo_footnote",
    "key",
    "label_field",
    "label_kind",
    "labels",
    "lookup",
    "lookup_named",
    "lookup_url",
    "machine_name_field",
    "phrases",
    "vocabularies_of",
    "vocabulary",
]

VOCABULARIES = tuple(FILES)
"""Item fields with a closed vocabulary."""

_RULES = {"gcm_objectives": objective, "source_publisher": publisher}
_PARAMETERS = {
    "gcm_objectives": "gcm_objectives",
    "23_objectives": "gcm_objectives",
    "cross_cutting_theme": "cross_cutting_themes",
}
_NUMBER = re.compile(r"^\D{0,20}?\d{1,2}\s*[.:)\-|]?\s*")
# Names come again on every page; texts do not and would fill the memory.
_LONGEST_KEPT = 200
_TERM_PATH = re.compile(r"/taxonomy/term/(?:detail/)?(\d+)/?$")


def lookup(vocabulary_name: str, raw: str) -> VocabTerm | None:
    """The term of vocabulary ``vocabulary_name`` that ``raw`` names; None when it names none or more than one.

    Raises:
        KeyError: no closed vocabulary has that name.
    """
    return (_kept if len(raw) <= _LONGEST_KEPT else _look_up)(vocabulary_name, raw)[0]


def _look_up(vocabulary_name: str, raw: str) -> tuple[VocabTerm | None, bool]:
    """The term, and whether more than a number names it."""
    text = key(raw)
    names = vocabulary(vocabulary_name).names
    if (term := names.get(text)) is not None:
        return term, True
    rule = _RULES.get(vocabulary_name)
    term = rule(raw) if rule and text else None
    return term, rule is not objective or _NUMBER.sub("", text) in names


_kept = lru_cache(maxsize=8192)(_look_up)


def lookup_url(vocabulary_name: str, url: str) -> VocabTerm | None:
    """Find the term of a link: ``/taxonomy/term/279``, ``/hub?gcm_objectives=279``.

    Only for values without text: the term ids of the portal mean other terms on another site.
    """
    parts = urlsplit(url)
    tids = vocabulary(vocabulary_name).tids
    if match := _TERM_PATH.search(parts.path):
        return tids.get(int(match[1]))
    # "/fr/hub?gcm_objectives%3DAll%26..." was met: the whole query percent-encoded as one token.
    query = parts.query if "=" in parts.query else unquote(parts.query)
    for parameter, value in parse_qsl(query):
        if _PARAMETERS.get(parameter.split("[")[0]) == vocabulary_name and value.isdecimal():
            return tids.get(int(value))
    return None


def lookup_named(vocabulary_name: str, raw: str) -> VocabTerm | None:
    """Like :func:`lookup`, but an objective must be known by its title: a number alone stands in any numbered list.

    Raises:
        KeyError: no closed vocabulary has that name.
    """
    term, is_named = (_kept if len(raw) <= _LONGEST_KEPT else _look_up)(vocabulary_name, raw)
    return term if is_named else None


def vocabularies_of(raw: str) -> dict[str, VocabTerm]:
    """Item field -> term, of each vocabulary where ``raw`` is a name that is specific to it.

    Everyday words, and objectives with only a number, are left out.
    """
    found = {name: lookup_named(name, raw) for name in VOCABULARIES}
    return {name: term for name, term in found.items() if term and not term.generic}
