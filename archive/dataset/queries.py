"""Turns the words that a person types into an FTS5 query over stems, and finds the matches in a text.

=====================  ==========================================================
typed                  finds texts with
=====================  ==========================================================
``safe migration``     both words, in any form, anywhere
``"safe migration"``   both words in sequence, in any form
``work OR labour``     either word
``migra*``             a word with this start
``work -child``        the first word and not the second (also ``-"a phrase"``)
``移民``               these characters in sequence
``l'asile``            the word without the elided one (``l'``, ``d'``, ``dell'``); ``'s`` is dropped, too
=====================  ==========================================================

All other characters are part of words or ignored: there are no errors of syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product

from archive.dataset.stems import LANGUAGES, TOKEN, folded, primary, word

NOTHING = '""'
"""A valid query without results."""

MOST_TERMS = 50
"""Words and phrases of a query; further ones are ignored."""

_MOST_PHRASES = 32
"""Combinations of stems that are tried for a phrase whose words have more than one."""

_APOSTROPHES = "'’‘‛ʼʻ′´`＇"
_ELIDED = re.compile(
    rf"\W*(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr|un|gl|quell|quest|(?:a|co|da|de|ne|su)ll)"
    rf"[{_APOSTROPHES}](?=[^\W_]{{2}})",
    re.IGNORECASE,
)
"""An elided word of French, Italian or Catalan at the start of the typed word or phrase.

In a text it is a separate word, so it is kept inside a phrase: ``"droit d'asile"``. It is also kept before a single
letter, as ``jusqu'à`` would match any ``à``.
"""

_POSSESSIVE = re.compile(rf"(?<=[^\W_])[{_APOSTROPHES}]s\W*\Z", re.IGNORECASE)
"""The English possessive at the end of a word or phrase."""

_QUOTES = str.maketrans(dict.fromkeys("“”„«»「」『』＂", '"'))
_PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')

Known = Callable[[str, bool], Iterable[tuple[str, str]]]
"""Called with (folded word, whether it is only a start), yields (stem, language) of the matching words in the texts."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase."""

    tokens: tuple[str, ...]
    is_start: bool
    """Whether the last word is only the start of one."""


@dataclass(slots=True)
class Query:
    """A parsed query."""

    wanted: list[list[Term]] = field(default_factory=list)
    """Groups of alternatives: a match has a term of each group."""

    unwanted: list[Term] = field(default_factory=list)


def parse(text: str) -> Query:
    """Parse ``text``; every text is valid."""
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
    """Return the words to search for, without an elided word at the start and a possessive ending."""
    if elided := _ELIDED.match(typed):
        typed = typed[elided.end() :]
    return tuple(TOKEN.findall(typed if is_start else _POSSESSIVE.sub("", typed)))


def search_terms(
    text: str, language: str | None = None, *, languages: Sequence[str] = LANGUAGES, known: Known | None = None
) -> str:
    """Return the query ``text`` in the syntax of FTS5's MATCH: stems, in quotes.

    Args:
        language: BCP 47 language of the words; by default any of ``languages``.
        known: finds words of the texts, for queries without accents and for starts of words.
    """
    query = parse(text)
    chosen = (language,) if language else languages
    known = known or (lambda folded, is_start: ())
    wanted = [
        " OR ".join(phrase for term in either for phrase in _phrases(term, chosen, known)) for either in query.wanted
    ]
    if not wanted or not all(wanted):
        return NOTHING
    match = " AND ".join(f"({group})" for group in wanted)
    unwanted = " OR ".join(phrase for term in query.unwanted for phrase in _phrases(term, chosen, known))
    return f"({match}) NOT ({unwanted})" if unwanted else match


def _phrases(term: Term, languages: Sequence[str], known: Known) -> list[str]:
    phrases: dict[str, None] = {}
    for language in languages:
        words = [word(token, language) for token in term.tokens]
        stems = [
            list(dict.fromkeys([w.stem, *(stem for stem, name in known(w.folded, False) if name == w.language)]))
            for w in words
        ]
        if term.is_start:
            start = words[-1].folded
            phrases[_quoted([*(w.stem for w in words[:-1]), start], is_start=True)] = None
            # The stem of a matching word may be shorter than the typed start, or differ from it.
            stems[-1] += [stem for stem, _ in known(start, True) if not stem.startswith(start)]
        for phrase in islice(product(*stems), _MOST_PHRASES if len(words) > 1 else None):
            phrases[_quoted(phrase)] = None
    return [phrase for phrase in phrases if phrase not in (NOTHING, f"{NOTHING} *")]


def _quoted(stems: Iterable[str], *, is_start: bool = False) -> str:
    return f'"{" ".join(filter(None, stems))}"{" *" if is_start else ""}'


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of a word of a text or a query, in all languages that it may belong to."""

    folded: frozenset[str]
    stems: frozenset[str]

    def matches(self, other: _Forms, *, is_start: bool) -> bool:
        if self.stems & other.stems or self.folded & other.folded:
            return True
        return is_start and any(form.startswith(start) for form in self.folded for start in other.folded if start)


def mark(text: str, query: str, language: str | None = None) -> list[tuple[int, int]]:
    """Return where ``text`` matches ``query``: (start, end) in characters, in order, not overlapping.

    Args:
        language: BCP 47 language of the text.
    """
    languages = (primary(language),) if language else tuple(LANGUAGES)
    terms = [term for either in parse(query).wanted for term in either]
    needles = [[_forms(token, languages) for token in term.tokens] for term in terms]
    letters = {form[:1] for needle in needles for part in needle for form in (*part.folded, *part.stems)}
    words = [
        (match.start(), match.end(), _forms(match[0], languages) if _may_be(match[0][:2], letters) else _NO_FORMS)
        for match in TOKEN.finditer(text)
    ]
    spans: list[tuple[int, int]] = []
    for term, needle in zip(terms, needles, strict=True):
        spans += _spans(words, needle, is_start=term.is_start)
    return list(_apart(sorted(spans)))


def _spans(
    words: Sequence[tuple[int, int, _Forms]], needle: Sequence[_Forms], *, is_start: bool
) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) at which the words of ``needle`` occur in sequence."""
    for first in range(len(words) - len(needle) + 1):
        if words[first][2] is _NO_FORMS:
            continue
        stretch = words[first : first + len(needle)]
        if all(
            word.matches(other, is_start=is_start and place == len(needle))
            for place, ((_, _, word), other) in enumerate(zip(stretch, needle, strict=True), 1)
        ):
            yield stretch[0][0], stretch[-1][1]


_NO_FORMS = _Forms(frozenset(), frozenset())


def _may_be(start: str, letters: Container[str]) -> bool:
    """Whether a word with this start may have a form or stem that starts with one of ``letters``.

    Most words of a text do not, and stemming is expensive. The rules of all languages but Arabic keep the first letter
    of a word.
    """
    letter = _letter(start)
    return not letter or letter in letters or "\u0600" <= letter < "\u0780"


@lru_cache(maxsize=1 << 12)
def _letter(start: str) -> str:
    """Return the first letter, without case and accents, of the first two characters of a word; empty if none."""
    return folded(start)[:1]


@lru_cache(maxsize=1 << 14)
def _forms(token: str, languages: tuple[str, ...]) -> _Forms:
    words = [word(token, language) for language in languages]
    # The word as typed, and as typed by users who omit accents.
    words += [word(w.folded, w.language) for w in words if w.folded]
    return _Forms(frozenset(w.folded for w in words), frozenset(w.stem for w in words) - {""})


def _apart(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield sorted ``spans``, with overlapping ones merged."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current and start < current[1]:
            current = current[0], max(current[1], end)
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current
