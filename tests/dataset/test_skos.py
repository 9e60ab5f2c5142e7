"""Vocabularies as SKOS: rdflib reads both forms as the same graph, and the graph keeps what SKOS asks of it."""

import json

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from archive.dataset import Stewardship, Vocabulary
from archive.dataset.lists import TermList, term_lists
from archive.dataset.skos import json_ld, section, statements, turtle
from migration_spider.publish import dataset as site_dataset
from tests.dataset.records import dataset, note

# Of rdflib's own reader of JSON-LD.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

WORDS = Vocabulary(
    name="words",
    title='Words "and" \\ more',
    fields=("tags",),
    source=("https://example.org/list", "a printed list\nof two lines"),
    date="2024-01-01",
    licence="free",
    notes=("Read me.",),
    languages=("en", "fr", "ar"),
    notations=("iso3",),
    descriptions={"number": "Order", "iso3": "Code", "parent": "Holder", "note": "Note"},
    terms=(
        {
            "id": "1",
            "number": 1,
            "iso3": "ONE",
            "label": {"en": "One", "fr": "Un"},
            "short": {"en": "One", "fr": "1er"},
            "acronyms": ["O"],
            "aliases": ["Uno", "Uno"],
            "unofficial": {"ar": "واحد", "fr": "Un"},
            "seen": {"en": "https://example.org/one", "fr": "a book"},
            "exact_match": ["https://example.org/1"],
            "close_match": ["https://example.org/one two>"],
            "note": "Mind the gap.",
        },
        {"id": "2/b", "parent": "1", "label": {"en": 'Hostile "<\\> \u0007\t\r\n\ud800\uffff'}, "aliases": []},
    ),
)


def graphs(one):
    both = Graph(), Graph()
    text = dict(statements(one))
    both[0].parse(data=turtle(text), format="turtle")
    both[1].parse(data=json_ld(text), format="json-ld")
    return both


def words():
    (one,) = term_lists(dataset(vocabularies=(WORDS,), stewardship=Stewardship(concepts="https://example.org/v/")))
    return one


BASE = "https://example.org/v/words"
SCHEME, TERM, BELOW, MADE = (URIRef(BASE + path) for path in ("", "/1", "/2%2Fb", "/rule-3"))


@pytest.fixture(scope="module")
def both():
    """The graphs of Turtle and of JSON-LD, of the list with a term that a rule made."""
    one = words()
    one.collect(note("a", tags=[{"raw": "x", "id": "rule-3", "label": "Three"}]))
    return graphs(one)


@pytest.fixture(scope="module")
def graph(both):
    return both[0]


def test_turtle_and_json_ld_say_the_same(both):
    assert isomorphic(*both)


def test_the_terms_are_concepts_of_the_scheme_one_below_another(graph):
    assert {TERM, BELOW, MADE} == set(graph.subjects(RDF.type, SKOS.Concept))
    assert {TERM, MADE} == set(graph.objects(SCHEME, SKOS.hasTopConcept))
    assert [BELOW] == list(graph.objects(TERM, SKOS.narrower))
    assert [TERM] == list(graph.objects(BELOW, SKOS.broader))


def test_a_term_has_its_labels_in_their_languages(graph):
    assert {Literal("One", lang="en"), Literal("Un", lang="fr")} == set(graph.objects(TERM, SKOS.prefLabel))
    assert {Literal("1er", lang="fr"), Literal("O")} == set(graph.objects(TERM, SKOS.altLabel))
    assert {Literal("واحد", lang="ar"), Literal("Uno")} == set(graph.objects(TERM, SKOS.hiddenLabel))
    assert 'Hostile "<\\> \u0007\t\r\n\ufffd\ufffd' == str(graph.value(BELOW, SKOS.prefLabel))


def test_a_term_has_its_codes_and_its_place(graph):
    codes = {Literal("1"), Literal("ONE", datatype=URIRef(f"{BASE}/notation-iso3"))}
    assert codes == set(graph.objects(TERM, SKOS.notation))
    position = list(graph.objects(TERM, URIRef("http://schema.org/position")))
    assert [Literal("1", datatype=XSD.integer)] == position


def test_a_term_tells_its_matches_and_sources_and_what_a_rule_made_says_so(graph):
    assert {URIRef("https://example.org/1")} == set(graph.objects(TERM, SKOS.exactMatch))
    assert {URIRef("https://example.org/one%20two%3E")} == set(graph.objects(TERM, SKOS.closeMatch))
    sources = {URIRef("https://example.org/one"), Literal("a book", lang="en")}
    assert sources == set(graph.objects(TERM, DCTERMS.source))
    assert graph.value(MADE, SKOS.editorialNote) is not None
    assert graph.value(TERM, SKOS.editorialNote) is None


def test_a_name_that_no_source_prints_is_a_gap_and_stays_null():
    one = words()
    document = json.loads(json.dumps(one.document()))
    assert document["gaps"] == {"fr": ["2/b"], "ar": ["1", "2/b"]}
    assert document["terms"][0]["label"] == {"en": "One", "fr": "Un", "ar": None}
    table = one.table()
    row = next(table.rows(one.terms()[0]))
    cells = dict(zip((column.name for column in table.columns), row, strict=True))
    assert (cells["label_ar"], cells["short_fr"], cells["uri"]) == (None, "1er", "https://example.org/v/words/1")
    ((heading, text),) = section([one])
    assert heading == "Names of the codes"
    assert text.endswith("| `words` | 2 | 2 | 1 | 0 |")


def test_without_an_address_of_ones_own_terms_have_the_same_uuid_in_each_release():
    one, again = (TermList(WORDS, dataset()) for _ in range(2))
    assert one.uri("1") == again.uri("1")
    assert one.uri("1").startswith("urn:uuid:")
    assert len({one.uri(), one.uri("1"), one.uri("2/b"), TermList(WORDS, dataset(package="other")).uri("1")}) == 4


@pytest.mark.parametrize("one", term_lists(site_dataset("https://example.org")), ids=lambda one: one.vocabulary.name)
def test_the_lists_of_the_site_keep_what_skos_asks(one):
    first, second = graphs(one)
    # rdflib compares graphs without blank nodes as sets.
    assert set(first) == set(second)
    concepts = set(first.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) == len(one.vocabulary.terms)
    labels = [
        [set(first.objects(concept, kind)) for kind in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)]
        for concept in concepts
    ]
    assert [three for three in labels if three[0] & three[1] or three[0] & three[2] or three[1] & three[2]] == []
    languages = [[label.language for label in preferred] for preferred, _, _ in labels]
    assert [tags for tags in languages if len(tags) != len(set(tags)) or "en" not in tags] == []
    assert set(first.objects(None, SKOS.broader)) <= concepts
