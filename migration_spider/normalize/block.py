"""Converts the metadata block of a page to the normalized fields of the item.

The label of a value decides its field, unless only the vocabulary of another field has the value: some pages have lost
labels and print ``General Public`` and two publishers under the type of material. Values that are in no vocabulary
stay under their label. All of this is marked: see :mod:`migration_spider.normalize.problems`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migration_spider.items import TERM_FIELDS, Entry, Term, Value
from migration_spider.vocabularies import (
    VOCABULARIES,
    is_kosovo_footnote,
    key,
    label_kind,
    lookup_named,
)

from .date_order import order_told, reads_both_ways
from .dates import ASSUMED, Reading, read_date
from .problems import problem
from .terms import find, fold, listed, split, to_term

# Both hold names of regions, so a name that one of them lacks is no sign that it belongs to the other.
_ALIKE = {"geographic_scope": "regional_review_process", "regional_review_process": "geographic_scope"}
_DATE = "publication_date"


@dataclass(slots=True)
class BlockResult:
    """The normalized metadata block."""

    fields: dict[str, Any]
    """``publication_date`` and ``publication_date_raw`` (str or None) and the nine lists of terms; all keys."""

    problems: list[str] = field(default_factory=list)
    """Codes, each once, in the order met."""

    unrecognized: list[tuple[str, str]] = field(default_factory=list)
    """(item field, value as printed) that no vocabulary knows; the field is ``unlabelled`` without a label."""

    unknown_labels: list[str] = field(default_factory=list)
    """Labels that no list knows, as printed."""

    date_told_by: str | None = None
    """What told the order of day and month in the publication date; see `migration_spider.normalize.dates.Reading`."""


@dataclass(slots=True)
class NumericDates:
    """The day/month order that the numeric dates of a page show, and whether it has to be known."""

    day_first: dict[bool, str] = field(default_factory=dict)
    """Order -> the text that shows it by itself."""

    unclear: str = ""
    """A text that reads both ways; empty when there is none."""


def numeric_dates(block: list[Entry]) -> NumericDates:
    """Find the numeric dates under the label of the date, and those without a label."""
    found = NumericDates()
    for entry in block:
        own = entry.field_name
        if own not in (None, _DATE) or (own is None and key(entry.label)):
            continue
        for value in entry.values:
            order = order_told(value.text, value.datetime)
            if order is not None:
                stamp = f" ({value.datetime})" if value.datetime else ""
                found.day_first.setdefault(order, fold(value.text) + stamp)
            elif reads_both_ways(value.text, value.datetime):
                found.unclear = found.unclear or fold(value.text) or value.datetime or ""
    return found


def normalize_block(
    block: list[Entry], language: str, *, day_first: bool | None = None, site_day_first: bool | None = None
) -> BlockResult:
    """Normalize the metadata block of a page.

    Args:
        block: labels with their values, in page order; the label ``""`` is a field printed without label.
        language: BCP 47 tag of the page; only dates depend on it.
        day_first, site_day_first: see :func:`migration_spider.normalize.dates.parse_date`.
    """
    return _Normalizer(language, day_first, site_day_first).run(block)


class _Normalizer:
    def __init__(self, language: str, day_first: bool | None, site_day_first: bool | None) -> None:
        self.language = language
        self.day_first = day_first
        self.site_day_first = site_day_first
        self.terms: dict[str, list[Term]] = {name: [] for name in TERM_FIELDS}
        self.result = BlockResult(fields={_DATE: None, "publication_date_raw": None})
        self.printed: set[str] = set()
        self.answered: set[str] = set()
        # Broken pages print a value thousands of times, or thousands of values.
        self.met: set[tuple[str | None, ...]] = set()
        self.candidates: dict[tuple[object, ...], set[str]] = {}

    def run(self, block: list[Entry]) -> BlockResult:
        for entry in block:
            own = entry.field_name
            if own:
                self.printed.add(own)
                if any(self._is_known(own, value) for value in entry.values):
                    self.answered.add(own)
        for entry in block:
            if not key(entry.label) and not entry.field_name:
                # A field is printed once: what fits two fields is not the one that other values are.
                self.printed.update(self._only_field(entry.values))
        # A labelled date goes before one that stands beside the block without a label.
        for entry in sorted(block, key=lambda entry: 2 if entry.field_name != _DATE else not entry.label):
            self._entry(entry)
        self.result.fields.update(self.terms)
        return self.result

    def _is_known(self, own: str, value: Value) -> bool:
        if own == _DATE:
            return self._date_of(value)[0] is not None
        return own not in VOCABULARIES or all(found for _, found in listed(own, value))

    def _entry(self, entry: Entry) -> None:
        label = fold(entry.label)
        own = entry.field_name
        if own is None and key(label):
            self._other(label)
            return
        values = [value for value in entry.values if _has_value(value)]
        if own and entry.unread:
            self._mark(problem("value-unread", own))
        together = None if own else self._field_of_all(values)
        for value in values:
            if own == _DATE:
                self._date(value)
            elif own:
                self._labelled(own, value)
            else:
                self._unlabelled(value, together)

    def _other(self, label: str) -> None:
        """Process the values of a label that belongs to no field."""
        if label_kind(label) is None and not is_kosovo_footnote(label):
            self._mark(problem("label-unknown"))
            if self._is_new("label", label):
                self.result.unknown_labels.append(label)

    def _only_field(self, values: list[Value]) -> set[str]:
        """The field of a value printed alone, or of all values printed together; None unless there is exactly one."""
        sets = [self._candidates(value, everyday=True) for value in values]
        shared = set.intersection(*sets) if sets else set()
        return shared if len(shared) == 1 else set()

    def _field_of_all(self, values: list[Value]) -> str | None:
        """The only field that all values printed together can belong to; None for fewer than two values."""
        sets = [self._candidates(value, everyday=True) for value in values]
        shared = set.intersection(*sets) if len(sets) > 1 else set()
        return shared.pop() if len(shared) == 1 else None

    def _labelled(self, own: str, value: Value) -> None:
        """Process a value under the label of ``own``, a field of terms."""
        for raw, found in listed(own, value):
            if found or own not in VOCABULARIES:
                self._add(own, raw, found)
                continue
            part = value if raw == fold(value.text) else Value(text=raw)
            target = self._elsewhere(own, part)
            if target is None:
                self._mark(problem("unrecognized", own))
                self._report(own, raw)
                self._add(own, raw, None)
            else:
                self._mark(problem("value-moved", target))
                self._place(target, part)

    def _elsewhere(self, own: str, value: Value) -> str | None:
        """The only other field that ``value`` can belong to; None when there is none or more than one.

        A field that has known values under its own label gets no values from other labels.
        """
        fields = self._candidates(value, everyday=False) - {own}
        if len(fields) != 1 or fields & ({_ALIKE.get(own, "")} | self.answered):
            return None
        return fields.pop()

    def _unlabelled(self, value: Value, together: str | None) -> None:
        """Process a value without label; ``together`` is the field of all values printed with it."""
        fields = self._candidates(value, everyday=True)
        if len(fields) > 1:
            # "International cooperation" beside a label "GCM Objectives" is the theme, whose label is missing.
            fields = fields - self.printed if together is None else {together}
            if len(fields) == 1:
                self._mark(problem("value-inferred", next(iter(fields))))
        if len(fields) == 1:
            self._place(fields.pop(), value)
        else:
            self._mark(problem("value-unassigned"))
            if raw := fold(value.text):
                self._report("unlabelled", raw)

    def _candidates(self, value: Value, everyday: bool) -> set[str]:
        """Fields whose vocabulary has ``value``, as a whole or as a list of values."""
        same = (value.text, value.url, value.datetime, value.day_first, everyday)
        if same not in self.candidates:
            self.candidates[same] = self._look_up(value, everyday)
        return set(self.candidates[same])

    def _look_up(self, value: Value, everyday: bool) -> set[str]:
        text = fold(value.text)
        if self._date_of(value)[0]:
            return {_DATE}
        if not text:
            return {name for name in VOCABULARIES if find(name, value)}
        whole = {name for name in VOCABULARIES if self._names(name, text, everyday)}
        return whole or {
            name for name in VOCABULARIES if all(self._names(name, raw, everyday) for raw in split(name, value))
        }

    @staticmethod
    def _names(name: str, text: str, everyday: bool) -> bool:
        """Whether ``text`` alone shows that it belongs to field ``name``.

        Under the label of another field an everyday word does not count; without any label it does.
        """
        term = lookup_named(name, text)
        return term is not None and (everyday or not term.generic)

    def _place(self, target: str, value: Value) -> None:
        if target == _DATE:
            self._date(value)
            return
        for raw, found in listed(target, value):
            self._add(target, raw, found)

    def _date_of(self, value: Value) -> Reading:
        return read_date(
            value.text,
            value.datetime,
            self.language,
            day_first=self.day_first,
            site_day_first=self.site_day_first,
            seen_day_first=value.day_first,
        )

    def _date(self, value: Value) -> None:
        day, code, told_by = self._date_of(value)
        fields = self.result.fields
        if day is None and code == "date-unparsed":
            target = self._elsewhere(_DATE, value)
            if target:
                self._mark(problem("value-moved", target))
                self._place(target, value)
                return
        if fields[_DATE] is None and (day or fields["publication_date_raw"] is None):
            fields[_DATE] = day
            fields["publication_date_raw"] = fold(value.text) or value.datetime
            self.result.date_told_by = told_by
        elif day:
            code = "date-conflict" if day != fields[_DATE] else None if code == ASSUMED else code
        if code:
            self._mark(problem(code))

    def _add(self, name: str, raw: str, found: Any) -> None:
        # A theme may print the block twice, once for narrow screens.
        term = to_term(name, raw, found)
        if self._is_new("term", name, term.raw, term.id):
            self.terms[name].append(term)

    def _report(self, name: str, raw: str) -> None:
        if self._is_new("unrecognized", name, raw):
            self.result.unrecognized.append((name, raw))

    def _is_new(self, *what: str | None) -> bool:
        """Whether ``what`` was not met before."""
        before = len(self.met)
        self.met.add(what)
        return len(self.met) > before

    def _mark(self, code: str) -> None:
        if code not in self.result.problems:
            self.result.problems.append(code)


def _has_value(value: Value) -> bool:
    return (_says(value.text) or bool(value.url or value.datetime)) and not is_kosovo_footnote(value.text)


def _says(text: str) -> bool:
    """Whether ``text`` has letters or digits. Themes print a dash where there is no value."""
    return any(character.isalnum() for character in text)
