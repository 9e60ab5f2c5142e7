"""What describes a release: descriptor, schema, card, citation; each is made of the record's class and the data."""

import json
import re
from dataclasses import dataclass
from threading import Thread

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from archive.dataset import publish
from archive.dataset.schema import class_schema, record_fields, record_schema
from tests.dataset.records import Note, Tag, dataset, note, write


@dataclass
class Odd:
    when: set[str]
    """Times."""


@dataclass
class Odder:
    lock: Thread
    """No value at all."""


@dataclass(kw_only=True)
class Place(Tag):
    id: str | None = None
    """UN M49 code."""

    kind: str = ""
    """Kind of place."""


@pytest.fixture
def release(tmp_path):
    items = write(
        tmp_path / "notes.jsonl",
        note("a", day="2023-12-31", tags=[{"raw": "W", "id": "011", "label": "West"}], problems=["bad:x"]),
        note("b", day="2024-01-01", title='A "title": with |', tags=[{"raw": "?", "id": None, "label": None}]),
        note("c"),
    )
    return publish(dataset(), items, tmp_path / "dataset").path


def descriptor(release):
    return json.loads((release / "datapackage.json").read_text(encoding="utf-8"))


def test_the_rights_are_never_blank():
    with pytest.raises(ValueError, match="rights is empty"):
        dataset(rights=" \n")


def test_descriptions_are_the_docstrings_of_the_fields():
    described = {"raw": "As printed.", "id": "Code, or null.", "label": "Name."}
    found = class_schema(Tag)["properties"]
    assert described == {name: one["description"] for name, one in found.items()}


def test_descriptions_of_base_classes_are_inherited_unless_said_anew():
    found = class_schema(Place)["properties"]
    assert ["As printed.", "UN M49 code.", "Name.", "Kind of place."] == [one["description"] for one in found.values()]


def test_a_field_without_docstring_is_an_error():
    with pytest.raises(TypeError, match=r"Value\.hidden has no docstring"):
        record_schema(dataset(unexported=()))


def test_a_type_that_no_table_can_hold_is_an_error():
    with pytest.raises(TypeError, match=r"Odd\.when: no table can hold"):
        record_schema(dataset(item=Odd))
    with pytest.raises(TypeError, match=r"dict has no fields"):
        record_schema(dataset(item=dict))
    with pytest.raises(TypeError, match=r"Odder: no JSON can hold it"):
        record_schema(dataset(item=Odder))


class Typed(TypedDict):
    id: str
    """Names it."""

    size: int | None
    """Bytes."""


class Model(BaseModel):
    id: str = Field(description="Names it.")
    size: int | None = Field(None, description="Bytes.")


@dataclass
class Plain:
    id: str
    """Names it."""

    size: int | None = None
    """Bytes."""


@pytest.mark.parametrize("item", [Typed, Model, Plain])
def test_records_of_each_kind_of_class_are_described_alike(item):
    schema = record_schema(dataset(item=item, formats={}), "A thing")
    assert {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A thing",
        "type": "object",
        "properties": {
            "id": {"description": "Names it.", "type": "string"},
            "size": {"description": "Bytes.", "type": ["integer", "null"]},
        },
        "required": ["id", "size"],
    } == schema


def test_every_column_of_every_table_is_described(release):
    resources = [one for one in descriptor(release)["resources"] if "schema" in one]
    assert len(resources) == len(list(release.rglob("*.csv")))
    for resource in resources:
        header = (release / resource["path"]).read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert [] == [field["name"] for field in resource["schema"]["fields"] if not field["description"].strip()]


def test_types_and_keys(release):
    found = {one["name"]: one.get("schema") for one in descriptor(release)["resources"]}
    kinds = {field["name"]: field["type"] for field in found["notes"]["fields"]}
    assert {
        "id": "string",
        "number": "integer",
        "done": "boolean",
        "day": "date",
        "fetched_at": "datetime",
        "warc_offset": "integer",
    }.items() <= kinds.items()
    assert ["id"] == found["notes"]["primaryKey"]
    assert ["notes_id", "position"] == found["notes_tags"]["primaryKey"]
    assert [
        {"fields": ["notes_id"], "reference": {"resource": "notes", "fields": ["id"]}},
        {"fields": ["id"], "reference": {"resource": "places", "fields": ["id"]}},
    ] == found["notes_tags"]["foreignKeys"]
    assert [{"fields": ["parent"], "reference": {"fields": ["id"]}}] == found["places"]["foreignKeys"]


def test_sizes_and_digests_are_those_of_the_files(release):
    sums = dict(reversed(line.split("  ")) for line in (release / "SHA256SUMS").read_text().splitlines())
    for resource in descriptor(release)["resources"]:
        assert (release / resource["path"]).stat().st_size == resource["bytes"]
        assert f"sha256:{sums[resource['path']]}" == resource["hash"]


def test_dates_come_from_the_records(release):
    found = descriptor(release)
    assert ("2024-05-01", "2024-05-01T12:00:00Z", None) == (
        found["version"],
        found["created"],
        found["previousVersion"],
    )


def test_json_schema():
    schema = record_schema(dataset(), "A note")
    assert list(note("a")) == schema["required"]
    assert {"description": "Of the story.", "type": ["integer", "null"]} == schema["properties"]["number"]
    assert {"description": "Date on it.", "type": ["string", "null"], "format": "date"} == schema["properties"]["day"]
    assert {"type": "string"} == schema["properties"]["links"]["additionalProperties"]
    assert ["description", "type", "items"] == list(schema["properties"]["tags"])
    assert ["object", "null"] == schema["properties"]["warc"]["type"]
    assert ["text"] == schema["properties"]["block"]["items"]["properties"]["values"]["items"]["required"]


def test_json_schema_holds_for_the_records():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: -e '.[publish-checks]'")
    schema = record_schema(dataset(), "A note")
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema).is_valid
    assert check(note("a", tags=[{"raw": "x", "id": None, "label": None}]))
    assert not check(note("a", number="1"))
    assert not check({name: value for name, value in note("a").items() if name != "title"})
    assert not check(note("a", tags=[{"raw": None, "id": None, "label": None}]))


def test_the_card_counts_and_names_the_gaps(release):
    card = (release / "README.md").read_text(encoding="utf-8")
    header = card.split("---\n")[1]
    parsed = dict(line.split(": ", 1) for line in header.partition("configs:\n")[0].splitlines())
    assert 'Notes: "quoted"' == json.loads(parsed["pretty_name"])
    assert ["n<1K"] == json.loads(parsed["size_categories"])
    assert ("other", "terms-2.0-of-use", "https://example.org/terms") == tuple(
        json.loads(parsed[name]) for name in ("license", "license_name", "license_link")
    )
    configs = re.findall(r"^- config_name: (.*)\n  data_files: (.*)$", header, re.MULTILINE)
    assert ["notes"] == [json.loads(name) for name, _ in configs]
    assert all((release / json.loads(path)).is_file() for _, path in configs)
    for expected in (
        "Ask first.",
        "| no date | 1 |\n| 2023 | 1 |\n| 2024 | 1 |",
        "| `011` West | 1 |",
        "| none, or not recognized | 2 |",
        "| `tags` | 2 | 66.7% | 1 |",
        "| `bad:x` | 1 | something is wrong |",
        "First release: 3 added, 0 changed, 0 removed.",
        "- Gold Coast | Ghana: Read with care.",
        "| `tables/notes_<field>.csv` | ",
    ):
        assert expected in card, expected


def test_the_rights_stand_in_every_description(release):
    for name in ("README.md", "datapackage.json", "dataset.jsonld", "CITATION.cff", ".zenodo.json"):
        assert "Ask first." in (release / name).read_text(encoding="utf-8"), name


def test_languages(tmp_path):
    items = write(tmp_path / "notes.jsonl", note("a", title="zh-Hant"), note("b", title="en"))
    release = publish(dataset(counted=("title",), language="title"), items, tmp_path / "dataset").path
    assert ["en", "zh-Hant"] == json.loads((release / "dataset.jsonld").read_text(encoding="utf-8"))["inLanguage"]
    assert 'language: ["en", "zh"]\n' in (release / "README.md").read_text(encoding="utf-8")


def test_schema_org(release):
    found = json.loads((release / "dataset.jsonld").read_text(encoding="utf-8"))
    assert ("Dataset", "2023-12-31/2024-01-01") == (found["@type"], found["temporalCoverage"])
    assert "notes.csv" in [one["contentUrl"] for one in found["distribution"]]


def test_citation_and_deposit(release):
    lines = (release / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    cff = {key: json.loads(value) for key, value in (line.split(": ", 1) for line in lines)}
    assert ("1.2.0", "dataset", "2024-05-01", [{"name": "compiler 1.0"}]) == (
        cff["cff-version"],
        cff["type"],
        cff["date-released"],
        cff["authors"],
    )
    deposit = json.loads((release / ".zenodo.json").read_text(encoding="utf-8"))
    assert ("restricted", "Ask first.") == (deposit["access_right"], deposit["access_conditions"])
    assert [{"name": "The office", "type": "Producer"}] == deposit["contributors"]


def test_fields_keep_their_order():
    assert list(Note.__dataclass_fields__) == [one.name for one in record_fields(record_schema(dataset()))]


def test_nothing_that_a_site_says_is_more_than_text_in_the_card(tmp_path):
    evil = "<script>`x`\x1b[31m\u202e\u2028\x7f\x00"
    tag = {"raw": evil, "id": evil, "label": evil}
    items = write(tmp_path / "notes.jsonl", note("a", tags=[tag], problems=[evil], links={evil: evil}))
    card = (publish(dataset(), items, tmp_path / "dataset").path / "README.md").read_text(encoding="utf-8")
    header, _, body = card.removeprefix("---\n").partition("\n---\n")
    assert evil.encode("unicode_escape").decode().replace("\\x", "\\u00") in header
    for text in (header, body):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    assert not re.search(r"(?<!\\)<script>(?!'x')|`x`|\u202e", body)


def test_records_without_one_language_are_in_order(tmp_path):
    items = write(tmp_path / "notes.jsonl", *(note(str(n), title=title) for n, title in enumerate(("b", "", "a"))))
    release = publish(dataset(order=("title",)), items, tmp_path / "dataset").path
    lines = (release / "notes.jsonl").read_text(encoding="utf-8").splitlines()
    assert ["", "a", "b"] == [json.loads(line)["title"] for line in lines]
