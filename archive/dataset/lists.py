"""Vocabularies as tables: the terms of a closed list, terms that only the records have, and broader terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from archive.dataset.description import Dataset, Vocabulary
from archive.dataset.tables import Column, ForeignKey, Record, Row, Table


@dataclass(slots=True)
class TermList:
    """A vocabulary and the terms of it that the records use."""

    vocabulary: Vocabulary
    dataset: Dataset
    used: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Id -> the term as it stands in the first record that has it."""

    def collect(self, record: Record) -> None:
        """Remember the terms of ``record``."""
        for name in self.vocabulary.fields:
            for term in record.get(name) or ():
                if term["id"] is not None:
                    self.used.setdefault(term["id"], term)

    def uri(self, key: str | None = None) -> str:
        """The stable address of the list, or of its term ``key``."""
        path = self.vocabulary.name if key is None else f"{self.vocabulary.name}/{quote(key, safe='')}"
        if base := self.dataset.stewardship.concepts:
            return base + path
        # RFC 9562, section 5.5: the name decides, so no address on a host of somebody else is claimed.
        return uuid5(NAMESPACE_URL, f"vocabularies/{self.dataset.package}/{path}").urn

    def terms(self) -> list[dict[str, Any]]:
        """The terms of the list in its order, then those that only records have: made by a rule, or dropped."""
        listed = [{**term, "listed": True} for term in self.vocabulary.terms]
        known = {term["id"] for term in listed}
        names = self._scalars()
        other = [
            {
                "id": key,
                "label": {"en": term["label"] or key},
                **{n: term[n] for n in names if n in term},
                "listed": False,
            }
            for key, term in sorted(self.used.items())
            if key not in known
        ]
        return listed + other

    def table(self) -> Table:
        """One row per term; its rows are made of the terms, not of records."""
        languages = self.languages()
        short = [code for code in ("en", *languages) if any(code in term.get("short", ()) for term in self.terms())]
        names = self._scalars()
        said = self.vocabulary.descriptions
        columns = [
            Column("id", "string", False, "Code, stable"),
            Column("label", "string", False, "English name"),
            *(Column(f"label_{code}", "string", True, f"Name in the language `{code}`") for code in languages),
            *(Column(f"short_{code}", "string", True, f"Short title in the language `{code}`") for code in short),
            *(Column(name, _kind(name, self.vocabulary), True, said[name]) for name in names),
            Column("listed", "boolean", False, "False when no list has the term: it follows a rule, or was dropped"),
            Column("used", "boolean", False, "Whether an item of this release has the term"),
            Column("uri", "string", False, "Stable name of the term, to cite it by"),
        ]
        parent = (ForeignKey("parent", self.vocabulary.name, "id"),) if "parent" in names else ()

        def rows(term: Record) -> Iterator[Row]:
            labels = term["label"]
            titles = term.get("short", {})
            yield (
                term["id"],
                labels["en"],
                *(labels.get(code) for code in languages),
                *(titles.get(code) for code in short),
                *(term.get(name) for name in names),
                term["listed"],
                term["id"] in self.used,
                self.uri(term["id"]),
            )

        return Table(self.vocabulary.name, self.vocabulary.title, tuple(columns), ("id",), parent, rows)

    def within(self) -> Table | None:
        """One row per term and each term that holds it, itself first; None when the list has no ``parent``."""
        if "parent" not in self._scalars():
            return None
        holders = self.holders()
        name = self.vocabulary.name
        columns = (
            Column("id", "string", False, "Code of the term"),
            Column("within", "string", False, "Code of a broader term, or its own"),
            Column("steps", "integer", False, "0 for the term itself, 1 for its parent ..."),
        )

        def rows(term: Record) -> Iterator[Row]:
            for steps, holder in enumerate(holders[term["id"]]):
                yield term["id"], holder, steps

        keys = (ForeignKey("id", name, "id"), ForeignKey("within", name, "id"))
        description = f"{self.vocabulary.title} (terms and their broader terms)"
        return Table(f"{name}_within", description, columns, ("id", "within"), keys, rows)

    def holders(self) -> dict[str, list[str]]:
        """Code -> itself and the codes of the terms that hold it, nearest first; empty when nothing holds anything."""
        if "parent" not in self._scalars():
            return {}
        parents = {term["id"]: term.get("parent") for term in self.terms()}
        found = {}
        for code in parents:
            chain = [code]
            while (holder := parents.get(chain[-1])) is not None and holder not in chain:
                chain.append(holder)
            found[code] = chain
        return found

    def languages(self) -> list[str]:
        """Languages of the names besides ``en``: those wanted, and others that there are."""
        wanted = dict.fromkeys(self.vocabulary.languages)
        found = {code: None for term in self.vocabulary.terms for code in term["label"]}
        return [code for code in {**wanted, **found} if code != "en"]

    def gaps(self) -> dict[str, list[str]]:
        """Language -> ids of the listed terms without a name in it, for the languages that are wanted."""
        terms = self.vocabulary.terms
        missing = {
            code: [term["id"] for term in terms if code not in term["label"]] for code in self.vocabulary.languages
        }
        return {code: ids for code, ids in missing.items() if ids}

    def _scalars(self) -> list[str]:
        found = {
            name: None
            for term in self.vocabulary.terms
            for name, value in term.items()
            if name not in ("id", "label") and not isinstance(value, list | Mapping)
        }
        return list(found)

    def document(self) -> dict[str, Any]:
        """The list with its source, all terms and all their keys, as JSON."""
        one = self.vocabulary
        names = ("en", *self.languages())
        terms = [
            {
                "id": term["id"],
                "uri": self.uri(term["id"]),
                **term,
                "label": {code: term["label"].get(code) for code in names},
            }
            for term in self.terms()
        ]
        return {
            "name": one.name,
            "title": one.title,
            "uri": self.uri(),
            "item_fields": list(one.fields),
            "source": list(one.source),
            "date": one.date,
            "licence": one.licence,
            "notes": list(one.notes),
            "gaps": self.gaps(),
            "terms": terms,
        }


def term_lists(dataset: Dataset) -> list[TermList]:
    """The vocabularies of ``dataset``, nothing collected yet."""
    return [TermList(vocabulary, dataset) for vocabulary in dataset.vocabularies]


def _kind(name: str, vocabulary: Vocabulary) -> Any:
    values = [term[name] for term in vocabulary.terms if term.get(name) is not None]
    if values and all(isinstance(value, bool) for value in values):
        return "boolean"
    return "integer" if values and all(isinstance(value, int) for value in values) else "string"
