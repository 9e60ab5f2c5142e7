"""A release of the demo portal's items as its users read it: columns, schemas, vocabularies, datasheet, searches."""

import ast
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from docs import generate
from migration_spider.items import NewsItem
from migration_spider.publish import RIGHTS, dataset
from migration_spider.report import record
from migration_spider.vocabularies import VOCABULARIES
from tests.crawling import ROOT, scrapy

MISSING = "{} is not installed: pip install -e '.[publish-checks]'"


def test_every_column_of_a_release_is_documented(release):
    documented = (ROOT / "docs" / "reference" / "columns.md").read_text(encoding="utf-8")
    assert generate.columns(release) == documented, "run: python -m docs.generate"


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


def test_the_datasheet_has_the_measured_run(data, release):
    (run,) = [path for path in (data / "runs").iterdir() if path.is_dir()]
    stats = json.loads((run / "stats.json").read_bytes())
    text = (release / "DATASHEET.md").read_text(encoding="utf-8")
    assert f"{stats['downloader/request_count']} requests in all" in text
    assert f"{stats['downloader/response_status_count/200']} of 200" in text
    noted = record.read(run)
    assert f"| `{run.name}` | {noted['started']} | {noted['ended']} |" in text
    delay = f"with {noted['pace']['delay']:g} s between requests"
    pace = f"{delay}, no slower if the source is slow, robots.txt obeyed (1 run)"
    assert pace in text
    assert f"As of run {run.name}: complete. `tables/runs.csv` and `tables/runs_missing.csv` list" in text


def test_the_note_on_kosovo_goes_with_the_data(release):
    assert "Security Council resolution 1244" in (release / "README.md").read_text(encoding="utf-8")
    assert "Security Council resolution 1244" in (release / "vocabularies" / "places.csv").read_text(encoding="utf-8")


def test_options_and_exit_codes_are_documented():
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    printed = scrapy("publish", "--help").decode()
    options = set(re.findall(r"^  (--[a-z-]+)", printed, re.MULTILINE)) - {"--logfile", "--nolog", "--profile"}
    own = {"--version", "--incomplete", "--metadata-only", "--no-bom"}
    assert own <= options
    assert [] == [name for name in sorted(own) if f"| `{name}" not in page]
    codes = ["0", "2", "3", "5", "75", "130"]
    assert codes == re.findall(r"^  (\d+) +", printed, re.MULTILINE)
    assert codes == re.findall(r"(?:codes:|·) (\d+) ", page.replace("\n", " "))


def test_every_file_of_a_release_is_documented(release):
    page = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    known = ("tables/news_", "tables/stories_", "vocabularies/")
    names = [path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()]
    assert [] == [name for name in names if f"`{name}`" not in page and not name.startswith(known)]


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
        ("mlcroissant", ["validate", "--jsonld", "croissant.json"]),
        ("datasette", ["news.sqlite", "--metadata", "datasette.yaml", "--get", "/news/news/7756~40es"]),
        ("datasette", ["news.sqlite", "--metadata", "datasette.yaml", "--get", "/news/search?word=migrants"]),
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


def test_the_searches_of_the_card_find_what_they_say(release):
    card = (release / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Search\n(.*?)^## ", card, re.MULTILINE | re.DOTALL)[1]
    queries = re.search(r"```sql\n(.*?)```", section, re.DOTALL)[1].split(";\n")
    python = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    # The demo's texts of each language, by what stands in all forms of the word; not all of the words occur.
    roots = {"en": "migrant", "es": "migracion", "ar": "مهاجر", "ru": "мигрант", "zh": "移民"}
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        answers = [{key for key, _ in db.execute(query)} for query in queries if query]
        assert 6 == len(answers)
        texts = db.execute("SELECT id, title || ' ' || coalesce(summary, '') || ' ' || body_text FROM news").fetchall()
    said = {name: {key for key, text in texts if root in text.lower()} for name, root in roots.items()}
    for name, answer in zip(("en", "fr", "es", "ar", "ru", "zh"), answers, strict=True):
        assert name not in ("en", "ar", "ru", "zh") or said[name] == answer != set()
    printed = subprocess.run(
        [sys.executable, "-c", python], cwd=release, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    ).stdout.decode()
    assert said["en"] == {key for (key,) in ast.literal_eval(printed)}
