"""`scrapy publish` on a crawl of the demo portal: as a user calls it, and as users of a release read it."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing

import pytest

from migration_spider.items import NewsItem
from migration_spider.publish import EXAMPLES, QUESTION, RIGHTS, dataset
from migration_spider.vocabularies import VOCABULARIES
from tests.burial import bury
from tests.crawling import ROOT, items, scrapy

MISSING = "{} is not installed: pip install -e '.[publish-checks]'"


@pytest.fixture(scope="module")
def data(demo, tmp_path_factory):
    """A data folder with the demo's items and their release; the output of the command in ``publish.txt``."""
    data = tmp_path_factory.mktemp("publish")
    shutil.copytree(demo.data / "items", data / "items")
    (data / "publish.txt").write_bytes(scrapy("publish", data=data))
    return data


@pytest.fixture(scope="module")
def release(data):
    return data / "dataset" / "latest"


@pytest.fixture(scope="module")
def expected(data, release):
    """Year -> items on objective 8 in West Africa (M49 011 and all that lies within), straight from the crawl."""
    west = {"011"}
    places = json.loads((release / "vocabularies" / "places.json").read_text(encoding="utf-8"))["terms"]
    while more := {place["id"] for place in places if place["parent"] in west} - west:
        west |= more
    found = Counter(
        item["publication_date"][:4]
        for item in items(data)
        if any(term["id"] == "8" for term in item["gcm_objectives"])
        and any(term["id"] in west for term in item["geographic_scope"])
    )
    assert sum(found.values()) >= 2
    return dict(found)


def code(release, tool):
    """The code block of ``tool`` in the README of the release."""
    card = (release / "README.md").read_text(encoding="utf-8")
    return re.search(rf"^{tool}[^\n]*:\n\n```\w+\n(.*?)```$", card, re.MULTILINE | re.DOTALL)[1]


def test_the_command_says_what_it_wrote_and_where(data, release):
    version = max(item["fetched_at"] for item in items(data))[:10]
    printed = (data / "publish.txt").read_text(encoding="utf-8")
    count = len({item["id"] for item in items(data)})
    assert f"{count} items (first release: {count} added, 0 changed, 0 removed)" in printed
    assert f"Release {version}: {data / 'dataset' / version}" in printed
    assert (data / "items" / "news.jsonl").read_bytes() == (release / "history.jsonl").read_bytes()
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=release, check=False).returncode == 0


def test_the_same_again_is_no_error_and_other_options_are(data):
    assert b"the same as before" in scrapy("publish", data=data)
    output = scrapy("publish", "--metadata-only", data=data, code=2).decode()
    assert "never overwritten" in output
    assert "Traceback" not in output


def test_metadata_only_has_no_text(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    scrapy("publish", "--metadata-only", "--no-bom", "--version", "metadata", data=tmp_path)
    folder = tmp_path / "dataset" / "metadata"
    item = next(item for item in items(data) if item["id"] == "7756@es")
    sentence = item["body_text"].split("\n")[0][:60].encode()
    assert len(sentence) > 30
    texts = [path for path in folder.rglob("*") if path.is_file() and sentence in path.read_bytes()]
    assert [] == texts
    assert (folder / "news.csv").read_bytes().startswith(b"id,")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--version", "../x"], "'../x' is no version"),
        (["what"], "unrecognized argument: what"),
    ],
)
def test_wrong_usage_is_exit_code_2(data, words, says):
    output = scrapy("publish", *words, data=data, code=2).decode()
    assert says in output
    assert "Traceback" not in output


def test_nothing_to_publish_is_exit_code_2(tmp_path):
    output = scrapy("publish", data=tmp_path, code=2).decode()
    assert "does not exist: crawl first" in output
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_exit_code_5(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    (tmp_path / "dataset").write_text("in the way", encoding="utf-8")
    output = scrapy("publish", data=tmp_path, code=5).decode()
    assert "scrapy publish: error: " in output
    assert "Traceback" not in output


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_is_withdrawn_is_told_and_so_is_what_comes_back(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    first, second = [item["id"] for item in items(data)[:2]]
    count = len(items(data))
    scrapy("publish", "--version", "1", data=tmp_path)
    gone = [bury(tmp_path, first, 403), bury(tmp_path, second)]
    printed = scrapy("publish", "--version", "2", data=tmp_path).decode()
    assert f"{count - 2} items (since 1: 0 added, 0 changed, 2 removed)" in printed
    release = tmp_path / "dataset" / "2"
    wanted = {line["id"]: (line["url"], line["title"], "2", line["tombstone"]["reason"]) for line in gone}
    assert wanted == {
        row["id"]: (row["url"], row["title"], row["version"], row["reason"])
        for row in rows(release / "tables" / "withdrawn.csv")
    }
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        found = db.execute("SELECT id, status, warc_record_id FROM withdrawn ORDER BY id").fetchall()
        assert sorted((one["id"], one["tombstone"]["status"], one["warc"]["record_id"]) for one in gone) == found
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert {(first, "unpublished", 403), (second, "gone", 404)} == {
        (change["id"], change["reason"], change["status"]) for change in changes
    }
    assert "2 items are gone from their source" in (release / "README.md").read_text(encoding="utf-8")
    assert release.joinpath("history.jsonl").read_bytes().endswith(b'"}}\n')
    back = {**next(item for item in items(data) if item["id"] == first), "version": 3}
    with (tmp_path / "items" / "news.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(back) + "\n")
    scrapy("publish", "--version", "3", data=tmp_path)
    release = tmp_path / "dataset" / "3"
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert [{"change": "added", "id": first, "url": back["url"], "title": back["title"], "version": 3}] == changes
    assert [second] == [row["id"] for row in rows(release / "tables" / "withdrawn.csv")]


def test_a_dataset_of_which_all_is_withdrawn_can_be_published(data, tmp_path):
    (tmp_path / "items").mkdir()
    line = json.dumps(items(data)[0]) + "\n"
    (tmp_path / "items" / "news.jsonl").write_text(line, encoding="utf-8")
    scrapy("publish", "--version", "1", data=tmp_path)
    bury(tmp_path, items(data)[0]["id"])
    assert b"0 items (since 1: 0 added, 0 changed, 1 removed)" in scrapy("publish", "--version", "2", data=tmp_path)


def fits(schema, value):
    """Keys of objects that the schema says otherwise, anywhere in ``value``."""
    if isinstance(value, list):
        return [name for one in value for name in fits(schema.get("items", {}), one)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    other = sorted(set(schema["required"]) ^ set(value))
    return other + [name for key in value for name in fits(schema["properties"].get(key, {}), value[key])]


def test_the_schema_has_the_keys_of_the_items_and_no_others(release):
    schema = json.loads((release / "schema.json").read_bytes())
    lines = (release / "news.jsonl").read_text(encoding="utf-8").splitlines()
    assert [] == [name for line in lines for name in fits(schema, json.loads(line))]


def test_every_closed_vocabulary_is_published():
    described = dataset("https://example.org")
    assert sorted(VOCABULARIES) == sorted(name for one in described.vocabularies for name in one.fields)
    assert RIGHTS == described.rights
    fields = set(NewsItem.__dataclass_fields__)
    assert {*described.formats, *described.texts, *described.searched, *described.counted} <= fields


def test_the_seed_page_in_the_spreadsheet(release):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        assert [("145", "subregion")] == db.execute(
            "SELECT id, type FROM news_geographic_scope WHERE news_id = '7756@es'"
        ).fetchall()
        assert [("International Migrants Day (Azerbaijan)",)] == db.execute(
            "SELECT title FROM news WHERE id = '7756@es'"
        ).fetchall()


def test_the_note_on_kosovo_goes_with_the_data(release):
    assert "Security Council resolution 1244" in (release / "README.md").read_text(encoding="utf-8")
    assert "Security Council resolution 1244" in (release / "vocabularies" / "places.csv").read_text(encoding="utf-8")


def test_examples_stand_in_the_docs_and_are_short():
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    assert f"## {QUESTION}\n" in page
    for example in EXAMPLES:
        assert f"```{example.language}\n{example.code.strip()}\n```" in page, example.tool
        lines = [line for line in example.code.strip().splitlines() if not line.startswith("import ")]
        assert 3 == len(lines), example.tool


def test_options_and_exit_codes_are_documented():
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    printed = scrapy("publish", "--help").decode()
    options = set(re.findall(r"^  (--[a-z-]+)", printed, re.MULTILINE)) - {"--logfile", "--nolog", "--profile"}
    assert {"--version", "--metadata-only", "--no-bom"} <= options
    assert [] == [name for name in ("--version", "--metadata-only", "--no-bom") if f"| `{name}" not in page]
    assert ["0", "2", "5"] == re.findall(r"^  (\d)  ", printed, re.MULTILINE)
    assert ["0", "2", "5"] == re.findall(r"(?:codes:|·) (\d) ", page.replace("\n", " "))


def test_every_file_of_a_release_is_documented(release):
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    known = ("tables/news_", "vocabularies/")
    names = [path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()]
    assert [] == [name for name in names if f"`{name}`" not in page and not name.startswith(known)]


def test_pandas(release, expected, monkeypatch, capsys):
    pytest.importorskip("pandas", reason=MISSING.format("pandas"))
    monkeypatch.chdir(release)
    exec(compile(code(release, "pandas"), "README.md", "exec"), {})  # noqa: S102 - the example is the project's own
    found = dict(re.findall(r"^(\d{4}) +(\d+)$", capsys.readouterr().out, re.MULTILINE))
    assert expected == {year: int(count) for year, count in found.items()}


def test_duckdb(release, expected, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason=MISSING.format("duckdb"))
    pytest.importorskip("pyarrow", reason=MISSING.format("pyarrow"))
    monkeypatch.chdir(release)
    with duckdb.connect() as db:
        assert expected == {str(year): count for year, count in db.sql(code(release, "DuckDB")).fetchall()}


def test_sqlite(release, expected):
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        assert expected == dict(db.execute(code(release, "SQLite")).fetchall())


def test_r(release, expected):
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not installed")
    words = ["Rscript", "-e", code(release, "R")]
    printed = subprocess.run(words, cwd=release, capture_output=True, text=True, check=True).stdout
    years, counts = printed.split("\n")[1:3]
    assert expected == dict(zip(years.split(), map(int, counts.split()), strict=True))


def test_json_schema_holds_for_every_item(release):
    jsonschema = pytest.importorskip("jsonschema", reason=MISSING.format("jsonschema"))
    schema = json.loads((release / "schema.json").read_bytes())
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for line in (release / "news.jsonl").read_text(encoding="utf-8").splitlines():
        assert [] == [error.message for error in validator.iter_errors(json.loads(line))]
    record = json.loads(line)
    for wrong in (
        {"version": "1"},
        {"publication_date": "yesterday"},
        {"warc": {**record["warc"], "offset": None}},
        {"geographic_scope": [{"raw": "Peru", "id": "604", "label": "Peru", "type": "country"}]},
    ):
        assert not validator.is_valid({**record, **wrong}), wrong
    del record["title"]
    assert not validator.is_valid(record)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("frictionless", ["validate", "datapackage.json"]),
        ("cffconvert", ["--validate", "--infile", "CITATION.cff"]),
    ],
)
def test_validators_of_others_find_nothing(release, tool, words):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed: pip install {tool}, in an environment of its own")
    done = subprocess.run([tool, *words], cwd=release, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert 0 == done.returncode, done.stdout[-3000:].decode()


def test_libreoffice_reads_the_cells_as_they_are(release, tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not installed")
    words = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to"]
    # Comma, double quote, UTF-8, all columns as text: https://wiki.openoffice.org/wiki/Documentation/DevGuide/Spreadsheets/Filter_Options
    filters = ["fods", "--infilter=CSV:44,34,76,1,,0,false,true", "--outdir", str(tmp_path), str(release / "news.csv")]
    subprocess.run([*words, *filters], check=True, capture_output=True, timeout=300)
    sheet = (tmp_path / "news.fods").read_text(encoding="utf-8")
    assert "table:formula" not in sheet
    titles = [json.loads(line)["title"] for line in (release / "news.jsonl").read_text("utf-8").splitlines()]
    unescaped = sheet.replace("&apos;", "'").replace("&quot;", '"').replace("&amp;", "&")
    assert [] == [title for title in titles if f"<text:p>{title}</text:p>" not in unescaped]
