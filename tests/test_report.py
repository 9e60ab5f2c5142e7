"""The report of a run: three files that say the same, whatever stands in the texts."""

import copy
import json
import re
from importlib.resources import files

import pytest

from migration_spider.report.checking import ReportError, check
from migration_spider.report.schema import report_schema
from migration_spider.report.write import write_report
from tests.crawling import ROOT
from tests.report.empty import empty_report
from tests.report.sample import sample_report

NAMES = ["report.html", "report.json", "report.md"]
WRONG = [
    (lambda report: report.pop("robots"), "report.robots is missing"),
    (lambda report: report["items"]["new"][3]["warc"].update(offset="12"), "report.items.new[3].warc.offset is '12', expected an integer"),
    (lambda report: report["items"].update(total=True), "report.items.total is True, expected an integer"),
    (lambda report: report["items"].update(total=2**63), "report.items.total is 9223372036854775808, expected an integer"),
    (lambda report: report["robots"].update(changed=0), "report.robots.changed is 0, expected true or false"),
    (lambda report: report["run"].update(seconds=float("nan")), "report.run.seconds is nan, expected a finite number"),
    (lambda report: report["http"]["status"].update({"200": None}), "report.http.status['200'] is None, expected an integer"),
    (lambda report: report["outcome"].update(messages="none"), "report.outcome.messages is 'none', expected a list"),
    (lambda report: report.update(charts=[]), "report.charts is [], expected an object"),
    (lambda report: report.update(schema="x/2"), "the report has the schema 'x/2', expected 'migration-spider/report/1'"),
]  # fmt: skip
# JSON has no such number as the one, and no end of the other.
CHANGES = [change for change, said in WRONG if "nan" not in said and str(2**63) not in said]


def test_three_files_appear_whole_and_alone(tmp_path):
    folder = tmp_path / "runs" / "a"
    write_report(folder, sample_report())
    assert NAMES == sorted(file.name for file in folder.iterdir())
    assert sample_report() == json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_the_same_report_is_the_same_bytes(tmp_path):
    report = sample_report()
    write_report(tmp_path / "a", report)
    write_report(tmp_path / "b", dict(reversed(copy.deepcopy(report).items())))
    for name in NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_a_report_of_another_form_is_one_clear_error_and_no_file(tmp_path, change, says):
    report = sample_report()
    change(report)
    with pytest.raises(ReportError) as error:
        write_report(tmp_path / "run", report)
    assert says == str(error.value)
    assert not (tmp_path / "run").exists()


def test_an_empty_report_is_a_report(tmp_path):
    report = empty_report("a")
    assert report is check(report)
    write_report(tmp_path, report)
    assert NAMES == sorted(file.name for file in tmp_path.iterdir())


def test_keys_of_later_versions_are_kept(tmp_path):
    report = {**sample_report(), "more": 1}
    write_report(tmp_path, report)
    assert 1 == json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["more"]


def test_the_schema_in_the_package_is_that_of_the_classes():
    stored = files("migration_spider.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    assert report_schema() == json.loads(stored), "python -m migration_spider.report.schema"


def test_the_schema_agrees_with_the_check():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: -e '.[publish-checks]'")
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    is_valid = jsonschema.Draft202012Validator(schema).is_valid
    for report in (sample_report(), sample_report(code=0), empty_report()):
        assert is_valid(report)
    for change in CHANGES:
        report = sample_report()
        change(report)
        assert not is_valid(report)


def test_every_key_is_documented():
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8").split("## `report.json`")[1]
    documented = [
        dict(re.findall(r"^\| `(\w+)` \| [a-z ]+ \| (.+) \|$", part, re.MULTILINE)) for part in page.split("\n### ")[1:]
    ]
    schema = report_schema()
    classes = {"Report": schema, "Ref": schema["$defs"]["Ref"], **schema["$defs"]}
    assert len(classes) == len(documented)
    for name, one in classes.items():
        said = {key: value["description"] for key, value in one["properties"].items()}
        inherited = {key for base in BASES.get(name, ()) for key in classes[base]["properties"]}
        assert {key: text for key, text in said.items() if key not in inherited} in documented, name


BASES = {"Changed": ("Ref",), "Vanished": ("Ref",), "Unconfirmed": ("Ref", "Vanished")}
