"""A newer edition of M49 changes names and codes, and loses no spelling."""

import csv
import json

import pytest

from migration_spider.vocabularies.data import load
from migration_spider.vocabularies.refresh import LANGUAGES, main, merge, read_m49, write

COLUMNS = [
    *("Global Code", "Global Name", "Region Code", "Region Name", "Sub-region Code", "Sub-region Name"),
    *("Intermediate Region Code", "Intermediate Region Name", "Country or Area", "M49 Code", "ISO-alpha3 Code"),
]


def write_tables(folder, rows):
    """``rows``: language -> lines of the table."""
    for language in LANGUAGES:
        name = "cn" if language == "zh" else language
        with (folder / f"UNSD-{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows[language]])


@pytest.fixture
def edition(tmp_path):
    """The edition of the package, as tables."""
    terms = {row["id"]: row for row in load("places")["terms"]}
    rows = {language: [] for language in LANGUAGES}
    for term in terms.values():
        if term["type"] != "country" or term["id"] == "XKX":
            continue
        chain = []
        parent = term["parent"]
        while parent:
            chain.insert(0, parent)
            parent = terms[parent]["parent"]
        for language in LANGUAGES:
            above = [cell for code in chain for cell in (code, terms[code]["label"][language])]
            above = (above or ["001", terms["001"]["label"][language]]) + [""] * (8 - max(len(above), 2))
            rows[language].append([*above, term["label"][language], term["id"], term["iso3"]])
    return tmp_path, rows


def test_the_same_edition_changes_nothing(edition):
    folder, rows = edition
    write_tables(folder, rows)
    old = load("places")["terms"]
    terms, changes = merge(old, read_m49(folder))
    assert changes == ["XKX not in the new edition, kept: Kosovo"]
    assert terms == old


def test_a_new_name_a_new_country_and_the_file(edition, tmp_path, capsys):
    folder, rows = edition
    for line in rows["en"]:
        line[8] = {"Cambodia": "Kampuchea"}.get(line[8], line[8])
    for language in LANGUAGES:
        armenia = next(line for line in rows[language] if line[9] == "051")
        rows[language].append([*armenia[:8], "Newland", "999", "NEW"])
    write_tables(folder, rows)
    file = tmp_path / "places.json"
    write(load("places"), file)
    assert main([str(folder), "--date", "2030-01-01", "--file", str(file)]) == 0
    after = json.loads(file.read_text(encoding="utf-8"))
    terms = {row["id"]: row for row in after["terms"]}
    assert (after["date"], after["licence"]) == ("2030-01-01", load("places")["licence"])
    assert terms["116"]["label"]["en"] == "Kampuchea"
    assert terms["116"]["label"]["fr"] == "Cambodge"
    assert "Cambodia" in terms["116"]["aliases"]
    assert terms["999"] == {
        "id": "999",
        "type": "country",
        "iso3": "NEW",
        "parent": "145",
        "label": dict.fromkeys(LANGUAGES, "Newland"),
        "aliases": [],
    }
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        "116 no longer named 'Cambodia', kept as an alias",
        "999 added: Newland",
        "XKX not in the new edition, kept: Kosovo",
        "281 places, 3 changes: places.json",
    ]


def test_the_file_is_written_as_it_is_kept(tmp_path):
    write(load("places"), tmp_path / "places.json")
    kept = json.dumps(load("places"), ensure_ascii=False)
    assert json.dumps(json.loads((tmp_path / "places.json").read_text(encoding="utf-8")), ensure_ascii=False) == kept


def test_a_missing_table_is_named(tmp_path, capsys):
    assert main([str(tmp_path), "--date", "2030-01-01", "--file", str(_copy(tmp_path))]) == 2
    assert "UNSD-en.csv" in capsys.readouterr().err


def _copy(folder):
    write(load("places"), folder / "places.json")
    return folder / "places.json"
