"""Converts vocabularies to tables: the terms of a closed list, terms that only records have, and broader terms."""

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
    """Id -> the term, as in the first record that has it."""

    def collect(self, record: Record) -> None:
        """Remember the terms of ``record``."""
        for name in self.vocabulary.fields:
            for term in record.get(name) or ():
                if term["id"] is not None:
                    self.used.setdefault(term["id"], term)

    def uri(self, key: str | None = None) -> str:
        """Return the stable address of the list, or of its term ``key``."""
        path = self.vocabulary.name if key is None else f"{self.vocabulary.name}/{quote(key, safe='')}"
        if base := self.dataset.stewardship.concepts:
            return base + path
        # RFC 9562, section 5.5: a UUID made from a name, so that no address on somebody else's host is claimed.
        return uuid5(NAMESPACE_URL, f"vocabularies/{self.dataset.package}/{path}").urn

    def terms(self) -> list[dict[str, Any]]:
        """Return the terms of the list in its order, then those that only records have: made by a rule, or dropped."""
        listed = [{**term, "listed": True} for term in self.vocabulary.terms]
        known = {term["id"] for term in listed}
        names = self._scalars()
        unlisted = [
            {
                "id": key,
                "label": {"en": term["label"] or key},
                **{n: term[n] for n in names if n in term},
                "listed": False,
            }
            for key, term in sorted(self.used.items())
            if key not in known
        ]
        return listed + unlisted

    def table(self) -> Table:
        """Return the table with one row per term; its rows are made from terms, not from records."""
        languages = self.languages()
        short = [code for code in ("en", *languages) if any(code in term.get("short", ()) for term in self.terms())]
        names = self._scalars()
        descriptions = self.vocabulary.descriptions
        columns = [
            Column("id", "string", False, "Code, stable"),
            Column("label", "string", False, "English name"),
            *(Column(f"label_{code}", "string", True, f"Name in the language `{code}`") for code in languages),
            *(Column(f"short_{code}", "string", True, f"Short title in the language `{code}`") for code in short),
            *(Column(name, _kind(name, self.vocabulary), True, descriptions[name]) for name in names),
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
        """Return the table of each term with itself and each broader term; None if the list has no ``parent``."""
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
            for steps, broader in enumerate(holders[term["id"]]):
                yield term["id"], broader, steps

        keys = (ForeignKey("id", name, "id"), ForeignKey("within", name, "id"))
        description = f"{self.vocabulary.title} (terms and their broader terms)"
        return Table(f"{name}_within", description, columns, ("id", "within"), keys, rows)

    def holders(self) -> dict[str, list[str]]:
        """Return code -> itself and the codes of its broader terms, nearest first; empty for a list without parents."""
        if "parent" not in self._scalars():
            return {}
        parents = {term["id"]: term.get("parent") for term in self.terms()}
        chains = {}
        for code in parents:
            chain = [code]
            while (broader := parents.get(chain[-1])) is not None and broader not in chain:
                chain.append(broader)
            chains[code] = chain
        return chains

    def languages(self) -> list[str]:
        """Return the languages of the names, without ``en``: those wanted, then any others."""
        wanted = dict.fromkeys(self.vocabulary.languages)
        present = {code: None for term in self.vocabulary.terms for code in term["label"]}
        return [code for code in {**wanted, **present} if code != "en"]

    def gaps(self) -> dict[str, list[str]]:
        """Return, for each wanted language, the ids of the listed terms without a name in it."""
        terms = self.vocabulary.terms
        missing = {
            code: [term["id"] for term in terms if code not in term["label"]] for code in self.vocabulary.languages
        }
        return {code: ids for code, ids in missing.items() if ids}

    def _scalars(self) -> list[str]:
        names = {
            name: None
            for term in self.vocabulary.terms
            for name, value in term.items()
            if name not in ("id", "label") and not isinstance(value, list | Mapping)
        }
        return list(names)

    def document(self) -> dict[str, Any]:
        """Return the list as JSON, with its source, all terms and all their keys."""
        vocabulary = self.vocabulary
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
            "name": vocabulary.name,
            "title": vocabulary.title,
            "uri": self.uri(),
            "item_fields": list(vocabulary.fields),
            "source": list(vocabulary.source),
            "date": vocabulary.date,
            "licence": vocabulary.licence,
            "notes": list(vocabulary.notes),
            "gaps": self.gaps(),
            "terms": terms,
        }


def term_lists(dataset: Dataset) -> list[TermList]:
    """Return the vocabularies of ``dataset``, with no terms collected yet."""
    return [TermList(vocabulary, dataset) for vocabulary in dataset.vocabularies]


def _kind(name: str, vocabulary: Vocabulary) -> Any:
    values = [term[name] for term in vocabulary.terms if term.get(name) is not None]
    if values and all(isinstance(value, bool) for value in values):
        return "boolean"
    return "integer" if values and all(isinstance(value, int) for value in values) else "string"
