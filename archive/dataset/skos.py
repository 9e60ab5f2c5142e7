"""Vocabularies as SKOS concept schemes (W3C Recommendation of 18 August 2009), in Turtle and in JSON-LD 1.1.

Both files of a list are written from the same statements, in a fixed order, so equal lists give equal bytes.

=========================================  ==========================================================================
of a term                                  becomes
=========================================  ==========================================================================
``id``, the keys of `Vocabulary.notations`  ``skos:notation``, of other lists with a separate data type
``label``                                  ``skos:prefLabel`` in each language that a source prints it in
``short``, ``acronyms``                    ``skos:altLabel``
``unofficial``, ``aliases``                ``skos:hiddenLabel``: for searching, not shown
``number``, ``note``, ``seen``             ``schema:position``, ``skos:scopeNote``, ``dct:source``
``parent``                                 ``skos:broader``, and ``skos:narrower`` the other way
``exact_match``, ``close_match``           ``skos:exactMatch``, ``skos:closeMatch``
=========================================  ==========================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.dataset.card import table
from archive.dataset.description import Vocabulary
from archive.dataset.draft import Draft
from archive.dataset.lists import TermList

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

UNLISTED = "No list has this term: it follows a rule, or the list dropped it."


@dataclass(frozen=True, slots=True)
class Iri:
    """An address."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A literal, optionally with a language or a data type."""

    text: str
    language: str | None = None
    datatype: str | None = None


Node = Iri | Text
Statements = dict[str, list[Node]]
"""Prefixed predicate -> objects."""


def write(terms: TermList, draft: Draft) -> None:
    """Write ``vocabularies/<name>.ttl`` and ``.jsonld``."""
    name, graph = terms.vocabulary.name, dict(statements(terms))
    for suffix, kind, text in (("ttl", "Turtle", turtle(graph)), ("jsonld", "JSON-LD", json_ld(graph))):
        file = draft.file(f"vocabularies/{name}.{suffix}", f"{terms.vocabulary.title} as SKOS ({kind})")
        file.write_text(text, encoding="utf-8", newline="\n")


def section(lists: Sequence[TermList]) -> Iterator[tuple[str, str]]:
    """Yield the section of the card on the names of the codes, if any are wanted: (heading, Markdown)."""
    wanted = [terms for terms in lists if terms.vocabulary.languages]
    languages = list(dict.fromkeys(code for terms in wanted for code in terms.vocabulary.languages))
    if not wanted:
        return
    rows = []
    for terms in wanted:
        count, gaps = len(terms.vocabulary.terms), terms.gaps()
        have = (
            str(count - len(gaps.get(code, ()))) if code in terms.vocabulary.languages else "" for code in languages
        )
        rows.append((f"`{terms.vocabulary.name}`", str(count), *have))
    yield (
        "Names of the codes",
        "A code has a name in a language only where a source prints it; no name was translated for this dataset. "
        "`vocabularies/<name>.json` names the sources and, under `gaps`, the terms without a name; `.ttl` and "
        "`.jsonld` are the same lists as SKOS. Terms of the lists with a name, by language "
        "(a term that no list has is in the files, with `listed` false):\n\n"
        + table(("vocabulary", "terms", *(f"`{code}`" for code in languages)), rows),
    )


def statements(vocabulary: TermList) -> Iterator[tuple[str, Statements]]:
    """Yield (subject, statements): the scheme first, then its terms in order."""
    terms = vocabulary.terms()
    known = {term["id"] for term in terms}
    parents = {term["id"]: term.get("parent") if term.get("parent") in known else None for term in terms}
    below: dict[str, list[Node]] = {}
    for key, parent in parents.items():
        if parent is not None:
            below.setdefault(parent, []).append(Iri(vocabulary.uri(key)))
    top: list[Node] = [Iri(vocabulary.uri(key)) for key, parent in parents.items() if parent is None]
    yield vocabulary.uri(), _clean(_scheme(vocabulary.vocabulary, top))
    for term in terms:
        key = term["id"]
        yield vocabulary.uri(key), _clean(_concept(vocabulary, term, parents[key], below.get(key, [])))


def _scheme(vocabulary: Vocabulary, top: list[Node]) -> Statements:
    return {
        "a": [Iri("skos:ConceptScheme")],
        "dct:identifier": [Text(vocabulary.name)],
        "dct:title": [Text(vocabulary.title, "en")],
        "dct:date": [Text(vocabulary.date)] if vocabulary.date else [],
        "dct:rights": [Text(vocabulary.licence, "en")] if vocabulary.licence else [],
        "dct:source": [_source(text) for text in vocabulary.source],
        "dct:description": [Text(text, "en") for text in vocabulary.notes],
        "skos:hasTopConcept": top,
    }


def _concept(vocabulary: TermList, term: Mapping[str, Any], parent: str | None, below: list[Node]) -> Statements:
    scheme, number = Iri(vocabulary.uri()), term.get("number")
    codes = {name: term[name] for name in vocabulary.vocabulary.notations if term.get(name)}
    return {
        "a": [Iri("skos:Concept")],
        "skos:inScheme": [scheme],
        "skos:topConceptOf": [scheme] if parent is None else [],
        "skos:notation": [
            Text(term["id"]),
            *(Text(code, datatype=vocabulary.uri(f"notation-{name}")) for name, code in codes.items()),
        ],
        "schema:position": [] if number is None else [Text(str(number), datatype="xsd:integer")],
        **_names(term),
        "skos:scopeNote": [Text(term["note"], "en")] if term.get("note") else [],
        "skos:editorialNote": [] if term["listed"] else [Text(UNLISTED, "en")],
        "skos:broader": [] if parent is None else [Iri(vocabulary.uri(parent))],
        "skos:narrower": below,
        "skos:exactMatch": [Iri(address) for address in term.get("exact_match", ())],
        "skos:closeMatch": [Iri(address) for address in term.get("close_match", ())],
        "dct:source": [_source(text) for text in term.get("seen", {}).values()],
    }


def _names(term: Mapping[str, Any]) -> Statements:
    """Return the labels. In SKOS the three kinds are disjoint (S13), and a language has one preferred label (S14)."""
    kinds: dict[str, Iterable[Text]] = {
        "skos:prefLabel": _in_languages(term["label"]),
        "skos:altLabel": [*_in_languages(term.get("short", {})), *map(Text, term.get("acronyms", ()))],
        "skos:hiddenLabel": [*_in_languages(term.get("unofficial", {})), *map(Text, term.get("aliases", ()))],
    }
    taken: set[Node] = set()
    named: Statements = {}
    for kind, names in kinds.items():
        named[kind] = [name for name in dict.fromkeys(names) if name not in taken]
        taken.update(named[kind])
    return named


def _in_languages(names: Mapping[str, str | None]) -> list[Text]:
    return [Text(name, code) for code, name in names.items() if name is not None]


def _source(text: str) -> Node:
    return Iri(text) if re.fullmatch(r"https?://\S+", text) else Text(text, "en")


def _clean(statements: Statements) -> Statements:
    return {name: list(dict.fromkeys(objects)) for name, objects in statements.items() if objects}


def turtle(graph: Mapping[str, Statements]) -> str:
    """Return ``graph`` as Turtle (W3C Recommendation "RDF 1.1 Turtle")."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in PREFIXES.items()]
    for subject, predicates in graph.items():
        rows = [f"{name} " + ",\n    ".join(map(_turtle_node, objects)) for name, objects in predicates.items()]
        lines += ["", f"{_turtle_iri(subject)} " + " ;\n  ".join(rows) + " ."]
    return "\n".join(lines) + "\n"


def _turtle_node(node: Node) -> str:
    if isinstance(node, Iri):
        return _turtle_iri(node.text)
    text = "".join(_ESCAPES.get(letter) or _control(letter) for letter in node.text)
    if node.language:
        return f'"{text}"@{node.language}'
    return f'"{text}"' + (f"^^{_turtle_iri(node.datatype)}" if node.datatype else "")


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _control(letter: str) -> str:
    # U+FFFE and U+FFFF are not allowed in XML, to which the graph may be converted.
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF or code in (0, 0xFFFE, 0xFFFF):
        return "\ufffd"
    return f"\\u{code:04X}" if code < 0x20 or 0x7F <= code <= 0x9F else letter


def _turtle_iri(address: str) -> str:
    return address if address.partition(":")[0] in PREFIXES else f"<{_safe(address)}>"


def _safe(address: str) -> str:
    """Return ``address`` with characters that an IRI must not contain percent-encoded (RFC 3987, section 2.2)."""
    return re.sub(
        r"[\x00-\x20<>\"{}|\\^`\x7f-\xa0\ud800-\udfff]",
        lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")),
        address,
    )


def json_ld(graph: Mapping[str, Statements]) -> str:
    """Return ``graph`` as JSON-LD 1.1, with its context in the file."""
    nodes = [
        {
            "@id": _safe(subject),
            **{
                ("@type" if name == "a" else name): [node.text if name == "a" else _json_node(node) for node in objects]
                for name, objects in predicates.items()
            },
        }
        for subject, predicates in graph.items()
    ]
    return json.dumps({"@context": PREFIXES, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n"


def _json_node(node: Node) -> dict[str, str]:
    if isinstance(node, Iri):
        return {"@id": _safe(node.text)}
    text = "".join(letter if _control(letter) != "\ufffd" else "\ufffd" for letter in node.text)
    kind = {"@language": node.language} if node.language else {"@type": node.datatype} if node.datatype else {}
    return {"@value": text, **{name: value for name, value in kind.items() if value}}
