"""Parallel texts of a release: pairs with their evidence, translation memories that follow TMX 1.4b, and counts."""

import csv
import io
import json

import pytest
from lxml import etree

from archive.dataset import publish
from archive.dataset.alignment import LONGEST_TEXT, MOST_PARAGRAPHS
from tests.dataset.pages import described, page
from tests.dataset.records import write

# What TMX 1.4b (LISA, 26 April 2005) declares of the elements and attributes that are written here, in its order.
DTD = """
<!ELEMENT tmx (header, body)>
<!ATTLIST tmx version CDATA #FIXED "1.4">
<!ELEMENT header (note | prop | ude)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block | paragraph | sentence | phrase) #REQUIRED o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED
  srclang CDATA #REQUIRED datatype CDATA #REQUIRED o-encoding CDATA #IMPLIED creationdate CDATA #IMPLIED
  creationid CDATA #IMPLIED changedate CDATA #IMPLIED changeid CDATA #IMPLIED>
<!ELEMENT ude EMPTY>
<!ELEMENT body (tu*)>
<!ELEMENT note (#PCDATA)>
<!ATTLIST note o-encoding CDATA #IMPLIED xml:lang CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT prop (#PCDATA)>
<!ATTLIST prop type CDATA #REQUIRED xml:lang CDATA #IMPLIED o-encoding CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT tu ((note | prop)*, tuv+)>
<!ATTLIST tu tuid CDATA #IMPLIED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED
  creationdate CDATA #IMPLIED creationid CDATA #IMPLIED changedate CDATA #IMPLIED
  segtype (block | paragraph | sentence | phrase) #IMPLIED changeid CDATA #IMPLIED o-tmf CDATA #IMPLIED
  srclang CDATA #IMPLIED>
<!ELEMENT tuv ((note | prop)*, seg)>
<!ATTLIST tuv xml:lang CDATA #REQUIRED o-encoding CDATA #IMPLIED datatype CDATA #IMPLIED usagecount CDATA #IMPLIED
  lastusagedate CDATA #IMPLIED creationtool CDATA #IMPLIED creationtoolversion CDATA #IMPLIED
  creationdate CDATA #IMPLIED creationid CDATA #IMPLIED changedate CDATA #IMPLIED o-tmf CDATA #IMPLIED
  changeid CDATA #IMPLIED lang CDATA #IMPLIED>
<!ELEMENT seg (#PCDATA)>
"""

ENGLISH = "\n\n".join(
    [
        "In 2023 the office counted 4,512 people in 37 towns.",
        "What was agreed",
        'Ana Lima said: "We have 128 forms <b>& 1 desk\u0007."',
        "The hotline 0800 222 333 answers in 14 languages.",
    ]
)
FRENCH = "\n\n".join(
    [
        "En 2023, l’office a compté 4 512 personnes dans 37 villes.",
        "Ce qui a été convenu",
        "Ana Lima a dit : « Nous avons 128 formulaires <b>& 1 guichet\u0007. »",
        "La ligne 0800 222 333 répond dans 14 langues.",
    ]
)


def stories(tmp_path, *records, texts=True, **changes):
    items = write(tmp_path / "items.jsonl", *records)
    release = publish(described(parallel="text", **changes), items, tmp_path / "dataset", texts=texts)
    return release.path


def pairs(folder):
    path = folder / "parallel" / "pairs.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def counts(folder):
    with (folder / "tables" / "parallel_coverage.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {(row.pop("from_language"), row.pop("to_language")): row for row in csv.DictReader(stream)}


def test_a_pair_names_the_items_versions_and_paragraphs_that_it_is_of(tmp_path):
    folder = stories(tmp_path, page(1, "fr", text=FRENCH, version=3), page(1, "en", text=ENGLISH))
    told = pairs(folder)
    assert [(one["from_paragraphs"], one["to_paragraphs"]) for one in told] == [([n], [n]) for n in (1, 2, 3, 4)]
    score = told[0].pop("score")
    assert 0.9 <= score <= 1
    assert told[0] == {
        "story": "1",
        "source_language": "en",
        "from_id": "1@en",
        "from_version": 1,
        "from_language": "en",
        "from_paragraphs": [1],
        "from_text": "In 2023 the office counted 4,512 people in 37 towns.",
        "to_id": "1@fr",
        "to_version": 3,
        "to_language": "fr",
        "to_paragraphs": [1],
        "to_text": "En 2023, l’office a compté 4 512 personnes dans 37 villes.",
        "flags": [],
    }
    assert counts(folder)["en", "fr"]["pairs"] == "4"
    assert "| `en` `fr` | 1 | 4 | 100% |" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_memory_follows_the_dtd_and_says_what_the_pairs_say(tmp_path):
    folder = stories(tmp_path, page(1, "en", text=ENGLISH), page(1, "fr", text=FRENCH), compiler='tool <"&> 1')
    memory = etree.parse(str(folder / "parallel" / "en-fr.tmx"))
    dtd = etree.DTD(io.StringIO(DTD))
    assert dtd.validate(memory), dtd.error_log
    assert memory.getroot().find("header").get("creationtool") == 'tool <"&> 1'
    told = pairs(folder)
    units = memory.findall(".//tu")
    assert len(units) == len(told)
    for unit, pair in zip(units, told, strict=True):
        values = {prop.get("type"): prop.text for prop in unit.findall("prop")}
        assert values == {"x-story": pair["story"], "x-score": str(pair["score"])}
        for side, variant in zip(("from", "to"), unit.findall("tuv"), strict=True):
            own = {prop.get("type"): prop.text for prop in variant.findall("prop")}
            assert own == {"x-item": pair[f"{side}_id"], "x-version": str(pair[f"{side}_version"])}
            assert variant.get("{http://www.w3.org/XML/1998/namespace}lang") == pair[f"{side}_language"]
            assert variant.findtext("seg") == pair[f"{side}_text"].replace("\u0007", "")


def test_two_paragraphs_that_became_one_are_a_pair_and_flagged(tmp_path):
    merged = " ".join(FRENCH.rsplit("\n\n", 1))
    folder = stories(tmp_path, page(1, "en", text=ENGLISH), page(1, "fr", text=merged))
    (pair,) = (one for one in pairs(folder) if one["flags"])
    assert (pair["from_paragraphs"], pair["to_paragraphs"], pair["flags"]) == ([3, 4], [3], ["merged"])
    assert counts(folder)["en", "fr"]["merged"] == "1"


def test_what_is_said_again_or_not_translated_is_counted_and_left_out(tmp_path):
    half = FRENCH.split("\n\n")[:2] + ENGLISH.split("\n\n")[2:]
    folder = stories(
        tmp_path,
        page(1, "en", text=ENGLISH),
        page(1, "fr", text=FRENCH),
        page(2, "en", text=ENGLISH),
        page(2, "fr", text=FRENCH.replace("\n\n", " \n\n")),
        page(3, "en", text=ENGLISH.replace("2023", "2024")),
        page(3, "fr", text="\n\n".join(half).replace("2023", "2024")),
        page(4, "en", text=ENGLISH),
        page(4, "fr", text=ENGLISH, text_language="en"),
        page(5, "en", text=ENGLISH),
        page(5, "fr", text=FRENCH, is_fallback=True),
        page(6, "en", text=ENGLISH),
    )
    assert [one["story"] for one in pairs(folder)] == ["1", "1", "1", "1", "3"]
    assert counts(folder) == {
        ("en", "fr"): {
            "stories": "3",
            "aligned": "2",
            "from_paragraphs": "12",
            "to_paragraphs": "12",
            "pairs": "5",
            "good": str(sum(one["score"] >= 0.9 for one in pairs(folder))),
            "merged": "0",
            "repeated": "5",
            "untranslated": "2",
            "fallback": "1",
            "too_long": "0",
        }
    }


def test_texts_that_are_no_translations_give_no_files(tmp_path):
    other = "Les 12 écoles ouvrent.\n\nIl y a 900 places.\n\nRien n’est dit.\n\nOn verra en mai."
    folder = stories(tmp_path, page(1, "en", text=ENGLISH), page(1, "fr", text=other))
    assert not (folder / "parallel").exists()
    assert (counts(folder)["en", "fr"]["stories"], counts(folder)["en", "fr"]["aligned"]) == ("1", "0")


def test_a_release_without_texts_has_no_pairs(tmp_path):
    folder = stories(tmp_path, page(1, "en", text=ENGLISH), page(1, "fr", text=FRENCH), texts=False)
    assert not (folder / "parallel").exists()
    assert not (folder / "tables" / "parallel_coverage.csv").exists()


@pytest.mark.parametrize(
    "text",
    ["one 123\n\n" * 10_000, "long 123 " * (LONGEST_TEXT // 9 + 1), "7\n\n" * (MOST_PARAGRAPHS + 1)],
    ids=["many", "huge", "over the limit"],
)
def test_a_text_that_takes_too_long_is_left_alone_and_counted(tmp_path, text):
    folder = stories(tmp_path, page(1, "en", text=text), page(1, "fr", text=FRENCH))
    assert pairs(folder) == []
    assert counts(folder)["en", "fr"]["too_long"] == "1"


def test_a_hostile_language_is_no_path(tmp_path):
    folder = stories(tmp_path, page(1, "en", text=ENGLISH), page(1, "../../fr", text=FRENCH))
    assert not (folder / "parallel").exists()


def test_the_same_items_give_the_same_bytes(tmp_path):
    records = page(1, "en", text=ENGLISH), page(1, "fr", text=FRENCH), page(1, "es", text=FRENCH.replace("Nous", "Nos"))
    one, two = (stories(tmp_path / name, *records) for name in ("a", "b"))
    assert [path.name for path in sorted((one / "parallel").iterdir())] == ["en-es.tmx", "en-fr.tmx", "pairs.jsonl"]
    for path in (one / "parallel").iterdir():
        assert path.read_bytes() == (two / "parallel" / path.name).read_bytes()
