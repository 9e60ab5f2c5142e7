"""Turns the words that a person types into an FTS5 query over stems, and finds the matches in a text.

=====================  ==========================================================
typed                  finds texts with
=====================  ==========================================================
``safe migration``     both words, in any form, anywhere
``"safe migration"``   both words one after the other, in any form
``work OR labour``     one of the two
``migra*``             a word that starts so
``work -child``        the first word and not the second (also ``-"a phrase"``)
``移民``               these characters one after the other
``l'asile``            the word; what is elided before it is dropped (``l'``, ``d'``, ``dell'``), as is ``'s``
=====================  ==========================================================

Anything else that stands there is no more than a word, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product

from archive.dataset.stems import LANGUAGES, TOKEN, folded, primary, word

NOTHING = '""'
"""Is found nowhere, and is no error."""

MOST_TERMS = 50
"""Words and phrases of a query; what comes after them is not looked for."""

_MOST_PHRASES = 32
"""Ways to put the stems of a phrase together, where its words have more than one."""

_APOSTROPHES = "'’‘‛ʼʻ′´`＇"
_ELIDED = re.compile(
    rf"\W*(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr|un|gl|quell|quest|(?:a|co|da|de|ne|su)ll)"
    rf"[{_APOSTROPHES}](?=[^\W_]{{2}})",
    re.IGNORECASE,
)
"""A word that French, Italian or Catalan elide before a word, at the start of what is typed.

In a text it is a word of its own, so inside of a phrase it stays: ``"droit d'asile"``. Before a single letter too, as
``jusqu'à`` would be any ``à``.
"""

_POSSESSIVE = re.compile(rf"(?<=[^\W_])[{_APOSTROPHES}]s\W*\Z", re.IGNORECASE)
"""The English ending of a word or phrase, at its end."""

_QUOTES = str.maketrans(dict.fromkeys("“”„«»「」『』＂", '"'))
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')

Known = Callable[[str, bool], Iterable[tuple[str, str]]]
"""(folded word, whether it is the start of one) -> stem and language of the words of the texts that are so."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase."""

    tokens: tuple[str, ...]
    is_start: bool
    """The last word may go on."""


@dataclass(slots=True)
class Query:
    """What is looked for."""

    wanted: list[list[Term]] = field(default_factory=list)
    """Of each of these, one."""

    unwanted: list[Term] = field(default_factory=list)


def parse(text: str) -> Query:
    """The query that ``text`` stands for; there is no wrong one."""
    query, is_either, is_not, count = Query(), False, False, 0
    for part in _PART.finditer(text.translate(_QUOTES)):
        typed = part["word"] or part["phrase"] or ""
        if part["word"] in ("OR", "|", "AND", "NOT") and not part["minus"]:
            is_either, is_not = is_either or typed in ("OR", "|"), typed == "NOT"
            continue
        is_start = part["word"] is not None and typed.endswith("*")
        term = Term(_tokens(typed, is_start=is_start), is_start)
        if not term.tokens:
            continue
        count += 1
        if count > MOST_TERMS:
            break
        if part["minus"] or is_not:
            query.unwanted.append(term)
        elif is_either and query.wanted:
            query.wanted[-1].append(term)
        else:
            query.wanted.append([term])
        is_either = is_not = False
    return query


def _tokens(typed: str, *, is_start: bool) -> tuple[str, ...]:
    """The words to look for, without what stands with a word only by the grammar of its sentence."""
    if elided := _ELIDED.match(typed):
        typed = typed[elided.end() :]
    return tuple(TOKEN.findall(typed if is_start else _POSSESSIVE.sub("", typed)))


def search_terms(
    text: str, language: str | None = None, *, languages: Sequence[str] = LANGUAGES, known: Known | None = None
) -> str:
    """``text`` as what FTS5's MATCH takes: stems, in quotes.

    Args:
        language: in which the words are (BCP 47); by default in any of ``languages``.
        known: the words of the texts, by which words without their accents are found, and what starts in some way.
    """
    query = parse(text)
    chosen = (language,) if language else languages
    known = known or (lambda folded, is_start: ())
    wanted = [" OR ".join(f for one in either for f in _phrases(one, chosen, known)) for either in query.wanted]
    if not wanted or not all(wanted):
        return NOTHING
    found = " AND ".join(f"({one})" for one in wanted)
    unwanted = " OR ".join(f for one in query.unwanted for f in _phrases(one, chosen, known))
    return f"({found}) NOT ({unwanted})" if unwanted else found


def _phrases(term: Term, languages: Sequence[str], known: Known) -> list[str]:
    found: dict[str, None] = {}
    for language in languages:
        words = [word(token, language) for token in term.tokens]
        stems = [
            list(dict.fromkeys([one.stem, *(stem for stem, name in known(one.folded, False) if name == one.language)]))
            for one in words
        ]
        if term.is_start:
            start = words[-1].folded
            found[_quoted([*(one.stem for one in words[:-1]), start], is_start=True)] = None
            # A stem may be shorter than what was typed, or another.
            stems[-1] += [stem for stem, _ in known(start, True) if not stem.startswith(start)]
        for phrase in islice(product(*stems), _MOST_PHRASES if len(words) > 1 else None):
            found[_quoted(phrase)] = None
    return [one for one in found if one not in (NOTHING, f"{NOTHING} *")]


def _quoted(stems: Iterable[str], *, is_start: bool = False) -> str:
    return f'"{" ".join(filter(None, stems))}"{" *" if is_start else ""}'


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of a text or a query, in all languages that it may be of."""

    folded: frozenset[str]
    stems: frozenset[str]

    def is_meant_by(self, other: _Said, *, is_start: bool) -> bool:
        if self.stems & other.stems or self.folded & other.folded:
            return True
        return is_start and any(one.startswith(start) for one in self.folded for start in other.folded if start)


def mark(text: str, query: str, language: str | None = None) -> list[tuple[int, int]]:
    """Where ``text`` says what ``query`` looks for: (start, end) in characters, in order, apart from each other.

    Args:
        language: of the text (BCP 47).
    """
    languages = (primary(language),) if language else tuple(LANGUAGES)
    terms = [one for either in parse(query).wanted for one in either]
    needles = [[_said(token, languages) for token in term.tokens] for term in terms]
    letters = {one[:1] for needle in needles for part in needle for one in (*part.folded, *part.stems)}
    said = [
        (found.start(), found.end(), _said(found[0], languages) if _may_be(found[0][:2], letters) else _NOTHING_SAID)
        for found in TOKEN.finditer(text)
    ]
    spans: list[tuple[int, int]] = []
    for term, needle in zip(terms, needles, strict=True):
        spans += _spans(said, needle, is_start=term.is_start)
    return list(_apart(sorted(spans)))


def _spans(
    said: Sequence[tuple[int, int, _Said]], needle: Sequence[_Said], *, is_start: bool
) -> Iterator[tuple[int, int]]:
    """Where a text says the words of ``needle`` one after the other."""
    for first in range(len(said) - len(needle) + 1):
        if said[first][2] is _NOTHING_SAID:
            continue
        here = said[first : first + len(needle)]
        if all(
            one.is_meant_by(other, is_start=is_start and place == len(needle))
            for place, ((_, _, one), other) in enumerate(zip(here, needle, strict=True), 1)
        ):
            yield here[0][0], here[-1][1]


_NOTHING_SAID = _Said(frozenset(), frozenset())


def _may_be(start: str, letters: Container[str]) -> bool:
    """Whether a word that starts so may have a form or stem that starts with one of ``letters``.

    Most words of a text do not, and to stem them is what costs. The rules of all languages but Arabic leave the
    first letter of a word as it is.
    """
    letter = _letter(start)
    return not letter or letter in letters or "\u0600" <= letter < "\u0780"


@lru_cache(maxsize=1 << 12)
def _letter(start: str) -> str:
    """The first letter of a word without case and accents, of its first two signs; empty where these have none."""
    return folded(start)[:1]


@lru_cache(maxsize=1 << 14)
def _said(token: str, languages: tuple[str, ...]) -> _Said:
    words = [word(token, language) for language in languages]
    # As it is, and as who types no accents types it.
    words += [word(one.folded, one.language) for one in words if one.folded]
    return _Said(frozenset(one.folded for one in words), frozenset(one.stem for one in words) - {""})


def _apart(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """``spans``, sorted, with those that overlap made one."""
    open_: tuple[int, int] | None = None
    for start, end in spans:
        if open_ and start < open_[1]:
            open_ = open_[0], max(open_[1], end)
            continue
        if open_:
            yield open_
        open_ = start, end
    if open_:
        yield open_
